package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/pigeon-sms/pigeon/sms"
)

const (
	defaultLimit = 50   // entries of a list
	maxLimit     = 1000 // entries of a list
)

// filter reads the query of a list: before, limit, and what else it knows. Who
// is the parameter that names a number.
func filter(r *http.Request, who string, others ...string) (sms.Filter, error) {
	q, err := query(r, append(others, who, "before", "limit")...)
	if err != nil {
		return sms.Filter{}, err
	}
	f := sms.Filter{State: sms.State(q.Get("state")), To: party(q.Get(who)), Limit: defaultLimit}
	if f.State != "" && !f.State.Known() {
		return f, badQuery("state", fmt.Sprintf("%q is none of %v", f.State, sms.States()))
	}
	if f.Before, err = count(q, "before"); err != nil {
		return f, err
	}
	if q.Has("limit") {
		n, err := count(q, "limit")
		if err != nil || n < 1 || n > maxLimit {
			return f, badQuery("limit", fmt.Sprintf("has to be a number from 1 to %d", maxLimit))
		}
		f.Limit = int(n)
	}
	return f, nil
}

// query reads a query that holds nothing but known names, each once.
func query(r *http.Request, known ...string) (url.Values, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fault(http.StatusBadRequest, "", "the query cannot be read: a % or a semicolon in it has to be escaped")
	}
	for name, values := range q {
		if !slices.Contains(known, name) {
			return nil, badQuery(name, "is not known here; there are: "+strings.Join(known, ", "))
		}
		if len(values) > 1 {
			return nil, badQuery(name, "stands there twice")
		}
	}
	return q, nil
}

func count(q url.Values, name string) (uint64, error) {
	if !q.Has(name) {
		return 0, nil
	}
	n, err := strconv.ParseUint(q.Get(name), 10, 64)
	if err != nil {
		return 0, badQuery(name, "has to be a number, 0 or more")
	}
	return n, nil
}

// party reads the number a list is asked for. A plus that was not escaped
// arrives as a space. What is no number may be an alphanumeric sender.
func party(s string) sms.Number {
	if rest, ok := strings.CutPrefix(s, " "); ok {
		s = "+" + rest
	}
	if n, err := sms.ParseNumber(s, sms.Country{}); err == nil {
		return n
	}
	return sms.Number(s)
}

func badQuery(name, text string) *problem {
	if r := []rune(name); len(r) > 40 { // enough to recognise it by
		name = string(r[:40]) + "…"
	}
	return fault(http.StatusBadRequest, name, name+": "+text)
}
