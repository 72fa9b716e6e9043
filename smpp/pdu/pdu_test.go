package pdu_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/smpp/pdu"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Every golden PDU is read as it was meant. What is by the book is written as it
// was read, in the lowest version that has it.
func TestGoldenPDUs(t *testing.T) {
	if len(goldens) != 55 {
		t.Errorf("got %d golden PDUs, want 55", len(goldens))
	}
	for _, g := range goldens {
		t.Run(g.name, func(t *testing.T) {
			b := unhex(t, g.hex)
			p, x, err := pdu.Decode(b)
			if err != nil {
				t.Fatal(err)
			}
			if got := x.Kinds.String(); got != g.inexact {
				t.Errorf("got forgiven %q, want %q", got, g.inexact)
			}
			if got := string(pdu.AppendDump(nil, p, pdu.ShowNumbers|pdu.ShowText)); got != g.dump {
				t.Errorf("got\n%s\nwant\n%s", got, g.dump)
			}
			if !x.Exact() {
				return
			}
			got, err := p.AppendTo([]byte("before"), pdu.Dialect{Version: pdu.V34})
			if err != nil {
				got, err = p.AppendTo([]byte("before"), pdu.Dialect{Version: pdu.V50})
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := append([]byte("before"), b...); !bytes.Equal(got, want) {
				t.Errorf("written\n%x\nwant\n%x", got, want)
			}
		})
	}
}
