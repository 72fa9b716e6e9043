package modemsim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// An E1750 moves what lies behind the first text when that is deleted, and
// nothing when another is.
func TestRenumbering(t *testing.T) {
	for _, mem := range []string{"SM", "MT"} {
		t.Run(mem, func(t *testing.T) {
			cfg := modemsim.ModemConfig{Family: "huawei", SM: 5, ME: 5}
			bubble(t, cfg, modemsim.NetworkConfig{}, func(h *host) {
				h.init("AT+CNMI=2,1", "AT+CMGF=1")
				h.write(`AT+CPMS="` + mem + `","` + mem + `","` + mem + "\"\r")
				h.heard(time.Second)
				first := map[string]int{"SM": 1, "MT": 0}[mem]
				for _, text := range []string{"one", "two", "three"} {
					h.deliver("+447700900100", text, modemsim.Delivery{})
				}
				h.heard(time.Second)
				at := func(when string, want ...string) {
					t.Helper()
					for i, text := range want {
						h.write(fmt.Sprintf("AT+CMGR=%d\r", first+i))
						got := ""
						if lines := strings.Split(flat(h.heard(time.Second)), "|"); len(lines) == 3 {
							got = lines[1]
						}
						if got != text {
							t.Errorf("%s: %q at %d, want %q", when, got, first+i, text)
						}
					}
				}
				at("at first", "one", "two", "three", "")
				h.do(fmt.Sprint("AT+CMGD=", first+1), "OK")
				at("without the second", "one", "", "three", "")
				h.do(fmt.Sprint("AT+CMGD=", first), "OK")
				at("without the first", "", "three", "", "")
				h.do(fmt.Sprint("AT+CMGD=", first), "OK")
				at("the place of the first again", "three", "", "")
			})
		})
	}
}

func TestListings(t *testing.T) {
	const pdu = "0791447700099099" + "04" + "0C91447700091000" + "0000" + "62102030405000" + "05C8329BFD06"
	for family, want := range map[string]string{
		"huawei":    "+CMGL: 1,0,,24|" + pdu + "|OK",
		"huawei-e3": "+CMGL: 1,0,24|" + pdu + "|OK",
		"zte":       "+CMGL: 1,,24 " + pdu + "|OK",
		"alcatel":   `+CMGL: 1,"REC UNREAD",,24|` + pdu + "|OK",
	} {
		t.Run(family, func(t *testing.T) {
			bubble(t, modemsim.ModemConfig{Family: family}, modemsim.NetworkConfig{}, func(h *host) {
				h.init("AT+CMGF=0", "AT+CNMI=2,1")
				h.write("AT+CPMS=\"SM\",\"SM\",\"SM\"\r")
				h.heard(time.Second)
				h.deliver("+447700900100", "Hello", modemsim.Delivery{Sent: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
				h.heard(time.Second)
				h.do("AT+CMGL=4", want)
			})
		})
	}
}

// The modem port of a Huawei hears nothing unasked until it asks for that,
// and again after a restart.
func TestOtherPort(t *testing.T) {
	bubble(t, modemsim.ModemConfig{Family: "huawei"}, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CNMI=2,1,0,1,0")
		h.fault("otherport")
		comes := func(when, want string) {
			t.Helper()
			h.deliver("+447700900100", "Hello", modemsim.Delivery{})
			if got := flat(h.heard(time.Second)); got != want {
				t.Errorf("%s: %q, want %q", when, got, want)
			}
		}
		comes("at first", "")
		if got := h.send(asking, helloLength, time.Second); got != "+CMGS: 0|OK" {
			t.Errorf("said %q: a report goes to the other port", got)
		}
		h.do("AT^PORTSEL=1", "OK")
		comes("when asked for", `+CMTI: "SM",2`)
		h.do("AT^PORTSEL=0", "OK")
		comes("when given back", "")
		h.do("AT^PORTSEL=1", "OK")
		h.fault("reboot")
		h.heard(time.Minute)
		h.init("AT+CNMI=2,1")
		comes("after a restart", "")
	})
}
