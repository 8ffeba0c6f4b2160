package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/metricsx"
	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal/extworker"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal/runnerlib"
)

// environment says where a job's functions run.
type environment struct {
	urn, config string
	binary      string // staged for workers that the runner starts
	stop        func()
}

// environment is Beam's own, when its flags name one; else a pool of workers
// that was started before, else one in this process.
func (o *options) environment(ctx context.Context) (e environment, err error) {
	e.stop = func() {}
	switch {
	case *jobopts.EnvironmentType != "":
		e.urn, e.config = jobopts.GetEnvironmentUrn(ctx), jobopts.GetEnvironmentConfig(ctx)
		if e.binary = *jobopts.WorkerBinary; e.binary == "" {
			e.binary, err = os.Executable()
		}
		return e, err
	case o.pool != "":
		e.config = o.pool
	default:
		pool, err := extworker.StartLoopback(ctx, 0)
		if err != nil {
			return e, err
		}
		e.config, e.stop = pool.EnvironmentConfig(ctx), func() { _ = pool.Stop(ctx) }
	}
	e.urn, e.binary = "beam:env:external:v1", os.DevNull
	return e, nil
}

// submit runs a pipeline as a job of a job server and waits for its end.
// Cancelling the context cancels the job.
func (o *options) submit(ctx context.Context, client jobpb.JobServiceClient, p *beam.Pipeline) (counts, error) {
	env, err := o.environment(ctx)
	if err != nil {
		return nil, err
	}
	defer env.stop()
	model, err := model(ctx, p, env)
	if err != nil {
		return nil, err
	}
	options := &runnerlib.JobOptions{Name: jobopts.GetJobName(), Experiments: jobopts.GetExperiments(), Parallelism: *jobopts.Parallelism}
	id, artifacts, token, err := runnerlib.Prepare(ctx, client, model, options)
	if err != nil {
		return nil, err
	}
	if token, err = runnerlib.Stage(ctx, id, artifacts, env.binary, token); err != nil {
		return nil, err
	}
	job, err := runnerlib.Submit(ctx, client, id, token)
	if err != nil {
		return nil, err
	}
	watched := make(chan struct{})
	watching, stop := context.WithCancel(ctx)
	go func() {
		defer close(watched)
		o.watch(watching, client, job, model)
	}()
	err = runnerlib.WaitForCompletion(ctx, client, job)
	stop()
	<-watched
	if ctx.Err() != nil {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		_, _ = client.Cancel(last, &jobpb.CancelJobRequest{JobId: job})
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	state, err := client.GetState(ctx, &jobpb.GetJobStateRequest{JobId: job})
	if err == nil && state.GetState() != jobpb.JobState_DONE {
		err = fmt.Errorf("job %s: %v", job, state.GetState())
	}
	if err != nil {
		return nil, err
	}
	return jobCounts(ctx, client, job, model)
}

// model is the pipeline in Beam's portable form.
func model(ctx context.Context, p *beam.Pipeline, e environment) (*pipepb.Pipeline, error) {
	edges, _, err := p.Build()
	if err != nil {
		return nil, err
	}
	env, err := graphx.CreateEnvironment(ctx, e.urn, func(context.Context) string { return e.config })
	if err != nil {
		return nil, err
	}
	model, err := graphx.Marshal(edges, &graphx.Options{Environment: env, PipelineResourceHints: jobopts.GetPipelineResourceHints()})
	if err != nil {
		return nil, err
	}
	return model, runnerlib.UpdateGoEnvironmentWorker(e.binary, model)
}

// watch shows the counters of a running job, on a terminal only.
func (o *options) watch(ctx context.Context, client jobpb.JobServiceClient, job string, model *pipepb.Pipeline) {
	if o.progress.Line == nil {
		return
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if c, err := jobCounts(ctx, client, job, model); err == nil {
				o.progress.show(c)
			}
		}
	}
}

func jobCounts(ctx context.Context, client jobpb.JobServiceClient, job string, model *pipepb.Pipeline) (counts, error) {
	r, err := client.GetJobMetrics(ctx, &jobpb.GetJobMetricsRequest{JobId: job})
	if err != nil {
		return nil, err
	}
	return countsOf(*metricsx.FromMonitoringInfos(model, r.GetMetrics().GetAttempted(), r.GetMetrics().GetCommitted())), nil
}
