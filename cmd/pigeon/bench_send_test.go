package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

// BenchmarkSend sends a queue through one modem. "x-ideal" is the time from
// the request until the network has taken the last segment, as a multiple of
// what the modem alone needs; "AT/segment" counts the command lines the modem
// read meanwhile, all of them, and "CMGS/segment" the AT+CMGS among them.
func BenchmarkSend(b *testing.B) {
	for _, bc := range []struct {
		name     string
		latency  time.Duration // from Ctrl-Z to +CMGS
		messages int
		receipt  bool
	}{
		{"cmgs=200ms", 200 * time.Millisecond, 200, true},
		{"cmgs=0", 0, 1000, false},
		{"cmgs=0/reports", 0, 1000, true},
	} {
		b.Run(bc.name, func(b *testing.B) {
			w := newBed(b, &modemsim.ModemConfig{Latency: bc.latency})
			sent := make(chan struct{}, 1)
			var left atomic.Int64
			w.hear(w.join("listener"), func(e sms.Event) {
				if e.State == sms.Sent && left.Add(-1) == 0 {
					sent <- struct{}{}
				}
			})
			var took time.Duration
			var commands, cmgs, segments int
			for b.Loop() {
				to := make([]string, bc.messages)
				for i := range to {
					to[i] = fmt.Sprintf("+4477008%05d", i)
				}
				left.Store(int64(len(to)))
				before := len(w.net.Segments())
				w.line.heard()
				begun := time.Now()
				if err := w.post(request(b, bc.receipt, to...)); err != nil {
					b.Fatal(err)
				}
				select {
				case <-sent:
				case <-time.After(benchLimit):
					b.Fatalf("%d of %d messages are not sent", left.Load(), len(to))
				}
				taken := w.net.Segments()[before:]
				took += taken[len(taken)-1].Time.Sub(begun)
				segments += len(taken)
				for _, l := range w.line.heard() {
					commands++
					if strings.HasPrefix(l, "AT+CMGS=") {
						cmgs++
					}
				}
			}
			b.ReportMetric(float64(segments)/took.Seconds(), "msg/s")
			b.ReportMetric(float64(commands)/float64(segments), "AT/segment")
			b.ReportMetric(float64(cmgs)/float64(segments), "CMGS/segment")
			if bc.latency > 0 {
				b.ReportMetric(took.Seconds()/(float64(segments)*bc.latency.Seconds()), "x-ideal")
			}
		})
	}
}

// BenchmarkSendEight sends a queue through eight modems that answer AT+CMGS after
// 200 ms. "of-limit" is the rate, from the request until the network has taken the
// last segment, as a share of what the eight alone could send.
func BenchmarkSendEight(b *testing.B) {
	const modems, latency, messages = 8, 200 * time.Millisecond, 800
	p := newProcess(b, modems)
	for _, m := range p.sim.Modems() {
		m.SetLatency(latency)
	}
	delivered := uint64(0)
	var took time.Duration
	for b.Loop() {
		before := len(p.sim.Network().Segments())
		begun := time.Now()
		for range messages / 100 {
			p.many(100)
		}
		delivered += messages
		p.settle(delivered)
		taken := p.sim.Network().Segments()[before:]
		if len(taken) != messages {
			b.Fatalf("the network has taken %d segments, want %d", len(taken), messages)
		}
		took += taken[len(taken)-1].Time.Sub(begun)
	}
	rate := float64(delivered) / took.Seconds()
	b.ReportMetric(rate, "msg/s")
	b.ReportMetric(rate*latency.Seconds()/modems, "of-limit")
}

// BenchmarkLatency publishes one message after another to an idle gateway. It
// tells the time from the client's publish to the moment the modem has read
// AT+CMGS, in milliseconds and as a multiple of one synced write to this disk.
func BenchmarkLatency(b *testing.B) {
	const messages = 500
	w := newBed(b, &modemsim.ModemConfig{})
	disk := syncTime(b, w.state)
	final := make(chan struct{}, 1)
	c := w.join("fleet")
	w.hear(c, func(e sms.Event) {
		if e.Final {
			final <- struct{}{}
		}
	})
	var sample []time.Duration
	for b.Loop() {
		for range messages {
			body, err := json.Marshal(map[string]any{"to": "+447700900123", "text": benchText})
			if err != nil {
				b.Fatal(err)
			}
			begun := time.Now()
			c.Publish(benchBase+"/send", 1, false, body) // its token says when the gateway has it, which is not asked here
			select {
			case at := <-w.line.sent:
				sample = append(sample, at.Sub(begun))
			case <-time.After(benchLimit):
				b.Fatal("AT+CMGS never came")
			}
			select {
			case <-final:
			case <-time.After(benchLimit):
				b.Fatal("the message never became final")
			}
		}
	}
	b.ReportMetric(milliseconds(percentile(sample, 0.5)), "p50-ms")
	b.ReportMetric(milliseconds(percentile(sample, 0.99)), "p99-ms")
	b.ReportMetric(milliseconds(disk), "disk-sync-ms")
	b.ReportMetric(float64(percentile(sample, 0.5))/float64(disk), "p50-x-disk-sync")
}
