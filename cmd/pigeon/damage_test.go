package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// held is the configuration of a daemon whose messages wait.
const held = ports + "[web]\nlisten = \"\"\n"

// A daemon whose file was damaged comes up, and says so wherever one looks.
func TestDaemonStartsOnADamagedFile(t *testing.T) {
	l := start(t, stateDir(t), 0, held)
	l.run("send", "--id", "waits", "+447700900123", "Hello")
	l.end()
	path := filepath.Join(l.dir, "pigeon.db")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 * 4096 {
		file[i] = 0xff // both meta pages
	}
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	l = start(t, l.dir, 0, held)
	for what, text := range map[string]string{
		"the log": l.log.String(), "the status": l.run("status"), "the journal": l.run("events"),
	} {
		if !strings.Contains(text, "the state file was damaged and has been made anew") {
			t.Errorf("%s does not say so:\n%s", what, text)
		}
	}
	if got := l.run("show", "waits"); !strings.Contains(got, "doubtful") {
		t.Errorf("what waited: got\n%s", got)
	}
	l.end()
	l.run("audit")
}

// A restored daemon goes on with what was sent since the backup not sent again.
func TestRestoredDaemonHoldsWhatWaited(t *testing.T) {
	l := start(t, stateDir(t), 0, held)
	l.run("send", "--id", "waits", "+447700900123", "Hello")
	copied := filepath.Join(stateDir(t), "pigeon.db")
	l.run("backup", copied)
	l.run("send", "--id", "later", "+447700900123", "Hello again")
	l.end()
	file, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(l.dir, "pigeon.db"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	l = start(t, l.dir, 0, held)
	if got := l.run("show", "waits"); !strings.Contains(got, "doubtful") || !strings.Contains(got, "restored from a backup") {
		t.Errorf("what waited: got\n%s", got)
	}
	l.run("send", "--id", "new", "+447700900123", "Hello anew")
	l.end()
	l = start(t, l.dir, 0, held)
	if got := l.run("show", "new"); !strings.Contains(got, "queued") {
		t.Errorf("what came after: got\n%s", got)
	}
	l.end()
	l.run("audit")
}
