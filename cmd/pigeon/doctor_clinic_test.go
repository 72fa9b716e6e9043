package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pigeon-sms/pigeon/modem/power"
	"github.com/pigeon-sms/pigeon/modem/usb"
)

// A clinic is a healthy machine with one modem and no daemon, which a test then
// makes ill.
type clinic struct {
	t *testing.T
	*desk
	senses
	dir    string
	owners map[string]owned // of paths, in place of the usual ones
	disk   unix.Statfs_t
	ntp    unix.Timex
	dials  map[string]error // what is out of reach
	port   func() (usb.Port, error)
	place  power.Place // of every power line
	noLine error
}

const modemDir = "sys/devices/platform/scb/usb1/1-1.2"

func newClinic(t *testing.T) *clinic {
	t.Helper()
	c := &clinic{t: t, desk: newDesk(t), dir: t.TempDir(), owners: map[string]owned{}, dials: map[string]error{}}
	c.disk = unix.Statfs_t{Bsize: 4096, Bavail: 1 << 20, Files: 1 << 20, Ffree: 1 << 19}
	c.senses = senses{
		uid: 1000, gids: []int{1000, 20}, built: c.now().Add(-24 * time.Hour), stat: c.owner,
		statfs:   func(string) (unix.Statfs_t, error) { return c.disk, nil },
		adjtimex: func() (unix.Timex, error) { return c.ntp, nil },
		reach:    func(_ context.Context, network, address string) error { return c.dials[network+" "+address] },
		line:     func(power.Config) (power.Place, error) { return c.place, c.noLine },
		open: func(context.Context, string) (usb.Port, error) {
			if c.port == nil {
				c.t.Error("a port was opened")
				return nil, errors.New("no")
			}
			return c.port()
		},
	}
	c.write("etc/passwd", "root:x:0:0::/root:/bin/sh\npigeon:x:999:999::/:/bin/false\npi:x:1000:1000::/home/pi:/bin/sh")
	c.write("etc/group", "root:x:0:\ndialout:x:20:pi,pigeon\npi:x:1000:\npigeon:x:999:")
	c.write("sys/devices/platform/soc/soc:firmware/get_throttled", "0")
	c.write("sys/class/thermal/thermal_zone0/type", "cpu-thermal")
	c.write("sys/class/thermal/thermal_zone0/temp", "48312")
	c.write("proc/net/tcp", "  sl  local_address rem_address   st")
	c.process(42, "sshd", "/dev/null", "socket:[7]")
	c.device("1-1.2", "2c7c:0125", "EC25")
	c.tty("1-1.2", 2, "ttyUSB2")
	c.tty("1-1.2", 3, "ttyUSB3")
	return c
}

// owner is whose a file is: ttys are of root and the group dialout, the rest is
// of who asks.
func (c *clinic) owner(path string) (owned, error) {
	if o, ok := c.owners[path]; ok {
		return o, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return owned{}, err
	}
	o := owned{1000, 1000, unix.S_IFREG | 0o600}
	switch {
	case strings.HasPrefix(path, filepath.Join(c.root, "dev")+"/"):
		o = owned{0, 20, unix.S_IFCHR | 0o660}
	case strings.HasSuffix(path, "/authorized"):
		o = owned{0, 0, unix.S_IFREG | 0o666}
	case info.IsDir():
		o = owned{1000, 1000, unix.S_IFDIR | 0o700}
	}
	return o, nil
}

func (c *clinic) write(path, text string) {
	c.t.Helper()
	path = filepath.Join(c.root, path)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text+"\n"), 0o644)); err != nil {
		c.t.Fatal(err)
	}
}

// link makes a link; a target that starts with "/" is within the tree.
func (c *clinic) link(path, to string) {
	c.t.Helper()
	path = filepath.Join(c.root, path)
	if strings.HasPrefix(to, "/") {
		to = filepath.Join(c.root, to)
	}
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.Symlink(to, path)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *clinic) remove(path string) {
	c.t.Helper()
	if err := os.RemoveAll(filepath.Join(c.root, path)); err != nil {
		c.t.Fatal(err)
	}
}

// process adds one, with files it has open.
func (c *clinic) process(pid int, name string, open ...string) {
	c.t.Helper()
	dir := fmt.Sprintf("proc/%d", pid)
	c.write(dir+"/comm", name)
	c.write(dir+"/status", "Name:\t"+name+"\nUid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\nGroups:\t20 1000")
	for i, to := range open {
		path := filepath.Join(c.root, dir, "fd", fmt.Sprint(i))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.Symlink(to, path)); err != nil {
			c.t.Fatal(err)
		}
	}
}

// device adds one at a USB port.
func (c *clinic) device(at, id, name string) {
	c.t.Helper()
	dir := "sys/devices/platform/scb/usb1/" + at
	c.write(dir+"/idVendor", id[:4])
	c.write(dir+"/idProduct", id[5:])
	c.write(dir+"/product", name)
	c.write(dir+"/power/control", "on")
	c.write(dir+"/authorized", "1")
	c.link("sys/bus/usb/devices/"+at, "/"+dir)
}

// face adds an interface to a device, without a driver.
func (c *clinic) face(at string, number int) string {
	c.t.Helper()
	face := fmt.Sprintf("sys/devices/platform/scb/usb1/%s/%s:1.%d", at, at, number)
	c.write(face+"/bInterfaceNumber", fmt.Sprintf("%02x", number))
	c.write(face+"/bInterfaceClass", "ff")
	c.write(face+"/bInterfaceSubClass", "00")
	c.write(face+"/bInterfaceProtocol", "00")
	return face
}

// tty adds an interface with a tty to a device.
func (c *clinic) tty(at string, number int, name string) {
	c.t.Helper()
	face := c.face(at, number)
	c.write("sys/bus/usb/drivers/option/uevent", "")
	c.link(face+"/driver", "/sys/bus/usb/drivers/option")
	node := face + "/" + name + "/tty/" + name
	c.write(node+"/dev", "188:0")
	c.link(node+"/device", "/"+face+"/"+name)
	c.link("sys/class/tty/"+name, "/"+node)
	c.write("dev/"+name, "")
}

// unplug takes the modem away.
func (c *clinic) unplug() {
	c.t.Helper()
	for _, path := range []string{"sys/bus/usb/devices/1-1.2", modemDir, "sys/class/tty/ttyUSB2", "sys/class/tty/ttyUSB3", "dev/ttyUSB2", "dev/ttyUSB3"} {
		c.remove(path)
	}
}

// switches are the files that a reset of the modem writes.
func (c *clinic) switches() []string { return usb.Switches(c.root, "1-1.2") }

// wired has the configuration name a power line, on a chip of root and a group.
func (c *clinic) wired(gid int, holder string) {
	c.config("[[modem]]\nname = \"north\"\nusb = \"1-1.2\"\npower = { pin = \"GPIO17\", kind = \"cut\" }\n")
	c.write("dev/gpiochip0", "")
	c.owners[filepath.Join(c.root, "dev/gpiochip0")] = owned{0, gid, unix.S_IFCHR | 0o660}
	c.place = power.Place{Chip: "gpiochip0", Line: 17, Holder: holder}
}

// config writes the configuration.
func (c *clinic) config(text string) { c.write("etc/pigeon/pigeon.toml", text) }

// status starts a stand-in daemon that says this, and has the state directory.
func (c *clinic) status(ways, links, rest string) *standIn {
	c.t.Helper()
	s := newStandIn(c.t, map[string]http.HandlerFunc{
		"GET /status": say(200, fmt.Sprintf(`{"name":"office","version":"1.2.3","started":"2026-05-04T10:00:00Z","queue":{},"today":{},`+
			`"ways":[%s],"links":[%s],"behind":{},"size":4096,"disk_free":5368709120%s}`, ways, links, rest)),
		"POST /audit": say(200, `{"ok":true,"faults":[]}`),
	})
	c.dir = s.dir
	if err := os.WriteFile(filepath.Join(s.dir, "pigeon.pid"), []byte("41\n"), 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.process(41, "pigeon", "/dev/ttyUSB2")
	return s
}

const (
	readyWay = `{"name":"north","kind":"modem","state":"ready","ready":true,"modem":{"port":"/dev/ttyUSB2","imei":"490154203237518","operator":"Example","registration":"home","signal":-71,"smsc":"+447700900000"}}`
	upLink   = `{"name":"broker","up":true,"state":"connected","peer":"tcp://broker:1883"}`
)

// way is one that is not ready.
func wayIn(state, why string) string {
	return fmt.Sprintf(`{"name":"north","kind":"modem","state":%q,"ready":false,"why":%q,"modem":{"port":"/dev/ttyUSB2"}}`, state, why)
}

// doctor runs the command, and returns what it wrote and the exit status.
func (c *clinic) doctor(args ...string) (out string, code int) {
	c.t.Helper()
	e := c.env
	c.out.Reset()
	e.stdout, e.stderr = &c.out, &c.err
	if c.dir != "" {
		args = append([]string{"--state", c.dir}, args...)
	}
	err := doctor(c.t.Context(), &e, c.senses, args)
	switch {
	case errors.Is(err, errSaid):
		code = 1
	case err != nil:
		c.t.Errorf("doctor %q: %v", args, err)
	}
	out = strings.ReplaceAll(c.out.String(), c.root, "ROOT")
	if c.dir != "" {
		out = strings.ReplaceAll(out, c.dir, "STATE")
	}
	return out, code
}

// findings returns what the doctor finds, one a line: level, check, sentence.
func (c *clinic) findings(args ...string) []string {
	c.t.Helper()
	out, code := c.doctor(append(args, "--json")...)
	var a doctorAnswer
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		c.t.Fatalf("%v in %s", err, out)
	}
	if a.OK != (code == 0) {
		c.t.Errorf("got ok %v and exit status %d", a.OK, code)
	}
	all := []string{}
	for _, f := range a.Findings {
		sentence := join(": ", f.Subject, f.Text, f.Cure)
		if f.Text == "" || f.Cure == "" || strings.ContainsAny(sentence, "\n") || strings.HasSuffix(sentence, ".") {
			c.t.Errorf("%q is not one sentence with its cure", sentence)
		}
		if f.Level == stops && a.OK {
			c.t.Errorf("got ok, and %q stops", sentence)
		}
		all = append(all, f.Level+" "+f.Check+": "+sentence)
	}
	return all
}

// finds checks that the doctor finds what starts like this, and nothing else.
func (c *clinic) finds(args []string, want ...string) {
	c.t.Helper()
	got := c.findings(args...)
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !strings.HasPrefix(got[i], want[i]) {
			c.t.Fatalf("got findings\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

type usbPort = usb.Port

// A fakePort is a modem that says one thing and goes.
type fakePort struct{ r *strings.Reader }

func (p *fakePort) Read(b []byte) (int, error)  { return p.r.Read(b) }
func (p *fakePort) Write(b []byte) (int, error) { return len(b), nil }
func (p *fakePort) Flush() error                { return nil }
func (p *fakePort) Wake()                       {}
func (p *fakePort) Close() error                { return nil }
