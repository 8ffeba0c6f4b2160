package main

import (
	"context"
	"fmt"
	"io"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal/extworker"
)

// serve is a Prism job server in a process of its own.
func (o *options) serve(ctx context.Context, out io.Writer) error {
	if _, err := prism.CreateJobServer(ctx, prism.Options{Port: o.port}); err != nil {
		return err
	}
	fmt.Fprintf(out, "jobs on localhost:%d\n", o.port)
	<-ctx.Done()
	return nil
}

// work is a pool of workers in a process of its own.
func (o *options) work(ctx context.Context, out io.Writer) error {
	pool, err := extworker.StartLoopback(ctx, o.port)
	if err != nil {
		return fmt.Errorf("-port %d: %w", o.port, err)
	}
	fmt.Fprintf(out, "workers on %s\n", pool.EnvironmentConfig(ctx))
	<-ctx.Done()
	return pool.Stop(context.WithoutCancel(ctx))
}
