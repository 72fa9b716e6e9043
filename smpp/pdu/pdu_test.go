package pdu_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
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

// A bind is answered, by some message centres, with the response of another
// kind (deviation 6).
func TestBindsAreAlike(t *testing.T) {
	for _, id := range []pdu.ID{pdu.IDBindReceiver, pdu.IDBindTransmitter, pdu.IDBindTransceiver} {
		p, _, err := pdu.Decode(frame(id, 0, 1, "me\x00pw\x00VMA\x00\x34\x00\x00\x00"))
		if err != nil {
			t.Fatal(err)
		}
		if bind, ok := pdu.AsBind(p); !ok || string(bind.SystemID) != "me" || string(bind.Password) != "pw" || bind.InterfaceVersion != pdu.V34 {
			t.Errorf("%v: got %+v", id, bind)
		}
		p, _, err = pdu.Decode(frame(id|0x80000000, 0, 1, "MC\x00"))
		if err != nil {
			t.Fatal(err)
		}
		if resp, ok := pdu.AsBindResp(p); !ok || string(resp.SystemID) != "MC" {
			t.Errorf("%v: got %+v", id, resp)
		}
		if _, ok := pdu.AsBind(p); ok {
			t.Errorf("%v: its response is a bind", id)
		}
	}
}

func TestTextIsWhereItCounts(t *testing.T) {
	payload := pdu.TLVs(nil).Append(pdu.TagMessagePayload, []byte("payload"))
	for _, tc := range []struct {
		name string
		p    pdu.SM
		want string
	}{
		{"short_message", pdu.SM{ShortMessage: []byte("short")}, "short"},
		{"both", pdu.SM{ShortMessage: []byte("short"), TLVs: payload}, "payload"},
		{"an empty payload", pdu.SM{ShortMessage: []byte("short"), TLVs: pdu.TLVs(nil).Append(pdu.TagMessagePayload, nil)}, "short"},
		{"half a character", pdu.SM{DataCoding: pdu.DataCodingUCS2, ShortMessage: []byte("\x00A\x00")}, "\x00A"},
		{"a header of 7 octets", pdu.SM{ESMClass: pdu.FeatureUDHI, DataCoding: pdu.DataCodingUCS2, ShortMessage: []byte("\x06\x08\x04\x00\x01\x02\x01\x00A")}, "\x06\x08\x04\x00\x01\x02\x01\x00A"},
		{"a header that is none", pdu.SM{ESMClass: pdu.FeatureUDHI, DataCoding: pdu.DataCodingUCS2, ShortMessage: []byte("\xffA")}, "\xffA"},
	} {
		if got := string(tc.p.Text()); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
	data := pdu.DataSM{TLVs: payload}
	if got := string(data.Text()); got != "payload" {
		t.Errorf("data_sm: got %q", got)
	}
}

// A PDU that was cut anywhere is read or refused: what there is of a request is
// no message, unless all its fields are there.
func TestCutPDUs(t *testing.T) {
	for _, g := range goldens {
		whole := unhex(t, g.hex)
		for n := 16; n < len(whole); n++ {
			b := slices.Clip(bytes.Clone(whole[:n])) // nothing behind it to slip into
			b[0], b[1], b[2], b[3] = 0, 0, byte(n>>8), byte(n)
			p, x, err := pdu.Decode(b)
			var body *pdu.BodyError
			switch {
			case errors.As(err, &body):
				if body.ID.Response() || body.Offset > n {
					t.Errorf("%s, %d octets: got %v", g.name, n, body)
				}
			case err != nil:
				t.Errorf("%s, %d octets: got %v", g.name, n, err)
			case x.Exact():
				var field *pdu.FieldError // a TLV may be gone that belongs to others
				if _, err := p.AppendTo(nil, pdu.Dialect{Version: pdu.V50}); errors.As(err, &field) &&
					!strings.HasPrefix(field.Field, "broadcast_") && !strings.HasPrefix(field.Field, "sar_") && field.Field != "message_state" {
					t.Errorf("%s, %d octets: exact, but %v", g.name, n, err)
				}
			}
		}
	}
}
