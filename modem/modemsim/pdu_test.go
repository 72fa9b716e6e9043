package modemsim_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

// The PDUs below are those of public guides, or put together by hand from the
// paragraphs of 3GPP TS 23.040; none was made by this codec or by another.

func TestParseSubmit(t *testing.T) {
	type want struct {
		centre, to, text string
		alphabet         modemsim.Alphabet
		class            int
		validity         time.Duration
		report           bool
		concat           modemsim.Concat
		port             int
		data             string
	}
	none := modemsim.NoClass
	for _, tc := range []struct {
		name, pdu string
		length    int
		want      want
	}{
		{
			"the example of many guides", hello, 23,
			want{to: "+46708251358", text: "hellohello", class: none, validity: 4 * 24 * time.Hour, port: -1},
		},
		{
			"a service centre, a report, a day", "07914477000909F9" + "31000C914477000910000000A705C8329BFD06", 19,
			want{
				centre: "+44770090909", to: "+447700900100", text: "Hello", class: none,
				validity: 24 * time.Hour, report: true, port: -1,
			},
		},
		{
			"a short code, UCS-2, class 0", "00" + "0100058121436500180400480069", 14,
			want{to: "12345", text: "Hi", alphabet: modemsim.UCS2, class: 0, port: -1},
		},
		{
			// Six octets of header are seven septets with one fill bit, so that H
			// (48) is doubled, and i (69) begins an octet.
			"a part in septets", "00" + "41000A8144770090100000" + "09" + "050003CC0201" + "9069", 20,
			want{to: "4477000901", text: "Hi", class: none, concat: modemsim.Concat{Ref: 0xCC, Total: 2, Seq: 1}, port: -1},
		},
		{
			"a 16-bit reference", "00" + "41000A8144770090100008" + "0B" + "06080412340302" + "00480069", 23,
			want{
				to: "4477000901", text: "Hi", alphabet: modemsim.UCS2, class: none,
				concat: modemsim.Concat{Ref: 0x1234, Wide: true, Total: 3, Seq: 2}, port: -1,
			},
		},
		{
			"octets for a port", "00" + "41000A81447700901000F5" + "09" + "060504158A0000" + "CAFE", 21,
			want{to: "4477000901", alphabet: modemsim.Octets, class: 1, port: 0x158A, data: "\xCA\xFE"},
		},
		{
			"the extension table", "00" + "01000A8144770090100000" + "02" + "9B32", 14,
			want{to: "4477000901", text: "€", class: none, port: -1},
		},
		{
			// 24 and 25 are hexadecimal: seven octets of header are eight septets
			// without fill; ESC s is ş and the septet 04 is €.
			"Turkish tables", "00" + "41000A8144770090100000" + "0B" + "06240101250101" + "9B3901", 22,
			want{to: "4477000901", text: "ş€", class: none, port: -1},
		},
		{
			"an emoji", "00" + "01000A8144770090100008" + "04" + "D83DDE00", 16,
			want{to: "4477000901", text: "😀", alphabet: modemsim.UCS2, class: none, port: -1},
		},
		{
			"no user data", "00" + "01000A814477009010000000", 12,
			want{to: "4477000901", class: none, port: -1},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := modemsim.ParseSubmit(tc.pdu, tc.length)
			if err != nil {
				t.Fatal(err)
			}
			got := want{
				centre: s.Centre, to: s.To, text: s.Text, alphabet: s.Alphabet, class: s.Class,
				validity: s.Validity, report: s.Report, port: s.Port,
			}
			if s.Concat != nil {
				got.concat = *s.Concat
			}
			if s.Alphabet == modemsim.Octets {
				got.data = string(s.Data)
			}
			if got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
			if len(s.Faults) > 0 {
				t.Errorf("faults %v, want none", s.Faults)
			}
		})
	}
}

func TestParseSubmitFaults(t *testing.T) {
	for _, tc := range []struct{ name, pdu, want string }{
		{"half a surrogate pair", "00" + "01000A8144770090100008" + "02" + "D83D", "surrogate pair"},
		{"half a character", "00" + "01000A8144770090100008" + "01" + "41", "half a UCS-2"},
		{"an escape at the end", "00" + "01000A8144770090100000" + "01" + "1B", "escape"},
		{"fill bits", "00" + "41000A8144770090100000" + "09" + "050003CC0201" + "9169", "fill bits"},
		{"bits after the end", "00" + "01000A8144770090100000" + "01" + "C8", "after the last septet"},
		{"part 3 of 2", "00" + "41000A8144770090100000" + "09" + "050003CC0203" + "9069", "impossible place"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := modemsim.ParseSubmit(tc.pdu, -1)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(strings.Join(s.Faults, "; "), tc.want) {
				t.Errorf("faults %v, want one of %q", s.Faults, tc.want)
			}
		})
	}
}

func TestParseSubmitErrors(t *testing.T) {
	for _, tc := range []struct {
		name, pdu string
		length    int
		want      string
	}{
		{"no digits", "zz", -1, "hexadecimal"},
		{"odd", "001", -1, "hexadecimal"},
		{"empty", "", -1, "service centre"},
		{"another length", hello, 22, "22 octets"},
		{"a DELIVER", "00" + "0400", -1, "no SUBMIT"},
		{"a long address", "00" + "0100" + "FF81" + strings.Repeat("11", 128), -1, "too long"},
		{"no address", "00" + "01000081" + "000000", -1, "empty"},
		{"a cut address", "00" + "01000A8144", -1, "cut off"},
		{"cut user data", "00" + "01000A8144770090100000" + "05" + "C832", -1, "cut off"},
		{"surplus octets", "00" + "01000A8144770090100000" + "01" + "4800", -1, "follow"},
		{"161 septets", "00" + "01000A8144770090100000" + "A1" + strings.Repeat("00", 141), -1, "141 octets"},
		{"a header past the end", "00" + "41000A8144770090100000" + "03" + "FF0000", -1, "header"},
		{"an element past the header", "00" + "41000A8144770090100004" + "03" + "020005", -1, "element"},
		{"a cut validity", "00" + "11000A814477009010" + "0000", -1, "validity"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := modemsim.ParseSubmit(tc.pdu, tc.length)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want an error about %q", err, tc.want)
			}
		})
	}
}

func FuzzParseSubmit(f *testing.F) {
	f.Add(hello, 23)
	f.Add("00"+"41000A8144770090100000"+"09"+"050003CC0201"+"9069", -1)
	f.Add("00"+"41000A8144770090100000"+"0B"+"06240101250101"+"9B3901", -1)
	f.Add("00"+"01000A8144770090100008"+"04"+"D83DDE00", -1)
	f.Fuzz(func(t *testing.T, pdu string, length int) {
		s, err := modemsim.ParseSubmit(pdu, length)
		if err != nil {
			return
		}
		if s.To == "" || s.Concat != nil && (s.Concat.Seq < 1 || s.Concat.Seq > s.Concat.Total) {
			t.Errorf("%s was read as %+v", pdu, s)
		}
	})
}

// TestDeliveredPDU compares what the network makes with octets put together by
// hand.
func TestDeliveredPDU(t *testing.T) {
	sent := time.Date(2026, 3, 9, 14, 5, 7, 0, time.FixedZone("", -3*3600-30*60))
	const head = "0891" + "447700099999F9" // +4477009099999
	for _, tc := range []struct {
		name, from, text string
		d                modemsim.Delivery
		want             []string // after the service centre
	}{
		{
			"septets", "+447700900100", "Hello", modemsim.Delivery{},
			[]string{"04" + "0C91447700091000" + "00" + "00" + "62309041507049" + "05" + "C8329BFD06"},
		},
		{
			"an alphanumeric sender", "Bank", "Hi", modemsim.Delivery{Flash: true},
			// Four septets are 28 bits, seven semi-octets.
			[]string{"04" + "07D0" + "C2B07B0D" + "00" + "10" + "62309041507049" + "02" + "C834"},
		},
		{
			"UCS-2", "12345", "Жук", modemsim.Delivery{Protocol: 0x41},
			[]string{"04" + "0581" + "2143F5" + "41" + "08" + "62309041507049" + "06" + "04160443043A"},
		},
		{
			"octets for a port", "12345", "", modemsim.Delivery{Data: []byte{0xCA, 0xFE}, Port: 2948},
			[]string{"44" + "0581" + "2143F5" + "00" + "04" + "62309041507049" + "09" + "0605040B840000" + "CAFE"},
		},
		{
			"Turkish", "12345", "ş", modemsim.Delivery{Language: modemsim.Turkish},
			// Seven octets of header: Turkish has both tables, and ş is a septet of
			// the locking one, 1D.
			[]string{"44" + "0581" + "2143F5" + "00" + "00" + "62309041507049" + "09" + "06240101250101" + "1D"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.d.Sent = sent
			bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{Centre: "+4477009099999"}, func(h *host) {
				h.init("AT+CNMI=2,2")
				if _, err := h.net.Deliver("modem0", tc.from, tc.text, tc.d); err != nil {
					t.Fatal(err)
				}
				lines := strings.Split(flat(h.heard(time.Second)), "|")
				for i, want := range tc.want {
					if got := lines[2*i+1]; got != head+want {
						t.Errorf("got %s, want %s", got, head+want)
					}
				}
			})
		})
	}
}

func TestNoCharacterIsCut(t *testing.T) {
	for _, text := range []string{strings.Repeat("a€", 200), strings.Repeat("ж😀", 100), strings.Repeat("ş€", 150)} {
		bubble(t, modemsim.ModemConfig{}, modemsim.NetworkConfig{Loopback: true}, func(h *host) {
			modemsim.NewModem(modemsim.ModemConfig{Name: "modem1", Index: 1}, h.net)
			h.init("AT+CNMI=2,2")
			d := modemsim.Delivery{Language: modemsim.Turkish, Wide: true}
			n, err := h.net.Deliver("modem0", "+447700900123", text, d)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(flat(h.heard(time.Second)), "|")
			if len(lines) != 2*n || n < 2 {
				t.Fatalf("%d lines for %d parts", len(lines), n)
			}
			// Each part goes back out as a SUBMIT: its user data is the same.
			for i := 1; i < len(lines); i += 2 {
				userData := lines[i][len("0791447700099099"+"40"+"0C91447700091032"+"0000"+"00000000000000"):]
				coding := lines[i][len("0791447700099099"+"40"+"0C91447700091032"+"00"):][:2]
				s, err := modemsim.ParseSubmit("00"+"41000A814477009010"+"00"+coding+userData, -1)
				if err != nil {
					t.Fatalf("%s: %v", lines[i], err)
				}
				if len(s.Faults) > 0 {
					t.Errorf("%s: %v", lines[i], s.Faults)
				}
			}
		})
	}
}

func TestFamiliesAreListed(t *testing.T) {
	if got := modemsim.Families(); !slices.Contains(got, "generic") || !slices.IsSorted(got) {
		t.Errorf("families %v", got)
	}
}
