package sms

import (
	"slices"
	"strings"
)

// fieldNamed returns the index in fields of what a user calls name, or -1.
func fieldNamed(name string) int {
	for i, f := range fields {
		if f.name == name || slices.Contains(f.aliases, name) {
			return i
		}
	}
	return -1
}

// unknownField names a field that is none, and the nearest that is one.
func unknownField(name string) error {
	text := "is not a field of a request"
	if near := nearestField(strings.ToLower(name)); near != "" {
		text += "; the nearest is " + near
	}
	shown := quote(name)
	if unescaped := shown[1 : len(shown)-1]; unescaped != "" {
		shown = unescaped
	}
	return &FieldError{shown, text}
}

// nearestField finds the field that is the fewest changes away from name, if
// they are few enough for a slip of the hand.
func nearestField(name string) string {
	const most = 40 // letters: the work grows with their square
	if len(name) > most {
		return ""
	}
	best, least := "", len(name)/2+1
	for _, f := range fields {
		for _, known := range append([]string{f.name}, f.aliases...) {
			if d := distance(name, known); d < least {
				best, least = known, d
			}
		}
	}
	return best
}

// distance is how many letters have to be put in, taken out, replaced or
// swapped with the next one to make b of a.
func distance(a, b string) int {
	before, row := []int(nil), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		above := row
		row = make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before = above
	}
	return row[len(b)]
}
