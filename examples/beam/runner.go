package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamlog "github.com/apache/beam/sdks/v2/go/pkg/beam/log"
	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow" // -runner dataflow
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/util/grpcx"
)

// execute runs a pipeline on the runner that was asked for, to its end, and
// returns its counters.
func (o *options) execute(ctx context.Context, what string, p *beam.Pipeline) (counts, error) {
	o.progress.start(what)
	defer o.progress.Done()
	c, err := o.executeOn(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, o.plain(err))
	}
	c.report(o.errs, what)
	return c, nil
}

func (o *options) executeOn(ctx context.Context, p *beam.Pipeline) (counts, error) {
	switch o.runner {
	case "prism":
		client, err := prism.CreateJobServer(ctx, prism.Options{})
		if err != nil {
			return nil, err
		}
		return o.submit(ctx, client, p)
	case "universal":
		c, err := grpcx.Dial(ctx, o.endpoint, 10*time.Second)
		if err != nil {
			return nil, fmt.Errorf("-endpoint %s: no job server answers: %w", o.endpoint, err)
		}
		defer c.Close()
		return o.submit(ctx, jobpb.NewJobServiceClient(c), p)
	default:
		r, err := beam.Run(ctx, o.runner, p)
		if err != nil || r == nil {
			return nil, err
		}
		return countsOf(r.Metrics()), nil
	}
}

// plain is the cause at the end of Beam's long description of a failed bundle.
func (o *options) plain(err error) error {
	_, text, found := strings.Cut(err.Error(), "DoFn[")
	if _, cause, ok := strings.Cut(text, " failed:\n"); found && ok && !o.verbose {
		return errors.New(strings.TrimSpace(cause))
	}
	return err
}

// quiet keeps the log of Beam, of its runner and of the workers off the
// terminal, unless it was asked for.
func quiet(verbose bool, w io.Writer) {
	handler := slog.DiscardHandler
	if verbose {
		handler = slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo})
	}
	slog.SetDefault(slog.New(handler))
	beamlog.SetLogger(&beamlog.Structural{})
}

// isWorker says whether a runner started this process as a worker, with
// Beam's arguments.
func isWorker(args []string) bool {
	for _, a := range args {
		if a == "--worker=true" || a == "--worker" || a == "-worker=true" {
			return true
		}
	}
	return false
}

// errStream is where reports go that are no result.
var errStream io.Writer = os.Stderr
