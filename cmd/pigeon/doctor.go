package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pigeon-sms/pigeon/modem/power"
	"github.com/pigeon-sms/pigeon/modem/usb"
)

const helpDoctor = `Looks for what stops this machine from sending, and says the cure of each thing it
finds. It asks the daemon where one runs, and looks by itself for what the daemon
cannot see: what is on the USB bus, who holds its ports and may open them, power,
clock, disk, the configuration, the broker and the port of the page.

A mark stands before each part of the machine:
  ✓  it is well
  !  it is worth a look
  ✗  it stops sending
  ?  it could not be checked
A part is not blamed for what it stands on: where the stick is missing, nothing is
said of its SIM. A modem that fails stops sending only where no other one works.

No port is opened unless --probe asks for that, and none while a daemon runs or
another program has it. With sudo it sees the programs of other users.

Exits 0 when nothing stops sending, and 1 when something does.`

const (
	statusLimit = 5 * time.Second // for the daemon to say how it is
	dialLimit   = 2 * time.Second // for a connection over the network
	probeLimit  = 3 * time.Second // for a port to open and its modem to answer AT
)

// senses are the ways of the doctor to see what does not lie in a file below
// the root.
type senses struct {
	uid      int   // of this process
	gids     []int // its groups
	built    time.Time
	stat     func(path string) (owned, error)
	statfs   func(path string) (unix.Statfs_t, error)
	adjtimex func() (unix.Timex, error)
	reach    func(ctx context.Context, network, address string) error
	open     func(ctx context.Context, path string) (usb.Port, error)
	line     func(power.Config) (power.Place, error) // where one is and who has it
}

// processSenses are those of this process.
func processSenses() senses {
	s := senses{uid: os.Geteuid(), stat: ownerOf, reach: reach, open: usb.Open, line: power.Look}
	s.gids, _ = os.Getgroups() // none where the kernel does not say
	s.gids = append(s.gids, os.Getegid())
	s.built, _ = time.Parse(time.RFC3339, version().Date) // zero where the binary does not say
	s.statfs = func(path string) (f unix.Statfs_t, err error) { return f, unix.Statfs(path, &f) }
	s.adjtimex = func() (t unix.Timex, err error) {
		_, err = unix.Adjtimex(&t)
		return t, err
	}
	return s
}

// cmdDoctor looks for what stops sending.
func cmdDoctor(ctx context.Context, e *env, args []string) error {
	return doctor(ctx, e, processSenses(), args)
}

func doctor(ctx context.Context, e *env, s senses, args []string) error {
	f := newClientFlags("doctor")
	path := f.String("config", "", "the configuration `FILE` of the daemon")
	verbose := f.Bool("verbose", false, "say also what is well, and what could not be checked and why")
	probe := f.Bool("probe", false, "with no daemon, open the ports of the modems and ask for an answer")
	if _, err := f.parse(args, 0, 0); err != nil {
		return err
	}
	c, err := f.connect(e)
	if err != nil {
		return err
	}
	x := &exam{e: e, senses: s, client: c, dir: c.dir, file: *path, probe: *probe, blamed: map[string]bool{}}
	if err := x.place(f.state); err != nil {
		return err
	}
	if x.file == "" {
		x.file = e.configFile()
	}
	x.examine(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f.json {
		err = x.printJSON(*verbose)
	} else {
		x.print(*verbose)
	}
	if err == nil && x.count(stops) > 0 {
		err = errSaid
	}
	return err
}

// place finds the state directory, and out whether the daemon is one of this
// machine.
func (x *exam) place(given string) error {
	if x.dir == "" { // asked over HTTP
		if x.far = !x.client.near(); x.far {
			return nil
		}
		var err error
		x.dir, err = x.e.socketDir(given)
		return err
	}
	system := filepath.Join(x.e.root, systemState)
	if given == "" && !exists(x.dir) && exists(system) {
		x.dir, x.client = system, socketClient(system)
	}
	return nil
}

// reach reports whether something takes a connection at an address.
func reach(ctx context.Context, network, address string) error {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return err
	}
	return conn.Close()
}

// ownerOf reads whose a file is and who may use it.
func ownerOf(path string) (owned, error) {
	var s unix.Stat_t
	if err := unix.Stat(path, &s); err != nil {
		return owned{}, fmt.Errorf("%s: %w", path, err)
	}
	return owned{int(s.Uid), int(s.Gid), s.Mode}, nil
}
