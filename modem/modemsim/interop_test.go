//go:build interop

package modemsim_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// peerLimit is how long a peer may take for its twenty messages.
const peerLimit = 100 * time.Second

// texts are ten messages of mixed length and alphabet.
var texts = []string{
	"Hello from the other side",
	"Extension: €10 {a} [b] ~ ^ \\ | end",
	"Accents: £ ¥ è é ù ì ò Ç Ø ø Å å Ä Ö Ñ Ü ß Δ Ω",
	strings.Repeat("160 septets, one segment. ", 7)[:160],
	strings.Repeat("161 septets take two segments. ", 6)[:161],
	strings.Repeat("A long text in GSM 7-bit with € signs. ", 13),
	"Привет, мир",
	"日本語のメッセージ",
	"An emoji 😀 and a thumb 👍",
	strings.Repeat("Длинный текст 😀 ", 12),
}

// A peer is a program that is not ours, at work on a simulated modem.
type peer struct {
	t     *testing.T
	dir   string
	conf  string
	sim   *modemsim.Sim
	modem *modemsim.Modem
	cmd   *exec.Cmd
	done  chan error
}

// newPeer starts a simulator and fills in a configuration template.
func newPeer(t *testing.T, template string, dirs ...string) *peer {
	dir := t.TempDir()
	for _, d := range append(dirs, "ports") {
		if err := os.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	sim := modemsim.New(modemsim.Config{
		Count: 1, Dir: filepath.Join(dir, "ports"),
		Modem: modemsim.ModemConfig{Latency: 50 * time.Millisecond, PromptLatency: 5 * time.Millisecond},
	}, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- sim.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ran; err != nil {
			t.Errorf("the simulator: %v", err)
		}
	})
	<-sim.Ready()

	b, err := os.ReadFile(filepath.Join("..", "..", "scripts", "peers", template))
	if err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(dir, template)
	text := strings.NewReplacer("@PORT@", sim.Links()[0], "@DIR@", dir).Replace(string(b))
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return &peer{t: t, dir: dir, conf: conf, sim: sim, modem: sim.Modems()[0]}
}

// start runs a daemon in a process group of its own, which ends with the test.
func (p *peer) start(name string, args ...string) {
	p.cmd = exec.Command(name, args...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	p.cmd.Stdout, p.cmd.Stderr = io.Discard, io.Discard
	if err := p.cmd.Start(); err != nil {
		p.t.Fatalf("start %s: %v", name, err)
	}
	p.done = make(chan error, 1)
	go func() { p.done <- p.cmd.Wait() }()
	p.t.Cleanup(func() {
		group := -p.cmd.Process.Pid
		syscall.Kill(group, syscall.SIGTERM)
		select {
		case <-p.done:
		case <-time.After(10 * time.Second):
			syscall.Kill(group, syscall.SIGKILL)
			<-p.done
		}
		if p.t.Failed() {
			p.logs()
		}
	})
}

// run runs a program to its end.
func (p *peer) run(name string, args ...string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		p.t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		p.logs()
		p.t.FailNow()
	}
	return string(out)
}

// logs shows the ends of the peer's logs.
func (p *peer) logs() {
	for _, name := range []string{"smsd.log", "gammu.log"} {
		b, err := os.ReadFile(filepath.Join(p.dir, name))
		if err == nil {
			p.t.Logf("%s ends with:\n%s", name, b[max(0, len(b)-6000):])
		}
	}
}

// poll asks ten times a second until ok, or until the daemon has ended or its
// time is over.
func (p *peer) poll(what string, ok func() bool) {
	p.t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(peerLimit)
	for !ok() {
		select {
		case <-tick.C:
		case err := <-p.done:
			p.done <- err
			p.t.Fatalf("the peer has ended (%v) before %s", err, what)
		case <-limit:
			p.t.Fatalf("after %v the peer has not reached this: %s", peerLimit, what)
		}
	}
}

// number is where text i goes to and comes from.
func number(i int) string { return fmt.Sprintf("+4477009001%02d", i) }

// checkSent compares the network's record with the texts.
func (p *peer) checkSent() {
	p.t.Helper()
	network := p.sim.Network()
	p.poll("the network has ten messages", func() bool { return len(network.Messages()) >= len(texts) })
	for i, text := range texts {
		if got := network.Copies(number(i), text); got != 1 {
			p.t.Errorf("the network has text %d %d times, want once", i, got)
		}
	}
	if p.t.Failed() {
		for _, m := range network.Messages() {
			p.t.Logf("the network has for %s: %q", m.To, m.Text)
		}
	}
	for _, s := range network.Segments() {
		if len(s.Faults) > 0 {
			p.t.Logf("to %s the peer sent %v: %s", s.To, s.Faults, s.PDU)
		}
	}
}

// deliver lets the ten texts come in, at once.
func (p *peer) deliver() {
	for i, text := range texts {
		if _, err := p.sim.Network().Deliver(p.modem.Name(), number(i), text, modemsim.Delivery{}); err != nil {
			p.t.Fatalf("deliver text %d: %v", i, err)
		}
	}
}

// checkReceived compares what the peer has written with the texts.
func (p *peer) checkReceived(inbox func() map[string]string) {
	p.t.Helper()
	whole := func() bool {
		in := inbox()
		for i, text := range texts {
			if in[number(i)] != text {
				return false
			}
		}
		return true
	}
	defer func() {
		in := inbox()
		for i, text := range texts {
			if got := in[number(i)]; got != text {
				p.t.Logf("the peer has from %s %q, want %q", number(i), got, text)
			}
		}
	}()
	p.poll("its inbox has all ten texts", whole)
}

func TestInteropGammu(t *testing.T) {
	p := newPeer(t, "gammu.conf", "inbox", "outbox", "sent", "error")
	if out := p.run("gammu", "-c", p.conf, "identify"); !strings.Contains(out, p.modem.Config().IMEI) {
		t.Fatalf("gammu identify does not tell the IMEI:\n%s", out)
	}
	p.run("gammu", "-c", p.conf, "networkinfo")
	p.run("gammu", "-c", p.conf, "getsmsc")
	p.run("gammu", "-c", p.conf, "sendsms", "TEXT", "+447700900999", "-text", "By hand")
	if got := p.sim.Network().Copies("+447700900999", "By hand"); got != 1 {
		t.Fatalf("the network has gammu's message %d times, want once", got)
	}
	if _, err := p.sim.Network().Deliver(p.modem.Name(), "Pigeon", "To be listed", modemsim.Delivery{}); err != nil {
		t.Fatal(err)
	}
	p.poll("the modem has stored a text", func() bool { return p.modem.Counts().Used == 1 })
	if out := p.run("gammu", "-c", p.conf, "getallsms"); !strings.Contains(out, "To be listed") {
		t.Fatalf("gammu getallsms does not list the text:\n%s", out)
	}
	p.run("gammu", "-c", p.conf, "deleteallsms", "1")
}

func TestInteropGammuSMSD(t *testing.T) {
	p := newPeer(t, "gammu.conf", "inbox", "outbox", "sent", "error")
	p.start("gammu-smsd", "-c", p.conf)
	for i, text := range texts {
		args := []string{"-c", p.conf, "TEXT", number(i), "-len", "1000", "-text", text}
		if strings.ContainsFunc(text, func(r rune) bool { return r > 0x3FF }) && !strings.Contains(text, "€") {
			args = append(args, "-unicode")
		}
		p.run("gammu-smsd-inject", args...)
	}
	p.checkSent()
	p.deliver()
	p.checkReceived(func() map[string]string { return gammuInbox(t, filepath.Join(p.dir, "inbox")) })
}

// gammuInbox joins what gammu-smsd has written, one file to a part, named
// INdate_time_serial_number_part.txt.
func gammuInbox(t *testing.T, dir string) map[string]string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(names)
	in := map[string]string{}
	for _, name := range names {
		fields := strings.Split(name, "_")
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || len(fields) < 5 {
			continue
		}
		in[fields[3]] += utf16Text(b)
	}
	return in
}

// utf16Text reads UTF-16 that may begin with a byte order mark, up to a zero:
// gammu 1.42 writes as many units as the text has octets in UTF-8, so that
// after the zero that ends the text come the remains of others.
func utf16Text(b []byte) string {
	var order binary.ByteOrder = binary.BigEndian
	if len(b) >= 2 && b[0] == 0xFF && b[1] == 0xFE {
		order = binary.LittleEndian
	}
	var units []uint16
	for i := 0; i+1 < len(b); i += 2 {
		u := order.Uint16(b[i:])
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff")
}

func TestInteropSMSTools(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("NOT CHECKED: smstools, whose smsd wants to be root")
	}
	p := newPeer(t, "smsd.conf", "outgoing", "checked", "incoming", "failed", "sent", "report")
	smsd, err := exec.LookPath("smsd")
	if errors.Is(err, exec.ErrNotFound) {
		smsd = "/usr/sbin/smsd"
	}
	p.start(smsd, "-c", p.conf, "-t")
	for i, text := range texts {
		body := "To: " + strings.TrimPrefix(number(i), "+") + "\nAlphabet: UTF-8\n\n" + text
		if strings.ContainsFunc(text, func(r rune) bool { return r > 0x3FF && r != '€' }) {
			body = "To: " + strings.TrimPrefix(number(i), "+") + "\nAlphabet: UCS2\n\n"
			for _, u := range utf16.Encode([]rune(text)) {
				body += string([]byte{byte(u >> 8), byte(u)})
			}
		}
		// smsd must never see half a file: it is renamed into the spool.
		whole := filepath.Join(p.dir, "checked", fmt.Sprintf("LOCK.out%02d", i))
		if err := os.WriteFile(whole, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(whole, filepath.Join(p.dir, "outgoing", fmt.Sprintf("out%02d", i))); err != nil {
			t.Fatal(err)
		}
	}
	p.checkSent()
	p.deliver()
	p.checkReceived(func() map[string]string { return smsdInbox(t, filepath.Join(p.dir, "incoming")) })
}

// smsdInbox reads what smsd has written: a header, an empty line, the text, as
// UTF-8 or, where the header says so, as UTF-16. smsd 3.1.21 could write that as
// UTF-8 too, but cuts a text at the first character above U+7FFF.
func smsdInbox(t *testing.T, dir string) map[string]string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			continue
		}
		head, text, _ := strings.Cut(string(b), "\n\n")
		if strings.Contains(head, "\nAlphabet: UCS2") {
			text = utf16Text([]byte(text))
		}
		for _, line := range strings.Split(head, "\n") {
			if from, ok := strings.CutPrefix(line, "From: "); ok {
				in["+"+strings.TrimPrefix(from, "+")] += text
			}
		}
	}
	return in
}
