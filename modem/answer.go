package modem

import (
	"strconv"
	"strings"
)

// An item is one comma-separated piece of an information line.
type item struct {
	text   string // without quotes and outer spaces
	quoted bool
}

// number returns the item as a decimal number, and false for one that is
// empty, quoted text or hexadecimal.
func (i item) number() (int, bool) {
	n, err := strconv.Atoi(i.text)
	return n, err == nil && n >= 0
}

// items cuts what follows the prefix of an information line ("+CREG") at its
// commas; commas inside quotes do not count. It returns false for a line with
// another prefix. Modems omit the space after the colon, the quotes or both.
func items(line, prefix string) ([]item, bool) {
	line = strings.TrimSpace(line)
	if len(line) < len(prefix) || !strings.EqualFold(line[:len(prefix)], prefix) {
		return nil, false
	}
	rest, ok := strings.CutPrefix(strings.TrimLeft(line[len(prefix):], " "), ":")
	if !ok {
		return nil, false
	}
	return split(rest), true
}

// split cuts at commas outside quotes.
func split(s string) []item {
	var out []item
	quoted, from := false, 0
	cut := func(to int) {
		t := strings.TrimSpace(s[from:to])
		i := item{text: t}
		if len(t) > 0 && t[0] == '"' {
			i = item{text: strings.Trim(t, `"`), quoted: true}
		}
		out = append(out, i)
		from = to + 1
	}
	for n := range len(s) {
		switch s[n] {
		case '"':
			quoted = !quoted
		case ',':
			if !quoted {
				cut(n)
			}
		}
	}
	cut(len(s))
	return out
}

// find returns the items of the first line that has the prefix.
func find(lines []string, prefix string) ([]item, bool) {
	for _, l := range lines {
		if it, ok := items(l, prefix); ok {
			return it, true
		}
	}
	return nil, false
}

// plain returns the text of an answer that has no prefix of its own by the
// standard (+CGMI and the like), though some modems put one, and quotes.
func plain(lines []string, prefix string) string {
	for _, l := range lines {
		l = strings.TrimSpace(l)
		if rest, ok := cutPrefixFold(l, prefix); ok {
			l = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), ":"))
		}
		if l = strings.TrimSpace(strings.Trim(l, `"`)); l != "" {
			return l
		}
	}
	return ""
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// digits returns the first run of at least least and at most most decimal
// digits in the lines.
func digits(lines []string, least, most int) string {
	for _, l := range lines {
		for _, f := range strings.FieldsFunc(l, func(r rune) bool { return r < '0' || r > '9' }) {
			if len(f) >= least && len(f) <= most {
				return f
			}
		}
	}
	return ""
}
