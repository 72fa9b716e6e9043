package main

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

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
	const broken = "pigeon: the store breaks 1 invariant: stop the daemon, keep a copy of the state directory, and report it\n"
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
