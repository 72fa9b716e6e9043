package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// part is a runner that takes a while to stop and notes when it has.
type part struct {
	name string
	slow time.Duration
	fail error
	mu   *sync.Mutex
	log  *[]string
}

func (p part) Run(ctx context.Context) error {
	if p.fail == nil {
		<-ctx.Done()
		<-time.After(p.slow)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	*p.log = append(*p.log, p.name)
	return p.fail
}

func TestStagesStopInOrder(t *testing.T) {
	for _, tc := range []struct {
		name string
		fail error
		want []string
	}{
		{"when told to", nil, []string{"in", "core", "out"}},
		{"when one fails", errors.New("disk gone"), []string{"core", "in", "out"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var log []string
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				err := runStages(ctx,
					[]runner{part{"in", 3 * time.Second, nil, &mu, &log}},
					[]runner{part{"core", 2 * time.Second, tc.fail, &mu, &log}},
					[]runner{part{"out", time.Second, nil, &mu, &log}},
				)
				if !errors.Is(err, tc.fail) {
					t.Errorf("got error %v, want %v", err, tc.fail)
				}
				if !slices.Equal(log, tc.want) {
					t.Errorf("stopped in order %v, want %v", log, tc.want)
				}
			})
		})
	}
}
