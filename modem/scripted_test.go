package modem_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
)

// A scripted modem is a text file: what a device of the field answers.
//
//	# a comment
//	* ^RSSI:18          before the first command: said when the line is opened
//	AT+CMGS=*           a command; this one with any length, and ^Z is a PDU's end
//	AT+CMGL=4 @ME       the same while +CPMS has ME read, before the one without
//	< +CMGS: 7          its answer, line by line; \r doubles the CR
//	< OK
//	= +CMGR: 1,,24\n07  as it stands, without line ends: \r, \n, \0 and \xff
//	* +CMTI: "ME",3     said unasked, after the answer
//	~ 2s                a pause
//	! echo              it echoes from here on, until ATE0
//	! hang up
//
//	else                what is in no other place; without, ERROR
//
// A command that stands several times is answered in turn, the last for good.
type scripted struct {
	stanzas map[string][][]string
	mem     string // which +CPMS has read
	echo    bool
}

func script(t *testing.T, name string) *scripted {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	s := &scripted{stanzas: map[string][][]string{"": {nil}}}
	var cmd string
	for l := range strings.Lines(string(b)) {
		l = strings.TrimSuffix(l, "\n")
		switch {
		case l == "" || strings.HasPrefix(l, "#"):
		case len(l) > 1 && l[1] == ' ' && strings.ContainsAny(l[:1], "<=*~!"):
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
	if !s.act(rw, s.stanzas[""][0]) {
		return
	}
	var line []byte
	b := make([]byte, 1)
	for {
		if _, err := rw.Read(b); err != nil {
			return
		}
		if s.echo {
			if _, err := rw.Write(b); err != nil {
				return
			}
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
		answer := s.next(cmd)
		if mem, ok := strings.CutPrefix(cmd, `AT+CPMS="`); ok && !slices.ContainsFunc(answer, isError) {
			s.mem, _, _ = strings.Cut(mem, `"`)
		}
		if cmd == "ATE0" && !slices.ContainsFunc(answer, isError) {
			s.echo = false
		}
		if !s.act(rw, answer) {
			return
		}
	}
}

// act says what a stanza has; false when the line is over.
func (s *scripted) act(rw io.Writer, stanza []string) bool {
	breaks := strings.NewReplacer(`\r`, "\r", `\n`, "\n", `\0`, "\x00", `\xff`, "\xff")
	for _, l := range stanza {
		kind, rest, _ := strings.Cut(l, " ")
		var said string
		switch {
		case l == "! echo":
			s.echo = true
			continue
		case kind == "!":
			return false // hangs up
		case kind == "~":
			d, err := time.ParseDuration(rest)
			if err != nil {
				panic(err)
			}
			<-time.After(d)
			continue
		case kind == "=":
			said = breaks.Replace(rest)
		case rest == ">" || rest == "> ":
			said = "\r\n" + rest
		default:
			said = "\r\n" + breaks.Replace(rest) + "\r\n"
		}
		if _, err := io.WriteString(rw, said); err != nil {
			return false
		}
	}
	return true
}

// isError reports whether a line of a stanza refuses.
func isError(l string) bool {
	return strings.HasPrefix(l, "< ") && (strings.Contains(l, "ERROR") || strings.Contains(l, "NOT SUPPORT"))
}

// next is the answer to a command.
func (s *scripted) next(cmd string) []string {
	if strings.HasPrefix(cmd, "AT+CMGS=") {
		cmd = "AT+CMGS=*"
	}
	for _, c := range []string{cmd + " @" + s.mem, cmd, "else"} {
		all := s.stanzas[c]
		if len(all) == 0 {
			continue
		}
		if len(all) > 1 {
			s.stanzas[c] = all[1:]
		}
		return all[0]
	}
	return []string{"< ERROR"}
}

// played is a rig over one scripted modem, "m1".
func played(t *testing.T, name string, edits ...func(*scripted)) *rig {
	return playedAs(t, name, modem.ModemConfig{}, edits...)
}

// playedAs is played with settings of the modem's own.
func playedAs(t *testing.T, name string, cfg modem.ModemConfig, edits ...func(*scripted)) *rig {
	cfg.Name, cfg.Port = "m1", "m1"
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
	r.begin(modem.Config{Modems: []modem.ModemConfig{cfg}})
	return r
}

// open is Config.Open.
func (r *rig) open(ctx context.Context, path string) (io.ReadWriteCloser, error) {
	if r.dial != nil {
		return r.dial(), nil
	}
	return r.openSim(ctx, path)
}
