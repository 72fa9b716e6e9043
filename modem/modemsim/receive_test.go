package modemsim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// deliver lets a text come in.
func (h *host) deliver(from, text string, d modemsim.Delivery) int {
	h.t.Helper()
	n, err := h.net.Deliver("modem0", from, text, d)
	if err != nil {
		h.t.Fatalf("deliver: %v", err)
	}
	return n
}

func TestReceiveStored(t *testing.T) {
	bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CNMI=2,1")
		sent := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		h.deliver("+447700900100", "Hello", modemsim.Delivery{Sent: sent})
		if got := flat(h.heard(time.Second)); got != `+CMTI: "SM",1` {
			t.Errorf("URC: %q", got)
		}
		const pdu = "0791447700099099" + "04" + "0C91447700091000" + "0000" + "62102030405000" + "05C8329BFD06"
		h.do("AT+CMGL=0", "+CMGL: 1,0,,24|"+pdu+"|OK")
		h.do("AT+CMGL=0", "OK")
		h.do("AT+CMGL=4", "+CMGL: 1,1,,24|"+pdu+"|OK")
		h.do("AT+CMGR=1", "+CMGR: 1,,24|"+pdu+"|OK")
		h.do("AT+CMGD=?", "+CMGD: (1),(0-4)|OK")
		h.do("AT+CPMS?", `+CPMS: "SM",1,20,"SM",1,20,"SM",1,20|OK`)
		h.do("AT+CMGD=1", "OK")
		h.do("AT+CMGR=1", "+CMS ERROR: 321")
	})
}

func TestIndicationsAndClasses(t *testing.T) {
	for _, tc := range []struct {
		family, cnmi string
		d            modemsim.Delivery
		want         string // the first line
	}{
		{"", "2,1", modemsim.Delivery{}, `+CMTI: "SM",1`},
		{"", "2,0", modemsim.Delivery{}, ""},
		{"", "2,2", modemsim.Delivery{}, "+CMT: ,24"},
		{"", "2,2", modemsim.Delivery{Class: 2}, `+CMTI: "SM",1`},
		{"", "2,3", modemsim.Delivery{}, `+CMTI: "SM",1`},
		{"", "2,3", modemsim.Delivery{Class: 3}, "+CMT: ,24"},
		{"", "2,1", modemsim.Delivery{Flash: true}, `+CMTI: "SM",1`},
		{"quectel", "2,1", modemsim.Delivery{}, `+CMTI: "ME",0`},
		{"quectel", "2,1", modemsim.Delivery{Class: 2}, `+CMTI: "SM",1`},
		{"simcom", "1,1", modemsim.Delivery{Flash: true}, "+CMT: ,24"},
	} {
		t.Run(fmt.Sprint(tc.family, tc.cnmi, tc.d.Class, tc.d.Flash), func(t *testing.T) {
			bubble(t, modemsim.ModemConfig{Family: tc.family}, modemsim.NetworkConfig{}, func(h *host) {
				h.init("AT+CNMI=" + tc.cnmi)
				h.deliver("+447700900100", "Hello", tc.d)
				got, _, _ := strings.Cut(flat(h.heard(time.Second)), "|")
				if got != tc.want {
					t.Errorf("got %q, want %q", got, tc.want)
				}
			})
		})
	}
}

func TestIndicationsAreHeldInMode0(t *testing.T) {
	bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CNMI=0,1")
		h.deliver("+447700900100", "Hello", modemsim.Delivery{})
		if got := h.heard(time.Second); got != "" {
			t.Errorf("in mode 0: %q", got)
		}
		h.do("AT+CNMI=2", `+CMTI: "SM",1|OK`)
	})
}

func TestAcknowledge(t *testing.T) {
	bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CSMS=1", "AT+CNMI=2,2")
		h.deliver("+447700900100", "one", modemsim.Delivery{})
		h.deliver("+447700900100", "two", modemsim.Delivery{})
		if got := h.heard(time.Second); strings.Count(got, "+CMT:") != 1 {
			t.Errorf("before an acknowledgement: %q, want one message", got)
		}
		h.write("AT+CNMA\r")
		if got := flat(h.heard(time.Second)); !strings.HasPrefix(got, "OK|+CMT: ,22|") {
			t.Errorf("after it: %q", got)
		}
		// The second is not acknowledged: it stays in the network, and is stored
		// without a word, since nothing is delivered directly any more.
		if got := h.heard(time.Minute); got != "" {
			t.Errorf("said %q", got)
		}
		h.do("AT+CNMI?;+CPMS?", `+CNMI: 2,0,0,0,0|+CPMS: "SM",1,20,"SM",1,20,"SM",1,20|OK`)
		h.do("AT+CNMA", "+CMS ERROR: 340")
	})
}

func TestFullStorageKeepsTextsInTheNetwork(t *testing.T) {
	bubble(t, modemsim.ModemConfig{SM: 2}, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CNMI=2,1")
		for i := range 5 {
			h.deliver("+447700900100", fmt.Sprint("text ", i), modemsim.Delivery{})
		}
		if got, want := flat(h.heard(time.Second)), `+CMTI: "SM",1|+CMTI: "SM",2`; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if n := h.net.Pending("modem0"); n != 3 {
			t.Errorf("%d wait in the network, want 3", n)
		}
		h.do("AT+CMGD=1", `OK|+CMTI: "SM",1`)
		h.do("AT+CMGF=1;+CMGR=1", `+CMGR: "REC UNREAD","+447700900100",,"00/01/01,00:00:02+00"|text 2|OK`)
		h.do("AT+CMGD=1,4", `OK|+CMTI: "SM",1|+CMTI: "SM",2`)
		if n := h.net.Pending("modem0"); n != 0 {
			t.Errorf("%d wait in the network, want none", n)
		}
	})
}

func TestFullStorageIsToldOnce(t *testing.T) {
	bubble(t, modemsim.ModemConfig{Family: "simcom", ME: 1}, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CNMI=1,1")
		for range 3 {
			h.deliver("12345", "text", modemsim.Delivery{})
		}
		if got, want := flat(h.heard(time.Second)), `+CMTI: "ME",0|+SMS FULL`; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		h.do("AT+CMGD=0", `OK|+CMTI: "ME",0|+SMS FULL`)
	})
}

func TestDeleteFlags(t *testing.T) {
	for flag, want := range []int{3, 3, 2, 1, 0} { // how many are left of four
		bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{}, func(h *host) {
			h.init("AT+CNMI=2,0")
			h.deliver("+447700900100", "read", modemsim.Delivery{})
			h.do("AT+CMGF=1;+CMGL=\"STO SENT\"", "OK")
			h.write("AT+CMGF=0;+CMGR=1\r")
			h.heard(time.Second)
			h.modem.Fill(1)
			h.write("AT+CMGW=23\r")
			h.until("> ", time.Second)
			h.write(hello + "\x1a")
			h.heard(time.Second)
			h.deliver("+447700900100", "unread", modemsim.Delivery{})
			h.heard(time.Second)
			h.do(fmt.Sprintf("AT+CMGD=1,%d", flag), "OK")
			if got := h.modem.Counts().Used; got != want {
				t.Errorf("flag %d leaves %d, want %d", flag, got, want)
			}
		})
	}
}

func TestTextsWaitForTheNetwork(t *testing.T) {
	bubble(t, modemsim.ModemConfig{Registration: 2}, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CNMI=2,1", "AT+CREG=1", "AT+CEREG=2")
		h.deliver("+447700900100", "Hello", modemsim.Delivery{})
		if got := h.heard(time.Hour); got != "" {
			t.Errorf("without a network: %q", got)
		}
		h.modem.SetRegistration(5)
		if got, want := flat(h.heard(time.Second)), `+CREG: 5|+CEREG: 5,"00C3","0000A7F1",0|+CMTI: "SM",1`; got != want {
			t.Errorf("roaming: got %q, want %q", got, want)
		}
	})
}

func TestDeliveryOptions(t *testing.T) {
	long := strings.Repeat("0123456789", 40) // three parts
	bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CNMI=2,2")
		parts := func(d modemsim.Delivery, within time.Duration) (seqs []string) {
			h.deliver("12345", long, d)
			lines := strings.Split(flat(h.heard(within)), "|")
			for i := 1; i < len(lines); i += 2 {
				seqs = append(seqs, lines[i][strings.Index(lines[i], "050003"):][8:12])
			}
			return seqs
		}
		if got, want := parts(modemsim.Delivery{}, time.Second), []string{"0301", "0302", "0303"}; !slices.Equal(got, want) {
			t.Errorf("plain: %v", got)
		}
		if got := parts(modemsim.Delivery{After: 5 * time.Second, Gap: 5 * time.Second}, 12*time.Second); len(got) != 2 {
			t.Errorf("with gaps, after 12 s: %v", got)
		}
		h.heard(time.Minute)
		if got, want := parts(modemsim.Delivery{Missing: []int{2}, Copies: 2}, time.Second), []string{"0301", "0301", "0303", "0303"}; !slices.Equal(got, want) {
			t.Errorf("twice without the second: %v", got)
		}
		got := parts(modemsim.Delivery{Shuffle: 3}, time.Second)
		if slices.IsSorted(got) || len(got) != 3 {
			t.Errorf("shuffled: %v", got)
		}
		if _, err := h.net.Deliver("nobody", "1", "x", modemsim.Delivery{}); err == nil {
			t.Error("a text for nobody was taken")
		}
		if _, err := h.net.Deliver("modem0", "1", strings.Repeat("ж", 67*255+1), modemsim.Delivery{}); err == nil {
			t.Error("256 parts were taken")
		}
		if _, err := h.net.Deliver("modem0", "1", "ж", modemsim.Delivery{Alphabet: "gsm7"}); err == nil {
			t.Error("a text that is not GSM 7-bit was taken as one")
		}
		if err := h.net.DeliverPDU("+447700900000", "00040581"); err != nil {
			t.Errorf("a broken TPDU by number: %v", err)
		}
		if got := flat(h.heard(time.Second)); got != "+CMT: ,3|00040581" {
			t.Errorf("a broken TPDU: %q", got)
		}
	})
}

func TestRestart(t *testing.T) {
	cfg := modemsim.ModemConfig{Family: "quectel", BootTime: 10 * time.Second, SettleTime: 5 * time.Second}
	bubble(t, cfg, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CNMI=2,1", "AT+CMEE=2", "AT+CMGF=1")
		h.deliver("+447700900100", "before", modemsim.Delivery{})
		h.heard(time.Second)
		h.do("AT+CFUN=1,1", "OK")
		h.do("AT", "")
		h.deliver("+447700900100", "meanwhile", modemsim.Delivery{})
		if got, want := flat(h.heard(9*time.Second)), "RDY|+CFUN: 1|+CPIN: READY|+QUSIM: 1"; got != want {
			t.Errorf("after the boot time: %q, want %q", got, want)
		}
		h.init()
		h.do("AT+CMGL=4", "+CMS ERROR: 314")
		if got, want := flat(h.heard(4*time.Second)), `+QIND: SMS DONE|+QIND: PB DONE|+CMTI: "ME",1`; got != want {
			t.Errorf("after the settle time: %q, want %q", got, want)
		}
		h.do("AT+CNMI?;+CMEE?;+CMGF?;+CPMS?", `+CNMI: 2,1,0,0,0|+CMEE: 1|+CMGF: 0|+CPMS: "ME",2,255,"ME",2,255,"ME",2,255|OK`)
	})
}
