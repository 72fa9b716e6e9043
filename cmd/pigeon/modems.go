package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/pigeon-sms/pigeon/sms"
)

const helpModems = `Lists the modems and what is known of each. READY modems take messages; the last
column says what another one waits for. BALANCE is what the SIM had left when
its network told it last, where [modem.balance] says how to ask.`

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
	t := newTable(e, len(heading)-1, heading...)
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
