package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/pigeon-sms/pigeon/modem/usb"
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

	l := startOn(t, c.root, nil, dir, 0, ports+"[web]\nlisten = \"127.0.0.1:0\"\n")
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

// Wherever an operator looks, a stick in storage mode is named with its cure, a
// configured one too.
func TestStickInStorageModeIsToldEverywhere(t *testing.T) {
	const note = "the stick is in storage (CD) mode: install usb-modeswitch, then plug it in again"
	dir := stateDir(t)
	l := startOn(t, "", []usb.Device{
		{Path: "1-1.2", Vendor: 0x12d1, Product: 0x1446, Note: note},
		{Path: "1-1.3", Vendor: 0x12d1, Product: 0x1446, Note: note},
	}, dir, 0, strings.Replace(ports, "[gateway]", "[gateway]\nauto_modems = true", 1)+"[web]\nlisten = \"127.0.0.1:0\"\n[[modem]]\nname = \"north\"\nusb = \"1-1.3\"\n")
	defer l.end()
	n := l.listen()
	states := make(chan string, 100) // more than are published here
	n.wait(n.client.Subscribe(l.found.base+"/modem/+", 1, func(_ paho.Client, m paho.Message) {
		states <- m.Topic() + " " + string(m.Payload())
	}))
	told := map[string]bool{}
	for len(told) < 2 {
		s := get(t, "state of both", states)
		if strings.Contains(s, note) {
			topic, _, _ := strings.Cut(s, " ")
			told[topic] = true
		}
	}
	page, err := fetch(l.found.page)
	if err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{
		"the page": page, "pigeon modems": l.run("modems"), "pigeon status": l.run("status"), "the log": l.log.String(),
	} {
		if got := strings.Count(text, note); got != 2 {
			t.Errorf("%s names %d of 2 sticks:\n%s", where, got, text)
		}
	}
}
