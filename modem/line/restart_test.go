package line_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem/line"
)

// A modem that starts again behind a PDU is not waited for, and its next
// message is another one: what the first left behind ends nothing.
func TestRestartEndsASubmission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, "> AT+CMGS=23\n<< \"\\r\\n> \"\n> "+pdu+"^Z\n~ 2s\n< RDY\n"+
			"> AT+CMEE?\n< +CMEE: 1\n< OK\n> AT+CMGS=23\n<< \"\\r\\n> \"\n> "+pdu+"^Z\n~ 20s\n< +CMGS: 42\n< OK")
		time.AfterFunc(2*time.Second, b.Restarted)
		time.AfterFunc(3*time.Second, b.Restarted)
		start := time.Now()
		_, gone, err := b.Submit(t.Context(), "+CMGS=23", pdu, 180*time.Second)
		if took := time.Since(start); !gone || !errors.Is(err, line.ErrRestarted) || took != 7*time.Second {
			t.Errorf("gone %v, %v after %v; want a restart after 7 s", gone, err, took)
		}
		info, _, err := b.Submit(t.Context(), "+CMGS=23", pdu, 180*time.Second)
		if err != nil || len(info) != 1 || info[0] != "+CMGS: 42" {
			t.Errorf("second: got %q, %v; want +CMGS: 42", info, err)
		}
		b.Restarted() // with nothing in progress
		if err := b.close(); err == nil {
			t.Error("the port ended without a cause")
		}
	})
}

// Other commands are answered by a modem that has just started.
func TestRestartEndsNoOtherCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, "> AT+CGMI\n< RDY\n~ 20s\n< ACME\n< OK")
		time.AfterFunc(time.Second, b.Restarted)
		info, err := b.Do(t.Context(), "+CGMI", time.Minute)
		if err != nil || len(info) != 1 || info[0] != "ACME" {
			t.Errorf("got %q, %v", info, err)
		}
		b.close()
	})
}
