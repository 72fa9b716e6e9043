package modemsim

import (
	"errors"
	"fmt"
	"time"
)

// First octets of what the network sends, 3GPP TS 23.040 §9.2.2.1 and §9.2.2.3.
const (
	mtiDeliver = 0x00
	mtiReport  = 0x02
	bitNoMore  = 0x04 // TP-MMS: no more messages wait
)

// userData is what one TPDU carries, before it is written.
type userData struct {
	coding   byte
	protocol byte
	elements []Element
	units    []byte // septets one to a byte of GSM7, else octets
}

// put writes the user data's length, header and body.
func (u userData) put() []byte {
	h := putHeader(u.elements)
	if readCoding(u.coding).alphabet != GSM7 {
		return append(append([]byte{byte(len(h) + len(u.units))}, h...), u.units...)
	}
	before := (8*len(h) + 6) / 7
	body := packSeptets(u.units, 7*before-8*len(h))
	return append(append([]byte{byte(before + len(u.units))}, h...), body...)
}

// putDeliver writes an SMS-DELIVER with the service centre's address before
// it, and says how many octets the TPDU has without that.
func putDeliver(centre, from string, at time.Time, u userData) (pdu []byte, length int) {
	first := byte(mtiDeliver | bitNoMore)
	if len(u.elements) > 0 {
		first |= bitHeader
	}
	b := append([]byte{first}, putAddress(from)...)
	b = append(b, u.protocol, u.coding)
	b = append(b, putTime(at)...)
	b = append(b, u.put()...)
	return append(putCentre(centre), b...), len(b)
}

// putReport writes an SMS-STATUS-REPORT, 3GPP TS 23.040 §9.2.2.3, as putDeliver
// writes a message.
func putReport(centre string, reference byte, to string, sent, done time.Time, status byte) (pdu []byte, length int) {
	b := append([]byte{mtiReport | bitNoMore, reference}, putAddress(to)...)
	b = append(b, putTime(sent)...)
	b = append(b, putTime(done)...)
	b = append(b, status)
	return append(putCentre(centre), b...), len(b)
}

// putSubmit writes an SMS-SUBMIT, as a modem does that was given text instead
// of a PDU. first carries the bits of AT+CSMP; a validity period is written
// where it says a relative one stands.
func putSubmit(first byte, to string, validity byte, u userData) []byte {
	const relative = 0x10
	b := append([]byte{first&^(mtiMask|bitHeader|maskVPF) | mtiSubmit | first&relative, 0}, putAddress(to)...)
	b = append(b, u.protocol, u.coding)
	if first&relative != 0 {
		b = append(b, validity)
	}
	return append(append([]byte{0}, b...), u.put()...)
}

// A textFormat says how text becomes user data.
type textFormat struct {
	forced   bool // alphabet holds; else the smallest that loses nothing
	alphabet Alphabet
	class    int
	language Language
	wide     bool // a 16-bit concatenation reference
	protocol byte
	elements []Element // more elements for every part's header
}

// split writes a text as the user data of one or more TPDUs. No character is
// cut: neither an escape from what it leads to nor a surrogate pair.
func split(text string, f textFormat, ref uint16) ([]userData, error) {
	alphabet, chars, err := characters(text, f)
	if err != nil {
		return nil, err
	}
	common := f.elements
	if alphabet == GSM7 {
		common = append(shiftElements(f.language), common...)
	}
	room := func(elements []Element) int {
		free := maxUserData - len(putHeader(elements))
		if alphabet == GSM7 {
			return 8 * free / 7
		}
		return free
	}
	whole := chunk(chars, room(common))
	coding := writeCoding(coding{alphabet: alphabet, class: f.class})
	if len(whole) == 1 {
		return []userData{{coding: coding, protocol: f.protocol, elements: common, units: whole[0]}}, nil
	}
	place := func(total, seq int) []Element {
		return append([]Element{concatElement(Concat{ref, f.wide, total, seq})}, common...)
	}
	parts := chunk(chars, room(place(1, 1)))
	if len(parts) > 255 {
		return nil, fmt.Errorf("the text takes %d parts where 255 are possible", len(parts))
	}
	out := make([]userData, len(parts))
	for i, units := range parts {
		out[i] = userData{coding: coding, protocol: f.protocol, elements: place(len(parts), i+1), units: units}
	}
	return out, nil
}

// characters writes each character of a text in the alphabet that is asked
// for, or in the smallest that loses nothing.
func characters(text string, f textFormat) (Alphabet, [][]byte, error) {
	if f.forced && f.alphabet == Octets {
		var chars [][]byte
		for _, b := range []byte(text) {
			chars = append(chars, []byte{b})
		}
		return Octets, chars, nil
	}
	if !f.forced || f.alphabet == GSM7 {
		if chars, ok := textSeptets(text, f.language, f.language); ok {
			return GSM7, chars, nil
		}
		if f.forced {
			return 0, nil, errors.New("the text has characters that GSM 7-bit has not")
		}
	}
	return UCS2, textUCS2(text), nil
}

// shiftElements select a language's tables, as many as it has.
func shiftElements(l Language) (out []Element) {
	if _, ok := singleTables[l]; ok {
		out = append(out, Element{ieSingle, []byte{byte(l)}})
	}
	if _, ok := lockingTables[l]; ok {
		out = append(out, Element{ieLocking, []byte{byte(l)}})
	}
	return out
}

// chunk joins characters into pieces of at most room units; one empty piece
// where there are none.
func chunk(chars [][]byte, room int) [][]byte {
	out := [][]byte{nil}
	for _, c := range chars {
		last := len(out) - 1
		if len(out[last])+len(c) > room {
			out, last = append(out, nil), last+1
		}
		out[last] = append(out[last], c...)
	}
	return out
}
