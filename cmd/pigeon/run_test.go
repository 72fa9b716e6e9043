package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// TestDaemonCarriesTextsBothWays sends one text from one simulated modem to the
// other, through the embedded broker, stops, and starts again on what is there.
func TestDaemonCarriesTextsBothWays(t *testing.T) {
	check := noneLeft(t)
	l := start(t, stateDir(t), 2, ports+"[web]\nlisten = \"\"\n")
	if l.found.page != "" || l.found.base != "pigeon/live" || !slices.Equal(l.found.simulated, []string{"sim0 +447700900000", "sim1 +447700900001"}) {
		t.Errorf("found %+v", l.found)
	}
	n := l.listen()
	n.publish(l.found.base+"/send", `{"id":"first-1","to":"07700900001","text":"Grüße aus dem Schrank","meta":{"door":3}}`)
	var states []string
	seqs := map[uint64]bool{}
	for final := false; !final; {
		ev := get(t, "event", n.events)
		states, final = append(states, string(ev.State)), ev.Final
		if ev.ID != "first-1" || seqs[ev.Seq] || ev.To != "+447700900001" || string(ev.Meta) != `{"door":3}` {
			t.Errorf("got event %+v", ev)
		}
		seqs[ev.Seq] = true
	}
	if want := []string{"queued", "sending", "sent", "delivered"}; !slices.Equal(states, want) {
		t.Errorf("got states %q, want %q", states, want)
	}
	if r := get(t, "received text", n.received); r.Text != "Grüße aus dem Schrank" || r.Modem != "sim1" && r.Modem != "sim0" || r.Seq == 0 {
		t.Errorf("received %+v", r)
	}

	if status, known := l.post(`{"id":"first-1","to":"07700900001","text":"another"}`); status != 200 || len(known) != 1 || known[0].State != sms.Delivered {
		t.Errorf("a known id: got %d and %+v, want 200 and delivered", status, known)
	}
	if status, events := l.post(`{"id":"second","to":"+447700900000","text":"Hello"}`); status != 202 || len(events) != 1 || events[0].State != sms.Queued {
		t.Errorf("a new one: got %d and %+v, want 202 and queued", status, events)
	}
	for final := false; !final; {
		ev := get(t, "event", n.events)
		if final = ev.Final; ev.ID != "second" {
			t.Errorf("got event %+v, want one of second", ev)
		}
	}
	get(t, "received text", n.received)
	n.client.Disconnect(100)
	l.end()
	if len(n.events)+len(n.received) > 0 {
		t.Errorf("%d events and %d texts came twice", len(n.events), len(n.received))
	}
	check()

	l = start(t, l.dir, 2, ports+"[web]\nlisten = \"\"\n")
	var shown sms.View
	if err := json.Unmarshal([]byte(l.run("show", "first-1", "--json")), &shown); err != nil || shown.Status.State != sms.Delivered {
		t.Errorf("after a restart: got %+v and %v, want it delivered", shown, err)
	}
	if status, known := l.post(`{"id":"first-1","to":"07700900001","text":"another"}`); status != 200 || known[0].State != sms.Delivered {
		t.Errorf("a known id after a restart: got %d and %+v", status, known)
	}
	if inbox := l.run("inbox"); !strings.Contains(inbox, "Grüße aus dem Schrank") || !strings.Contains(inbox, "Hello") {
		t.Errorf("the inbox has\n%s", inbox)
	}
	l.end()
	l.run("audit")
	check()
}

// TestRunIsTheDaemon goes through the command line.
func TestRunIsTheDaemon(t *testing.T) {
	check := noneLeft(t)
	dir := stateDir(t)
	path := filepath.Join(dir, "pigeon.toml")
	if err := os.WriteFile(path, []byte(ports+"[web]\nlisten = \"127.0.0.1:0\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs notebook
	e := newDesk(t).env
	e.stdin, e.stdout, e.stderr = strings.NewReader(""), &out, &errs
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() { done <- Main(ctx, &e, []string{"run", "--config", path, "--state", dir, "--simulate", "1"}) }()
	eventually(t, "the greeting is there", func() bool { return strings.Contains(out.String(), "mosquitto_pub") })
	page := regexp.MustCompile(`(?m)^page +(http://127\.0\.0\.1:\d+/)$`).FindStringSubmatch(out.String())
	if page == nil || !strings.Contains(out.String(), "sim0 +447700900000") {
		t.Fatalf("got greeting\n%s", out.String())
	}
	if got, err := fetch(page[1] + "healthz"); err != nil {
		t.Errorf("healthz: got %q and %v", got, err)
	}

	d := newDesk(t)
	if code := d.run(t.Context(), "run", "--config", path, "--state", dir); code != 1 ||
		!strings.Contains(d.err.String(), fmt.Sprintf("the pigeon with process number %d has %s open: stop it first\n", os.Getpid(), dir)) {
		t.Errorf("a second daemon: got exit status %d and\n%s", code, d.err.String())
	}
	stop()
	if code := get(t, "exit status", done); code != 0 {
		t.Errorf("got exit status %d and\n%s", code, errs.String())
	}
	check()
}

func TestRunRefusesWhatItCannotServe(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, tc := range []struct{ name, text, want string }{
		{"broker's address", fmt.Sprintf("[mqtt.broker]\nlisten = %q\n[web]\nlisten = \"\"\n", taken.Addr()),
			"the embedded broker cannot listen on " + taken.Addr().String() + ": something else does"},
		{"page's address", ports + fmt.Sprintf("[web]\nlisten = %q\n", taken.Addr()), "web.listen: listen tcp " + taken.Addr().String() + ": bind: address already in use"},
		{"configuration", "colour = 1\nweb = 2\n", "pigeon.toml:1: colour: there is no such key\npigeon: "},
		{"simulated name", ports + "[web]\nlisten = \"\"\n[[modem]]\nname = \"sim0\"\nport = \"/dev/null\"\n", "modem[1].name: sim0 is that of modem[0] already"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			check := noneLeft(t)
			dir := stateDir(t)
			path := filepath.Join(dir, "pigeon.toml")
			if err := os.WriteFile(path, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			d := newDesk(t)
			code := d.run(t.Context(), "run", "--config", path, "--state", filepath.Join(dir, "s"), "--simulate", "1")
			if code != 1 || !strings.Contains(d.err.String(), tc.want) || d.out.Len() > 0 {
				t.Errorf("got exit status %d, output %q and\n%swant 1, none, and %q", code, d.out.String(), d.err.String(), tc.want)
			}
			check()
		})
	}
}

// TestReload walks a daemon through a good configuration, a wrong one, one that
// cannot be run, and another good one.
func TestReload(t *testing.T) {
	check := noneLeft(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	next := free.Addr().String()
	free.Close()

	l := start(t, stateDir(t), 0, ports+"[web]\nlisten = \"127.0.0.1:0\"\n")
	hup := func(text string) {
		t.Helper()
		l.write(text)
		select {
		case l.hup <- nil:
		case <-time.After(patience):
			t.Fatalf("nobody takes the signal:\n%s", l.log)
		}
	}
	answers := func(name string) func() bool {
		return func() bool {
			page, err := fetch("http://" + next + "/")
			return err == nil && strings.Contains(page, name)
		}
	}
	says := func(n int, text string) func() bool {
		return func() bool { return strings.Count(l.log.String(), text) == n }
	}
	hup(ports + "[web]\nlisten = \"" + next + "\"\n")
	eventually(t, "the page is at its new address", answers("live"))
	eventually(t, "the log tells of it", says(1, "configuration applied"))
	if _, err := fetch(l.found.page); err == nil {
		t.Error("the page is still at its old address")
	}

	eventually(t, "the daemon has started again", says(2, "queue loaded"))
	hup("# the same\n" + ports + "[web]\nlisten = \"" + next + "\"\n")
	eventually(t, "the log tells that nothing has changed", says(1, "nothing has changed"))
	if n := strings.Count(l.log.String(), "queue loaded"); n != 2 {
		t.Errorf("the daemon was started %d times, want twice: nothing had changed", n)
	}

	hup("[gateway]\nnmae = \"other\"\n")
	eventually(t, "the log tells of the wrong one", says(1, "configuration refused, the old one stays"))
	if !strings.Contains(l.log.String(), "pigeon.toml:2: gateway.nmae: there is no such key; did you mean name?") {
		t.Errorf("the log does not say what is wrong:\n%s", l.log)
	}
	if !answers("live")() {
		t.Error("the page is gone after a wrong configuration")
	}

	hup(ports + "[web]\nlisten = \"" + taken.Addr().String() + "\"\n")
	eventually(t, "the log tells of the one that cannot be run", says(1, "configuration refused, the old one is back"))
	eventually(t, "the page is back", answers("live"))

	hup(strings.Replace(ports, "live", "other", 1) + "[web]\nlisten = \"" + next + "\"\n")
	eventually(t, "the page has its new name", answers("other"))
	l.end()
	check()
}

func TestSimulatedModemsOnRequest(t *testing.T) {
	// A piece of sysfs with one stick in it.
	stick := t.TempDir()
	for path, text := range map[string]string{
		"idVendor": "12d1", "idProduct": "1506", "product": "HUAWEI Mobile", "1-1:1.0/bInterfaceNumber": "00", "1-1:1.0/bInterfaceClass": "ff",
		"1-1:1.0/bInterfaceSubClass": "02", "1-1:1.0/bInterfaceProtocol": "01",
	} {
		path = filepath.Join(stick, "sys/devices/usb1/1-1", path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{
		"sys/bus/usb/devices/1-1":                                 "../../../devices/usb1/1-1",
		"sys/devices/usb1/1-1/1-1:1.0/ttyUSB0/tty/ttyUSB0/device": "../..",
		"sys/devices/usb1/1-1/1-1:1.0/driver":                     "../../../../bus/usb/drivers/option",
		"sys/class/tty/ttyUSB0":                                   "../../devices/usb1/1-1/1-1:1.0/ttyUSB0/tty/ttyUSB0",
	} {
		link = filepath.Join(stick, link)
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		value, root string
		want        int
	}{{"0", "/", 0}, {"3", "/", 3}, {"16", "/", 16}, {"auto", t.TempDir(), 2}, {"auto", stick, 0}} {
		if got, err := simulated(tc.value, tc.root); got != tc.want || err != nil {
			t.Errorf("%s: got %d and %v, want %d", tc.value, got, err, tc.want)
		}
	}
	for _, value := range []string{"", "-1", "17", "many", "1.5"} {
		d := newDesk(t)
		if code := d.run(t.Context(), "run", "--simulate", value); code != 2 || !strings.Contains(d.err.String(), "--simulate takes a number from 0 to 16, or auto") {
			t.Errorf("%q: got exit status %d and %s", value, code, d.err.String())
		}
	}
}

// TestGreetingWaitsForOurBrokerOnly: one that is somebody else's may be away for
// days, and the daemon works all the same.
func TestGreetingWaitsForOurBrokerOnly(t *testing.T) {
	for _, tc := range []struct {
		name         string
		patient, bus bool
		want         time.Duration // below 0: never
	}{
		{"ours", false, true, 0}, {"ours, which cannot listen", false, false, -1}, {"another's", true, true, 0}, {"another's, away", true, false, greetWait},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ready, bus := make(chan struct{}), make(chan struct{})
				close(ready)
				if tc.bus {
					close(bus)
				}
				begun, said := time.Now(), time.Duration(-1)
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				if err := (greeter{ready, bus, tc.patient, func() { said = time.Since(begun) }}).Run(ctx); err != nil || said != tc.want {
					t.Errorf("got %v and %v, want %v", said, err, tc.want)
				}
			})
		})
	}
}

// TestSimulateModem talks to the simulator over the command's own input.
func TestSimulateModem(t *testing.T) {
	check := noneLeft(t)
	dir := t.TempDir()
	var out, errs notebook
	in, typist := io.Pipe()
	e := newDesk(t).env
	e.stdin, e.stdout, e.stderr = in, &out, &errs
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() {
		done <- Main(ctx, &e, []string{"simulate", "modem", "--count", "2", "--dir", dir, "--latency", "0s", "--reports", "0s"})
	}()
	links := dir + "/modem0  +447700900000\n" + dir + "/modem1  +447700900001\n"
	eventually(t, "both links are printed", func() bool { return out.String() == links })
	for _, link := range []string{"modem0", "modem1"} {
		if to, err := os.Readlink(filepath.Join(dir, link)); err != nil || !strings.HasPrefix(to, "/dev/pts/") {
			t.Errorf("%s: got %s and %v, want a pseudo-terminal", link, to, err)
		}
	}
	if _, err := io.WriteString(typist, "deliver modem0 +447700900123 hello\nnonsense\n"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "both commands are answered", func() bool {
		return strings.Contains(out.String(), "OK\n") && strings.Contains(out.String(), "ERROR ")
	})
	typist.Close() // the modems go on
	stop()
	if code := get(t, "exit status", done); code != 0 {
		t.Errorf("got exit status %d and %s", code, errs.String())
	}
	if left, err := filepath.Glob(dir + "/*"); err != nil || len(left) > 0 {
		t.Errorf("got %v and %v left, want nothing", left, err)
	}
	check()
}

func TestSimulateModemOnWrongUsage(t *testing.T) {
	for _, tc := range []struct{ args, want string }{
		{"--count 0", "invalid value \"0\" for --count"},
		{"--count 101", "invalid value \"101\" for --count"},
		{"--family toaster", "family: \"toaster\" is none of"},
		{"--pin 12", "pin: not 4 to 8 digits"},
		{"--latency -1s", "latency: -1s is below 0"},
		{"more", "\"more\" is one argument too many"},
	} {
		d := newDesk(t)
		if code := d.run(t.Context(), append([]string{"simulate", "modem"}, strings.Fields(tc.args)...)...); code != 2 || !strings.Contains(d.err.String(), tc.want) {
			t.Errorf("%s: got exit status %d and %s, want 2 and %q", tc.args, code, d.err.String(), tc.want)
		}
	}
	d := newDesk(t)
	dir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code := d.run(t.Context(), "simulate", "modem", "--dir", dir); code != 1 || d.out.Len() > 0 {
		t.Errorf("a directory that cannot be: got exit status %d and %s", code, d.err.String())
	}
}
