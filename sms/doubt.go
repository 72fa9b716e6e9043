package sms

import "time"

// A Doubt is segments that have left, or may have, and whose ref never came:
// nobody knows whether the network took them. A later report may tell.
type Doubt struct {
	Net     string `json:"net"` // the SIM they went by
	Way     string `json:"way"`
	Segment int    `json:"segment"` // the first, from 0
	Count   int    `json:"count"`   // how many; they left in order, so the network has the first ones, if any

	// When the service centre took them, if it did, by its clock. Zero where
	// ours was wrong at the time: then any time fits.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`

	Seq uint64 `json:"seq"` // of the event that announced the attempt; the store's to fill in
}

// Fits reports whether a segment that the service centre took at a time may be
// one of these.
func (d *Doubt) Fits(taken time.Time) bool {
	if d.From.IsZero() {
		return true
	}
	return !taken.IsZero() && !taken.Before(d.From) && !taken.After(d.Until)
}

// Nearer reports whether a segment that the service centre took at a time is
// rather one of these than one of another doubt, of later.
func (d *Doubt) Nearer(later *Doubt, taken time.Time) bool {
	if taken.IsZero() || d.From.IsZero() || later.From.IsZero() {
		return false
	}
	return taken.Sub(d.middle()).Abs() < taken.Sub(later.middle()).Abs()
}

func (d *Doubt) middle() time.Time { return d.From.Add(d.Until.Sub(d.From) / 2) }
