// Package bench_test compares our SMPP with that of others, in the same run. It
// is a module of its own, so that their code stays out of ours.
package bench_test

import (
	"bytes"
	"strings"
	"testing"

	fiorix "github.com/fiorix/go-smpp/smpp/pdu"
	gosmpp "github.com/linxGnu/gosmpp/pdu"
	"github.com/pigeon-sms/pigeon/smpp/pdu"
)

// submit is a submit_sm of 140 octets of text.
func submit(tb testing.TB) ([]byte, *pdu.SubmitSM) {
	tb.Helper()
	p := &pdu.SubmitSM{
		Header:             pdu.Header{Sequence: 7},
		Source:             pdu.Address{TON: pdu.TONAlphanumeric, Addr: []byte("Gateway")},
		Destination:        pdu.Address{TON: pdu.TONInternational, NPI: pdu.NPIISDN, Addr: []byte("447700900123")},
		RegisteredDelivery: pdu.ReceiptFinal,
		DataCoding:         pdu.DataCodingBinary,
		ShortMessage:       []byte(strings.Repeat("x", 140)),
	}
	b, err := p.AppendTo(nil, pdu.Dialect{Version: pdu.V34})
	if err != nil {
		tb.Fatal(err)
	}
	return b, p
}

// All three mean the same octets, or comparing them means nothing.
func TestAllAgree(t *testing.T) {
	wire, _ := submit(t)
	g, err := gosmpp.Parse(bytes.NewReader(wire))
	if err != nil {
		t.Fatal(err)
	}
	out := gosmpp.NewBuffer(nil)
	g.Marshal(out)
	if !bytes.Equal(out.Bytes(), wire) {
		t.Errorf("gosmpp: got\n%x\nwant\n%x", out.Bytes(), wire)
	}
	f, err := fiorix.Decode(bytes.NewReader(wire))
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := f.SerializeTo(&buf); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(buf.Bytes(), wire) {
		t.Errorf("go-smpp: got\n%x\nwant\n%x", buf.Bytes(), wire)
	}
}

func BenchmarkEncode(b *testing.B) {
	wire, p := submit(b)
	b.Run("pigeon", func(b *testing.B) {
		b.ReportAllocs()
		buf := make([]byte, 0, 256)
		for b.Loop() {
			if _, err := p.AppendTo(buf, pdu.Dialect{Version: pdu.V34}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("gosmpp", func(b *testing.B) {
		p, err := gosmpp.Parse(bytes.NewReader(wire))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			p.Marshal(gosmpp.NewBuffer(make([]byte, 0, 256)))
		}
	})
	b.Run("go-smpp", func(b *testing.B) {
		p, err := fiorix.Decode(bytes.NewReader(wire))
		if err != nil {
			b.Fatal(err)
		}
		var buf bytes.Buffer
		b.ReportAllocs()
		for b.Loop() {
			buf.Reset()
			if err := p.SerializeTo(&buf); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	wire, _ := submit(b)
	b.Run("pigeon", func(b *testing.B) {
		var p pdu.SubmitSM
		b.ReportAllocs()
		for b.Loop() {
			if _, err := p.Decode(wire); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("pigeon, a copy of it", func(b *testing.B) {
		var p pdu.SubmitSM
		b.ReportAllocs()
		for b.Loop() {
			if _, err := p.Decode(wire); err != nil {
				b.Fatal(err)
			}
			p.Clone()
		}
	})
	b.Run("gosmpp", func(b *testing.B) {
		r := bytes.NewReader(wire)
		b.ReportAllocs()
		for b.Loop() {
			r.Reset(wire)
			if _, err := gosmpp.Parse(r); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("go-smpp", func(b *testing.B) {
		r := bytes.NewReader(wire)
		b.ReportAllocs()
		for b.Loop() {
			r.Reset(wire)
			if _, err := fiorix.Decode(r); err != nil {
				b.Fatal(err)
			}
		}
	})
}
