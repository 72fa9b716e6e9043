package modemsim

import (
	"encoding/hex"
	"math/rand/v2"
	"time"
)

// A Delivery says how an incoming text reaches a modem. The zero value sends it
// at once, in order, once, in the smallest alphabet that loses nothing.
type Delivery struct {
	After    time.Duration // before the first part
	Gap      time.Duration // between parts
	Shuffle  uint64        // not 0: the parts come in an order this number picks
	Copies   int           // how often each part comes; 0: once
	Missing  []int         // parts that never come, counted from 1
	Alphabet string        // auto, gsm7, ucs2; empty: auto
	Language Language      // GSM 7-bit with this language's tables
	Wide     bool          // a 16-bit concatenation reference
	Flash    bool          // class 0
	Class    int           // 1 to 3; 0: none
	Protocol byte          // TP-PID
	Data     []byte        // octets in place of text
	Port     int           // destination port; 0: none
	Sent     time.Time     // the service centre's time stamp; zero: now
}

// Deliver sends a text from a number or an alphanumeric sender to a modem,
// which is named by its name or its number. It returns the number of parts.
func (n *Network) Deliver(modem, from, text string, d Delivery) (parts int, err error) {
	f := textFormat{class: NoClass, language: d.Language, wide: d.Wide, protocol: d.Protocol}
	switch {
	case d.Flash:
		f.class = 0
	case d.Class > 0:
		f.class = d.Class
	}
	switch {
	case d.Data != nil:
		f.forced, f.alphabet, text = true, Octets, string(d.Data)
	case d.Alphabet == "gsm7":
		f.forced = true
	case d.Alphabet == "ucs2":
		f.forced, f.alphabet = true, UCS2
	}
	if d.Port > 0 {
		port := []byte{byte(d.Port >> 8), byte(d.Port)}
		f.elements = []Element{{iePort16, append(port, 0, 0)}}
	}

	n.mu.Lock()
	defer n.mu.Unlock()
	m, err := n.find(modem)
	if err != nil {
		return 0, err
	}
	n.reference++
	list, err := split(text, f, n.reference)
	if err != nil {
		return 0, err
	}
	if len(m.pending)+len(list)*max(d.Copies, 1) > maxPending {
		return 0, errPending
	}
	due := time.Now().Add(d.After)
	for _, i := range order(len(list), d) {
		sent := d.Sent
		if sent.IsZero() {
			sent = due
		}
		pdu, length := putDeliver(n.cfg.Centre, from, sent, list[i])
		n.post(m, parcel{due: due, pdu: pdu, length: length, class: f.class})
		due = due.Add(d.Gap)
	}
	return len(list), nil
}

// order lists the parts as they come, counted from 0.
func order(parts int, d Delivery) (out []int) {
	missing := make(map[int]bool, len(d.Missing))
	for _, i := range d.Missing {
		missing[i] = true
	}
	for i := range parts {
		for range max(d.Copies, 1) {
			if !missing[i+1] {
				out = append(out, i)
			}
		}
	}
	if d.Shuffle != 0 {
		r := rand.New(rand.NewPCG(d.Shuffle, 0))
		r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	}
	return out
}

// DeliverPDU sends a DELIVER or STATUS-REPORT as it stands to a modem: the
// service centre's address and the TPDU in hexadecimal digits, captured from a
// real one, or wrong on purpose.
func (n *Network) DeliverPDU(modem, digits string) error {
	raw, err := hex.DecodeString(digits)
	if err != nil {
		return err
	}
	_, tpdu, err := takeCentre(raw)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	m, err := n.find(modem)
	if err != nil {
		return err
	}
	report := len(tpdu) > 0 && tpdu[0]&mtiMask == mtiReport
	if !n.post(m, parcel{due: time.Now(), report: report, pdu: raw, length: len(tpdu), class: NoClass}) {
		return errPending
	}
	return nil
}
