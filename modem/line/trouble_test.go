package line_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem/line"
)

// A late answer meets the sentinel of the resync, which it cannot satisfy, and
// never the next command.
func TestLateAnswerIsNotTheNextCommands(t *testing.T) {
	for _, tc := range []struct{ name, script, info, err string }{
		{"late answer while nothing runs",
			"> AT+COPS?\n~ 6s\n< +COPS: 0\n< OK\n> \x1b\n> AT+CMEE?\n< +CMEE: 1\n< OK\n> AT+CSQ\n< +CSQ: 12,99\n< OK", "+CSQ: 12,99", ""},
		{"late OK meets the sentinel",
			"> AT+COPS?\n> \x1b\n> AT+CMEE?\n< OK\n~ 100ms\n< +CMEE: 1\n< OK\n> AT+CSQ\n< +CSQ: 12,99\n< OK", "+CSQ: 12,99", ""},
		{"late refusal meets the sentinel",
			"> AT+COPS?\n> \x1b\n> AT+CMEE?\n< +CME ERROR: 30\n< +CMEE: 1\n< OK\n> AT+CSQ\n< +CSQ: 12,99\n< OK", "+CSQ: 12,99", ""},
		{"sentinel unknown to the modem",
			"> AT+COPS?\n> \x1b\n> AT+CMEE?\n< ERROR\n> AT+CMGF?\n< ERROR\n> AT\n< OK\n> AT+CSQ\n< +CSQ: 12,99\n< OK", "+CSQ: 12,99", ""},
		{"silence", "> AT+COPS?\n> \x1b\n> AT+CMEE?\n> AT+CMGF?\n> AT", "", "modem does not answer to its place"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := open(t, tc.script)
				if _, err := b.Do(t.Context(), "+COPS?", 5*time.Second); !errors.Is(err, line.ErrTimeout) {
					t.Fatalf("first command: got %v, want a time-out", err)
				}
				<-time.After(2 * time.Second)
				info, err := b.Do(t.Context(), "+CSQ", 5*time.Second)
				if got := strings.Join(info, "\n"); got != tc.info || say(err) != tc.err {
					t.Errorf("second command: got %q, %v; want %q, %q", got, err, tc.info, tc.err)
				}
				if err := b.close(); tc.err != "" && !errors.Is(err, line.ErrLost) {
					t.Errorf("port ended with %v, want it lost", err)
				}
			})
		})
	}
}

// An answer to a submission that came after all is news to nobody: its outcome
// is in doubt, and the next message is another one.
func TestLateSubmitAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, "> AT+CMGS=23\n<< \"\\r\\n> \"\n> "+pdu+"^Z\n~ 190s\n< +CMGS: 41\n< OK\n"+
			"> AT+CMEE?\n< +CMEE: 1\n< OK\n> AT+CMGS=23\n<< \"\\r\\n> \"\n> "+pdu+"^Z\n< +CMGS: 42\n< OK")
		_, gone, err := b.Submit(t.Context(), "+CMGS=23", pdu, 180*time.Second)
		if !gone || !errors.Is(err, line.ErrTimeout) {
			t.Fatalf("first: gone %v, %v; want a time-out after it was gone", gone, err)
		}
		<-time.After(20 * time.Second)
		info, _, err := b.Submit(t.Context(), "+CMGS=23", pdu, 180*time.Second)
		if err != nil || len(info) != 1 || info[0] != "+CMGS: 42" {
			t.Errorf("second: got %q, %v; want +CMGS: 42", info, err)
		}
		b.close()
	})
}

// The prompt that never came may come yet: ESC closes it, and only then.
func TestOpenPromptIsEscaped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, "> AT+CMGS=23\n~ 12s\n<< \"\\r\\n> \"\n> \x1b\n> AT+CMEE?\n< +CMEE: 1\n< OK\n> AT+CSQ\n< +CSQ: 1,99\n< OK")
		if _, gone, err := b.Submit(t.Context(), "+CMGS=23", pdu, 180*time.Second); gone || !errors.Is(err, line.ErrNoPrompt) {
			t.Fatalf("gone %v, %v; want no prompt", gone, err)
		}
		<-time.After(5 * time.Second)
		if info, err := b.Do(t.Context(), "+CSQ", 5*time.Second); err != nil || len(info) != 1 {
			t.Errorf("next command: got %q, %v", info, err)
		}
		b.close()
	})
}

// What is given up before the prompt is not sent.
func TestCancelledSubmitIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		b := open(t, "> AT+CMGS=23\n~ 2s\n<< \"\\r\\n> \"\n> \x1b\n< OK\n> \n> \n> \x1b\n> AT+CMEE?\n< +CMEE: 1\n< OK\n> AT+CSQ\n< +CSQ: 1,99\n< OK")
		time.AfterFunc(time.Second, cancel)
		_, gone, err := b.Submit(ctx, "+CMGS=23", pdu, 180*time.Second)
		if gone || !errors.Is(err, context.Canceled) {
			t.Errorf("gone %v, %v; want it cancelled and not gone", gone, err)
		}
		b.stop()
		b.close()
	})
}

func TestCallersAreServedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, "> AT+A1?\n~ 1s\n< +A1: 1\n< OK\n> AT+A3?\n< +A3: 3\n< OK")
		var wg sync.WaitGroup
		wg.Go(func() {
			if info, err := b.Do(t.Context(), "+A1?", 5*time.Second); err != nil || len(info) != 1 || info[0] != "+A1: 1" {
				t.Errorf("first: %q, %v", info, err)
			}
		})
		synctest.Wait()
		wg.Go(func() { // leaves before its turn: the modem never hears of it
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			if _, err := b.Do(ctx, "+A2?", 5*time.Second); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("second: %v, want its deadline", err)
			}
		})
		wg.Wait()
		if info, err := b.Do(t.Context(), "+A3?", 5*time.Second); err != nil || len(info) != 1 || info[0] != "+A3: 3" {
			t.Errorf("third: %q, %v", info, err)
		}
		b.close()
	})
}

func TestHangUpEndsThePortAndItsCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, dev := net.Pipe()
		p := line.New(host, line.Config{})
		ended := make(chan error, 1)
		go func() { ended <- p.Run(t.Context()) }()
		asked := make(chan error, 1)
		go func() { _, err := p.Do(t.Context(), "+CSQ", time.Minute); asked <- err }()
		buf := make([]byte, 64)
		if _, err := dev.Read(buf); err != nil {
			t.Fatal(err)
		}
		dev.Close()
		if err := <-asked; !errors.Is(err, line.ErrClosed) {
			t.Errorf("caller: got %v, want closed", err)
		}
		if err := <-ended; !errors.Is(err, io.EOF) {
			t.Errorf("port: got %v, want the end of the stream", err)
		}
		if _, err := p.Do(t.Context(), "+CSQ", time.Minute); !errors.Is(err, line.ErrClosed) {
			t.Errorf("later caller: got %v, want closed", err)
		}
	})
}

// A modem that takes no octets holds nobody for longer than the write limit,
// and dropping unsent output is tried.
func TestStuckWriteEndsThePort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, dev := net.Pipe()
		defer dev.Close()
		flushed := 0
		p := line.New(host, line.Config{WriteLimit: 5 * time.Second, Flush: func() error { flushed++; return nil }})
		ended := make(chan error, 1)
		go func() { ended <- p.Run(t.Context()) }()
		start := time.Now()
		_, err := p.Do(t.Context(), "+CSQ", time.Minute)
		if took := time.Since(start); !errors.Is(err, line.ErrStuck) || took != 5*time.Second {
			t.Errorf("got %v after %v, want stuck after 5s", err, took)
		}
		if err := <-ended; !errors.Is(err, line.ErrStuck) {
			t.Errorf("port ended with %v, want stuck", err)
		}
		if flushed == 0 {
			t.Error("unsent output was not dropped")
		}
	})
}

// slow is a serial port: its Read comes back empty after a while, and may not
// be closed under.
type slow struct {
	io.Reader
	io.Writer
	mu      sync.Mutex
	reading bool
	closed  bool
	broken  bool
}

func (s *slow) Read(b []byte) (int, error) {
	s.mu.Lock()
	s.reading = true
	s.mu.Unlock()
	<-time.After(250 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reading = false
	return 0, nil
}

func (s *slow) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed, s.broken = true, s.reading
	return nil
}

func TestStreamIsClosedAfterItsReaderLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{Writer: io.Discard}
		p := line.New(s, line.Config{})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second+100*time.Millisecond)
		defer cancel()
		if err := p.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the deadline", err)
		}
		if !s.closed || s.broken {
			t.Errorf("closed %v, while its reader was in it %v", s.closed, s.broken)
		}
	})
}

// place answers a port that finds the modem's place.
func place(dev net.Conn) {
	var got []byte
	buf := make([]byte, 64)
	for !strings.HasSuffix(string(got), "AT+CMEE?\r\n") {
		n, err := dev.Read(buf)
		if err != nil {
			return
		}
		got = append(got, buf[:n]...)
	}
	_, _ = io.WriteString(dev, "+CMEE: 1\r\nOK\r\n")
}

// A flood of news passes; the command among it is answered.
func TestFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, dev := net.Pipe()
		seen := 0
		p := line.New(host, line.Config{URC: func([]string) { seen++ }})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _ = p.Run(ctx) })
		wg.Go(func() {
			place(dev)
			buf := make([]byte, 64)
			_, _ = dev.Read(buf)
			storm := []byte(strings.Repeat("^RSSI:20\r\n", 1000))
			for range 500 {
				_, _ = dev.Write(storm)
			}
			_, _ = io.WriteString(dev, "+CSQ: 12,99\r\nOK\r\n")
			_, _ = io.Copy(io.Discard, dev)
		})
		info, err := p.Do(t.Context(), "+CSQ", time.Minute)
		if err != nil || len(info) != 1 || info[0] != "+CSQ: 12,99" {
			t.Errorf("got %q, %v", info, err)
		}
		if seen != 500_000 {
			t.Errorf("%d pieces of news, want 500000", seen)
		}
		cancel()
		dev.Close()
		wg.Wait()
	})
}

// An answer without end is cut, not kept.
func TestEndlessAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, "> AT+CMGL=4\n"+strings.Repeat("< +CMGL: 1,1,,24"+strings.Repeat("9", 1000)+"\n", 600)+"< OK\n> AT+CSQ\n< +CSQ: 12,99\n< OK")
		info, err := b.Do(t.Context(), "+CMGL=4", time.Minute)
		if !errors.Is(err, line.ErrFlood) || info != nil {
			t.Errorf("got %d lines, %v; want none and a refusal", len(info), err)
		}
		if _, err := b.Do(t.Context(), "+CSQ", time.Minute); err != nil {
			t.Errorf("next command: %v", err)
		}
		b.close()
	})
}

// A modem that answers before it has taken the whole command line blocks nobody.
func TestAnswerBeforeTheCommandIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, dev := net.Pipe()
		p := line.New(host, line.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _ = p.Run(ctx) })
		wg.Go(func() {
			place(dev)
			buf := make([]byte, len("AT+CSQ\r")) // its LF stays on the way
			_, _ = io.ReadFull(dev, buf)
			_, _ = io.WriteString(dev, "+CSQ: 12,99\r\nOK\r\n")
			_, _ = io.Copy(io.Discard, dev)
		})
		start := time.Now()
		if _, err := p.Do(t.Context(), "+CSQ", time.Minute); err != nil || time.Since(start) > time.Second {
			t.Errorf("got %v after %v, want the answer at once", err, time.Since(start))
		}
		cancel()
		dev.Close()
		wg.Wait()
	})
}

func TestTraceSeesBothWays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var wire strings.Builder
		b := open(t, "> AT+CSQ\n< +CSQ: 12,99\n< OK", func(c *line.Config) {
			c.Trace = func(dir byte, p []byte) {
				mu.Lock()
				defer mu.Unlock()
				wire.WriteByte(dir)
				wire.Write(p)
			}
		})
		if _, err := b.Do(t.Context(), "+CSQ", time.Minute); err != nil {
			t.Fatal(err)
		}
		b.close()
		_, got, _ := strings.Cut(wire.String(), ">AT\r\n<OK\r\n") // what open said
		if want := ">AT+CSQ\r\n<+CSQ: 12,99\r\n<OK\r\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// FuzzPort feeds a port anything at all while commands run. Whatever comes, a
// caller is answered within the limits and the port ends when told.
func FuzzPort(f *testing.F) {
	f.Add([]byte("+CSQ: 12,99\r\nOK\r\n"), false)
	f.Add([]byte("\r\n> +CMGS: 42\r\nOK\r\n"), true)
	f.Add([]byte("+CUSD: 0,\"\r\n+CMT: ,2\r\n> > OK+CDS: 1\r\n0\r\nERROR"), true)
	f.Fuzz(func(t *testing.T, said []byte, submit bool) {
		synctest.Test(t, func(t *testing.T) {
			host, dev := net.Pipe()
			p := line.New(host, line.Config{})
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			wg.Go(func() { _ = p.Run(ctx) })
			wg.Go(func() { _, _ = io.Copy(io.Discard, dev) })
			wg.Go(func() {
				for len(said) > 0 {
					n := min(7, len(said))
					if _, err := dev.Write(said[:n]); err != nil {
						return
					}
					said = said[n:]
				}
			})
			start := time.Now()
			if submit {
				_, _, _ = p.Submit(ctx, "+CMGS=23", pdu, time.Minute)
			} else {
				_, _ = p.Do(ctx, "+CSQ", time.Minute)
			}
			_, _ = p.Do(ctx, "+CGMI", time.Second)
			if took := time.Since(start); took > 80*time.Second {
				t.Errorf("callers were held for %v", took)
			}
			cancel()
			dev.Close()
			wg.Wait()
		})
	})
}

func BenchmarkDo(b *testing.B) {
	host, dev := net.Pipe()
	p := line.New(host, line.Config{})
	ctx, cancel := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = p.Run(ctx) })
	wg.Go(func() {
		place(dev)
		host := bufio.NewReader(dev)
		for {
			if _, err := host.ReadSlice('\n'); err != nil {
				return
			}
			if _, err := io.WriteString(dev, "\r\n+CSQ: 12,99\r\n\r\nOK\r\n"); err != nil {
				return
			}
		}
	})
	if _, err := p.Do(ctx, "+CSQ", time.Minute); err != nil { // and find its place
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Do(ctx, "+CSQ", time.Second); err != nil {
			b.Fatal(err)
		}
	}
	cancel()
	dev.Close()
	wg.Wait()
}

// A modem's last words before it hangs up are heard: they may say that the
// network took the message.
func TestLastWordsAreHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, dev := net.Pipe()
		p := line.New(host, line.Config{})
		var wg sync.WaitGroup
		wg.Go(func() { _ = p.Run(t.Context()) })
		wg.Go(func() {
			place(dev)
			got := bufio.NewReader(dev)
			_, _ = got.ReadString('\r')
			_, _ = io.WriteString(dev, "\r\n> ")
			_, _ = got.ReadString(0x1A)
			_, _ = io.WriteString(dev, "\r\n+CMGS: 42\r\n")
			dev.Close()
		})
		info, gone, err := p.Submit(t.Context(), "+CMGS=23", pdu, time.Minute)
		if !gone || !errors.Is(err, line.ErrClosed) || len(info) != 1 || info[0] != "+CMGS: 42" {
			t.Errorf("got %q, gone %v, %v; want the reference and the port closed", info, gone, err)
		}
		wg.Wait()
	})
}
