package pdu_test

import (
	"bytes"
	"testing"

	"github.com/pigeon-sms/pigeon/smpp/pdu"
)

func full() pdu.SubmitSM {
	return pdu.SubmitSM{
		Header:             pdu.Header{Sequence: 7},
		Source:             pdu.Address{TON: pdu.TONAlphanumeric, Addr: []byte("Gateway")},
		Destination:        pdu.Address{TON: pdu.TONInternational, NPI: pdu.NPIISDN, Addr: []byte("447700900123")},
		RegisteredDelivery: pdu.ReceiptFinal,
		ShortMessage:       bytes.Repeat([]byte("x"), 140),
	}
}

var v34 = pdu.Dialect{Version: pdu.V34}

// The PDUs that every message costs, each read and written.
func BenchmarkPDU(b *testing.B) {
	submit := full()
	tlv := full()
	tlv.TLVs = tlv.TLVs.AppendUint16(pdu.TagUserMessageReference, 42).AppendUint8(pdu.TagPrivacyIndicator, 1)
	deliver := pdu.DeliverSM(full())
	deliver.RegisteredDelivery, deliver.ESMClass = 0, pdu.TypeDeliveryReceipt
	data := pdu.DataSM{Header: submit.Header, Source: submit.Source, Destination: submit.Destination,
		TLVs: pdu.TLVs(nil).Append(pdu.TagMessagePayload, submit.ShortMessage)}
	for _, bc := range []struct {
		name string
		p    interface {
			AppendTo([]byte, pdu.Dialect) ([]byte, error)
			Decode([]byte) (pdu.Inexact, error)
		}
	}{
		{"submit_sm", &submit},
		{"submit_sm_with_TLVs", &tlv},
		{"submit_sm_resp", &pdu.SubmitSMResp{Header: submit.Header, MessageID: []byte("4F2A9C01")}},
		{"deliver_sm", &deliver},
		{"deliver_sm_resp", &pdu.DeliverSMResp{Header: submit.Header}},
		{"data_sm", &data},
		{"data_sm_resp", &pdu.DataSMResp{Header: submit.Header, MessageID: []byte("4F2A9C01")}},
	} {
		buf, err := bc.p.AppendTo(nil, v34)
		if err != nil {
			b.Fatal(err)
		}
		wire := bytes.Clone(buf)
		b.Run("write/"+bc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := bc.p.AppendTo(buf[:0], v34); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("read/"+bc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := bc.p.Decode(wire); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A stream of messages, as a session reads it.
func BenchmarkStream(b *testing.B) {
	p := full()
	one, err := p.AppendTo(nil, v34)
	if err != nil {
		b.Fatal(err)
	}
	r := pdu.NewReader(&endless{wire: one}, pdu.LimitBound)
	var d pdu.Decoder
	b.ReportAllocs()
	for b.Loop() {
		frame, err := r.Next()
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := d.Decode(frame); err != nil {
			b.Fatal(err)
		}
	}
}

// endless repeats what it has, whatever the size of the reads.
type endless struct {
	wire []byte
	at   int
}

func (e *endless) Read(b []byte) (int, error) {
	for n := 0; n < len(b); {
		copied := copy(b[n:], e.wire[e.at:])
		n, e.at = n+copied, (e.at+copied)%len(e.wire)
	}
	return len(b), nil
}

// What a message costs is measured, and what it may allocate is held.
func TestMessagesAllocateNothing(t *testing.T) {
	p := full()
	wire, err := p.AppendTo(nil, v34)
	if err != nil {
		t.Fatal(err)
	}
	resp := pdu.SubmitSMResp{Header: p.Header, MessageID: []byte("4F2A9C01")}
	buf := make([]byte, 0, 512)
	respWire, _ := resp.AppendTo(nil, v34)
	data := pdu.DataSM{Header: p.Header, TLVs: pdu.TLVs(nil).Append(pdu.TagMessagePayload, p.ShortMessage)}
	dataWire, _ := data.AppendTo(nil, v34)
	var d pdu.Decoder
	for name, f := range map[string]func(){
		"write submit_sm":      func() { q := p; buf, _ = q.AppendTo(buf[:0], v34) },
		"write submit_sm_resp": func() { buf, _ = resp.AppendTo(buf[:0], v34) },
		"write data_sm":        func() { buf, _ = data.AppendTo(buf[:0], v34) },
		"read submit_sm":       func() { var q pdu.SubmitSM; q.Decode(wire) },
		"read submit_sm_resp":  func() { var q pdu.SubmitSMResp; q.Decode(respWire) },
		"read data_sm":         func() { var q pdu.DataSM; q.Decode(dataWire) },
		"decode submit_sm":     func() { d.Decode(wire) },
		"decode data_sm":       func() { d.Decode(dataWire) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: got %v allocations, want none", name, n)
		}
	}
}
