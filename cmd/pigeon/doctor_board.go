package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// What the firmware of a Raspberry Pi says of itself: the same 16 bits higher
// tell what has been since the board started.
const (
	underVoltage = 1 << iota // below 4.63 V
	capped                   // the frequency is bounded
	throttled                // and lowered
	softLimit                // for the heat

	slowed = capped | throttled | softLimit
	since  = 16
)

const strongSupply = "use a power supply made for this board and a short, thick cable, and give the modem a hub with its own supply"

// power looks whether the supply holds.
//
// The Raspberry Pi's own kernel has the firmware's word in get_throttled, in
// hexadecimal. Others have the driver raspberrypi-hwmon, named rpi_volt, which
// asks every two seconds and has only the present to tell. Debian's kernel has
// neither.
func (x *exam) power(context.Context) {
	// "soc/soc:firmware", and on newer boards an address after soc.
	for _, file := range x.glob("sys/devices/platform/soc*/soc*firmware/get_throttled") {
		text, err := x.read(file)
		bits, bad := strconv.ParseUint(strings.TrimPrefix(text, "0x"), 16, 32)
		if err != nil || bad != nil {
			x.unknown("/" + file + " says nothing that can be read")
			continue
		}
		x.supply(bits)
		return
	}
	for _, name := range x.glob("sys/class/hwmon/hwmon*/name") {
		if text, err := x.read(name); err != nil || text != "rpi_volt" {
			continue
		}
		for _, alarm := range x.glob(path.Dir(name) + "/in*_lcrit_alarm") {
			if text, err := x.read(alarm); err == nil && text != "0" {
				x.supply(underVoltage)
				return
			}
		}
		x.fine("no under-voltage now; this kernel does not say what was before")
		return
	}
	x.unknown("this board or its kernel does not tell how its supply is (neither get_throttled nor rpi_volt)")
}

func (x *exam) supply(bits uint64) {
	before := bits >> since
	switch {
	case bits&underVoltage != 0:
		x.fails("", "the supply is too weak now (under-voltage), and modems drop off the bus", strongSupply)
	case before&underVoltage != 0:
		x.warns("", "the supply has been too weak since the board started (under-voltage)", strongSupply)
	}
	switch {
	case (bits|before)&underVoltage != 0: // which slows the processor too
	case bits&slowed != 0:
		x.warns("", "the processor is slowed down now", "cool the board: heat is the usual cause")
	case before&slowed != 0:
		x.warns("", "the processor has been slowed down since the board started", "cool the board: heat is the usual cause")
	default:
		x.fine("no under-voltage and nothing slowed down, now and since the board started")
	}
}

// hottest is in thousandths of a degree Celsius. The firmware slows down every
// Raspberry Pi from there on.
const hottest = 80_000

// temperature looks at the processor's.
func (x *exam) temperature(context.Context) {
	for _, zone := range x.glob("sys/class/thermal/thermal_zone*/type") {
		kind, err := x.read(zone)
		if err != nil || !strings.Contains(kind, "cpu") && !strings.Contains(kind, "soc") {
			continue
		}
		text, err := x.read(path.Dir(zone) + "/temp")
		t, bad := strconv.Atoi(text)
		if err != nil || bad != nil {
			continue
		}
		if t >= hottest {
			x.warns("", fmt.Sprintf("the processor is at %d °C and gets slowed down", t/1000), "give the board air, a heat sink or a fan")
		} else {
			x.fine(fmt.Sprintf("the processor is at %d °C", t/1000))
		}
		return
	}
	x.unknown("this board or its kernel does not tell the processor's temperature")
}

// clock looks whether the time can be believed.
func (x *exam) clock(context.Context) {
	now := x.e.now().UTC()
	if now.Before(x.built) {
		x.stops("", fmt.Sprintf("it says %s, which is before this program was made: no certificate is valid and what is to be sent later waits",
			now.Format("2 January 2006")), `connect the board to the network and run "sudo timedatectl set-ntp true", or fit a clock with a battery`)
		return
	}
	if x.built.IsZero() {
		x.unknown("whether it is right as far as can be told: this program does not know when it was made")
	} else {
		x.fine("it is later than this program")
	}
	t, err := x.adjtimex()
	switch {
	case err != nil:
		x.unknown("whether it is synchronised: " + err.Error())
	case t.Status&unix.STA_UNSYNC != 0:
		x.warns("", "it is not synchronised", `run "sudo timedatectl set-ntp true" and see that the network lets NTP through (UDP port 123)`)
	default:
		x.fine("it is synchronised")
	}
}

// gone reports whether err is for want of the thing itself.
func gone(err error) bool { return errors.Is(err, fs.ErrNotExist) }
