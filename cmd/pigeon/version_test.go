package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	d := newDesk(t)
	model := filepath.Join(d.root, "proc/device-tree/model")
	if err := os.MkdirAll(filepath.Dir(model), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(model, []byte("Raspberry Pi Zero W Rev 1.1\x00"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"version"}, {"--version"}} {
		if code := d.run(t.Context(), args...); code != 0 {
			t.Errorf("%q: got exit status %d, want 0", args, code)
		}
		got := d.out.String()
		for _, want := range []string{"pigeon devel\n", runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH, "board", "Raspberry Pi Zero W Rev 1.1\n"} {
			if !strings.Contains(got, want) {
				t.Errorf("%q: got %q, want it to contain %q", args, got, want)
			}
		}
	}
	d.run(t.Context(), "version", "--json")
	var v versionAnswer
	if err := json.Unmarshal(d.out.Bytes(), &v); err != nil || v.Board != "Raspberry Pi Zero W Rev 1.1" || v.Version != "devel" || v.Go == "" {
		t.Errorf("got %s and error %v, want the same as JSON", d.out.String(), err)
	}
}

func TestNoBoard(t *testing.T) {
	if got := newDesk(t).board(); got != "" {
		t.Errorf("got board %q where there is no device tree, want none", got)
	}
}
