// Package usb finds the modems on the USB bus and opens their serial ports.
//
// Scan reads sysfs and nothing else: no tty is opened by looking, so a look
// never disturbs a modem or drops its DTR. What it says of a device is what
// stays true when the device comes back under another ttyUSB number: the
// physical port it hangs on, its identity, and what each interface is. Watch
// tells when it is time to look again.
//
// Open gives one of those ttys, or the far end of a serial server, as a stream
// whose every wait ends: a Read after a moment of silence, a Write when it is
// flushed or closed, both when the modem is pulled out.
//
// Reauthorize and CyclePort bring a device back that has stopped answering, from
// outside. A process that is killed in the middle leaves the device without its
// drivers or its power; Restore gives them back at the next start.
//
// The package starts no goroutines that outlive the call that needs them, and
// works in those of its callers. It relies on a Linux kernel with /sys and
// /proc, on its uevents where they can be had, and on go.bug.st/serial for the
// settings of the line.
package usb

// A Device is one USB device that is, or could become, a modem.
type Device struct {
	Path            string // the physical port, as the kernel names it: "1-1.2" is bus 1, hub port 1, port 2
	Controller      string // what the bus belongs to and its kind, "0000:01:00.0-usb2", empty if that cannot be told
	Vendor, Product uint16
	Serial          string // empty or the same for all of a kind, on many modems
	Manufacturer    string
	Name            string // the product string
	Interfaces      []Interface

	// Note is empty, or says in one sentence why the device cannot be used as
	// it is, and the cure.
	Note string
}

// An Interface is one function of a device. One with several ttys, as some
// multiport adaptors have, is listed once for each.
type Interface struct {
	Number                    int // bInterfaceNumber, which tells the ports of a modem apart
	Class, Subclass, Protocol byte
	TTY                       string // "/dev/ttyUSB2", empty if the interface has none
	Driver                    string // "option", empty if nothing is bound
}
