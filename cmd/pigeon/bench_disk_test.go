package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

// A process is the built daemon in a process of its own, so that what the
// kernel counts for it is the daemon's alone. Its modems live in this one.
type process struct {
	*user
	sim   *modemsim.Sim
	pid   string
	trace string // where strace writes each pwrite and sync; empty without strace
}

// newProcess builds a daemon as "make build" does, starts it with so many
// modems, under strace with these arguments where there are any, and waits
// until all are ready.
func newProcess(b *testing.B, modems int, strace ...string) *process {
	b.Helper()
	dir := benchDir(b)
	binary := filepath.Join(dir, "pigeon")
	if out, err := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	p := &process{}
	// A report comes when the cursor has moved past the events before it, as
	// those of real networks do.
	p.sim = modemsim.New(modemsim.Config{
		Count: modems, Dir: filepath.Join(dir, "modems"),
		Network: modemsim.NetworkConfig{ReportDelay: time.Second},
	}, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.sim.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			b.Errorf("the simulator ended with %v", err)
		}
	})
	<-p.sim.Ready()

	conf, state := filepath.Join(dir, "pigeon.toml"), filepath.Join(dir, "state")
	if err := os.WriteFile(conf, []byte(benchConfig(p.sim.Links()...)), 0o600); err != nil {
		b.Fatal(err)
	}
	line := []string{binary, "run", "--config", conf, "--state", state}
	if tool, err := exec.LookPath("strace"); len(strace) > 0 && err == nil {
		p.trace = filepath.Join(dir, "trace")
		line = slices.Concat([]string{tool, "-f", "-qq", "-s", "0", "--seccomp-bpf", "-e", "signal=none", "-o", p.trace}, strace, line)
	} else if len(strace) > 0 {
		b.Log("strace is not installed: only what the kernel counts is told")
	}
	var log bytes.Buffer
	daemon := exec.Command(line[0], line[1:]...)
	daemon.Stderr = &log
	daemon.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := daemon.Start(); err != nil {
		b.Fatal(err)
	}
	p.user = newUser(b, state)
	b.Cleanup(func() {
		if pid, err := strconv.Atoi(p.pid); err == nil {
			_ = syscall.Kill(pid, syscall.SIGTERM) // it may have ended by itself, which Wait tells
		} else {
			_ = daemon.Process.Kill()
		}
		if err := daemon.Wait(); err != nil {
			b.Errorf("the daemon ended with %v:\n%s", err, log.Bytes())
		}
	})
	p.ready(modems)
	text, err := os.ReadFile(filepath.Join(state, "pigeon.pid"))
	if err != nil {
		b.Fatal(err)
	}
	p.pid = strings.TrimSpace(string(text))
	return p
}

// number reads a number behind a word in one of the daemon's files below /proc.
func (p *process) number(file, word string) int64 {
	p.b.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", p.pid, file))
	if err != nil {
		p.b.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, word+":"); ok {
			n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				p.b.Fatal(err)
			}
			return n
		}
	}
	p.b.Fatalf("/proc/%s/%s has no %s", p.pid, file, word)
	return 0
}

// A toll is what the daemon has asked of the disk so far.
type toll struct {
	syncs   int   // calls of fdatasync and fsync
	octets  int64 // handed to pwrite, by which alone the store writes
	counted int64 // write_bytes of /proc/PID/io
}

func (p *process) toll() toll {
	t := toll{counted: p.number("io", "write_bytes")}
	if p.trace == "" {
		return t
	}
	text, err := os.ReadFile(p.trace)
	if err != nil {
		p.b.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		// A call another thread got in between of is on two lines: "sync(8
		// <unfinished ...>", and later "<... sync resumed>) = 0".
		if strings.Contains(line, "sync(") {
			t.syncs++
		}
		if _, result, done := strings.Cut(line, ") "); done && strings.Contains(line, "pwrite64") {
			n, err := strconv.ParseInt(strings.TrimLeft(strings.TrimSpace(result), "= "), 10, 64)
			if err != nil {
				p.b.Fatalf("%s: %v", line, err)
			}
			t.octets += n
		}
	}
	return t
}

// settle waits until so many messages have been delivered and every follower
// has been told. The cursor moves up to a quarter of a second after the last
// event was acknowledged, and then nothing is left to write.
func (p *process) settle(delivered uint64) {
	p.b.Helper()
	p.until("all messages are delivered and published", func() bool {
		var h sms.Health
		return p.get("/status", &h) == nil && h.Today.Delivered == delivered && h.Behind["mqtt"] == 0
	})
}

// burst has messages accepted at the same time, each asked for by itself.
func (p *process) burst(users []*user) {
	var wg sync.WaitGroup
	for i, u := range users {
		body := request(p.b, true, fmt.Sprintf("+4477009%05d", i)) // to one person they would wait for each other
		wg.Go(func() {
			if err := u.post(body); err != nil {
				p.b.Error(err)
			}
		})
	}
	wg.Wait()
}

// many sends messages without looking closely.
func (p *process) many(n int) {
	p.b.Helper()
	to := make([]string, n)
	for i := range to {
		to[i] = fmt.Sprintf("+4477008%05d", i)
	}
	if err := p.post(request(p.b, true, to...)); err != nil {
		p.b.Fatal(err)
	}
}

// BenchmarkDisk tells what the whole life of a message costs the disk: it is
// accepted, sent, delivered and published, and the cursor has moved past its
// events. "B-written" are octets the daemon wrote, "B-counted" those the kernel
// counts, which are more where its page cache holds the file in pieces larger
// than a page; neither has the file system's own journal in it. The store holds
// history already, so that its trees have the depth they have in use.
func BenchmarkDisk(b *testing.B) {
	const history, modems = 5000, 4
	p := newProcess(b, modems, "-e", "trace=pwrite64,fdatasync,fsync")
	delivered := uint64(0)
	for range history / sms.MaxRecipients {
		p.many(sms.MaxRecipients)
		delivered += sms.MaxRecipients
		p.settle(delivered)
	}
	for _, bc := range []struct {
		name    string
		burst   int
		repeat  int
		latency time.Duration // from Ctrl-Z to +CMGS
	}{
		{"alone", 1, 10, 200 * time.Millisecond},
		{"burst=100", 100, 1, 200 * time.Millisecond},
		{"burst=100/cmgs=0", 100, 5, 0},
	} {
		b.Run(bc.name, func(b *testing.B) {
			p.b = b
			for _, m := range p.sim.Modems() {
				m.SetLatency(bc.latency)
			}
			users := make([]*user, bc.burst)
			for i := range users {
				users[i] = newUser(b, filepath.Dir(p.socket))
			}
			before, messages := p.toll(), 0
			for b.Loop() {
				for range bc.repeat {
					p.burst(users)
					messages += bc.burst
					delivered += uint64(bc.burst)
					p.settle(delivered)
				}
			}
			after, n := p.toll(), float64(messages)
			b.ReportMetric(float64(after.counted-before.counted)/n, "B-counted/msg")
			if p.trace != "" {
				b.ReportMetric(float64(after.octets-before.octets)/n, "B-written/msg")
				b.ReportMetric(float64(after.syncs-before.syncs)/n, "syncs/msg")
			}
		})
	}
}

// BenchmarkSlowDisk sends a queue through one modem that answers AT+CMGS after
// 200 ms, on a disk whose every sync takes so much longer, as an SD card's do.
// "x-ideal" is the time from the request until the daemon knows the last to be
// sent, as a multiple of what the modem alone needs.
func BenchmarkSlowDisk(b *testing.B) {
	if _, err := exec.LookPath("strace"); err != nil {
		b.Skip("strace, which slows the syncs, is not installed")
	}
	const messages, latency = 50, 200 * time.Millisecond
	for _, pause := range []time.Duration{5 * time.Millisecond, 20 * time.Millisecond} {
		b.Run(fmt.Sprintf("sync=%v", pause), func(b *testing.B) {
			p := newProcess(b, 1, "-e", "trace=fdatasync", "-e", fmt.Sprintf("inject=fdatasync:delay_exit=%d", pause.Microseconds()))
			p.sim.Modems()[0].SetLatency(latency)
			sent := uint64(0)
			var took time.Duration
			for b.Loop() {
				begun := time.Now()
				p.many(messages)
				sent += messages
				p.until("all messages are sent", func() bool {
					var h sms.Health
					return p.get("/status", &h) == nil && h.Today.Sent == sent
				})
				took += time.Since(begun)
			}
			b.ReportMetric(took.Seconds()/(float64(sent)*latency.Seconds()), "x-ideal")
		})
	}
}

// BenchmarkMemory tells how much memory the daemon has resident, at most, in
// ten seconds with four modems that are ready and nothing to do, in MiB: all of
// it, and without what is mapped from files and can be dropped at need. Then
// the same after 2000 messages.
func BenchmarkMemory(b *testing.B) {
	const modems, messages = 4, 2000
	for b.Loop() {
		p := newProcess(b, modems)
		idle := func(suffix string) {
			var all, anon int64
			tick := time.NewTicker(100 * time.Millisecond)
			defer tick.Stop()
			for range 100 {
				<-tick.C
				all = max(all, p.number("status", "VmRSS"))
				anon = max(anon, p.number("status", "RssAnon"))
			}
			b.ReportMetric(float64(all)/1024, "MiB"+suffix)
			b.ReportMetric(float64(anon)/1024, "anon-MiB"+suffix)
		}
		idle("-idle")
		for range messages / sms.MaxRecipients {
			p.many(sms.MaxRecipients)
		}
		p.settle(messages)
		idle("-after")
	}
}
