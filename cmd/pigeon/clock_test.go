package main

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestClockSetFromABattery(t *testing.T) {
	var x unix.Timex
	_, err := unix.Adjtimex(&x)
	kept := err == nil && x.Status&unix.STA_UNSYNC == 0
	root := t.TempDir()
	if got := clockSynced(root); got != kept {
		t.Errorf("no clock with a battery: got %v, want %v as the kernel says", got, kept)
	}
	for value, want := range map[string]bool{"0\n": kept, "1\n": true} {
		dir := filepath.Join(root, "sys/class/rtc/rtc0")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "hctosys"), []byte(value), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := clockSynced(root); got != want {
			t.Errorf("hctosys %q: got %v, want %v", value, got, want)
		}
	}
}
