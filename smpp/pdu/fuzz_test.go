package pdu_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/smpp/pdu"
)

func seeds(f *testing.F) {
	f.Helper()
	for _, g := range goldens {
		f.Add(unhex(f, g.hex))
	}
	for _, d := range deviations {
		f.Add(d.pdu)
	}
}

// Whatever the octets, they are read, or refused by an error that can be
// answered; what is by the book is written as it was; a clone is the same; and a
// mask keeps the borders.
func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		was := bytes.Clone(b)
		p, x, err := pdu.Decode(b)
		if len(pdu.Mask(b, 0)) != len(b) || !bytes.Equal(b, was) {
			t.Fatal("masking changed the length or what was masked")
		}
		var header *pdu.HeaderError
		var body *pdu.BodyError
		switch {
		case errors.As(err, &header):
			return
		case errors.As(err, &body):
			if body.Field == "" || body.Offset > len(b) || body.Status == 0 {
				t.Fatalf("got %+v", body)
			}
			return
		case err != nil:
			t.Fatalf("got %T", err)
		}
		dump := string(pdu.AppendDump(nil, p, pdu.ShowText|pdu.ShowNumbers))
		if c := p.Clone(); string(pdu.AppendDump(nil, c, pdu.ShowText|pdu.ShowNumbers)) != dump {
			t.Fatalf("the clone of %s is %v", dump, c)
		}
		for _, v := range []pdu.Version{pdu.V33, pdu.V34, pdu.V50} {
			to, err := p.AppendTo(nil, pdu.Dialect{Version: v})
			if err != nil {
				continue
			}
			q, y, err := pdu.Decode(to)
			if err != nil {
				t.Fatalf("%s was written as %x: %v", dump, to, err)
			}
			if x.Exact() && !bytes.Equal(to, b) {
				t.Fatalf("%s was written as\n%x\nwant\n%x", dump, to, b)
			}
			y.Kinds &^= pdu.SequenceRange | pdu.UnevenUCS2
			if again := string(pdu.AppendDump(nil, q, pdu.ShowText|pdu.ShowNumbers)); again != dump || !y.Exact() && v != pdu.V33 {
				t.Fatalf("%s was written as %s, %v", dump, again, y)
			}
		}
	})
}

// A stream of anything gives PDUs and then one end, whatever the limit.
func FuzzStream(f *testing.F) {
	seeds(f)
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := pdu.NewReader(bytes.NewReader(stream), 300)
		var d pdu.Decoder
		for read := 0; ; {
			b, err := r.Next()
			if err != nil {
				var header *pdu.HeaderError
				if err != io.EOF && err != io.ErrUnexpectedEOF && !errors.As(err, &header) {
					t.Fatal(err)
				}
				return
			}
			if read += len(b); read > len(stream) || len(b) < 16 || len(b) > 300 || !bytes.Equal(b, stream[read-len(b):read]) {
				t.Fatalf("got %x, which is not what was next", b)
			}
			if _, _, err := d.Decode(b); err != nil {
				var body *pdu.BodyError
				if !errors.As(err, &body) {
					t.Fatal(err)
				}
			}
		}
	})
}

// Whatever is taken for a time is written so that it is read as the same.
func FuzzTime(f *testing.F) {
	f.Add([]byte("260714153000004+"))
	f.Add([]byte("020610233429000R"))
	f.Add([]byte("260714153000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		at, err := pdu.ParseTime(b, now)
		if err != nil {
			if pdu.ValidTime(b) {
				t.Fatalf("%q is valid, but: %v", b, err)
			}
			return
		}
		if d := at.Sub(now); len(b) == 16 && b[15] == 'R' {
			back, err := pdu.ParseTime(pdu.AppendRelative(nil, d, now), now)
			if err != nil || d < 99*365*24*time.Hour && !back.Equal(at) {
				t.Fatalf("%q: got %v, then %v, %v", b, at, back, err)
			}
			return
		}
		back, err := pdu.ParseTime(pdu.AppendAbsolute(nil, at), now)
		if err != nil || !back.Equal(at) {
			t.Fatalf("%q: got %v, then %v, %v", b, at, back, err)
		}
	})
}
