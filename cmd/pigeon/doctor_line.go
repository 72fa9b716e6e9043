package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/pigeon-sms/pigeon/modem/power"
)

// powerLines looks whether the daemon may take the power lines of its modems. It takes
// none itself: that could cut power.
func (x *exam) powerLines(context.Context) {
	seen := map[power.Config]bool{}
	for i, c := range x.cfg.power {
		if c.Kind != "" && !seen[c] {
			seen[c] = true
			x.powerLine(x.cfg.modem.Modems[i].Name, c)
		}
	}
	if len(seen) == 0 {
		x.fine("no modem has one")
	}
}

func (x *exam) powerLine(modem string, c power.Config) {
	p, err := x.line(c)
	chip := filepath.Join(x.e.root, "dev", p.Chip)
	owner, unseen := x.stat(chip)
	group := fmt.Sprintf("add it to the group with \"sudo usermod -aG gpio %s\", install systemd/60-pigeon.rules where the chip has no such group, and start the daemon again", x.runner.name)
	switch {
	case denied(err) && x.runner.uid != x.uid:
		x.unknown(fmt.Sprintf("%s: the user %s may not look at its line: use sudo", modem, x.me().name))
	case denied(err):
		x.warns(modem, "the user "+x.runner.name+" may not open its power line ("+err.Error()+")", group)
	case err != nil:
		x.warns(modem, err.Error(), `see with "gpiodetect" and "gpioinfo" what there is, and correct its [modem.power]`)
	case unseen == nil && !x.runner.may(owner, 6):
		x.warns(modem, fmt.Sprintf("the user %s may not open /dev/%s (it belongs to %s and the group %s)",
			x.runner.name, p.Chip, x.userName(owner.uid), x.groupName(owner.gid)), group)
	case p.Holder != "" && !p.Ours():
		x.warns(modem, fmt.Sprintf("its power line, %s line %d, is held by %q", p.Chip, p.Line, p.Holder),
			"free it (an overlay in config.txt may have it), or wire the modem to another and correct its [modem.power]")
	default:
		x.fine(fmt.Sprintf("%s: %s line %d may be taken", modem, p.Chip, p.Line))
	}
}
