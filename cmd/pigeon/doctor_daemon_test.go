package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestDoctorWithTheDaemon(t *testing.T) {
	two := func(why string) string {
		return readyWay + `,{"name":"south","kind":"modem","state":"parked","ready":false,"why":"` + why + `"}`
	}
	for _, tc := range []struct {
		name              string
		ways, links, rest string
		ill               func(c *clinic)
		want              []string
	}{
		{name: "healthy", ways: readyWay, links: upLink},
		{name: "PIN", ways: wayIn("parked", "the SIM wants its PIN: set pin_file"), links: upLink,
			want: []string{"stops modem: north: the SIM wants its PIN: set pin_file"}},
		{name: "PIN refused", ways: wayIn("parked", "the SIM refused the configured PIN: correct it, or unlock the SIM in a phone"), links: upLink,
			want: []string{"stops modem: north: the SIM refused the configured PIN: correct it, or unlock the SIM in a phone"}},
		{name: "PUK", ways: wayIn("parked", "the SIM is locked and wants its PUK: put it in a phone"), links: upLink,
			want: []string{"stops modem: north: the SIM is locked and wants its PUK: put it in a phone"}},
		{name: "no SIM", ways: wayIn("parked", "no SIM inserted"), links: upLink, want: []string{"stops modem: north: no SIM inserted: put one in"}},
		{name: "a broken SIM", ways: wayIn("parked", "the SIM does not work"), links: upLink, want: []string{"stops modem: north: the SIM does not work: try it in a phone"}},
		{name: "a slow SIM", ways: wayIn("parked", "the SIM does not get ready"), links: upLink, want: []string{"stops modem: north: the SIM does not get ready: take it out"}},
		{name: "an operator's lock", ways: wayIn("parked", "locked (PH-NET PIN): this modem does not take this SIM"), links: upLink,
			want: []string{"stops modem: north: locked (PH-NET PIN): this modem does not take this SIM: use a SIM of the operator"}},
		{name: "searching", ways: wayIn("registering", "searching for a network"), links: upLink, want: []string{"stops modem: north: searching for a network: put the antenna on"}},
		{name: "not searching", ways: wayIn("registering", "no network, and it is not searching"), links: upLink, want: []string{`stops modem: north: no network, and it is not searching: restart the modem, with "pigeon modem north restart"`}},
		{name: "denied", ways: wayIn("registering", "the network denies this SIM"), links: upLink, want: []string{"stops modem: north: the network denies this SIM: ask the operator"}},
		{name: "emergency calls", ways: wayIn("registering", "the network allows emergency calls only"), links: upLink, want: []string{"stops modem: north: the network allows emergency calls only: ask the operator"}},
		{name: "just started", ways: wayIn("registering", "searching for a network"), links: upLink,
			ill:  func(c *clinic) { c.now = func() time.Time { return time.Date(2026, 5, 4, 10, 1, 59, 0, time.UTC) } },
			want: []string{"warns modem: north: it is starting (registering): searching for a network: ask again"}},
		{name: "silent", ways: wayIn("sick", "no answer in 5s"), links: upLink, want: []string{"stops modem: north: no answer in 5s: the daemon is bringing it back"}},
		{name: "cannot be opened", ways: wayIn("recovering", "open /dev/ttyUSB2: permission denied: add the user to the group dialout and start again"), links: upLink,
			want: []string{"stops modem: north: open /dev/ttyUSB2: permission denied: add the user to the group dialout"}},
		{name: "a word nobody knows", ways: wayIn("sick", "frobnicated"), links: upLink, want: []string{"stops modem: north: frobnicated: see \"pigeon modems\""}},
		{name: "a sandbox that keeps /sys from it", ways: readyWay, links: upLink,
			ill: func(c *clinic) {
				c.write("proc/41/mountinfo", "21 1 8:1 / / rw,relatime - ext4 /dev/sda rw\n22 21 0:21 / /sys ro,nosuid - sysfs sysfs rw\n23 22 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup rw")
			},
			want: []string{"warns reset: the service sees /sys/devices read-only, and cannot reset a USB modem that hangs: add ReadWritePaths=/sys/devices"}},
		{name: "a sandbox with a way to /sys", ways: readyWay, links: upLink,
			ill: func(c *clinic) {
				c.write("proc/41/mountinfo", "21 1 8:1 / / ro,relatime - ext4 /dev/sda rw\n22 21 0:21 / /sys ro,nosuid - sysfs sysfs rw\n23 22 0:21 /devices /sys/devices rw,nosuid - sysfs sysfs rw")
			}},
		{name: "one of two", ways: two("no SIM inserted"), links: upLink, want: []string{"warns modem: south: no SIM inserted: put"}},
		{name: "an SMSC out of reach", ways: `{"name":"op","kind":"smsc","state":"connecting","ready":false,"why":"connection refused"}`, links: upLink,
			want: []string{"stops modem: op: connecting: connection refused: look at the network"}},
		{name: "weak signal", ways: strings.Replace(readyWay, "-71", "-104", 1), links: upLink, want: []string{"warns modem: north: the signal is weak (-104 dBm): put the antenna on"}},
		{name: "signal enough", ways: strings.Replace(readyWay, "-71", "-103", 1), links: upLink},
		{name: "no service centre", ways: strings.Replace(readyWay, `,"smsc":"+447700900000"`, "", 1), links: upLink, want: []string{"warns modem: north: the SIM has no number of a service centre"}},
		{name: "no modem at all", links: upLink, want: []string{"stops modem: the daemon has no modem that it may use: take gateway.auto_modems"}},

		// A part is not blamed for what it stands on.
		{name: "absent with no stick", ways: wayIn("absent", "not found yet"), links: upLink, ill: (*clinic).unplug, want: []string{"stops stick: no USB modem is plugged in"}},
		{name: "no way and no stick", links: upLink, ill: (*clinic).unplug, want: []string{"stops stick: no USB modem is plugged in"}},
		{name: "absent with another stick", ways: wayIn("absent", "not found yet"), links: upLink, want: []string{"stops modem: north: not found yet: plug it in"}},
		{name: "the port is held", ways: wayIn("recovering", "open /dev/ttyUSB2: device or resource busy: another"), links: upLink,
			ill:  func(c *clinic) { c.process(77, "ModemManager", "/dev/ttyUSB2") },
			want: []string{"stops port: /dev/ttyUSB2: ModemManager has it open (process 77)"}},
		{name: "the port is shared, and the SIM wants something", ways: wayIn("parked", "no SIM inserted"), links: upLink,
			ill:  func(c *clinic) { c.process(77, "minicom", "/dev/ttyUSB2") },
			want: []string{"stops port: /dev/ttyUSB2: minicom has it open (process 77)", "stops modem: north: no SIM inserted"}},
		{name: "the daemon may not open", ways: wayIn("recovering", "open /dev/ttyUSB2: permission denied: add"), links: upLink,
			ill: func(c *clinic) {
				c.write("proc/41/status", "Uid:\t999\t999\t999\t999\nGid:\t999\t999\t999\t999\nGroups:\t999")
				c.owners[c.dir] = owned{999, 999, unix.S_IFDIR | 0o700}
				c.owners[filepath.Join(c.dir, "pigeon.pid")] = owned{999, 999, unix.S_IFREG | 0o600}
			},
			want: []string{`stops port: /dev/ttyUSB2: the user pigeon may not open it (it belongs to root and the group dialout): add it to the group with "sudo usermod -aG dialout pigeon"`}},
		{name: "a known stick is not named twice", ways: readyWay + `,{"name":"usb-1-1.3","kind":"modem","state":"parked","ready":false,"why":"the stick is in storage (CD) mode: install"}`, links: upLink,
			ill:  func(c *clinic) { c.device("1-1.3", "12d1:1446", "Mobile") },
			want: []string{"warns stick: Mobile at USB port 1-1.3: the stick is in storage (CD) mode"}},
		{name: "no stick, and others ready", ways: readyWay, links: upLink, ill: (*clinic).unplug},

		{name: "the broker refuses the password", ways: readyWay, links: `{"name":"broker","up":false,"state":"connecting","why":"connect: bad user name or password","peer":"tcp://broker:1883"}`,
			want: []string{"stops broker: broker tcp://broker:1883: out of reach: connect: bad user name or password: correct username and password_file"}},
		{name: "the broker does not allow", ways: readyWay, links: `{"name":"broker","up":false,"state":"connecting","why":"connect: not Authorized","peer":"tcp://broker:1883"}`,
			want: []string{"stops broker: broker tcp://broker:1883: out of reach: connect: not Authorized: let the broker"}},
		{name: "the broker limits", ways: readyWay, links: `{"name":"broker","up":true,"state":"connected","why":"the broker does not let us read pigeon/send","peer":"tcp://broker:1883"}`,
			want: []string{"warns broker: broker tcp://broker:1883: the broker does not let us read pigeon/send: let"}},
		{name: "a certificate and a wrong clock", ways: readyWay, links: `{"name":"broker","up":false,"state":"connecting","why":"x509: certificate is not yet valid","peer":"ssl://broker"}`,
			ill: func(c *clinic) { c.built = c.now().Add(time.Hour) }, want: []string{"stops clock: "}},
		{name: "a certificate", ways: readyWay, links: `{"name":"broker","up":false,"state":"connecting","why":"x509: certificate signed by unknown authority","peer":"ssl://broker"}`,
			want: []string{"stops broker: broker ssl://broker: out of reach: x509: certificate signed by unknown authority: name the certificate"}},

		{name: "a fault in the configuration it has not taken yet", ways: readyWay, links: upLink, ill: func(c *clinic) { c.config("[web]\nlisen = \"x\"\n") },
			want: []string{"warns configuration: ROOT/etc/pigeon/pigeon.toml:2: web.lisen: "}},
		{name: "warnings", ways: readyWay, links: upLink, rest: `,"warning":["the state file is nearly as large as store.max_size allows","the disk with the state directory is nearly full","odd"]`,
			want: []string{"warns daemon: the state file is nearly as large as store.max_size allows: raise", "warns daemon: odd: see"}},
		{name: "under-voltage and no modem", ways: wayIn("sick", "no answer in 5s"), links: upLink, ill: func(c *clinic) { c.throttled("1") },
			want: []string{"stops power: the supply is too weak now", "stops modem: north: no answer"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newClinic(t)
			c.status(tc.ways, tc.links, tc.rest)
			if tc.ill != nil {
				tc.ill(c)
			}
			c.finds(nil, tc.want...)
			c.finds([]string{"--probe"}, tc.want...) // no port is opened beside a daemon
		})
	}
}

func TestDoctorOnTheStore(t *testing.T) {
	c := newClinic(t)
	s := c.status(readyWay, upLink, "")
	s.says["POST /audit"] = inOrder(say(200, `{"ok":false,"faults":["message 7 has no status","x"]}`), refuse(503, "", "later"))
	c.finds(nil, "stops store: it breaks 2 invariants, the first is that message 7 has no status: stop the daemon and run")
	c.finds(nil) // what could not be checked is not found
}

func TestDoctorOnADaemonThatDoesNotAnswer(t *testing.T) {
	t.Run("killed", func(t *testing.T) {
		c := newClinic(t)
		left := newStandIn(t, nil)
		if err := os.Rename(filepath.Join(left.dir, socketName), filepath.Join(c.dir, socketName)); err != nil {
			t.Fatal(err)
		}
		left.stop()
		c.finds(nil, "stops daemon: it has ended without an order to, and left its socket in STATE: start it")
	})
	t.Run("a service that is down", func(t *testing.T) {
		c := newClinic(t)
		c.write("etc/systemd/system/multi-user.target.wants/pigeon.service", "")
		c.finds(nil, "stops daemon: the service is enabled and does not run: start it")
	})
	t.Run("broken", func(t *testing.T) {
		c := newClinic(t)
		s := c.status(readyWay, upLink, "")
		s.says["GET /status"] = drop
		c.finds([]string{"--probe"}, "stops daemon: the daemon at STATE/pigeon.sock did not answer (EOF): see its log")
	})
	t.Run("a closed port", func(t *testing.T) {
		c := newClinic(t)
		c.dir = ""
		server := httptest.NewServer(http.NotFoundHandler())
		server.Close()
		c.finds([]string{"--url", server.URL}, idle)
	})
}

// examined is what an exam finds that only a test can arrange.
func (c *clinic) examined(x *exam) *exam {
	c.t.Helper()
	x.e, x.senses, x.blamed = &c.env, c.senses, map[string]bool{}
	x.examine(c.t.Context())
	return x
}

func (x *exam) saysUnsure(t *testing.T, check, want string) {
	t.Helper()
	if !slices.ContainsFunc(x.unsure, func(r remark) bool { return r.Check == check && strings.Contains(r.Text, want) }) {
		t.Errorf("got %q, want %s to say %q", x.unsure, check, want)
	}
}

func TestDoctorMayNotAsk(t *testing.T) {
	c := newClinic(t)
	c.process(41, "pigeon", "/dev/ttyUSB2") // whose number may not be read either
	c.owners[c.dir] = owned{999, 999, unix.S_IFDIR | 0o700}
	refuse := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EACCES)}
	}
	client := socketClient(c.dir)
	client.http.Transport = &http.Transport{DialContext: refuse}
	x := c.examined(&exam{client: client, dir: c.dir, probe: true})
	if len(x.findings) > 0 {
		t.Errorf("got %+v, want nothing", x.findings)
	}
	c.unplug()
	if x := c.examined(&exam{client: client, dir: c.dir}); len(x.findings) > 0 {
		t.Errorf("with no stick got %+v, want nothing", x.findings)
	}
	x.saysUnsure(t, "daemon", "the user pi may not ask it at "+c.dir+"/pigeon.sock: use sudo")
	x.saysUnsure(t, "store", "cannot be asked")
	x.saysUnsure(t, "modem", "cannot be asked")
	x.saysUnsure(t, "broker", "cannot be asked")
}

func TestDoctorOfAFarDaemon(t *testing.T) {
	c := newClinic(t)
	c.unplug() // which says nothing of the other machine
	s := c.status(wayIn("parked", "no SIM inserted"), upLink, `,"warning":["the disk with the state directory is nearly full"]`)
	server := httptest.NewServer(s)
	client, err := urlClient(server.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	x := c.examined(&exam{client: client, far: true})
	if len(x.findings) != 2 || x.findings[0].Check != "daemon" || x.findings[1].Check != "modem" {
		t.Errorf("got %+v, want a warning and a modem without a SIM", x.findings)
	}
	x.saysUnsure(t, "stick", "another machine")
	server.Close()
	x = c.examined(&exam{client: client, far: true})
	if len(x.findings) != 1 || !strings.Contains(x.findings[0].Text, "no daemon answers") || x.findings[0].Level != stops {
		t.Errorf("got %+v, want that no daemon answers", x.findings)
	}
}

func TestDoctorOverLoopback(t *testing.T) {
	c := newClinic(t)
	s := c.status(readyWay, upLink, "") // it has a port open, and its number is not known
	c.dir = ""
	server := httptest.NewServer(s)
	defer server.Close()
	c.finds([]string{"--url", server.URL})
}

// With sudo the doctor looks with the eyes of the service.
func TestDoctorForTheService(t *testing.T) {
	service := func(t *testing.T) *clinic {
		c := newClinic(t)
		c.uid, c.gids = 0, []int{0}
		c.dir = filepath.Join(c.root, systemState)
		c.write(systemState+"/x", "")
		c.owners[c.dir] = owned{999, 999, unix.S_IFDIR | 0o700}
		return c
	}
	t.Run("healthy", func(t *testing.T) { service(t).finds(nil, idle) })
	t.Run("found by itself", func(t *testing.T) {
		c := service(t)
		dir := c.dir
		c.dir = ""
		if out, _ := c.doctor("--verbose"); !strings.Contains(out, "the user pigeon may write in "+strings.Replace(dir, c.root, "ROOT", 1)) {
			t.Errorf("got\n%s", out)
		}
	})
	t.Run("not in the group", func(t *testing.T) {
		c := service(t)
		c.write("etc/group", "dialout:x:20:pi")
		c.finds(nil, idle, "stops port: /dev/ttyUSB2: the user pigeon may not open it")
	})
	t.Run("a state directory of root's", func(t *testing.T) {
		c := service(t)
		c.owners[c.dir] = owned{0, 0, unix.S_IFDIR | 0o755}
		c.finds(nil, idle, `stops state: ROOT/var/lib/pigeon: it belongs to root, and the service runs as pigeon: give it back with "sudo chown -R pigeon: ROOT/var/lib/pigeon"`)
	})
	t.Run("a configuration of root's alone", func(t *testing.T) {
		c := service(t)
		c.config("[gateway]\nname = \"office\"\n")
		c.owners[filepath.Join(c.root, defaultConfigFile)] = owned{0, 0, unix.S_IFREG | 0o600}
		c.finds(nil, `stops configuration: ROOT/etc/pigeon/pigeon.toml: the user pigeon may not read it: let it with "sudo chown root:pigeon ROOT`, idle)
	})
}

func TestListenersInTheWay(t *testing.T) {
	for _, tc := range []struct {
		local, host, port string
		want              bool
	}{
		{"0100007F:1F90", "127.0.0.1", "8080", true},
		{"0100007F:1F90", "localhost", "8080", true},
		{"0100007F:1F90", "", "8080", true},
		{"0100007F:1F90", "127.0.0.1", "8081", false},
		{"0100007F:1F90", "192.0.2.1", "8080", false},
		{"00000000:1F90", "192.0.2.1", "8080", true},
		{"00000000000000000000000000000000:1F90", "127.0.0.1", "8080", true},
		{"00000000000000000000000001000000:1F90", "::1", "8080", true},
		{"00000000000000000000000001000000:1F90", "127.0.0.1", "8080", false},
		{"rubbish", "127.0.0.1", "8080", false},
		{"0100007F:rubbish", "127.0.0.1", "8080", false},
	} {
		if got := inTheWay(tc.local, tc.host, tc.port); got != tc.want {
			t.Errorf("%+v: got %v", tc, got)
		}
	}
}
