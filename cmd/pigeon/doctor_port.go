package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pigeon-sms/pigeon/modem/usb"
)

// A modemAt is what can be known of a modem without a word to it: its name and
// its ports.
type modemAt struct {
	name  string
	path  string   // its USB port; empty where it has none
	ports []string // as the kernel names them, or tcp://host:port
}

// modemsAt lists the modems whose ports are known: those on USB, and those the
// configuration gives a port.
func (x *exam) modemsAt() []modemAt {
	var all []modemAt
	for _, d := range x.usb {
		if d.Note == "" && len(ttysOf(d)) > 0 {
			all = append(all, modemAt{named(d), d.Path, commandPorts(d)})
		}
	}
	for _, m := range x.cfg.modem.Modems {
		if m.Port == "" {
			continue
		}
		port := x.resolved(m.Port)
		if !slices.ContainsFunc(all, func(o modemAt) bool { return slices.Contains(o.ports, port) }) {
			all = append(all, modemAt{m.Name, "", []string{port}})
		}
	}
	return all
}

// resolved follows the links of a tty's path, "/dev/serial/by-path/…", below
// the root.
func (x *exam) resolved(port string) string {
	if !isTTY(port) {
		return port
	}
	root, err := filepath.EvalSymlinks(x.e.root)
	real, bad := filepath.EvalSymlinks(filepath.Join(x.e.root, port))
	if err != nil || bad != nil {
		return port
	}
	if rel, err := filepath.Rel(root, real); err == nil && !strings.HasPrefix(rel, "..") {
		return "/" + rel
	}
	return port
}

// port looks who may use the ports of the modems, and who has them.
func (x *exam) port(context.Context) {
	p := x.everyone()
	held := false
	all := x.modemsAt()
	for _, m := range all {
		bad := false
		for _, port := range m.ports {
			if !isTTY(port) {
				continue
			}
			if !x.permitted(m, port) {
				bad = true
				break // the others are alike
			}
			if pid := x.holder(port); pid != 0 {
				held = held || p.names[pid] == modemManager
				x.held(m, port, pid)
				bad = true
			}
		}
		if !bad {
			x.fine(m.name + ": " + strings.Join(m.ports, ", ") + " may be opened")
			// With a daemon or a probe the modem itself has the last word.
			x.works = x.works || x.health == nil && !x.probe
		}
	}
	if pids := p.called(modemManager); len(pids) > 0 && !held {
		x.warns("", fmt.Sprintf("ModemManager runs (process %d) and opens every modem it sees", pids[0]), leaveModems)
	}
	if len(all) == 0 {
		x.unknown("there is no modem with a port")
	} else if p.unseen > 0 {
		x.unknown(fmt.Sprintf("what %s of other users have open cannot be seen: use sudo", manyProcesses(p.unseen)))
	}
}

func manyProcesses(n int) string {
	if n == 1 {
		return "1 process"
	}
	return fmt.Sprintf("%d processes", n)
}

// permitted checks that the daemon may open a port.
func (x *exam) permitted(m modemAt, port string) bool {
	o, err := x.stat(filepath.Join(x.e.root, port))
	switch {
	case gone(err) && m.path == "":
		x.fails(m.name, "there is no "+port, "plug the modem in, or correct its port in the configuration", port, m.name)
		return false
	case gone(err):
		x.fails(port, "the kernel knows it and there is no such file", "see that udev runs, and in a container that the device is passed into it", m.path, port)
		return false
	case err != nil:
		x.unknown(err.Error())
		return true
	case x.runner.may(o, 6):
		return true
	}
	group := x.groupName(o.gid)
	cure := fmt.Sprintf("add it to the group with \"sudo usermod -aG %s %s\", then sign in or start the service again", group, x.runner.name)
	if o.gid == 0 || o.mode&0o060 != 0o060 {
		cure = `give the ports to the group dialout with the udev rule SUBSYSTEM=="tty", KERNEL=="ttyUSB*|ttyACM*", GROUP="dialout", MODE="0660"`
	}
	x.fails(port, fmt.Sprintf("the user %s may not open it (it belongs to %s and the group %s)", x.runner.name, x.userName(o.uid), group), cure,
		m.path, port, m.name)
	return false
}

const (
	modemManager = "ModemManager"
	leaveModems  = `stop it with "sudo systemctl disable --now ModemManager", or set ID_MM_DEVICE_IGNORE for the modem in a udev rule`
)

// holder is a process other than the daemon that has a port open; 0 where there
// is none to be seen. The program behind a pty may keep its near end open.
func (x *exam) holder(port string) int {
	if strings.HasPrefix(port, "/dev/pts/") {
		return 0
	}
	p, daemon := x.everyone(), x.daemonPID()
	for _, pid := range p.holders[port] {
		switch {
		case x.health == nil && !x.hidden, daemon != 0 && pid != daemon, daemon == 0 && !strings.HasPrefix(p.names[pid], "pigeon"):
			return pid
		}
	}
	return 0
}

// held tells who has a port.
func (x *exam) held(m modemAt, port string, pid int) {
	name := x.everyone().names[pid]
	cure := fmt.Sprintf("end it with \"sudo kill %d\", or have it leave the port alone", pid)
	switch name {
	case modemManager:
		cure = leaveModems
	case "agetty", "login":
		cure = fmt.Sprintf("take the console off the port with \"sudo systemctl disable --now serial-getty@%s\"", filepath.Base(port))
	case "pigeon":
		cure = "stop it: another gateway runs, with a state directory of its own"
	}
	x.fails(port, fmt.Sprintf("%s has it open (process %d)", name, pid), cure, m.path, port, m.name)
}

// opening asks each modem for an answer, where no daemon does.
func (x *exam) opening(ctx context.Context) {
	all := x.modemsAt()
	for _, m := range all {
		switch {
		case x.isBlamed(m.name, m.path) || slices.ContainsFunc(m.ports, func(p string) bool { return x.blamed[p] }):
			x.unknown(m.name + ": it stands on what is said above")
		case !x.probe:
			x.unknown(m.name + ": opening its port was not tried, as no daemon runs: --probe does")
		default:
			x.openOne(ctx, m)
		}
	}
	if len(all) == 0 {
		x.unknown("there is no modem with a port")
	}
}

// openOne opens the ports of one modem until it answers.
func (x *exam) openOne(ctx context.Context, m modemAt) {
	var failure error
	for _, port := range m.ports {
		path := port
		if isTTY(port) {
			path = filepath.Join(x.e.root, port)
		}
		err := x.ask(ctx, path)
		if err == nil {
			x.fine(fmt.Sprintf("%s answers AT on %s; the daemon has to run to tell its SIM and its network", m.name, port))
			x.works = true
			return
		}
		if failure == nil {
			failure = err
		}
	}
	if failure == nil {
		return
	}
	text, cure := lastCured(failure, resupply)
	x.fails(m.name, text, cure, m.path)
}

// ask says AT to what is behind a port, and waits for OK.
func (x *exam) ask(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	port, err := x.open(ctx, path)
	if err != nil {
		return err
	}
	defer port.Close()
	release := context.AfterFunc(ctx, func() { _ = port.Close() }) // and so a Read or Write that waits
	defer release()
	if err := answersAT(ctx, port); err != nil {
		return fmt.Errorf("%s: %w: %s", path, err, resupply)
	}
	return nil
}

const resupply = "unplug the modem for ten seconds, and look at its supply"

var errNoAnswer = fmt.Errorf("no answer to AT within %v", probeLimit)

// answersAT talks to a port that is open.
func answersAT(ctx context.Context, port usb.Port) error {
	if _, err := port.Write([]byte("AT\r")); err != nil && ctx.Err() == nil {
		return err
	}
	var heard []byte
	b := make([]byte, 256)
	for ctx.Err() == nil && len(heard) < 1<<16 {
		n, err := port.Read(b)
		if err != nil && ctx.Err() == nil {
			return err
		}
		if heard = append(heard, b[:n]...); strings.Contains(string(heard), "\nOK\r") {
			return nil
		}
	}
	return errNoAnswer
}

// isBlamed reports whether any of some things has been blamed already.
func (x *exam) isBlamed(things ...string) bool {
	return slices.ContainsFunc(things, func(t string) bool { return t != "" && x.blamed[t] })
}
