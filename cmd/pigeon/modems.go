package main

import (
	"context"
	"fmt"

	"github.com/pigeon-sms/pigeon/sms"
)

const helpModems = `Lists the modems and what is known of each. READY modems take messages; the last
column says what another one waits for.`

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
	t := newTable(e, 9, "NAME", "STATE", "OPERATOR", "SIGNAL", "NUMBER", "IMEI", "SENT", "REFUSED", "RECEIVED", "WHY")
	for _, w := range list.Modems {
		m := w.Modem
		if m == nil {
			m = &sms.Modem{}
		}
		t.row(w.Name, w.State, operator(m), strength(m), string(m.Number), m.IMEI,
			fmt.Sprint(m.Sent), fmt.Sprint(m.Refused), fmt.Sprint(m.Received), w.Why)
	}
	t.print("no modem: plug one in, or add a [[modem]] to the configuration")
	return nil
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
