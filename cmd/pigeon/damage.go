package main

import (
	"log/slog"
	"path/filepath"

	"github.com/pigeon-sms/pigeon/store"
)

// tellRecovery logs what was found in the state file before the start.
func tellRecovery(log *slog.Logger, r *store.Recovery) {
	for _, w := range r.Warnings {
		log.Warn("state file: a meta page was damaged and is written anew", "found", w)
	}
	if r.Partly {
		log.Warn("state file: not all records were looked at, for want of time", "cure", "run pigeon audit when there is time")
	}
	if r.Held > 0 {
		log.Warn("state restored from a backup: what waited in it is held as doubtful", "messages", r.Held)
	}
	if r.Saved > 0 {
		log.Info("state file made smaller", "bytes", r.Saved)
	}
	if r.Unsaved != nil {
		log.Warn("state file not made smaller", "err", r.Unsaved)
	}
	if r.Aside == "" {
		return
	}
	// Keys can hold a number, so of what was found only the count is told.
	log.Error("state file damaged: "+r.String(), "faults", len(r.Faults), "kept_as", filepath.Base(r.Aside))
}
