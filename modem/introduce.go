package modem

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/pigeon-sms/pigeon/modem/line"
	"github.com/pigeon-sms/pigeon/modem/profile"
)

// identity is what tells one modem from another.
type identity struct {
	port   string // the tty that answered
	imei   string
	iccid  string // where it was asked for and the SIM tells
	family string
}

// introduce asks a device who it is, on the first of its ports that answers,
// and closes it again.
func (p *Pool) introduce(ctx context.Context, ports []string, sim bool) (identity, error) {
	var first error
	for _, port := range ports {
		id, err := p.askAt(ctx, port, sim)
		if err == nil || ctx.Err() != nil {
			return id, err
		}
		if first == nil {
			first = err
		}
	}
	return identity{}, first
}

func (p *Pool) askAt(ctx context.Context, port string, sim bool) (identity, error) {
	id := identity{port: port}
	rw, err := p.cfg.Open(ctx, port)
	if err != nil {
		return id, err
	}
	err = converse(ctx, rw, nil, func(pctx context.Context, l *line.Port) error {
		var err error
		for range probeTries {
			if _, err = l.Do(pctx, "", probeLimit); !errors.Is(err, line.ErrTimeout) {
				break
			}
		}
		if err != nil {
			return err
		}
		ask := func(cmd string) []string {
			info, err := l.Do(pctx, cmd, askLimit)
			if err != nil {
				return nil
			}
			return info
		}
		ask("E0")
		ask("V1")
		maker, model := plain(ask("+CGMI"), "+CGMI"), plain(ask("+CGMM"), "+CGMM")
		f := profile.ByIdentity(maker, model)
		id.family = f.Name
		id.imei = digits(ask("+CGSN"), 14, 17)
		if sim {
			for _, cmd := range f.ICCID {
				if id.iccid = iccid(ask(cmd)); id.iccid != "" {
					break
				}
			}
		}
		return nil
	})
	switch {
	case ctx.Err() != nil:
		return id, ctx.Err()
	case err != nil:
		return id, fmt.Errorf("%w (%w)", errNoAnswer, err)
	}
	return id, nil
}

// levelOf logs the first failure of a kind, and the others for developers.
func levelOf(tries int) slog.Level {
	if tries == 1 {
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

var errNoAnswer = errors.New("none of its ports answers to AT: it may be starting, or another program (ModemManager?) may hold it")
