package main

import (
	"context"
	"errors"
	"sync"
)

// A runner is a part with a life of its own: Run works until ctx is done and
// returns when all it started is gone.
type runner interface {
	Run(ctx context.Context) error
}

// runStages runs every part of every stage at once. When ctx is done, or any
// part returns, the stages are stopped in order: each is told to stop when the
// one before it has. It returns the first error that was not the stop itself.
func runStages(ctx context.Context, stages ...[]runner) error {
	var (
		first error
		once  sync.Once
	)
	stop, halt := context.WithCancel(ctx)
	defer halt()

	gone := make([]sync.WaitGroup, len(stages))
	stops := make([]context.CancelFunc, len(stages))
	for i, stage := range stages {
		// A stage outlives ctx: it ends when its turn comes.
		run, end := context.WithCancel(context.WithoutCancel(ctx))
		defer end()
		stops[i] = end
		for _, r := range stage {
			gone[i].Go(func() {
				err := r.Run(run)
				if err != nil && !errors.Is(err, context.Canceled) {
					once.Do(func() { first = err })
				}
				halt()
			})
		}
	}
	<-stop.Done()
	for i := range stages {
		stops[i]()
		gone[i].Wait()
	}
	return first
}
