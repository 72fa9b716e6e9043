package pdu_test

import (
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/smpp/pdu"
)

// Every value that has a name has one name, and every number of the ranges in
// which names lie is looked at.
func TestEveryStatusHasItsName(t *testing.T) {
	names := make(map[string]pdu.Status)
	for s := pdu.Status(0); s <= 0x500; s++ {
		name := s.String()
		if s.Known() != strings.HasPrefix(name, "ESME_R") {
			t.Errorf("%#x: got name %q and known %v", uint32(s), name, s.Known())
		}
		if was, taken := names[name]; taken {
			t.Errorf("%s is %#x and %#x", name, uint32(was), uint32(s))
		}
		names[name] = s
	}
	if got, want := count(0x500, func(i int) bool { return pdu.Status(i).Known() }), 67; got != want {
		t.Errorf("got %d statuses, want %d", got, want)
	}
	if s := pdu.Status(0x401); !s.Vendor() || s.String() != "0x401" {
		t.Errorf("got %v, vendor's %v", s, s.Vendor())
	}
}

func TestEveryTLVHasItsName(t *testing.T) {
	names := make(map[string]bool)
	known := count(0x10000, func(i int) bool {
		tag := pdu.Tag(i)
		if names[tag.String()] {
			t.Errorf("%s: twice", tag)
		}
		names[tag.String()] = true
		least, most := tag.Lengths()
		if least > most || tag.Known() == strings.HasPrefix(tag.String(), "0x") {
			t.Errorf("%#x: got name %s, lengths %d to %d", i, tag, least, most)
		}
		return tag.Known()
	})
	if want := 64; known != want {
		t.Errorf("got %d TLVs, want %d", known, want)
	}
	if pdu.Tag(0x1400).Vendor() != true || pdu.Tag(0x4000).Vendor() || pdu.Tag(0x1403).String() != "0x1403" {
		t.Error("the vendors' range is not theirs")
	}
}

// Every command is read and written by a type of its own, as request and as
// response.
func TestEveryCommandHasItsType(t *testing.T) {
	known := 0
	for i := range uint32(0x10300) {
		for _, id := range [...]pdu.ID{pdu.ID(i), pdu.ID(i) | 0x80000000} {
			p := pdu.New(id)
			if p.ID() != id {
				t.Fatalf("%v: got a PDU of %v", id, p.ID())
			}
			_, unknown := p.(*pdu.Unknown)
			if unknown == id.Known() {
				t.Errorf("%v: got %T", id, p)
			}
			if !id.Known() {
				continue
			}
			known++
			if resp, ok := id.Resp(); ok && (!resp.Response() || resp != id|0x80000000) {
				t.Errorf("%v: got response %v", id, resp)
			}
			p.Head().Sequence = 1
			var written int
			for _, v := range []pdu.Version{pdu.V33, pdu.V34, pdu.V50} {
				b, err := p.AppendTo(nil, pdu.Dialect{Version: v})
				if err != nil {
					continue
				}
				written++
				if q, x, err := pdu.Decode(b); err != nil || !x.Exact() || q.ID() != id {
					t.Errorf("%v: got %v, %v, %v", id, q, x, err)
				}
			}
			switch id {
			case pdu.IDBroadcastSM, pdu.IDQueryBroadcastSMResp, pdu.IDSubmitMulti, pdu.IDQueryMsgDetailsResp: // want more than nothing
			default:
				if written == 0 {
					t.Errorf("%v: no version writes it", id)
				}
			}
		}
	}
	if known != 39 {
		t.Errorf("got %d commands, want 39", known)
	}
	if !pdu.ID(0x80010200).Vendor() || pdu.ID(0x10300).Vendor() {
		t.Error("the vendors' range is not theirs")
	}
}

func TestVersions(t *testing.T) {
	for v, want := range map[pdu.Version]pdu.Version{0: pdu.V33, 0x22: pdu.V33, 0x33: pdu.V33, 0x34: pdu.V34,
		0x40: pdu.V34, 0x50: pdu.V50, 0xFF: pdu.V50} {
		if got := v.Known(); got != want {
			t.Errorf("%v: got %v, want %v", v, got, want)
		}
	}
	if got := pdu.V34.String(); got != "3.4" {
		t.Errorf("got %q", got)
	}
}

func TestTLVNumbers(t *testing.T) {
	for _, tc := range []struct {
		tag   pdu.Tag
		value string
		want  uint32
		ok    bool
	}{
		{pdu.TagUserMessageReference, "\x01\x02", 0x102, true},
		{pdu.TagUserMessageReference, "\x02", 2, true},
		{pdu.TagUserMessageReference, "\x00\x00\x01\x02", 0x102, true},
		{pdu.TagUserMessageReference, "\x01\x00\x02", 0, false},
		{pdu.TagUserMessageReference, "", 0, false},
		{pdu.TagSARMsgRefNum, "\x02", 0, false},
		{pdu.TagQoSTimeToLive, "\x00\x00\x0e\x10", 3600, true},
		{pdu.TagMessagePayload, "x", 0, false},
		{0x1400, "\x01", 0, false},
	} {
		got, ok := pdu.TLVs(nil).Append(0x1401, nil).Append(tc.tag, []byte(tc.value)).Uint(tc.tag)
		if got != tc.want || ok != tc.ok {
			t.Errorf("%v %x: got %d, %v, want %d, %v", tc.tag, tc.value, got, ok, tc.want, tc.ok)
		}
	}
	for _, value := range []string{"38601fa", "38601fa\x00", "38601fa\x00\x00"} {
		if got, ok := pdu.TLVs(nil).Append(pdu.TagReceiptedMessageID, []byte(value)).CString(pdu.TagReceiptedMessageID); string(got) != "38601fa" || !ok {
			t.Errorf("%q: got %q, %v", value, got, ok)
		}
	}
}

func TestNetworkErrorCodes(t *testing.T) {
	for value, want := range map[string]pdu.NetworkErrorCode{
		"\x03\x00\x1b": {Type: 3, Code: 27},
		"027":          {Text: []byte("027")},
		"\x03\x1b":     {Text: []byte("\x03\x1b")},
	} {
		got := pdu.ParseNetworkErrorCode([]byte(value))
		if got.Type != want.Type || got.Code != want.Code || string(got.Text) != string(want.Text) {
			t.Errorf("%x: got %+v, want %+v", value, got, want)
		}
		if back := got.AppendTo(nil); string(back) != value {
			t.Errorf("%x: written as %x", value, back)
		}
	}
}

// The masks, not the values: 0x44, 0x07 and 0x84 are receipts (deviation 55).
func TestESMClasses(t *testing.T) {
	for v, want := range map[pdu.ESMClass]pdu.ESMClass{0x44: pdu.TypeDeliveryReceipt, 0x07: pdu.TypeDeliveryReceipt,
		0x84: pdu.TypeDeliveryReceipt, 0x60: pdu.TypeIntermediate, 0xC3: pdu.TypeDefault} {
		if got := v.Type(); got != want {
			t.Errorf("%#x: got %#x, want %#x", uint8(v), uint8(got), uint8(want))
		}
	}
	if v := pdu.ESMClass(0xC3); v.Mode() != pdu.ModeStoreAndForward || !v.UDHI() || !v.ReplyPath() {
		t.Errorf("%#x: got %v, %v, %v", uint8(v), v.Mode(), v.UDHI(), v.ReplyPath())
	}
	finals := count(256, func(i int) bool { return pdu.MessageState(i).Final() })
	if finals != 6 || pdu.StateAccepted.Final() || pdu.MessageState(77).String() != "77" {
		t.Errorf("got %d final states, want 6 without ACCEPTED", finals)
	}
}

func count(n int, is func(int) bool) (found int) {
	for i := range n {
		if is(i) {
			found++
		}
	}
	return found
}
