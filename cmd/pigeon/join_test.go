package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/store"
)

// A daemon that was killed in the middle of a reset has left a device without
// its drivers, and a port without its power. The next one finds that noted and
// gives them back.
func TestWhatAKilledDaemonLeftAwayComesBack(t *testing.T) {
	c, dir := newClinic(t), stateDir(t)
	device, port := modemDir+"/authorized", "sys/bus/usb/devices/1-1:1.0/1-1-port3/disable"
	c.write(device, "0")
	c.write(port, "1")
	db, err := store.Open(store.Config{Dir: dir, MaxSize: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Remember(t.Context(), "usb/away", []byte(`["1-1.2","1-1.3"]`)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	l := startBelow(t, c.root, dir, 0, ports+"[web]\nlisten = \"127.0.0.1:0\"\n")
	holds := func(path, want string) func() bool {
		return func() bool {
			b, err := os.ReadFile(filepath.Join(c.root, path))
			return err == nil && strings.TrimSpace(string(b)) == want
		}
	}
	eventually(t, "the device has its drivers", holds(device, "1"))
	eventually(t, "the port has its power", holds(port, "0"))
	l.end()
	if db, err = store.Open(store.Config{Dir: dir, MaxSize: 64 << 20}); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if b, err := db.Recall(t.Context(), "usb/away"); err != nil || b != nil {
		t.Errorf("still noted: %q, %v", b, err)
	}
}
