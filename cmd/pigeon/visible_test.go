package main

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain text": "plain text",
		"naïve 日本 👩‍👩‍👧 العربية": "naïve 日本 👩‍👩‍👧 العربية",
		"two\nlines\r\n":          `two\nlines\r\n`,
		"tab\t":                   `tab\t`,
		"\x1b[2J\x1b]0;owned\x07": `\u001b[2J\u001b]0;owned\u0007`,
		"\u009b31m":               `\u009b31m`,
		"\x7f\x00":                `\u007f\u0000`,
		"\u202etxt.exe":           `\u202etxt.exe`,
		"a\u2028b":                `a\u2028b`,
		"caf\xe9":                 `caf\xe9`,
		"\uFFFD":                  "\uFFFD",
		"":                        "",
	} {
		if got := visible(in); got != want {
			t.Errorf("visible(%q): got %q, want %q", in, got, want)
		}
	}
}

func TestVisibleLinesKeepLineEnds(t *testing.T) {
	got := strings.Join(visibleLines("a\x1b\r\nb\rc\n"), "|")
	if want := `a\u001b|b\rc`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCut(t *testing.T) {
	for _, tc := range []struct {
		s    string
		n    int
		want string
	}{{"häuser", 6, "häuser"}, {"häuser", 5, "häus…"}, {"häuser", 1, "…"}, {"häuser", 0, "häuser"}, {"", 3, ""}} {
		if got := cut(tc.s, tc.n); got != tc.want {
			t.Errorf("cut(%q, %d): got %q, want %q", tc.s, tc.n, got, tc.want)
		}
	}
}

// Nothing that a sender can write reaches the terminal as a control, and JSON
// stays the JSON it was.
func FuzzVisible(f *testing.F) {
	for _, s := range []string{"text", "\x1b[2J", "\u009b", "caf\xe9", "a\nb", "\u202e", "\ufeff", `\u001b`, "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := visible(s)
		if !utf8.ValidString(got) {
			t.Errorf("visible(%q): got %q, which is no UTF-8", s, got)
		}
		if i := strings.IndexFunc(got, unicode.IsControl); i >= 0 {
			t.Errorf("visible(%q): got %q, with a control at %d", s, got, i)
		}
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		safe := visibleJSON(b)
		var back, want string
		if err := json.Unmarshal([]byte(safe), &back); err != nil {
			t.Fatalf("visibleJSON(%s): got %s: %v", b, safe, err)
		}
		if err := json.Unmarshal(b, &want); err != nil || back != want {
			t.Errorf("visibleJSON(%s): got back %q, want %q", b, back, want)
		}
		if strings.ContainsFunc(safe, unicode.IsControl) {
			t.Errorf("visibleJSON(%s): got %q, with a control", b, safe)
		}
	})
}
