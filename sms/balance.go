package sms

import (
	"strconv"
	"strings"
	"time"
)

// A Balance is what a SIM has left, as its network has told it last.
type Balance struct {
	Amount   *float64  `json:"amount,omitempty"` // nil: it could not be read yet
	Currency string    `json:"currency,omitempty"`
	Text     string    `json:"text,omitempty"` // the network's own words; never logged
	Time     time.Time `json:"time,omitzero"`  // when it told Amount
	Low      bool      `json:"low"`
	Why      string    `json:"why,omitempty"` // what has gone wrong since then; never logged
}

// String returns the amount as a person writes it, "12.30 GBP"; empty where
// there is none.
func (b Balance) String() string {
	if b.Amount == nil {
		return ""
	}
	return strings.TrimSpace(FormatAmount(*b.Amount) + " " + b.Currency)
}

// FormatAmount writes an amount with no decimals or at least two.
func FormatAmount(amount float64) string {
	s := strconv.FormatFloat(amount, 'f', -1, 64)
	if i := strings.IndexByte(s, '.'); i >= 0 && i == len(s)-2 {
		s += "0"
	}
	return s
}
