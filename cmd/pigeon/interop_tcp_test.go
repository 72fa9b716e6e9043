//go:build interop

package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

// A serialServer is socat, which serves a tty over TCP as a serial server does.
type serialServer struct {
	t    *testing.T
	tty  string
	port string
	cmd  *exec.Cmd
}

func (s *serialServer) start() {
	s.t.Helper()
	s.cmd = exec.Command("socat", "TCP-LISTEN:"+s.port+",bind=127.0.0.1,reuseaddr,fork", "OPEN:"+s.tty+",rawer,echo=0")
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL} // with the children it forks
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
}

// kill ends it and the connections it serves, as a power cut would.
func (s *serialServer) kill() {
	s.t.Helper()
	if err := syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		s.t.Error(err)
	}
	_ = s.cmd.Wait() // "signal: killed"
}

// startSim runs one simulated modem on a pty until the test ends.
func startSim(t *testing.T) *modemsim.Sim {
	t.Helper()
	sim := modemsim.New(modemsim.Config{
		Count: 1, Dir: filepath.Join(stateDir(t), "modem"), Modem: modemsim.ModemConfig{Latency: 100 * time.Millisecond},
	}, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- sim.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the simulator ended with %v", err)
		}
	})
	<-sim.Ready()
	return sim
}

// TestInteropSerialServer drives one modem through its pty, and through socat over
// TCP, alike: ten texts out, ten in. Over TCP socat is killed in the middle of both
// and started again: the daemon connects again, and nothing is lost.
func TestInteropSerialServer(t *testing.T) {
	if _, err := exec.LookPath("socat"); err != nil {
		t.Skip("NOT CHECKED: socat is not installed")
	}
	for _, tcp := range []bool{false, true} {
		name := "pty"
		if tcp {
			name = "tcp"
		}
		t.Run(name, func(t *testing.T) {
			sim := startSim(t)
			port := sim.Links()[0]
			var server *serialServer
			if tcp {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				_, number, _ := net.SplitHostPort(l.Addr().String())
				l.Close()
				server = &serialServer{t: t, tty: port, port: number}
				server.start()
				defer func() { server.kill() }()
				port = "tcp://127.0.0.1:" + number
			}
			l := start(t, stateDir(t), 0, strings.Replace(ports, "[gateway]", "[gateway]\ndoubt_wait = \"2s\"", 1)+"[web]\nlisten = \"\"\n[[modem]]\nname = \"north\"\nport = \""+port+"\"\n")
			defer l.end()
			n := l.listen()
			ready := func() bool { return strings.Contains(l.run("modems"), "ready") }
			eventually(t, "the modem is ready", ready)

			const each = 10
			sent, heard := map[string]int{}, map[string]int{}
			for i := range each {
				n.publish(l.found.base+"/send", fmt.Sprintf(`{"id":"out-%d","to":"+44770090020%d","text":"out %d"}`, i, i, i))
			}
			deliver := func(from, to int) {
				for i := from; i < to; i++ {
					if _, err := sim.Network().Deliver(sim.Modems()[0].Config().Name, "+447700900300", fmt.Sprintf("in %d", i), modemsim.Delivery{}); err != nil {
						t.Fatal(err)
					}
				}
			}
			deliver(0, each/2)
			restarted := false
			for len(sent) < each || len(heard) < each {
				select {
				case e := <-n.events:
					if e.State == sms.Sent {
						sent[e.ID]++
					} else if e.Final && e.State != sms.Delivered {
						t.Fatalf("%s is %s: %s", e.ID, e.State, e.Why)
					}
				case r := <-n.received:
					heard[r.Text]++
				case <-time.After(patience):
					t.Fatalf("after %v: sent %v, received %v\n%s", patience, sent, heard, l.log)
				}
				if !restarted && len(sent) >= 3 {
					restarted = true
					if server != nil {
						server.kill()
						eventually(t, "the loss is noticed", func() bool { return !ready() })
						server.start()
					}
					deliver(each/2, each)
				}
			}
			for i := range each {
				to, text := fmt.Sprintf("+44770090020%d", i), fmt.Sprintf("out %d", i)
				// Whether the one on its way was taken nobody could know: it may be there twice.
				if c := sim.Network().Copies(to, text); c < 1 || c > 2 || c == 2 && !tcp {
					t.Errorf("%q was sent %d times", text, c)
				}
				if c := heard[fmt.Sprintf("in %d", i)]; c != 1 {
					t.Errorf("%q was received %d times", fmt.Sprintf("in %d", i), c)
				}
			}
			if got := l.run("audit"); !strings.Contains(got, "hold") {
				t.Errorf("audit: %s", got)
			}
		})
	}
}
