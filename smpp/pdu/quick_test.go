package pdu

import (
	"bytes"
	"reflect"
	"testing"
)

// What the short way reads, the walk reads alike and finds exact; what it
// writes, the walk writes alike and forbids nothing.
func FuzzQuick(f *testing.F) {
	p := SM{Header: Header{Sequence: 1}, ServiceType: []byte("CMT"), Source: Address{1, 1, []byte("4477")},
		Destination: Address{5, 0, []byte("Gateway")}, ESMClass: TypeDeliveryReceipt, ShortMessage: []byte("id:7")}
	for _, t := range []TLVs{nil, TLVs(nil).AppendUint8(TagMessageState, 2), TLVs(nil).Append(TagMessagePayload, []byte("x")), {0}} {
		p.TLVs = t
		for _, id := range []ID{IDSubmitSM, IDDeliverSM} {
			c := startWriting(nil, id, &p.Header, Dialect{Version: V50, AnyTLV: true})
			p.walk(&c)
			b, _ := c.endWriting()
			f.Add(b, id == IDSubmitSM)
			b = appendHeader(nil, len(c.b), id, 0, 1)
			f.Add(append(b, c.b[HeaderSize:]...), id == IDSubmitSM)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, submit bool) {
		id := IDDeliverSM
		if submit {
			id = IDSubmitSM
		}
		c, err := startReading(b, id)
		if err != nil {
			return
		}
		walked := SM{Header: c.head}
		walked.walk(&c)
		x, _, err := c.endReading()
		var quick SM
		if quick.quickDecode(b, id) && (err != nil || !x.Exact() || !alike(quick, walked)) {
			t.Fatalf("%x: got\n%+v\nwant\n%+v, %v, %v", b, quick, walked, x, err)
		}
		if err != nil {
			return
		}
		d := Dialect{Version: V34}
		got, ok := walked.quickAppend(nil, id, d)
		c = startWriting(nil, id, &walked.Header, d)
		walked.walk(&c)
		if want, err := c.endWriting(); ok && (err != nil || !bytes.Equal(got, want)) {
			t.Fatalf("%+v: got\n%x\nwant\n%x, %v", walked, got, want, err)
		}
	})
}

// alike tells nil from empty in nothing.
func alike(a, b SM) bool {
	for _, p := range []*SM{&a, &b} {
		for _, v := range []*[]byte{&p.ServiceType, &p.Source.Addr, &p.Destination.Addr, &p.ScheduleDeliveryTime,
			&p.ValidityPeriod, &p.ShortMessage, (*[]byte)(&p.TLVs)} {
			if len(*v) == 0 {
				*v = nil
			}
		}
	}
	return reflect.DeepEqual(a, b)
}
