package main

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

func TestAuditThroughTheDaemon(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"POST /audit": inOrder(
		say(200, `{"ok":true,"faults":[]}`),
		say(200, `{"ok":true,"faults":[]}`),
		say(200, `{"ok":false,"faults":["message 7 has no status\u001b"]}`),
		say(200, `{"ok":false,"faults":["message 7 has no status"]}`),
		refuse(503, "", "the gateway cannot do this now; its log says why"),
	)})
	d := newDesk(t)
	const broken = "pigeon: the store breaks 1 invariant: stop the daemon, run \"pigeon audit --repair\", and report it\n"
	d.want(t, 0, "every invariant holds\n", "", "audit", "--state", server.dir)
	d.want(t, 0, `{"ok":true,"faults":[]}`+"\n", "", "audit", "--json", "--state", server.dir)
	d.want(t, 1, `message 7 has no status\u001b`+"\n", broken, "audit", "--state", server.dir)
	d.want(t, 1, `{"ok":false,"faults":["message 7 has no status"]}`+"\n", broken, "audit", "--json", "--state", server.dir)
	d.want(t, 1, "", "pigeon: the gateway cannot do this now; its log says why\n", "audit", "--state", server.dir)
}

func TestAuditWithoutADaemon(t *testing.T) {
	dir := t.TempDir()
	db, err := store.Open(store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t)
	// The daemon has the store open and does not serve its socket.
	if code := d.run(t.Context(), "audit", "--state", dir); code != 1 || d.out.Len() > 0 {
		t.Errorf("of a store in use: got exit status %d and %q, want 1", code, d.out.String())
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	d.want(t, 0, "every invariant holds\n", "", "audit", "--state", dir)
	d.want(t, 0, `{"ok":true,"faults":[]}`+"\n", "", "audit", "--json", "--state", dir)
}

func TestAuditMakesNoStore(t *testing.T) {
	dir := t.TempDir()
	newDesk(t).want(t, 1, "", "pigeon: there is no store in "+dir+", and no daemon answers there: name the state directory with --state\n", "audit", "--state", dir)
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("got files %v and error %v, want none", files, err)
	}
}

func TestAuditOfWhatIsNoStore(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pigeon.db"), []byte("not a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := newDesk(t)
	if code := d.run(t.Context(), "audit", "--state", dir); code != 1 || d.err.Len() == 0 {
		t.Errorf("got exit status %d and %q, want 1 and why", code, d.err.String())
	}
}

// furnishedDir is a state directory with a message that waits.
func furnishedDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	m := &sms.Message{ID: "waits", To: "+447700900123", Text: "hello", Encoding: sms.EncodingAuto, OnDoubt: sms.Resend, Segments: 1, Accepted: time.Unix(1, 0)}
	_, _, err = db.Accept(t.Context(), []*sms.Message{m}, sms.RequestKey{ID: "waits"}, "", nil)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAuditRepairsADamagedStore(t *testing.T) {
	dir := furnishedDir(t)
	d := newDesk(t)
	d.want(t, 0, "every invariant holds: nothing was repaired\n", "", "audit", "--repair", "--state", dir)
	path := filepath.Join(dir, "pigeon.db")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 * 4096 {
		file[i] = 0 // both meta pages
	}
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if code := d.run(t.Context(), "audit", "--state", dir); code != 1 {
		t.Errorf("audit of a damaged store: got exit status %d, want 1", code)
	}
	if code := d.run(t.Context(), "audit", "--repair", "--state", dir); code != 0 ||
		!strings.Contains(d.out.String(), "1 messages are doubtful") || !strings.Contains(d.out.String(), "pigeon.db.damaged-20260504T120000") {
		t.Errorf("repair: got exit status %d, %q and %q", code, d.out.String(), d.err.String())
	}
	d.want(t, 0, "every invariant holds\n", "", "audit", "--state", dir)
	db, err := store.Open(store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if code := d.run(t.Context(), "audit", "--repair", "--state", dir); code != 1 {
		t.Errorf("repair of a store in use: got exit status %d, want 1", code)
	}
}
