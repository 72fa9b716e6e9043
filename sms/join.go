package sms

import (
	"cmp"
	"slices"
	"strings"
)

// Missing stands in a text for parts that never came, however many stood
// there: a reader sees where the sentence breaks.
const Missing = "…"

// Join makes the parts of one message, in any order, into what was received.
// The caller has found that they belong together; of two with the same
// sequence number the earlier in the slice counts. ID and Seq are left empty.
//
// Neighbouring UCS-2 parts are decoded as one, because carriers cut surrogate
// pairs between them. Data is joined without a mark for what is missing. Parts
// counts those that came.
func Join(parts []Part) Received {
	if len(parts) == 0 {
		return Received{}
	}
	parts = slices.Clone(parts)
	slices.SortStableFunc(parts, func(a, b Part) int { return a.Concat.Seq - b.Concat.Seq })
	parts = slices.CompactFunc(parts, func(a, b Part) bool { return a.Concat.Seq == b.Concat.Seq })

	first := parts[0]
	r := Received{
		From: first.From, To: first.To, SentAt: first.SentAt, Modem: first.Way,
		Class: first.Class, Parts: len(parts),
	}
	for _, p := range parts {
		if p.Time.After(r.Time) {
			r.Time = p.Time
		}
		if r.SentAt.IsZero() {
			r.SentAt = p.SentAt
		}
		if r.Kind == "" {
			r.Kind, r.Waiting = p.Kind, p.Waiting
		}
		r.Replaces = cmp.Or(r.Replaces, p.Replaces)
		if p.HasPort && r.Port == 0 && r.SourcePort == 0 {
			r.Port, r.SourcePort = p.Port, p.SourcePort
		}
		if p.Coding == CodingData {
			r.Data = append(r.Data, p.Octets...)
		}
		if p.Raw != "" {
			r.Raw = append(r.Raw, p.Raw)
		}
	}
	r.Incomplete = !first.Concat.Alone() && first.Concat.Total > len(parts)
	r.Text = joinText(parts)
	if r.Kind == "" && r.Port == portPush && isMMS(r.Data) {
		r.Kind = KindMMS
	}
	return r
}

// joinText puts the texts of parts in order, each part's sequence number
// different, into one.
func joinText(parts []Part) string {
	var text strings.Builder
	var units []byte // of the UCS-2 parts not yet decoded
	flush := func() {
		text.WriteString(DecodeUCS2(units))
		units = units[:0]
	}
	gap := func(missing bool) {
		if missing {
			flush()
			text.WriteString(Missing)
		}
	}

	numbered := !parts[0].Concat.Alone() && !slices.ContainsFunc(parts, func(p Part) bool { return p.Coding == CodingData })
	next := 1
	for _, p := range parts {
		gap(numbered && p.Concat.Seq > next)
		next = p.Concat.Seq + 1
		if p.Coding == CodingUCS2 && len(p.Octets) > 0 {
			units = append(units, p.Octets...)
			continue
		}
		flush()
		text.WriteString(p.Text)
	}
	flush()
	gap(numbered && next <= parts[0].Concat.Total)
	return text.String()
}
