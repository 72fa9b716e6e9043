package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pigeon-sms/pigeon/store"
)

const idle = "warns daemon: it does not run: start it"

// Each case is a healthy machine, without a daemon, with one thing changed. That
// the doctor finds what it should, and nothing else, is the absence of all the
// other findings too.
func TestDoctorWithoutADaemon(t *testing.T) {
	for _, tc := range []struct {
		name string
		ill  func(c *clinic)
		want []string // beside that no daemon runs
	}{
		{"healthy", func(*clinic) {}, nil},

		{"a fault in the configuration", func(c *clinic) { c.config("[web]\nlisen = \"127.0.0.1:1\"\n") },
			[]string{"stops configuration: ROOT/etc/pigeon/pigeon.toml:2: web.lisen: there is no such key; did you mean listen?: correct it, and see"}},
		{"two faults", func(c *clinic) { c.config("[web]\nlisen = \"x\"\n[mqtt]\nurl = \"here\"\n") },
			[]string{"stops configuration: ROOT/etc/pigeon/pigeon.toml:2: web.lisen: ", "stops configuration: ROOT/etc/pigeon/pigeon.toml:4: mqtt.url: "}},
		{"no TOML, which may have named modems", func(c *clinic) { c.unplug(); c.config("[web\n") }, []string{"stops configuration: ROOT/etc/pigeon/pigeon.toml:1: "}},
		{"a good configuration", func(c *clinic) { c.config("[gateway]\nname = \"office\"\n") }, nil},

		{"under-voltage now", func(c *clinic) { c.throttled("50005") }, []string{"warns power: the supply is too weak now (under-voltage), and modems drop off the bus: use a power supply"}},
		{"under-voltage before", func(c *clinic) { c.throttled("50000") }, []string{"warns power: the supply has been too weak since the board started (under-voltage): use"}},
		{"slowed down now", func(c *clinic) { c.throttled("e000e") }, []string{"warns power: the processor is slowed down now: cool"}},
		{"slowed down before", func(c *clinic) { c.throttled("80000") }, []string{"warns power: the processor has been slowed down since the board started: cool"}},
		{"throttled cannot be read", func(c *clinic) { c.throttled("perhaps") }, nil},
		{"the driver of other kernels", func(c *clinic) { c.hwmon("1") }, []string{"warns power: the supply is too weak now"}},
		{"the driver is content", func(c *clinic) { c.hwmon("0") }, nil},
		{"a newer board", func(c *clinic) {
			c.remove("sys/devices/platform/soc")
			c.write("sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled", "10000")
		}, []string{"warns power: the supply has been"}},

		{"too hot", func(c *clinic) { c.write("sys/class/thermal/thermal_zone0/temp", "80000") }, []string{"warns temperature: the processor is at 80 °C and gets slowed down: give"}},
		{"nearly too hot", func(c *clinic) { c.write("sys/class/thermal/thermal_zone0/temp", "79999") }, nil},
		{"another thing is hot", func(c *clinic) { c.write("sys/class/thermal/thermal_zone0/type", "wifi") }, nil},

		{"a clock of before", func(c *clinic) { c.built = c.now().Add(time.Second) }, []string{"stops clock: it says 4 May 2026, which is before this program was made: no certificate"}},
		{"a clock on time", func(c *clinic) { c.built = c.now() }, nil},
		{"not synchronised", func(c *clinic) { c.ntp.Status = unix.STA_UNSYNC }, []string{"warns clock: it is not synchronised: run"}},
		{"nobody may ask", func(c *clinic) {
			c.adjtimex = func() (unix.Timex, error) { return unix.Timex{}, unix.EPERM }
		}, nil},

		{"a full disk", func(c *clinic) { c.disk.Bavail = 2047 }, []string{"stops disk: STATE: the disk is full (7 MiB are free): find"}},
		{"a nearly full disk", func(c *clinic) { c.disk.Bavail = 2048 }, []string{"warns disk: STATE: the disk is nearly full (8 MiB are free): find"}},
		{"room enough", func(c *clinic) { c.disk.Bavail = 16384 }, nil},
		{"a read-only disk", func(c *clinic) { c.disk.Flags = unix.ST_RDONLY }, []string{"stops disk: STATE: the file system is read-only: a failing card"}},
		{"no inodes", func(c *clinic) { c.disk.Ffree = 0 }, []string{"stops disk: STATE: the file system has no room for another file (no inodes): find"}},
		{"few inodes", func(c *clinic) { c.disk.Ffree = 99 }, []string{"warns disk: STATE: the file system has room for 99 more files only (inodes): find"}},
		{"no inodes to count", func(c *clinic) { c.disk.Files, c.disk.Ffree = 0, 0 }, nil},

		{"the state is a file", func(c *clinic) { c.owners[c.dir] = owned{1000, 1000, unix.S_IFREG | 0o600} }, []string{"stops state: STATE: it is not a directory: move"}},
		{"the state is root's", func(c *clinic) { c.owners[c.dir] = owned{0, 0, unix.S_IFDIR | 0o755} },
			[]string{`stops state: STATE: it belongs to root, and the user pi may not write in it: run the daemon as its owner, or give it over with "sudo chown -R pi: STATE`}},
		{"the state is not to be written", func(c *clinic) { c.owners[c.dir] = owned{1000, 1000, unix.S_IFDIR | 0o500} },
			[]string{"stops state: STATE: its owner pi may not write in it: run"}},
		{"no state yet", func(c *clinic) { c.dir = filepath.Join(c.dir, "deep", "below") }, nil},
		{"no state, nor leave to make it", func(c *clinic) {
			c.owners[c.dir] = owned{0, 0, unix.S_IFDIR | 0o755}
			c.dir = filepath.Join(c.dir, "new")
		}, []string{"stops state: STATE: it is not there, and the user pi may not make it in "}},
		{"the store is of a daemon once run with sudo", func(c *clinic) {
			c.store()
			c.owners[filepath.Join(c.dir, "pigeon.db")] = owned{0, 0, unix.S_IFREG | 0o600}
		}, []string{`stops state: STATE/pigeon.db: it belongs to root, and the user pi may not write it: give it back with "sudo chown -R pi: STATE"`}},

		{"a store", func(c *clinic) { c.store() }, nil},
		{"a damaged store", func(c *clinic) { c.file("pigeon.pid", ""); c.file("pigeon.db", "not a database") }, []string{"stops store: it breaks 2 invariants, the first is that meta page 0: "}},
		{"a store in use", func(c *clinic) {
			db, err := store.Open(store.Config{Dir: c.dir})
			if err != nil {
				c.t.Fatal(err)
			}
			c.t.Cleanup(func() { db.Close() })
		}, []string{"stops store: the process with the number "}},

		{"no stick", func(c *clinic) { c.unplug() }, []string{"stops stick: no USB modem is plugged in: plug one in"}},
		{"no stick, and a modem behind a serial server", func(c *clinic) {
			c.unplug()
			c.config("[[modem]]\nname = \"rack\"\nport = \"tcp://rack:4001\"\n")
		}, nil},
		{"a stick in storage mode", func(c *clinic) { c.unplug(); c.device("1-1.3", "12d1:1446", "Mobile") },
			[]string{"stops stick: Mobile at USB port 1-1.3: the stick is in storage (CD) mode: install usb-modeswitch"}},
		{"a network card", func(c *clinic) { c.unplug(); c.device("1-1.3", "12d1:14db", "E3372h") },
			[]string{"stops stick: E3372h at USB port 1-1.3: the stick is a network card only (HiLink) and has no port for text messages: use one with"}},
		{"a stick in storage mode beside a modem", func(c *clinic) { c.device("1-1.3", "12d1:1446", "Mobile") },
			[]string{"warns stick: Mobile at USB port 1-1.3: the stick is in storage (CD) mode: install"}},
		{"an empty place", func(c *clinic) {
			c.config("[[modem]]\nname = \"south\"\nusb = \"1-1.4\"\n[[modem]]\nname = \"north\"\nusb = \"1-1.2\"\n")
		},
			[]string{"warns stick: south: there is no modem at USB port 1-1.4: plug"}},

		{"no driver", func(c *clinic) { c.unplug(); c.device("1-1.3", "2c7c:0306", "EP06"); c.face("1-1.3", 2) },
			[]string{`stops driver: EP06 at USB port 1-1.3: no driver has taken its ports, so there is no tty: run "sudo modprobe option" and, where that is not enough, "echo 2c7c 0306 |`}},
		{"no drivers allowed", func(c *clinic) {
			c.unplug()
			c.device("1-1.3", "2c7c:0306", "EP06")
			c.write("sys/devices/platform/scb/usb1/1-1.3/authorized", "0")
		},
			[]string{`stops reset: EP06 at USB port 1-1.3: it is not authorized, and so has no drivers: give them back with "echo 1 | sudo tee /sys/bus/usb/devices/1-1.3/authorized"`}},
		{"no drivers for a thing that is no modem", func(c *clinic) {
			c.device("1-1.3", "046d:c31c", "Keyboard")
			c.write("sys/devices/platform/scb/usb1/1-1.3/authorized", "0")
		}, nil},
		{"ports without power", func(c *clinic) {
			c.write("sys/bus/usb/devices/1-1:1.0/1-1-port2/disable", "0")
			c.write("sys/bus/usb/devices/1-1:1.0/1-1-port3/disable", "1")
			c.write("sys/bus/usb/devices/2-0:1.0/usb2-port1/disable", "1")
		}, []string{
			`warns reset: USB port 1-1.3: it is switched off: switch it on with "echo 0 | sudo tee /sys/bus/usb/devices/1-1:1.0/1-1-port3/disable"`,
			"warns reset: USB port 2-1: it is switched off: ",
		}},
		{"resets are allowed", func(c *clinic) {
			c.owners[c.switches()[0]] = owned{0, 1000, unix.S_IFREG | 0o664}
		}, nil},
		{"resets are root's", func(c *clinic) {
			c.owners[c.switches()[0]] = owned{0, 0, unix.S_IFREG | 0o644}
		}, []string{"warns reset: the user pi may not reset EC25 at USB port 1-1.2 on the USB bus when it hangs: install systemd/60-pigeon.rules as "}},
		{"ports are root's", func(c *clinic) {
			c.write("sys/bus/usb/devices/1-1:1.0/1-1-port2/disable", "0")
			c.owners[c.switches()[1]] = owned{0, 0, unix.S_IFREG | 0o644}
		}, []string{"warns reset: the user pi may not reset EC25 at USB port 1-1.2 on"}},
		{"a power line", func(c *clinic) { c.wired(1000, "") }, nil},
		{"a power line that is ours", func(c *clinic) { c.wired(1000, "pigeon") }, nil},
		{"a power line of another's", func(c *clinic) { c.wired(1000, "fan") },
			[]string{`warns line: north: its power line, gpiochip0 line 17, is held by "fan": free it`}},
		{"a power line of another group's", func(c *clinic) { c.wired(997, "") },
			[]string{`warns line: north: the user pi may not open /dev/gpiochip0 (it belongs to root and the group 997): add it to the group with "sudo usermod -aG gpio pi"`}},
		{"a power line that may not be looked at", func(c *clinic) { c.wired(997, ""); c.noLine = fmt.Errorf("power GPIO17: %w", unix.EACCES) },
			[]string{`warns line: north: the user pi may not open its power line (power GPIO17: permission denied): add`}},
		{"a power line that is not there", func(c *clinic) { c.wired(1000, ""); c.noLine = errors.New("power GPIO17: no line is called GPIO17") },
			[]string{"warns line: north: power GPIO17: no line is called GPIO17: see with"}},
		{"all left alone", func(c *clinic) { c.config("[gateway]\nexclude = [\"2C7C:0125\"]\n") },
			[]string{"stops stick: no USB modem is plugged in that gateway.exclude does not name: take"}},
		{"one left alone by its tty, which has no other driver", func(c *clinic) {
			c.config("[gateway]\nexclude = [\"/dev/ttyUSB9\"]\n")
			c.device("1-1.3", "2c7c:0306", "EP06")
			c.tty("1-1.3", 2, "ttyUSB9")
			c.face("1-1.3", 4)
		}, nil},
		{"no driver for a thing that is no modem", func(c *clinic) { c.device("1-1.3", "046d:c31c", "Keyboard"); c.face("1-1.3", 0) }, nil},
		{"autosuspend", func(c *clinic) { c.write(modemDir+"/power/control", "auto") },
			[]string{"warns sleep: EC25 at USB port 1-1.2: the kernel may put it to sleep"}},

		{"ModemManager holds the port", func(c *clinic) { c.process(77, "ModemManager", "/dev/ttyUSB2") },
			[]string{"stops port: /dev/ttyUSB2: ModemManager has it open (process 77): stop it with \"sudo systemctl disable"}},
		{"ModemManager runs", func(c *clinic) { c.process(77, "ModemManager", "/dev/null") },
			[]string{"warns port: ModemManager runs (process 77) and opens every modem it sees: stop"}},
		{"a terminal holds the port", func(c *clinic) { c.process(78, "minicom", "/dev/ttyUSB2") },
			[]string{"stops port: /dev/ttyUSB2: minicom has it open (process 78): end it with \"sudo kill 78\""}},
		{"a console holds the port", func(c *clinic) { c.process(78, "agetty", "/dev/ttyUSB2") },
			[]string{"stops port: /dev/ttyUSB2: agetty has it open (process 78): take the console off the port with \"sudo systemctl disable --now serial-getty@ttyUSB2\""}},
		{"another gateway holds the port", func(c *clinic) { c.process(78, "pigeon", "/dev/ttyUSB2") },
			[]string{"stops port: /dev/ttyUSB2: pigeon has it open (process 78): stop it: another gateway"}},
		{"a pty", func(c *clinic) {
			c.write("dev/pts/3", "")
			c.config("[[modem]]\nname = \"test\"\nport = \"/dev/pts/3\"\n")
			c.process(78, "pigeon", "/dev/pts/3")
		}, nil},
		{"another port is held", func(c *clinic) { c.process(78, "minicom", "/dev/ttyS0") }, nil},
		{"not in the group", func(c *clinic) { c.gids = []int{1000} },
			[]string{`stops port: /dev/ttyUSB2: the user pi may not open it (it belongs to root and the group dialout): add it to the group with "sudo usermod -aG dialout pi"`}},
		{"a port of root alone", func(c *clinic) { c.owners[filepath.Join(c.root, "dev/ttyUSB2")] = owned{0, 0, unix.S_IFCHR | 0o600} },
			[]string{"stops port: /dev/ttyUSB2: the user pi may not open it (it belongs to root and the group root): give the ports to the group dialout with the udev rule"}},
		{"no device file", func(c *clinic) { c.remove("dev/ttyUSB2") }, []string{"stops port: /dev/ttyUSB2: the kernel knows it and there is no such file: see that udev runs"}},
		{"a configured port is missing", func(c *clinic) {
			c.unplug()
			c.config("[[modem]]\nname = \"north\"\nport = \"/dev/serial/by-id/north\"\n")
		}, []string{"stops port: north: there is no /dev/serial/by-id/north: plug the modem in"}},
		{"a configured port is a link", func(c *clinic) {
			c.link("dev/serial/by-id/north", "/dev/ttyUSB2")
			c.config("[[modem]]\nname = \"north\"\nport = \"/dev/serial/by-id/north\"\n")
			c.process(78, "minicom", "/dev/ttyUSB2")
		}, []string{"stops port: /dev/ttyUSB2: minicom has it open"}},

		{"the broker refuses", func(c *clinic) {
			c.config("[mqtt]\nurl = \"tcp://me:secret@broker.example\"\n")
			c.dials["tcp broker.example:1883"] = &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
		}, []string{"stops broker: tcp://broker.example: out of reach: dial: connect: connection refused: start the broker there"}},
		{"the broker is silent", func(c *clinic) {
			c.config("[mqtt]\nurl = \"ssl://broker.example:8884\"\n")
			c.dials["tcp broker.example:8884"] = os.ErrDeadlineExceeded
		}, []string{"stops broker: ssl://broker.example:8884: out of reach: i/o timeout: look at the network"}},
		{"the broker has no address", func(c *clinic) {
			c.config("[mqtt]\nurl = \"wss://broker.example/mqtt\"\n")
			c.dials["tcp broker.example:443"] = &net.DNSError{Err: "no such host", Name: "broker.example"}
		}, []string{"stops broker: wss://broker.example/mqtt: out of reach: lookup broker.example: no such host: correct the name"}},
		{"the broker's socket is not there", func(c *clinic) {
			c.config("[mqtt]\nurl = \"unix:///run/broker.sock\"\n")
			c.dials["unix /run/broker.sock"] = syscall.ENOENT
		}, []string{"stops broker: unix:///run/broker.sock: out of reach: no such file or directory: start"}},
		{"the broker takes", func(c *clinic) { c.config("[mqtt]\nurl = \"tcp://broker.example\"\n") }, nil},

		{"the port of the page is taken", func(c *clinic) { c.listens("0100007F:1F90", "4711"); c.process(55, "nginx", "socket:[4711]") },
			[]string{"stops page: 127.0.0.1:8080: nginx (process 55) listens there: stop it, or set web.listen to another port"}},
		{"taken everywhere, by who knows", func(c *clinic) { c.listens("00000000:1F90", "4711") },
			[]string{`stops page: 127.0.0.1:8080: another program listens there: find it with "sudo ss -ltnp sport = :8080"`}},
		{"the port of the broker is taken", func(c *clinic) { c.listens("0100007F:075B", "4711") }, []string{"stops broker: 127.0.0.1:1883: another program listens there: find it"}},
		{"taken on another address", func(c *clinic) { c.listens("0200A8C0:1F90", "4711") }, nil},
		{"a page that is off", func(c *clinic) { c.listens("0100007F:1F90", "4711"); c.config("[web]\nlisten = \"\"\n") }, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newClinic(t)
			tc.ill(c)
			want := tc.want
			at := 0 // the configuration stands before the daemon
			for at < len(want) && strings.HasPrefix(want[at], "stops configuration") {
				at++
			}
			c.finds(nil, append(append(append([]string{}, want[:at]...), idle), want[at:]...)...)
		})
	}
}

func (c *clinic) throttled(bits string) {
	c.write("sys/devices/platform/soc/soc:firmware/get_throttled", bits)
}

func (c *clinic) hwmon(alarm string) {
	c.remove("sys/devices/platform/soc")
	c.write("sys/class/hwmon/hwmon1/name", "rpi_volt")
	c.write("sys/class/hwmon/hwmon1/in0_lcrit_alarm", alarm)
}

// store makes one in the state directory.
func (c *clinic) store() {
	c.t.Helper()
	db, err := store.Open(store.Config{Dir: c.dir})
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// file makes one in the state directory.
func (c *clinic) file(name, text string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// listens has somebody listen at an address as proc_net_tcp(5) writes it.
func (c *clinic) listens(at, inode string) {
	c.write("proc/net/tcp", "  sl  local_address rem_address   st\n   0: "+at+" 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 "+inode+" 1")
}

func TestDoctorProbes(t *testing.T) {
	c := newClinic(t)
	for _, tc := range []struct {
		name string
		says string
		err  error
		want []string
	}{
		{"answers", "AT\r\r\nOK\r\n", nil, []string{idle}},
		{"is gone", "", errors.New("open /dev/ttyUSB2: no such file or directory: is the modem plugged in?"),
			[]string{idle, "stops modem: EC25 at USB port 1-1.2: open /dev/ttyUSB2: no such file or directory: is the modem plugged in?"}},
		{"ends", "AT\r\r\n", nil, []string{idle, "stops modem: EC25 at USB port 1-1.2: ROOT/dev/ttyUSB2: EOF: unplug the modem for ten seconds"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c.t = t
			c.port = func() (port usbPort, err error) { return &fakePort{r: strings.NewReader(tc.says)}, tc.err }
			c.finds([]string{"--probe"}, tc.want...)
		})
	}
	c.process(77, "minicom", "/dev/ttyUSB2")
	c.port = nil // nothing is opened that another has
	c.t = t
	c.finds([]string{"--probe"}, idle, "stops port: /dev/ttyUSB2: minicom")
}

func TestDoctorPrints(t *testing.T) {
	for name, tc := range map[string]struct {
		ill  func(c *clinic)
		args []string
		code int
	}{
		"healthy":         {ill: func(c *clinic) { c.status(readyWay, upLink, "") }},
		"healthy-verbose": {ill: func(c *clinic) { c.status(readyWay, upLink, "") }, args: []string{"--verbose"}},
		"idle":            {ill: func(*clinic) {}},
		"idle-verbose":    {ill: func(*clinic) {}, args: []string{"--verbose"}},
		"ill": {ill: func(c *clinic) {
			c.throttled("50000")
			c.ntp.Status = unix.STA_UNSYNC
			c.process(77, "ModemManager", "/dev/ttyUSB2")
			c.config("[mqtt]\nurl = \"tcp://broker.example\"\n")
			c.dials["tcp broker.example:1883"] = syscall.EHOSTUNREACH
		}, code: 1},
		"ill-json": {ill: func(c *clinic) { c.unplug(); c.ntp.Status = unix.STA_UNSYNC }, args: []string{"--json"}, code: 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClinic(t)
			tc.ill(c)
			got, code := c.doctor(tc.args...)
			if code != tc.code {
				t.Errorf("got exit status %d, want %d", code, tc.code)
			}
			want, err := os.ReadFile(filepath.Join("testdata", "doctor", name+".txt"))
			if err != nil || got != string(want) {
				t.Errorf("got\n%s\nwant\n%s (%v)", got, want, err)
			}
		})
	}
}
