package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible returns s with everything that could drive a terminal written out:
// control characters, among them ESC and the C1 set, line separators, the
// overrides of writing direction, and octets that are no UTF-8. What a sender
// or a network wrote reaches the terminal only through here.
func visible(s string) string { return escape(s, false) }

// visibleLines is visible for a text shown over several lines: line ends stay.
func visibleLines(s string) []string {
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(s, "\r\n", "\n"), "\n"), "\n")
	for i, l := range lines {
		lines[i] = visible(l)
	}
	return lines
}

// visibleJSON returns a JSON text, in which encoding/json leaves some of those
// characters as they are, with them as \u escapes. They stand only in strings.
func visibleJSON(b []byte) string { return escape(string(b), true) }

func escape(s string, inJSON bool) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			if inJSON {
				b.WriteString("\uFFFD")
			} else {
				fmt.Fprintf(&b, `\x%02x`, s[i])
			}
		case inJSON && (r == '\n' || r == '\t' || r == '\r'):
			b.WriteRune(r) // between JSON's tokens
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case drives(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// drives reports whether a terminal may act on r instead of showing it.
func drives(r rune) bool {
	return unicode.IsControl(r) ||
		r == '\u2028' || r == '\u2029' || // line and paragraph separator
		'\u202a' <= r && r <= '\u202e' || // embedding and override of direction
		'\u2066' <= r && r <= '\u2069' || // isolates
		r == '\ufeff' // byte order mark, of no width
}

// cut shortens s to at most n runes, for a column; n below 1 is no limit.
func cut(s string, n int) string {
	if n < 1 || utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
