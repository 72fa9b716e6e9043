package main

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// How gateway.trust_clock may be set.
const (
	trustAuto   = "auto"   // once the system says that it is right, or has said nothing for long enough
	trustAlways = "always" // from the start
)

// clockSynced reports whether the system says that its clock is right: something
// keeps it by the network's time (adjtimex(2)), or it was set at boot from a
// clock with a battery.
func clockSynced(root string) bool {
	var t unix.Timex
	if _, err := unix.Adjtimex(&t); err == nil && t.Status&unix.STA_UNSYNC == 0 {
		return true
	}
	clocks, _ := filepath.Glob(filepath.Join(root, "sys/class/rtc/rtc*/hctosys"))
	for _, path := range clocks {
		if b, err := os.ReadFile(path); err == nil && strings.TrimSpace(string(b)) == "1" {
			return true
		}
	}
	return false
}
