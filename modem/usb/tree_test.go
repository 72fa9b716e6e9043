package usb_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// A tree is a piece of sysfs, made of files. It has the links sysfs has, all of
// them relative.
type tree struct {
	t    *testing.T
	root string
}

func newTree(t *testing.T) tree {
	t.Helper()
	tr := tree{t, t.TempDir()}
	tr.mkdir("sys/class/tty")
	tr.mkdir("sys/bus/usb/devices")
	// What every machine has and no modem is.
	tr.write("sys/devices/platform/scb/usb1/version", " 2.00")
	tr.device("usb1", "1d6b:0002", "xHCI Host Controller", "0000:00:14.0")
	tr.mkdir("sys/devices/virtual/tty/tty0")
	tr.link("sys/class/tty/tty0", "sys/devices/virtual/tty/tty0")
	tr.mkdir("sys/devices/platform/serial8250/tty/ttyS0")
	tr.link("sys/class/tty/ttyS0", "sys/devices/platform/serial8250/tty/ttyS0")
	tr.link("sys/devices/platform/serial8250/tty/ttyS0/device", "sys/devices/platform/serial8250")
	return tr
}

func (tr tree) mkdir(path string) {
	tr.t.Helper()
	if err := os.MkdirAll(filepath.Join(tr.root, path), 0o755); err != nil {
		tr.t.Fatal(err)
	}
}

func (tr tree) write(path, content string) {
	tr.t.Helper()
	tr.mkdir(filepath.Dir(path))
	if err := os.WriteFile(filepath.Join(tr.root, path), []byte(content+"\n"), 0o644); err != nil {
		tr.t.Fatal(err)
	}
}

func (tr tree) remove(path string) {
	tr.t.Helper()
	if err := os.RemoveAll(filepath.Join(tr.root, path)); err != nil {
		tr.t.Fatal(err)
	}
}

// link makes a relative link at path to another path of the tree.
func (tr tree) link(path, to string) {
	tr.t.Helper()
	tr.mkdir(filepath.Dir(path))
	rel, err := filepath.Rel(filepath.Dir(path), to)
	if err != nil {
		tr.t.Fatal(err)
	}
	if err := os.Symlink(rel, filepath.Join(tr.root, path)); err != nil {
		tr.t.Fatal(err)
	}
}

// device adds a device, and returns its directory. Empty strings are left out,
// as the kernel does.
func (tr tree) device(port, id, name, serial string) string {
	tr.t.Helper()
	dir := "sys/devices/platform/scb/usb1/" + port
	tr.write(dir+"/idVendor", id[:4])
	tr.write(dir+"/idProduct", id[5:])
	if name != "" {
		tr.write(dir+"/manufacturer", "Maker")
		tr.write(dir+"/product", name)
	}
	if serial != "" {
		tr.write(dir+"/serial", serial)
	}
	tr.link("sys/bus/usb/devices/"+port, dir)
	return dir
}

// face adds an interface to a device; triple is "ff/01/02".
func (tr tree) face(dir string, number int, triple, driver string) string {
	tr.t.Helper()
	face := fmt.Sprintf("%s/%s:1.%d", dir, filepath.Base(dir), number)
	tr.write(face+"/bInterfaceNumber", fmt.Sprintf("%02x", number))
	tr.write(face+"/bInterfaceClass", triple[:2])
	tr.write(face+"/bInterfaceSubClass", triple[3:5])
	tr.write(face+"/bInterfaceProtocol", triple[6:])
	if driver != "" {
		tr.mkdir("sys/bus/usb/drivers/" + driver)
		tr.link(face+"/driver", "sys/bus/usb/drivers/"+driver)
	}
	tr.link("sys/bus/usb/devices/"+filepath.Base(face), face)
	return face
}

// serialTTY adds a tty the way usb-serial does, acmTTY the way cdc-acm does.
func (tr tree) serialTTY(face, name string) {
	tr.t.Helper()
	node := face + "/" + name + "/tty/" + name
	tr.mkdir(node)
	tr.link(node+"/device", face+"/"+name)
	tr.link("sys/class/tty/"+name, node)
}

func (tr tree) acmTTY(face, name string) {
	tr.t.Helper()
	node := face + "/tty/" + name
	tr.mkdir(node)
	tr.link(node+"/device", face)
	tr.link("sys/class/tty/"+name, node)
}
