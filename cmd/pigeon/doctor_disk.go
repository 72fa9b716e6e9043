package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/pigeon-sms/pigeon/store"
)

// Room on the disk, in octets and in files.
const (
	noRoom     = 8 << 20  // a commit may need some pages, and the log its own
	nearlyFull = 64 << 20 // the daemon warns from there on too
	fewFiles   = 100
)

const makeRoom = `find what is large with "sudo du -xh / | sort -h | tail", and delete it`

// disk looks at the file system of the state directory.
func (x *exam) disk(context.Context) {
	dir := standing(x.dir)
	s, err := x.statfs(dir)
	if err != nil {
		x.unknown(fmt.Sprintf("%s: %v", dir, err))
		return
	}
	free := s.Bavail * uint64(s.Bsize)
	switch {
	case s.Flags&unix.ST_RDONLY != 0:
		x.stops(dir, "the file system is read-only",
			"a failing card is the usual cause, save what is on it and take a new one, or else remount it writable")
	case free < noRoom:
		x.stops(dir, fmt.Sprintf("the disk is full (%s are free)", octets(free)), makeRoom)
	case s.Files > 0 && s.Ffree == 0:
		x.stops(dir, "the file system has no room for another file (no inodes)", "find a directory with very many small files, and delete them")
	case free < nearlyFull:
		x.warns(dir, fmt.Sprintf("the disk is nearly full (%s are free)", octets(free)), makeRoom)
	case s.Files > 0 && s.Ffree < fewFiles:
		x.warns(dir, fmt.Sprintf("the file system has room for %s only (inodes)", count(s.Ffree, "more file")), "find a directory with very many small files, and delete them")
	default:
		x.fine(fmt.Sprintf("%s: %s are free", dir, octets(free)))
	}
}

// standing is the directory, or the nearest one above it that is there.
func standing(dir string) string {
	for {
		above := filepath.Dir(dir)
		if _, err := os.Stat(dir); !gone(err) || above == dir {
			return dir
		}
		dir = above
	}
}

// state looks whether the daemon can write its state directory.
func (x *exam) state(context.Context) {
	dir, p := standing(x.dir), x.runner
	o, err := x.stat(dir)
	switch {
	case denied(err):
		x.unknown(fmt.Sprintf("the user %s may not look into %s: use sudo", x.me().name, x.dir))
	case err != nil:
		x.unknown(err.Error())
	case o.mode&unix.S_IFMT != unix.S_IFDIR:
		x.stops(dir, "it is not a directory", "move it away, or name another state directory with --state")
	case dir != x.dir && p.may(o, 3):
		x.fine(x.dir + " is not there yet, and can be made")
	case dir != x.dir:
		x.stops(x.dir, "it is not there, and the user "+p.name+" may not make it in "+dir,
			fmt.Sprintf("make it with \"sudo install -d -o %s -m 700 %s\"", p.name, x.dir))
	case o.uid == 0 && x.uid == 0 && x.health == nil && x.service() > 0:
		x.stops(dir, "it belongs to root, and the service runs as pigeon", "give it back with \"sudo chown -R pigeon: "+dir+`"`)
	case !p.may(o, 7):
		text := fmt.Sprintf("it belongs to %s, and the user %s may not write in it", x.userName(o.uid), p.name)
		if o.uid == p.uid {
			text = "its owner " + p.name + " may not write in it"
		}
		x.stops(dir, text, fmt.Sprintf("run the daemon as its owner, or give it over with \"sudo chown -R %s: %s && sudo chmod 700 %s\"", p.name, dir, dir))
	default:
		x.contents(p)
	}
}

// service is the number of the user the service runs as, where it is installed
// and has the state directory at hand; else 0.
func (x *exam) service() int {
	if x.dir != filepath.Join(x.e.root, systemState) {
		return 0
	}
	for _, f := range x.list("etc/passwd") {
		if len(f) > 2 && f[0] == "pigeon" {
			var uid int
			if _, err := fmt.Sscan(f[2], &uid); err == nil {
				return uid
			}
		}
	}
	return 0
}

// contents looks for files of others, which a daemon once run with sudo leaves
// behind.
func (x *exam) contents(p person) {
	for _, name := range []string{"pigeon.db", "pigeon.pid"} {
		path := filepath.Join(x.dir, name)
		o, err := x.stat(path)
		if gone(err) {
			continue
		}
		if err != nil {
			x.unknown(err.Error() + ": use sudo")
			return
		}
		if !p.may(o, 6) {
			x.stops(path, fmt.Sprintf("it belongs to %s, and the user %s may not write it", x.userName(o.uid), p.name),
				fmt.Sprintf("give it back with \"sudo chown -R %s: %s\"", p.name, x.dir))
			return
		}
	}
	x.fine("the user " + p.name + " may write in " + x.dir)
}

const keepCopy = "stop the daemon and run \"pigeon audit --repair\", or restore a backup"

// store checks every invariant of the store.
func (x *exam) store(ctx context.Context) {
	var faults []string
	var err error
	switch {
	case x.hidden:
		x.unknown("the daemon cannot be asked")
		return
	case x.health != nil:
		var found auditAnswer
		var a *answer
		if a, err = x.client.call(ctx, http.MethodPost, "/audit", nil, nil); err == nil {
			err = a.read(&found)
		}
		faults = found.Faults
		if err != nil {
			x.unknown(err.Error())
			return
		}
	case x.far:
		x.unknown("no daemon answers")
		return
	default:
		db := filepath.Join(x.dir, "pigeon.db")
		if _, err := x.stat(db); gone(err) {
			x.fine("there is none yet")
			return
		}
		// Opening makes the file with the lock where it is missing, and it would
		// be ours instead of the daemon's.
		if _, err := x.stat(filepath.Join(x.dir, "pigeon.pid")); err != nil || !x.mine(db) {
			x.unknown("the user " + x.me().name + " cannot open it: run as its owner, or with sudo")
			return
		}
		faults, err = auditStore(ctx, x.dir)
	}
	switch {
	case ctx.Err() != nil:
	case errors.Is(err, store.ErrHeld):
		x.stops("", fmt.Sprintf("the process with the number %d has it open, and does not answer", x.daemonPID()), "wait a minute if it has just been started or stopped, or end it and see its log")
	case errors.Is(err, store.ErrNewer):
		text, cure := lastCured(err, "install the newer version of this program again")
		x.stops("", text, cure)
	case err != nil:
		x.stops("", "it cannot be opened ("+err.Error()+")", keepCopy)
	case len(faults) > 0:
		x.stops("", fmt.Sprintf("it breaks %s, the first is that %s", count(len(faults), "invariant"), faults[0]), keepCopy)
	default:
		x.fine("every invariant holds")
	}
}

// mine reports whether this process may write a file.
func (x *exam) mine(path string) bool {
	o, err := x.stat(path)
	return err == nil && x.me().may(o, 6)
}
