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
that does not is a line.`

// An auditAnswer is what POST /audit answers.
type auditAnswer struct {
	OK     bool     `json:"ok"`
	Faults []string `json:"faults"`
}

// cmdAudit checks the store.
func cmdAudit(ctx context.Context, e *env, args []string) error {
	f := newClientFlags("audit")
	if _, err := f.parse(args, 0, 0); err != nil {
		return err
	}
	c, err := f.connect(e)
	if err != nil {
		return err
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
		return errors.New("the store breaks 1 invariant: stop the daemon, keep a copy of the state directory, and report it")
	case n > 1:
		return fmt.Errorf("the store breaks %d invariants: stop the daemon, keep a copy of the state directory, and report them", n)
	case !f.json:
		fmt.Fprintln(e.stdout, "every invariant holds")
	}
	return nil
}

// auditStore checks the store in dir, which no daemon has open.
func auditStore(ctx context.Context, dir string) (faults []string, err error) {
	// Open would make a store where there is none.
	switch _, err := os.Stat(filepath.Join(dir, "pigeon.db")); {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("there is no store in %s, and no daemon answers there: name the state directory with --state", dir)
	case err != nil:
		return nil, err
	}
	db, err := store.Open(store.Config{Dir: dir})
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	faults, err = db.Audit(ctx)
	return append([]string{}, faults...), err
}
