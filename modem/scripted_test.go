package modem_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
)

// A scripted modem is a text file: what a device of the field answers.
//
//	# a comment
//	AT+CMGS=20          a command
//	< +CMGS: 7          its answer, line by line; \r doubles the CR
//	< OK
//	* +CMTI: "ME",3     said unasked, after the answer
//	~ 2s                a pause
//	! hang up
//
// A command that stands several times is answered in turn, the last for good.
// What is in no file is refused.
type scripted struct {
	stanzas map[string][][]string
}

func script(t *testing.T, name string) *scripted {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	s := &scripted{stanzas: map[string][][]string{}}
	var cmd string
	for _, l := range strings.Split(string(b), "\n") {
		switch {
		case l == "" || strings.HasPrefix(l, "#"):
		case strings.HasPrefix(l, "< "), strings.HasPrefix(l, "* "), strings.HasPrefix(l, "~ "), strings.HasPrefix(l, "! "):
			all := s.stanzas[cmd]
			all[len(all)-1] = append(all[len(all)-1], l)
		default:
			cmd = l
			s.stanzas[cmd] = append(s.stanzas[cmd], nil)
		}
	}
	return s
}

// serve answers until the host is gone.
func (s *scripted) serve(rw io.ReadWriteCloser) {
	defer rw.Close()
	say := func(l string) bool {
		l = strings.ReplaceAll(l, `\r`, "\r")
		if l != "> " {
			l += "\r\n"
		}
		_, err := io.WriteString(rw, "\r\n"+l)
		return err == nil
	}
	var line []byte
	b := make([]byte, 1)
	for {
		if _, err := rw.Read(b); err != nil {
			return
		}
		// A pipe holds nothing: a line is answered when all of it is read.
		prompt := b[0] == '\r' && bytes.HasPrefix(line, []byte("AT+CMGS="))
		if !bytes.ContainsAny(b, "\n\x1a\x1b") && !prompt {
			line = append(line, b...)
			continue
		}
		cmd := strings.TrimSpace(string(line))
		line = nil
		if b[0] == 0x1a {
			cmd = "^Z" // whatever the PDU was
		}
		if cmd == "" {
			continue
		}
		answer, known := s.next(cmd)
		if !known {
			answer = []string{"< ERROR"}
		}
		for _, l := range answer {
			kind, rest, _ := strings.Cut(l, " ")
			switch kind {
			case "!":
				return // hangs up
			case "~":
				d, err := time.ParseDuration(rest)
				if err != nil {
					panic(err)
				}
				<-time.After(d)
			default:
				if !say(rest) {
					return
				}
			}
		}
	}
}

func (s *scripted) next(cmd string) ([]string, bool) {
	if strings.HasPrefix(cmd, "AT+CMGS=") {
		cmd = "AT+CMGS=*"
	}
	all := s.stanzas[cmd]
	if len(all) == 0 {
		return nil, false
	}
	if len(all) > 1 {
		s.stanzas[cmd] = all[1:]
	}
	return all[0], true
}

// played is a rig over one scripted modem, "m1".
func played(t *testing.T, name string, edits ...func(*scripted)) *rig {
	r := &rig{t: t, wires: map[string]*wire{"m1": {}}, core: newCore()}
	s := script(t, name)
	for _, edit := range edits {
		edit(s)
	}
	r.dial = func() io.ReadWriteCloser {
		host, line := net.Pipe()
		go s.serve(line)
		return &tapped{host, r.wires["m1"]}
	}
	r.begin(modem.Config{Modems: []modem.ModemConfig{{Name: "m1", Port: "m1"}}})
	return r
}

// open is Config.Open.
func (r *rig) open(ctx context.Context, path string) (io.ReadWriteCloser, error) {
	if r.dial != nil {
		return r.dial(), nil
	}
	return r.openSim(ctx, path)
}
