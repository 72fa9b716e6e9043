package main

import (
	"fmt"
	"strings"
)

// A usageError is a command line written wrongly: one sentence, exit status 2.
type usageError struct{ text string }

// Error returns the sentence.
func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// unknown refuses a word that is not among known, and names the nearest that is.
func unknown(kind, word string, known []string, see string) error {
	if n := nearest(word, known); n != "" {
		return usagef("unknown %s %q: did you mean %q?", kind, word, n)
	}
	return usagef("unknown %s %q: see %q", kind, word, see)
}

// nearest returns the known word that is fewest edits from word, or "" when
// none is near enough to have been meant.
func nearest(word string, known []string) string {
	word = strings.ToLower(word)
	best, at := "", max(2, len(word)/3)+1
	for _, k := range known {
		d := distance(word, k)
		if len(word) >= 3 && strings.HasPrefix(k, word) {
			d = 1 // cut short, not mistyped
		}
		if d < at && d < max(len(word), len(k)) {
			best, at = k, d
		}
	}
	return best
}

// distance counts the letters to insert, drop, change or swap with a neighbour
// to make b of a.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	// d[i][j] is the distance between the first i of s and the first j of t.
	d := make([][]int, len(s)+1)
	for i := range d {
		d[i] = make([]int, len(t)+1)
		d[i][0] = i
	}
	for j := range t {
		d[0][j+1] = j + 1
	}
	for i := 1; i <= len(s); i++ {
		for j := 1; j <= len(t); j++ {
			change := 1
			if s[i-1] == t[j-1] {
				change = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+change)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(s)][len(t)]
}
