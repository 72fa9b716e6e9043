package main

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/pigeon-sms/pigeon/store"
)

const helpBackup = `Writes one moment's whole state into FILE: through the daemon where one runs, which
goes on meanwhile, else from the state directory itself. FILE "-" is the standard
output. A FILE that is there already is replaced only with --force; it is written
as FILE.tmp first, so FILE is always whole.

To restore, stop the daemon, put the copy in the place of pigeon.db in the state
directory, and start the daemon again. What waited in the copy is then held as
doubtful, as it may have been sent since; see "pigeon run -h".`

// backupType is what a backup is called in HTTP.
const backupType = "application/octet-stream"

// A backupAnswer is what backup prints as JSON.
type backupAnswer struct {
	File string `json:"file"`
	Size int64  `json:"size"`
}

// cmdBackup copies the state.
func cmdBackup(ctx context.Context, e *env, args []string) error {
	f := newClientFlags("backup")
	force := f.Bool("force", false, "replace FILE where it is there already")
	rest, err := f.parse(args, 1, 1)
	if err != nil {
		return err
	}
	if rest[0] == "-" && f.json {
		return usagef("--json would stand in the backup: name a file")
	}
	c, err := f.connect(e)
	if err != nil {
		return err
	}
	copyTo := func(w io.Writer) error {
		err := c.backup(ctx, w)
		if !stopped(err) {
			return err
		}
		if err := thereIs(c.dir); err != nil {
			return err
		}
		return store.BackupFile(ctx, c.dir, w)
	}
	if rest[0] == "-" {
		return copyTo(e.stdout)
	}
	size, err := store.SaveBackup(rest[0], *force, copyTo)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if f.json {
		return printJSON(e.stdout, backupAnswer{rest[0], size})
	}
	fmt.Fprintf(e.stdout, "%s: %s\n", visible(rest[0]), octets(uint64(size)))
	return nil
}

// backup streams the daemon's state to w.
func (c *client) backup(ctx context.Context, w io.Writer) error {
	req, err := c.request(ctx, http.MethodGet, "/backup", nil, nil)
	if err != nil {
		return err
	}
	resp, err := c.do(req, backupType)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(w, resp.Body); err != nil {
		return fmt.Errorf("the backup from %s was cut short: %w", c.where, err)
	}
	return nil
}
