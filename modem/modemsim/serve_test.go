package modemsim_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// A stream gives what a fuzzer typed, and takes what is said.
type stream struct {
	io.Reader
	bytes.Buffer
}

func (s *stream) Read(b []byte) (int, error) { return s.Reader.Read(b) }
func (s *stream) Close() error               { return nil }

// FuzzServe lets a host type anything. Serve must end, without a panic, once
// the host has gone.
func FuzzServe(f *testing.F) {
	for _, s := range []string{
		"ATE0\rAT+CMGF=0;+CNMI=2,2\rAT+CMGS=23\r" + hello + "\x1aAT+CMGL=4\r",
		"AT+CMGF=1;+CSCS=\"UCS2\"\rAT+CMGW=\"002B0034\"\r0041\x1aAT+CMSS=1\rAT+CMGR=1\r",
		"AT+CPIN=\"1\",\"2\"\rAT+CFUN=1,1\rAT+CPBR=\rAT+CSCB=\rAT+COPS=\rAT+CUSD=\r",
		"AT+CNMA=\rAT+CMGD=,4\rAT+CPMS=,,\rAT+CSCA=\rAT+CLCK=\rAT+CSMP=,,,\rAT+CLAC\r",
		"ATE0\rAT+CPOF\rAT\r", "AT+CRESET\rAT#REBOOT\rAT^RESET\rAT+CFUN=16\rAT\r", "AT+QPOWD=1;+CPOWD=1\rAT^SMSO\rAT#SHDN\r",
		"AT+CUSD=1,\"AA180C3602\"\rAT^ICCID?\rAT+CPMS=\"MT\",\"SR\",\"BM\"\rAT+CMGL=4\r",
		"\x1b\x1a\b\x00\xff",
		"\xc2\xedAT\r",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, typed []byte) {
		if bytes.Contains(bytes.ToUpper(typed), []byte("CFUN")) {
			typed = append(typed, "\rATI\r"...)
		}
		synctest.Test(t, func(t *testing.T) {
			network := modemsim.NewNetwork(modemsim.NetworkConfig{Loopback: true})
			families := modemsim.Families()
			cfg := modemsim.ModemConfig{Name: "m", Family: families[len(typed)%len(families)]}
			if len(typed)%2 == 0 {
				cfg.PIN = "1234"
			}
			m := modemsim.NewModem(cfg, network)
			if _, err := network.Deliver("m", "Bank", "Hello €", modemsim.Delivery{}); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			// A command may have switched it off, which drops its line.
			if err := m.Serve(ctx, &stream{Reader: bytes.NewReader(typed)}); err != nil && !errors.Is(err, modemsim.ErrHangup) || ctx.Err() != nil {
				t.Errorf("Serve: %v, %v", err, ctx.Err())
			}
		})
	})
}
