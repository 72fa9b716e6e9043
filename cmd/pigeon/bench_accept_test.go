package main

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// BenchmarkAccept has requests accepted by so many senders at the same time,
// each of whom waits for the answer to one before the next: the 202 over the
// socket, the PUBACK from the embedded broker. Either says that the message is
// on disk. No modem is there, so nothing else is done meanwhile but to publish
// that the messages wait. "accepts/sync" is how many accepts one synced write
// to this disk would have taken the time of.
func BenchmarkAccept(b *testing.B) {
	const requests = 2000 // of all senders, for each iteration
	for _, door := range []string{"http", "mqtt"} {
		for _, senders := range []int{1, 10, 100} {
			b.Run(fmt.Sprintf("%s/senders=%d", door, senders), func(b *testing.B) {
				w := newBed(b, nil)
				disk := syncTime(b, w.state)
				body := request(b, true, "+447700900123")
				accept := make([]func() error, senders)
				for i := range accept {
					if door == "http" {
						u := newUser(b, w.state)
						accept[i] = func() error { return u.post(body) }
						continue
					}
					c := w.join(fmt.Sprintf("sender%d", i))
					accept[i] = func() error {
						tok := c.Publish(benchBase+"/send", 1, false, body)
						tok.Wait()
						return tok.Error()
					}
				}
				var mu sync.Mutex // guards sample
				var sample []time.Duration
				for b.Loop() {
					var wg sync.WaitGroup
					for _, accept := range accept {
						wg.Go(func() {
							var own []time.Duration
							for range requests / senders {
								begun := time.Now()
								if err := accept(); err != nil {
									b.Error(err)
									return
								}
								own = append(own, time.Since(begun))
							}
							mu.Lock()
							defer mu.Unlock()
							sample = append(sample, own...)
						})
					}
					wg.Wait()
				}
				var status struct{ Queue sms.Queue }
				if err := w.get("/status", &status); err != nil || status.Queue.Queued != len(sample) {
					b.Errorf("the daemon has %d messages, want %d (%v)", status.Queue.Queued, len(sample), err)
				}
				rate := float64(len(sample)) / b.Elapsed().Seconds()
				b.ReportMetric(rate, "accepts/s")
				b.ReportMetric(rate*disk.Seconds(), "accepts/sync")
				b.ReportMetric(milliseconds(percentile(sample, 0.5)), "p50-ms")
				b.ReportMetric(milliseconds(percentile(sample, 0.99)), "p99-ms")
			})
		}
	}
}
