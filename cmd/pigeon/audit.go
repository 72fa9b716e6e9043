package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/pigeon-sms/pigeon/store"
)

const helpAudit = `Checks every invariant of the store: through the daemon where one runs, else in
the state directory itself. Exits 0 when all hold, and 1 when one does not; each
that does not is a line.

--repair, only while no daemon runs, makes a damaged store anew from what can be
read of it and checks that. The damaged file is kept beside it as
pigeon.db.damaged-…. Messages of which nobody knows any more whether they were sent
become doubtful. "pigeon run" does the same by itself.`

// An auditAnswer is what POST /audit answers.
type auditAnswer struct {
	OK     bool     `json:"ok"`
	Faults []string `json:"faults"`
}

// cmdAudit checks the store.
func cmdAudit(ctx context.Context, e *env, args []string) error {
	f := newClientFlags("audit")
	repair := f.Bool("repair", false, "make a damaged store anew from what can be read; no daemon may run")
	if _, err := f.parse(args, 0, 0); err != nil {
		return err
	}
	c, err := f.connect(e)
	if err != nil {
		return err
	}
	if *repair {
		return repairStore(ctx, e, c, f.json)
	}
	var found auditAnswer
	a, err := c.call(ctx, http.MethodPost, "/audit", nil, nil)
	switch {
	case err == nil:
		err = a.read(&found)
	case stopped(err):
		found.Faults, err = auditStore(ctx, c.dir)
		found.OK = len(found.Faults) == 0
	}
	if err != nil {
		return err
	}
	if f.json {
		if err := printJSON(e.stdout, found); err != nil {
			return err
		}
	} else {
		for _, fault := range found.Faults {
			fmt.Fprintln(e.stdout, visible(fault))
		}
	}
	switch n := len(found.Faults); {
	case n == 1:
		return errors.New("the store breaks 1 invariant: stop the daemon, run \"pigeon audit --repair\", and report it")
	case n > 1:
		return fmt.Errorf("the store breaks %d invariants: stop the daemon, run \"pigeon audit --repair\", and report them", n)
	case !f.json:
		fmt.Fprintln(e.stdout, "every invariant holds")
	}
	return nil
}

// auditStore checks the store in dir, which no daemon has open.
func auditStore(ctx context.Context, dir string) ([]string, error) {
	if err := thereIs(dir); err != nil {
		return nil, err
	}
	faults, err := store.Check(ctx, store.Config{Dir: dir})
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	return append([]string{}, faults...), nil
}

// thereIs looks whether there is a store in dir: opening would make one.
func thereIs(dir string) error {
	_, err := os.Stat(filepath.Join(dir, "pigeon.db"))
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is no store in %s, and no daemon answers there: name the state directory with --state", dir)
	}
	return err
}

// A repairAnswer is what --repair prints as JSON.
type repairAnswer struct {
	Repaired bool           `json:"repaired"`
	Faults   []string       `json:"faults"`
	Kept     string         `json:"kept,omitempty"` // the damaged file
	Messages int            `json:"messages,omitempty"`
	Received int            `json:"received,omitempty"`
	Doubtful int            `json:"doubtful,omitempty"`
	Failed   int            `json:"failed,omitempty"`
	Lost     map[string]int `json:"lost,omitempty"`
}

// repairStore makes the store anew where it is damaged, and checks it.
func repairStore(ctx context.Context, e *env, c *client, asJSON bool) error {
	if c.dir == "" {
		return usagef("--repair works in a state directory, and not through --url")
	}
	if err := thereIs(c.dir); err != nil {
		return err
	}
	r, err := store.Repair(ctx, store.Config{Dir: c.dir}, e.now())
	if err != nil {
		return fmt.Errorf("repair the store: %w", err)
	}
	left, err := store.Check(ctx, store.Config{Dir: c.dir})
	if err != nil {
		return err
	}
	if asJSON {
		err := printJSON(e.stdout, repairAnswer{
			r.Aside != "", append([]string{}, r.Faults...), r.Aside, r.Messages, r.Received, r.Doubtful, r.Failed, r.Lost})
		if err != nil {
			return err
		}
	} else {
		for _, fault := range r.Faults {
			fmt.Fprintln(e.stdout, visible(fault))
		}
		if r.Aside == "" {
			fmt.Fprintln(e.stdout, "every invariant holds: nothing was repaired")
		} else {
			fmt.Fprintln(e.stdout, visible(r.String()))
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("the repaired store still breaks %s, the first is that %s: report it, and restore a backup", count(len(left), "invariant"), left[0])
	}
	return nil
}
