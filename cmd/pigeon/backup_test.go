package main

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
)

func TestBackupThroughTheDaemon(t *testing.T) {
	whole := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write([]byte("the state"))
	}
	cut := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("the st"))
		panic(http.ErrAbortHandler)
	}
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /backup": inOrder(whole, whole, cut, whole,
		refuse(503, "", "the gateway cannot do this now; its log says why"))})
	d := newDesk(t)
	path := filepath.Join(t.TempDir(), "copy")
	d.want(t, 0, path+": 9 B\n", "", "backup", path, "--state", server.dir)
	d.want(t, 1, "", "pigeon: backup: "+path+" is there already: name another file, or replace it with --force\n", "backup", path, "--state", server.dir)
	d.want(t, 0, `{"file":"`+path+`","size":9}`+"\n", "", "backup", "--json", "--force", path, "--state", server.dir)
	if code := d.run(t.Context(), "backup", "--force", path, "--state", server.dir); code != 1 {
		t.Errorf("cut short: got exit status %d, want 1", code)
	}
	if got, err := os.ReadFile(path); string(got) != "the state" || err != nil {
		t.Errorf("after a backup that was cut short: got %q, %v, want the one before", got, err)
	}
	d.want(t, 0, "the state", "", "backup", "-", "--state", server.dir)
	d.want(t, 1, "", "pigeon: the gateway cannot do this now; its log says why\n", "backup", "-", "--state", server.dir)
}

func TestBackupWithoutADaemonIsAStore(t *testing.T) {
	dir := furnishedDir(t)
	d := newDesk(t)
	restored := t.TempDir()
	path := filepath.Join(restored, "pigeon.db")
	if code := d.run(t.Context(), "backup", path, "--state", dir); code != 0 {
		t.Fatalf("got exit status %d and %q", code, d.err.String())
	}
	db, r, err := store.Recover(t.Context(), store.Config{Dir: restored}, d.now(), store.RestoredKnown)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, st, err := db.Message(t.Context(), "waits")
	if err != nil || st.Event.State != sms.Doubtful || r.Held != 1 {
		t.Errorf("what waited: got %v, %d held, %v, want doubtful", st, r.Held, err)
	}
	empty := t.TempDir()
	if code := d.run(t.Context(), "backup", path+"2", "--state", empty); code != 1 {
		t.Errorf("of nothing: got exit status %d, want 1", code)
	}
	if files, err := os.ReadDir(empty); err != nil || len(files) > 0 {
		t.Errorf("got files %v and error %v, want none", files, err)
	}
}
