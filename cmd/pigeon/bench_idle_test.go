package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// switches counts how often the daemon's threads have gone to sleep so far: each
// time something has woken one.
func (p *process) switches() int64 {
	p.b.Helper()
	all, err := filepath.Glob(filepath.Join("/proc", p.pid, "task/*/status"))
	if err != nil || len(all) == 0 {
		p.b.Fatalf("the daemon's threads: %d, %v", len(all), err)
	}
	sum := int64(0)
	for _, file := range all {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // the thread has ended
		}
		_, rest, _ := strings.Cut(string(text), "\nvoluntary_ctxt_switches:")
		n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
		if err != nil {
			p.b.Fatal(err)
		}
		sum += n
	}
	return sum
}

// commands counts the command lines a modem has been given since a time, by the
// daemon's own trace of its wire.
func (p *process) commands(modem string, since time.Time) int {
	p.b.Helper()
	var trace struct{ Lines []string }
	if err := p.get("/modems/"+modem+"/trace", &trace); err != nil {
		p.b.Fatal(err)
	}
	n := 0
	for _, line := range trace.Lines {
		at, rest, _ := strings.Cut(line, " ") // a time of day, in UTC
		if at >= since.UTC().Format("15:04:05.000") && strings.HasPrefix(rest, "> AT") {
			n++
		}
	}
	return n
}

// BenchmarkIdle tells what the daemon does with eight modems that are ready and
// nothing to do, in a minute, which is the period of its watch: how often one of its
// threads wakes and how many commands it gives, each for a second and modem, and
// how much memory it has resident at most, in MiB.
func BenchmarkIdle(b *testing.B) {
	const modems, period = 8, time.Minute
	for b.Loop() {
		p := newProcess(b, modems)
		<-time.After(5 * time.Second) // what a start does is over
		begun, woken := time.Now(), p.switches()
		var all, anon int64
		tick := time.NewTicker(period / 10)
		for range 10 {
			<-tick.C
			all, anon = max(all, p.number("status", "VmRSS")), max(anon, p.number("status", "RssAnon"))
		}
		tick.Stop()
		woken = p.switches() - woken
		each := modems * time.Since(begun).Seconds()
		commands := 0
		for i := range modems {
			commands += p.commands(fmt.Sprintf("m%d", i), begun)
		}
		b.ReportMetric(float64(woken)/each, "wakeups/s/modem")
		b.ReportMetric(float64(commands)/each, "AT/s/modem")
		b.ReportMetric(float64(all)/1024, "MiB")
		b.ReportMetric(float64(anon)/1024, "anon-MiB")
	}
}
