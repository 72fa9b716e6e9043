package pdu_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/smpp/pdu"
)

// Neither a dump nor a masked trace shows a password, a text or a whole number
// unasked, and a trace has the borders of what it shows.
func TestSecretsAreMasked(t *testing.T) {
	for _, g := range goldens {
		b := unhex(t, g.hex)
		was := bytes.Clone(b)
		p, _, err := pdu.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		masked := pdu.Mask(b, 0)
		if !bytes.Equal(b, was) {
			t.Errorf("%s: masking changed what it masks", g.name)
		}
		if q, _, err := pdu.Decode(masked); err != nil || q.ID() != p.ID() || len(masked) != len(b) {
			t.Errorf("%s: masked to %x: %v", g.name, masked, err)
		}
		for _, secret := range []string{"s3cr3t08", "secret08", "ob-pass", "900123", "Hi", "Text carried", "ping", "BALANCE", "New year", "All hands", "Storm", "part"} {
			if strings.Contains(string(masked), secret) || strings.Contains(pdu.Dump(p), secret) {
				t.Errorf("%s: shows %q: %s, %q", g.name, secret, pdu.Dump(p), masked)
			}
			if all := pdu.AppendDump(nil, p, pdu.ShowNumbers|pdu.ShowText); strings.Contains(string(all), "s3cr3t") {
				t.Errorf("%s: shows the password: %s", g.name, all)
			}
		}
	}
	for _, b := range [][]byte{
		frame(pdu.IDSubmitMulti, 0, 1, "secret\x00\x00\x00\x00\x01\x03"), // cannot be read
		frame(pdu.IDBindReceiver, 0, 1, "me secret"),
		frame(pdu.IDSubmitSM, 0, 1, sm+"\x00Oh, a secret"),
		frame(0x10200, 0, 1, "secret"),
	} {
		if got := pdu.Mask(b, 0); strings.Contains(string(got), "secret") || len(got) != len(b) {
			t.Errorf("got %q", got)
		}
	}
	if got := pdu.Mask([]byte("short"), 0); string(got) != "short" {
		t.Errorf("got %q", got)
	}
}

func TestDumpTellsWhatItHides(t *testing.T) {
	p, _, err := pdu.Decode(unhex(t, goldens[35].hex))
	if err != nil {
		t.Fatal(err)
	}
	const want = `deliver_sm sequence_number=3 source_addr=1/1/"44770…123" destination_addr=5/0/"Gateway" esm_class=0x04 short_message=(102 octets) receipted_message_id="4F2A9C01" message_state=DELIVERED network_error_code=030000`
	if got := pdu.Dump(p); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A clone outlives the octets it was read from.
func TestCloneIsItsOwn(t *testing.T) {
	for _, g := range goldens {
		b := unhex(t, g.hex)
		p, _, err := pdu.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		c := p.Clone()
		clear(b)
		if got := string(pdu.AppendDump(nil, c, pdu.ShowNumbers|pdu.ShowText)); got != g.dump {
			t.Errorf("%s: got\n%s\nwant\n%s", g.name, got, g.dump)
		}
	}
}
