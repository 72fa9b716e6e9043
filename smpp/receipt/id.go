package receipt

import (
	"bytes"
	"math/big"
	"strings"
)

// A Match is how the id of a receipt is that of a submit_sm_resp.
type Match uint8

// How two ids can be one. The later, the less certain: where the ids of a link
// are all digits, one message's decimal may be another's hexadecimal.
const (
	NoMatch        Match = iota
	Exact                // octet for octet
	Spelled              // but for case, hyphens and leading zeros
	ReceiptDecimal       // the receipt has in decimal what the response had in hexadecimal
	ReceiptHex           // the receipt has in hexadecimal what the response had in decimal
)

// maxID bounds what is taken for a number: ids have 64 characters at most.
const maxID = 64

// Compare tells how the id of a receipt is that of a submit_sm_resp.
func Compare(receipt, response []byte) Match {
	switch {
	case len(receipt) == 0 || len(response) == 0:
		return NoMatch
	case bytes.Equal(receipt, response):
		return Exact
	}
	a, b := Normal(receipt), Normal(response)
	switch {
	case a == b:
		return Spelled
	case convert(a, 10, 16) == b:
		return ReceiptDecimal
	case convert(a, 16, 10) == b:
		return ReceiptHex
	}
	return NoMatch
}

// Forms returns what to look an id up by, the most certain first: as Normal
// spells it, its hexadecimal if it is decimal, and its decimal.
func Forms(id []byte) []string {
	n := Normal(id)
	forms := []string{n}
	for _, f := range [...]string{convert(n, 10, 16), convert(n, 16, 10)} {
		if f != "" && f != n {
			forms = append(forms, f)
		}
	}
	return forms
}

// Normal returns an id without the differences of spelling: in lower case,
// without hyphens, NULs at the end and leading zeros.
func Normal(id []byte) string {
	s := strings.ToLower(string(bytes.Trim(id, " \x00")))
	s = strings.ReplaceAll(s, "-", "")
	if bare := strings.TrimLeft(s, "0"); bare != "" || s == "" {
		return bare
	}
	return "0"
}

// convert writes a number of one base in the other; "" if s is not one.
func convert(s string, from, to int) string {
	if s == "" || len(s) > maxID || strings.ContainsAny(s, "+_") {
		return ""
	}
	n, ok := new(big.Int).SetString(s, from)
	if !ok {
		return ""
	}
	return n.Text(to)
}
