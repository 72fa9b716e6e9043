package modem

import (
	"slices"
	"testing"

	"github.com/pigeon-sms/pigeon/modem/usb"
)

func TestCandidates(t *testing.T) {
	at := func(n int, subclass, protocol byte, tty string) usb.Interface {
		return usb.Interface{Number: n, Class: 0xFF, Subclass: subclass, Protocol: protocol, TTY: tty}
	}
	for _, tc := range []struct {
		name            string
		vendor, product uint16
		interfaces      []usb.Interface
		want            []string
		known           bool
	}{
		{"by number", 0x2c7c, 0x0125, []usb.Interface{at(0, 0, 0, "diag"), at(1, 0, 0, "nmea"), at(2, 0, 0, "at"), at(3, 0, 0, "ppp")}, []string{"at", "ppp"}, true},
		{"another layout of the same product", 0x2c7c, 0x0125, []usb.Interface{at(0, 0, 0, "diag"), at(1, 0, 0, "nmea"), at(5, 0, 0, "at"), at(6, 0, 0, "")}, []string{"at"}, true},
		{"by class", 0x12d1, 0x1001, []usb.Interface{at(0, 1, 1, "ppp"), at(1, 1, 2, "at"), at(2, 1, 5, "nmea")}, []string{"at"}, true},
		{"classes nobody knows", 0x12d1, 0x1001, []usb.Interface{at(0, 1, 1, "ppp"), at(1, 9, 9, "at"), at(2, 6, 0x14, "nmea")}, []string{"at", "ppp", "nmea"}, true},
		{"a vendor's unknown product", 0x2c7c, 0xfffe, []usb.Interface{at(0, 0, 0, "a"), at(1, 0, 0, "b")}, []string{"a", "b"}, true},
		{"a stranger", 0x067b, 0x2303, []usb.Interface{at(0, 0, 0, "a")}, []string{"a"}, false},
	} {
		ttys, known := candidates(usb.Device{Vendor: tc.vendor, Product: tc.product, Interfaces: tc.interfaces})
		if !slices.Equal(ttys, tc.want) || known != tc.known {
			t.Errorf("%s: %q, %t; want %q, %t", tc.name, ttys, known, tc.want, tc.known)
		}
	}
}
