//go:build interop

package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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

// A rival is a program that sends from a queue through a modem: ours, or one that
// people use in its place.
type rival struct {
	name     string
	messages map[time.Duration]int // by what AT+CMGS takes: how many are sent
	// line prepares a directory and returns the daemon's command line.
	line func(b *testing.B, dir, port string) []string
	// ready waits until messages can be given; nil: at once.
	ready func(b *testing.B, dir string)
	// give hands messages over. They are safe when it returns, where the program
	// has a way to make them.
	give func(b *testing.B, dir string, from, to int)
	// done reports whether the program has put away so many.
	done func(b *testing.B, dir string, n int) bool
}

const (
	peersQuick = 0
	peersSlow  = 200 * time.Millisecond
)

var rivals = []rival{
	{
		name:     "pigeon",
		messages: map[time.Duration]int{peersQuick: 300, peersSlow: 50},
		line: func(b *testing.B, dir, port string) []string {
			conf := filepath.Join(dir, "pigeon.toml")
			writeFile(b, conf, benchConfig(port))
			return []string{peersBinary(b), "run", "--config", conf, "--state", filepath.Join(dir, "state")}
		},
		ready: func(b *testing.B, dir string) { newUser(b, filepath.Join(dir, "state")).ready(1) },
		give: func(b *testing.B, dir string, from, to int) {
			next := make(chan int)
			var wg sync.WaitGroup
			for range 10 {
				u := newUser(b, filepath.Join(dir, "state"))
				wg.Go(func() {
					for i := range next {
						body := request(b, false, peersNumber(i))
						if err := u.post(body); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for i := from; i < to; i++ {
				next <- i
			}
			close(next)
			wg.Wait()
		},
		done: func(b *testing.B, dir string, n int) bool {
			var h sms.Health
			return peersUser(b, dir).get("/status", &h) == nil &&
				h.Queue.Queued+h.Queue.Sending == 0 && h.Behind["mqtt"] == 0
		},
	},
	{
		name:     "smstools",
		messages: map[time.Duration]int{peersQuick: 100, peersSlow: 50},
		line: func(b *testing.B, dir, port string) []string {
			return []string{peersFind("smsd"), "-c", peersConf(b, dir, port, "bench-smsd.conf",
				"outgoing", "checked", "incoming", "failed", "sent", "report", "drop"), "-t"}
		},
		give: func(b *testing.B, dir string, from, to int) {
			spool(b, dir, "outgoing", from, to, func(i int) (name, text string) {
				return fmt.Sprintf("out%05d", i), "To: " + peersNumber(i)[1:] + "\n\n" + benchText
			})
		},
		done: func(b *testing.B, dir string, n int) bool { return files(dir, "sent") >= n },
	},
	{
		name:     "gammu-smsd",
		messages: map[time.Duration]int{peersQuick: 20, peersSlow: 20},
		line: func(b *testing.B, dir, port string) []string {
			return []string{peersFind("gammu-smsd"), "-c", peersConf(b, dir, port, "bench-gammu.conf",
				"inbox", "outbox", "sent", "error", "drop")}
		},
		give: func(b *testing.B, dir string, from, to int) {
			spool(b, dir, "outbox", from, to, func(i int) (name, text string) {
				return fmt.Sprintf("OUTC20260101_000000_%05d_%s_x.txt", i, peersNumber(i)), benchText
			})
		},
		done: func(b *testing.B, dir string, n int) bool { return files(dir, "sent") >= n },
	},
}

// peersUser is who asks the daemon in a directory again and again.
func peersUser(b *testing.B, dir string) *user {
	if u, ok := peersUsers.Load(dir); ok {
		return u.(*user)
	}
	u := newUser(b, filepath.Join(dir, "state"))
	peersUsers.Store(dir, u)
	return u
}

var peersUsers sync.Map // by directory

func peersNumber(i int) string { return fmt.Sprintf("+4477008%05d", i) }

// peersBinary builds the daemon as "make build" does, once.
var peersBinary = func() func(b *testing.B) string {
	var once sync.Once
	var binary string
	return func(b *testing.B) string {
		once.Do(func() {
			dir, err := os.MkdirTemp("", "pigeon")
			if err != nil {
				b.Fatal(err)
			}
			binary = filepath.Join(dir, "pigeon")
			cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", binary, ".")
			if out, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("go build: %v\n%s", err, out)
			}
		})
		return binary
	}
}()

// peersFind is where a daemon lies; not every user's PATH holds that place.
func peersFind(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	return "/usr/sbin/" + name
}

func peersConf(b *testing.B, dir, port, template string, dirs ...string) string {
	b.Helper()
	for _, d := range dirs {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			b.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "scripts", "peers", template))
	if err != nil {
		b.Fatal(err)
	}
	conf := filepath.Join(dir, template)
	writeFile(b, conf, strings.NewReplacer("@PORT@", port, "@DIR@", dir).Replace(string(text)))
	return conf
}

func writeFile(b *testing.B, name, text string) {
	b.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
}

// spool writes messages as files beside a spool and renames them into it, so that
// none is seen by half.
func spool(b *testing.B, dir, into string, from, to int, f func(i int) (name, text string)) {
	b.Helper()
	for _, move := range []bool{false, true} {
		for i := from; i < to; i++ {
			name, text := f(i)
			if drop := filepath.Join(dir, "drop", name); !move {
				writeFile(b, drop, text)
			} else if err := os.Rename(drop, filepath.Join(dir, into, name)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func files(dir, sub string) int {
	entries, err := os.ReadDir(filepath.Join(dir, sub))
	if err != nil {
		return 0
	}
	return len(entries)
}

// A duel is one rival at work on a modem of its own.
type duel struct {
	rival
	b     *testing.B
	dir   string
	sim   *modemsim.Sim
	cmd   *exec.Cmd
	trace string // where strace writes; empty without
}

func newDuel(b *testing.B, r rival, latency time.Duration) *duel {
	d := &duel{rival: r, b: b, dir: benchDir(b)}
	d.sim = modemsim.New(modemsim.Config{
		Count: 1, Dir: filepath.Join(d.dir, "ports"), Modem: modemsim.ModemConfig{Latency: latency},
	}, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.sim.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			b.Errorf("the simulator ended with %v", err)
		}
	})
	<-d.sim.Ready()
	return d
}

// start starts the daemon in a process group of its own.
func (d *duel) start(traced bool) {
	d.b.Helper()
	line := d.line(d.b, d.dir, d.sim.Links()[0])
	if traced {
		d.trace = filepath.Join(d.dir, "trace")
		line = append([]string{"strace", "-f", "-qq", "-y", "-s", "0", "--seccomp-bpf", "-e", "signal=none", "-o", d.trace, "-e",
			"trace=write,writev,pwrite64,fdatasync,fsync,sync,syncfs,openat,creat,rename,renameat,renameat2,unlink,unlinkat"}, line...)
	}
	d.cmd = exec.Command(line[0], line[1:]...)
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := d.cmd.Start(); err != nil {
		d.b.Fatal(err)
	}
	if d.ready != nil {
		d.ready(d.b, d.dir)
	}
}

// end ends the daemon and all that it has started.
func (d *duel) end(sig syscall.Signal) {
	group := -d.cmd.Process.Pid
	_ = syscall.Kill(group, sig) // it may have ended by itself
	gone := make(chan struct{})
	go func() { _ = d.cmd.Wait(); close(gone) }()
	select {
	case <-gone:
	case <-time.After(20 * time.Second):
		d.b.Errorf("%s did not end when told to", d.name)
	}
	_ = syscall.Kill(group, syscall.SIGKILL)
	<-gone
}

// sent waits until the network has n messages, and returns when it had them.
func (d *duel) sent(n int) time.Time {
	d.b.Helper()
	ctx, stop := context.WithTimeout(context.Background(), benchLimit)
	defer stop()
	if err := d.sim.Network().Wait(ctx, func(ms []modemsim.Message) bool { return len(ms) >= n }); err != nil {
		d.b.Fatalf("%s: the network has %d messages of %d: %v", d.name, len(d.sim.Network().Messages()), n, err)
	}
	return time.Now()
}

// usage is what the daemon's processes have used so far: processor time, and the
// memory they have resident that is no file's, and with the files'.
func (d *duel) usage() (cpu time.Duration, anon, all int64) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		f := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if len(f) < 15 || f[2] != strconv.Itoa(d.cmd.Process.Pid) {
			continue
		}
		for _, ticks := range f[11:15] { // utime stime cutime cstime, in hundredths
			n, _ := strconv.ParseInt(ticks, 10, 64)
			cpu += time.Duration(n) * 10 * time.Millisecond
		}
		status, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "status"))
		for line := range strings.Lines(string(status)) {
			word, rest, _ := strings.Cut(line, ":")
			var into *int64
			switch word {
			case "RssAnon":
				into = &anon
			case "VmRSS":
				into = &all
			default:
				continue
			}
			n, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			*into += n
		}
	}
	return cpu, anon, all
}

var (
	traceWrite = regexp.MustCompile(`(?:write|writev|pwrite64)\(\d+<([^>]*)>.* = (\d+)$`)
	traceSync  = regexp.MustCompile(`\b(?:fdatasync|fsync|sync|syncfs)\(`)
	traceName  = regexp.MustCompile(`\b(?:rename|renameat|renameat2|unlink|unlinkat)\(.*\) += 0|\b(?:openat|creat)\(.*O_CREAT.* = \d+`)
)

// disk reads of the trace what was asked of the disk: octets written to files,
// syncs, and names made, changed and removed. Log files are left out: all three
// can log to the journal.
func (d *duel) disk() (octets int64, syncs, names int) {
	text, err := os.ReadFile(d.trace)
	if err != nil {
		d.b.Fatal(err)
	}
	begun := map[string]string{} // by thread: a call that others got in between of
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		pid, call, _ := strings.Cut(line, " ")
		if head, ok := strings.CutSuffix(call, " <unfinished ...>"); ok {
			begun[pid] = head
			continue
		}
		if _, tail, ok := strings.Cut(call, " resumed>"); ok && strings.HasPrefix(strings.TrimSpace(call), "<...") {
			call = begun[pid] + tail
		}
		if strings.Contains(call, ".log") {
			continue
		}
		if m := traceWrite.FindStringSubmatch(call); m != nil && strings.HasPrefix(m[1], d.dir) {
			n, _ := strconv.ParseInt(m[2], 10, 64)
			octets += n
		}
		if traceSync.MatchString(call) {
			syncs++
		}
		if traceName.MatchString(call) {
			names++
		}
	}
	return octets, syncs, names
}

// A peersRow is what the table says of one rival.
type peersRow struct {
	rate, cpu            map[time.Duration]float64 // messages a second; ms a message
	anon, all            float64                   // MiB
	octets, syncs, names float64                   // a message
	lost, doubled        int
}

// BenchmarkPeers has the daemon, smstools and gammu-smsd with its files send the
// same texts through the same simulated modem on this disk, one after the other. Each sends from a queue that was filled at once.
func BenchmarkPeers(b *testing.B) {
	if os.Geteuid() != 0 {
		b.Skip("smsd wants to be root")
	}
	for _, r := range rivals {
		b.Run(r.name, func(b *testing.B) {
			for b.Loop() {
				row := peersRow{rate: map[time.Duration]float64{}, cpu: map[time.Duration]float64{}}
				for _, latency := range []time.Duration{peersQuick, peersSlow} {
					row.send(b, r, latency)
				}
				row.wear(b, r)
				row.kill(b, r)
				b.ReportMetric(row.rate[peersQuick], "msg/s")
				b.ReportMetric(row.rate[peersSlow], "msg/s-200ms")
				b.ReportMetric(row.octets, "B-written/msg")
				b.ReportMetric(row.syncs, "syncs/msg")
				b.ReportMetric(row.names, "names/msg")
				b.ReportMetric(row.cpu[peersQuick], "CPU-ms/msg")
				b.ReportMetric(row.cpu[peersSlow], "CPU-ms/msg-200ms")
				b.ReportMetric(row.all, "MiB")
				b.ReportMetric(row.anon, "anon-MiB")
				b.ReportMetric(float64(row.lost), "lost")
				b.ReportMetric(float64(row.doubled), "doubled")
			}
		})
	}
}

// send measures how fast, and with how much of the processor and the memory.
func (row *peersRow) send(b *testing.B, r rival, latency time.Duration) {
	d, n := newDuel(b, r, latency), r.messages[latency]
	d.start(false)
	defer func() { d.end(syscall.SIGTERM) }()
	d.give(b, d.dir, 0, 1) // the modem is found and set up
	d.sent(1)
	d.until(1)
	cpu, _, _ := d.usage()
	begun := time.Now()
	d.give(b, d.dir, 1, 1+n)
	row.rate[latency] = float64(n) / d.sent(1+n).Sub(begun).Seconds()
	d.until(1 + n)
	after, anon, all := d.usage()
	row.cpu[latency] = milliseconds(after-cpu) / float64(n)
	row.anon, row.all = max(row.anon, float64(anon)/1024), max(row.all, float64(all)/1024)
}

// until waits until the program has put away so many.
func (d *duel) until(n int) {
	d.b.Helper()
	u := user{b: d.b}
	u.until(fmt.Sprintf("%s has put away %d messages", d.name, n), func() bool { return d.done(d.b, d.dir, n) })
}

// wear counts what one message after the other asks of the disk.
func (row *peersRow) wear(b *testing.B, r rival) {
	if _, err := exec.LookPath("strace"); err != nil {
		b.Log("strace is not installed: the disk is not looked at")
		return
	}
	const n = 3 // gammu-smsd sleeps half a minute before each
	d := newDuel(b, r, peersSlow)
	d.start(true)
	defer func() { d.end(syscall.SIGTERM) }()
	d.give(b, d.dir, 0, 1)
	d.sent(1)
	d.until(1)
	octets, syncs, names := d.disk()
	for i := range n {
		d.give(b, d.dir, 1+i, 2+i)
		d.sent(2 + i)
		d.until(2 + i)
	}
	o, s, m := d.disk()
	row.octets, row.syncs, row.names = float64(o-octets)/n, float64(s-syncs)/n, float64(m-names)/n
}

// peersKilled is how many messages stand in the queue when the killing begins.
const peersKilled = 40

// kill ends the daemon without a word at random moments while it sends, starts it
// again each time, and counts by the network's record what never came and what
// came twice.
func (row *peersRow) kill(b *testing.B, r rival) {
	const kills = 12
	chance := rand.New(rand.NewPCG(1, 2))
	d := newDuel(b, r, peersSlow)
	d.start(false)
	d.give(b, d.dir, 0, peersKilled)
	d.sent(1)
	network := d.sim.Network()
	for range kills {
		// From the next message on, so that each is struck at work.
		before := len(network.Messages())
		ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
		_ = network.Wait(ctx, func(ms []modemsim.Message) bool { return len(ms) > before })
		stop()
		<-time.After(time.Duration(chance.Float64() * float64(500*time.Millisecond)))
		d.end(syscall.SIGKILL)
		d.start(false)
	}
	// What has not come when nothing new came for so long will not come.
	const quiet = 45 * time.Second // Pigeon lets what is in doubt rest for 30 s
	for {
		before := len(network.Messages())
		ctx, stop := context.WithTimeout(context.Background(), quiet)
		err := network.Wait(ctx, func(ms []modemsim.Message) bool { return len(ms) > before })
		stop()
		if err != nil {
			break
		}
	}
	d.end(syscall.SIGTERM)
	came := map[string]int{}
	for _, m := range network.Messages() {
		came[string(m.To)]++
	}
	for i := range peersKilled {
		switch n := came[peersNumber(i)]; {
		case n == 0:
			row.lost++
		case n > 1:
			row.doubled += n - 1
		}
	}
	if others := slices.DeleteFunc(network.Messages(), func(m modemsim.Message) bool {
		return strings.HasPrefix(string(m.To), "+4477008")
	}); len(others) > 0 {
		b.Errorf("%s sent %d messages nobody asked for, one to %s", r.name, len(others), others[0].To)
	}
}
