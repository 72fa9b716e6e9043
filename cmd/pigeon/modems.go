package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pigeon-sms/pigeon/sms"
)

const helpModems = `Lists the modems and what is known of each. READY modems take messages; WHY says
what another one waits for. BALANCE is what the SIM had left when its network
told it last, where [modem.balance] says how to ask. LEFT, where a modem has
limits, is what its SIM may still send, and until when nothing.`

// cmdModems lists the modems.
func cmdModems(ctx context.Context, e *env, args []string) error {
	f := newClientFlags("modems")
	if _, err := f.parse(args, 0, 0); err != nil {
		return err
	}
	c, err := f.connect(e)
	if err != nil {
		return err
	}
	a, err := c.get(ctx, "/modems", nil)
	if err != nil {
		return err
	}
	if f.json {
		return a.print(e.stdout)
	}
	var list struct{ Modems []sms.Way }
	if err := a.read(&list); err != nil {
		return err
	}
	heading := []string{"NAME", "STATE", "OPERATOR", "SIGNAL", "NUMBER", "IMEI", "SENT", "REFUSED", "RECEIVED", "WHY"}
	asked := slices.ContainsFunc(list.Modems, func(w sms.Way) bool { return w.Modem != nil && w.Modem.Balance != nil })
	if asked {
		heading = slices.Insert(heading, balanceColumn, "BALANCE")
	}
	limited := slices.ContainsFunc(list.Modems, func(w sms.Way) bool { return len(w.Limits) > 0 })
	if limited {
		heading = append(heading, "LEFT")
	}
	t := newTable(e, slices.Index(heading, "WHY"), heading...)
	for _, w := range list.Modems {
		m := w.Modem
		if m == nil {
			m = &sms.Modem{}
		}
		cells := []string{w.Name, w.State, operator(m), strength(m), string(m.Number), m.IMEI,
			fmt.Sprint(m.Sent), fmt.Sprint(m.Refused), fmt.Sprint(m.Received), w.Why}
		if asked {
			cells = slices.Insert(cells, balanceColumn, purse(m.Balance))
		}
		if limited {
			cells = append(cells, left(e, w.Limits))
		}
		t.row(cells...)
	}
	t.print("no modem: plug one in, or add a [[modem]] to the configuration")
	return nil
}

// balanceColumn is where the balances stand, where any is known.
const balanceColumn = 4

// purse is a balance in a few words.
func purse(b *sms.Balance) string {
	switch {
	case b == nil:
		return ""
	case b.Amount == nil:
		return "not known"
	case b.Low && b.Why != "":
		return b.String() + " (low, not the latest)"
	case b.Low:
		return b.String() + " (low)"
	case b.Why != "":
		return b.String() + " (not the latest)"
	}
	return b.String()
}

// left tells what is left of each limit; of a gap only while it lasts.
func left(e *env, limits []sms.Allowance) string {
	var all []string
	for _, a := range limits {
		switch {
		case !a.FreeAt.IsZero():
			all = append(all, a.String()+" until "+e.clock(a.FreeAt))
		case a.Limit != "gap":
			all = append(all, a.String())
		}
	}
	return strings.Join(all, ", ")
}

func operator(m *sms.Modem) string {
	if m.Registration != "" && m.Registration != "home" {
		if m.Operator == "" {
			return m.Registration
		}
		return m.Operator + " (" + m.Registration + ")"
	}
	return m.Operator
}

func strength(m *sms.Modem) string {
	if m.Signal == nil {
		return ""
	}
	return fmt.Sprintf("%d dBm", *m.Signal)
}
