package modemsim_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// dropped waits for the line to go.
func (h *host) dropped(within time.Duration) {
	h.t.Helper()
	said := h.said
	go func() {
		for range said {
		}
	}()
	select {
	case err := <-h.served:
		if !errors.Is(err, modemsim.ErrHangup) {
			h.t.Fatalf("Serve: %v, want ErrHangup", err)
		}
	case <-time.After(within):
		h.t.Fatalf("the line is still there after %v", within)
	}
}

// back waits for the modem and plugs it in again.
func (h *host) back(within time.Duration) (took time.Duration) {
	h.t.Helper()
	begin := time.Now()
	ctx, cancel := context.WithTimeout(h.t.Context(), within)
	defer cancel()
	if err := h.modem.Back(ctx); err != nil {
		h.t.Fatalf("not back in %v: %v", within, err)
	}
	h.t.Cleanup(h.serve())
	return time.Since(begin)
}

func TestPowerOfAStick(t *testing.T) {
	cfg := modemsim.ModemConfig{Family: "quectel", AwayTime: 9 * time.Second, BootTime: 12 * time.Second}
	bubble(t, cfg, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CMEE=2")
		h.modem.Power(false)
		h.dropped(time.Second)
		if h.modem.Powered() {
			t.Error("it runs without power")
		}
		ctx, cancel := context.WithTimeout(h.t.Context(), time.Hour)
		defer cancel()
		if err := h.modem.Back(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("back without power: %v", err)
		}
		h.deliver("+447700900100", "meanwhile", modemsim.Delivery{})
		h.modem.Power(true)
		if took := h.back(time.Minute); took != 9*time.Second {
			t.Errorf("on the bus after %v, want 9 s", took)
		}
		if got := flat(h.heard(2 * time.Second)); got != "" {
			t.Errorf("said %q before it has started", got)
		}
		want := `RDY|+CFUN: 1|+CPIN: READY|+QUSIM: 1|+QIND: SMS DONE|+QIND: PB DONE|+CMTI: "ME",0`
		if got := flat(h.heard(2 * time.Second)); got != want {
			t.Errorf("started with %q, want %q", got, want)
		}
		h.init()
		h.do("AT+CMEE?", "+CMEE: 1|OK")
	})
}

func TestPowerOfAModuleOnASerialLine(t *testing.T) {
	cfg := modemsim.ModemConfig{Family: "simcom-2g", BootTime: 3 * time.Second, NeedsKey: true}
	bubble(t, cfg, modemsim.NetworkConfig{}, func(h *host) {
		h.init()
		h.modem.Power(false)
		h.do("AT", "")
		h.modem.Power(true)
		h.do("AT", "") // waits for its key
		h.modem.Key(100 * time.Millisecond)
		h.do("AT", "") // too short
		h.modem.Key(1200 * time.Millisecond)
		if got, want := flat(h.heard(10*time.Second)), "RDY|+CFUN: 1|+CPIN: READY|Call Ready|SMS Ready"; got != want {
			t.Errorf("started with %q, want %q", got, want)
		}
		h.init()
		// The key is a toggle.
		h.modem.Key(2 * time.Second)
		if got := flat(h.heard(time.Second)); got != "NORMAL POWER DOWN" {
			t.Errorf("left with %q", got)
		}
		h.do("AT", "")
		if h.modem.Powered() {
			t.Error("it runs on")
		}
	})
}

// Each family's commands to restart and to switch off work, and no other's.
func TestVendorCommands(t *testing.T) {
	for _, tc := range []struct{ family, reset, off, says string }{
		{"huawei", "AT^RESET", "AT+CPOF", ""},
		{"zte", "AT+CFUN=1,1", "AT+CPOF", ""},
		{"simcom-2g", "AT+CFUN=1,1", "AT+CPOWD=1", "NORMAL POWER DOWN|"},
		{"simcom-lte", "AT+CRESET", "AT+CPOF", ""},
		{"quectel", "AT+CFUN=1,1", "AT+QPOWD=1", "POWERED DOWN|"},
		{"telit", "AT#REBOOT", "AT#SHDN", ""},
		{"sierra", "AT!RESET", "AT+CPOF", ""},
		{"u-blox", "AT+CFUN=16", "AT+CPWROFF", ""},
		{"u-blox-r4", "AT+CFUN=15", "AT+CPWROFF", ""},
		{"cinterion", "AT+CFUN=1,1", "AT^SMSO", "^SHUTDOWN|"},
		{"fibocom", "AT+CFUN=15", "AT+CPOF", ""},
	} {
		t.Run(tc.family, func(t *testing.T) {
			bubble(t, modemsim.ModemConfig{Family: tc.family, BootTime: 5 * time.Second}, modemsim.NetworkConfig{}, func(h *host) {
				h.init("AT+CREG=2")
				h.do(tc.reset, "OK")
				h.do("AT", "")
				h.heard(5 * time.Second)
				h.init()
				h.do("AT+CREG?", "+CREG: 0,1|OK")
				h.do(tc.off, tc.says+"OK")
				if h.modem.Powered() {
					t.Error("it is still on")
				}
			})
		})
	}
	bubble(t, modemsim.ModemConfig{Family: "quectel"}, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CMEE=1")
		h.do("AT^RESET", "ERROR")
		h.do("AT+CRESET", "+CME ERROR: 4")
		h.do("AT+CFUN=16", "+CME ERROR: 50")
	})
}

func TestResetLeavesTheBus(t *testing.T) {
	cfg := modemsim.ModemConfig{Family: "simcom-lte", AwayTime: 10 * time.Second, BootTime: 15 * time.Second}
	bubble(t, cfg, modemsim.NetworkConfig{}, func(h *host) {
		h.init()
		begin := time.Now()
		h.do("AT+CRESET", "OK")
		h.dropped(2 * time.Second)
		h.back(time.Minute)
		if took := time.Since(begin); took != 10*time.Second {
			t.Errorf("back after %v, want 10 s", took)
		}
		if got := h.heard(4 * time.Second); got != "" {
			t.Errorf("said %q before it has started", got)
		}
		if got := h.heard(2 * time.Second); !strings.Contains(got, "SMS DONE") {
			t.Errorf("started with %q", got)
		}
	})
}

// A host that lets go by itself finds the modem where it left it.
func TestHostLeavesBeforeTheModem(t *testing.T) {
	cfg := modemsim.ModemConfig{Family: "simcom-lte", AwayTime: 10 * time.Second, BootTime: 5 * time.Second}
	bubble(t, cfg, modemsim.NetworkConfig{}, func(h *host) {
		h.init()
		h.write("AT+CRESET\r")
		h.until("OK\r\n", time.Second)
		h.conn.Close()
		if err := <-h.served; err != nil {
			t.Fatalf("Serve: %v", err)
		}
		if took := h.back(time.Minute); took != 10*time.Second {
			t.Errorf("back after %v, want 10 s", took)
		}
		h.init()
	})
}

// What is stuck at 515 outlives a reset, and ends with its power.
func TestStuckUntilPowerIsCut(t *testing.T) {
	bubble(t, modemsim.ModemConfig{Family: "wavecom"}, modemsim.NetworkConfig{}, func(h *host) {
		h.init("AT+CMEE=1", "AT+CMGF=0")
		h.fault("prompturc")
		h.do("AT+CMGS=23", `+CMTI: "SM",1`)
		h.do("AT+CMGS=23", "+CMS ERROR: 515")
		h.do("AT+CSQ", "+CME ERROR: 515")
		h.do("AT", "OK")
		h.fault("reboot")
		h.heard(time.Minute)
		h.init()
		h.do("AT+CMGF=0", "+CMS ERROR: 515")
		h.modem.Power(false)
		h.heard(time.Second)
		h.modem.Power(true)
		h.heard(time.Second)
		h.init()
		h.do("AT+CMGF=0", "OK")
	})
}
