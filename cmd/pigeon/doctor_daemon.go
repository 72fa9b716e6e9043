package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/pigeon-sms/pigeon/sms"
)

// configuration reads the file the daemon would start with.
func (x *exam) configuration(context.Context) {
	if x.file == "" {
		x.cfg, _ = parseConfig("", "", x.dir, "pigeon") // the defaults have no faults
		x.loaded = true
		x.fine("there is none, and the defaults hold")
		return
	}
	var err error
	x.cfg, err = loadConfig(x.file, x.dir, "pigeon") // with faults, what could be read of it
	var list *faultList
	switch {
	case err == nil:
		x.loaded = true
		x.fine(x.file + " has no fault")
	case errors.As(err, &list):
		for _, f := range list.faults {
			x.faulty(f)
		}
	case denied(err):
		x.unknown(fmt.Sprintf("the user %s may not read %s: use sudo", x.me().name, x.file))
	default:
		x.stops("", err.Error(), "name a file that can be read with --config")
	}
}

func (x *exam) faulty(f fault) {
	if x.uid != 0 && strings.HasSuffix(f.Text, "permission denied") {
		x.unknown(f.Key + ": " + f.Text + ": use sudo")
		return
	}
	subject := x.file
	if f.Line > 0 {
		subject = fmt.Sprintf("%s:%d", x.file, f.Line)
	}
	x.stops(join(": ", subject, f.Key), f.Text, `correct it, and see that "pigeon config check" is content`)
}

// daemon asks the daemon how it is, and finds out as whom it runs.
func (x *exam) daemon(ctx context.Context) {
	defer x.readable()
	limited, cancel := context.WithTimeoutCause(ctx, statusLimit, errSilent)
	defer cancel()
	var h sms.Health
	a, err := x.client.get(limited, "/status", nil)
	if err == nil {
		err = a.read(&h)
	}
	switch {
	case err == nil:
		x.health = &h
		x.fine("it answers at " + x.client.where)
		x.running()
	case denied(err):
		x.hidden = true
		x.unknown(fmt.Sprintf("the user %s may not ask it at %s: use sudo", x.me().name, x.client.where))
	case !stopped(err) && !x.refusedURL(err):
		x.hidden = true
		text, cure := lastCured(err, `see its log with "journalctl -u pigeon"`)
		x.stops("", text, cure)
	case x.far:
		x.stops("", "no daemon answers at "+x.client.where, "see that the machine is on, the address right and web.listen open to others")
	case exists(filepath.Join(x.dir, socketName)) && x.client.dir != "":
		x.stops("", "it has ended without an order to, and left its socket in "+x.dir, `start it, with "sudo systemctl start pigeon" where it is a service, and see its log`)
	case x.enabled():
		x.stops("", "the service is enabled and does not run", `start it with "sudo systemctl start pigeon", and see "journalctl -u pigeon" for why it ended`)
	default:
		x.warns("", "it does not run", `start it with "pigeon run", or "sudo systemctl enable --now pigeon" where it is installed as a service`)
	}
}

// readable finds out as whom the daemon runs, and whether that user may read the
// configuration.
func (x *exam) readable() {
	if x.far {
		return
	}
	x.runner = x.whoRuns()
	o, err := x.stat(x.file)
	if x.file == "" || err != nil || x.runner.may(o, 4) {
		return
	}
	x.at = "configuration"
	tell := x.stops
	if x.health != nil { // it has read it before
		tell = x.warns
	}
	tell(x.file, "the user "+x.runner.name+" may not read it", fmt.Sprintf("let it with \"sudo chown root:%s %s && sudo chmod 640 %s\"", x.groupName(x.runner.group()), x.file, x.file))
	x.at = "daemon"
}

// refusedURL reports whether nothing listens at the URL asked.
func (x *exam) refusedURL(err error) bool {
	var a *absentError
	return errors.As(err, &a) && !a.socket && a.early
}

// running looks at what a running daemon has to say beside its ways and links.
func (x *exam) running() {
	for i := range x.findings { // it runs with a configuration it has taken
		if f := &x.findings[i]; f.Check == "configuration" {
			f.Level = warns
		}
	}
	for _, w := range x.health.Warning {
		switch {
		case strings.Contains(w, "disk") && !x.far: // another check looks for itself
		case strings.Contains(w, "disk"):
			x.warns("", w, "delete what is not needed")
		case strings.Contains(w, "max_size"):
			x.warns("", w, `raise store.max_size, or see with "pigeon messages --state queued" why messages stay`)
		default:
			x.warns("", w, `see "pigeon status"`)
		}
	}
}

// enabled reports whether systemd is to start the daemon.
func (x *exam) enabled() bool {
	return len(x.glob("etc/systemd/system/*.wants/pigeon.service")) > 0
}

// near reports whether the daemon asked is on this machine.
func (c *client) near() bool {
	u, err := url.Parse(c.base)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return c.dir != "" || u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
