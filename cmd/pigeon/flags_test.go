package main

import (
	"errors"
	"reflect"
	"testing"
	"time"
)

func TestFlagsStandAnywhere(t *testing.T) {
	for _, tc := range []struct {
		name string
		args []string
		rest []string
		to   string
		json bool
	}{
		{"before", []string{"--to", "a", "--json", "x", "y"}, []string{"x", "y"}, "a", true},
		{"after", []string{"x", "y", "--to", "a", "--json"}, []string{"x", "y"}, "a", true},
		{"between", []string{"x", "--to", "a", "y", "--json"}, []string{"x", "y"}, "a", true},
		{"one dash", []string{"-json", "x", "-to", "a"}, []string{"x"}, "a", true},
		{"equals sign", []string{"--to=a", "x", "--json=false"}, []string{"x"}, "a", false},
		{"ended", []string{"x", "--to", "a", "--", "--json", "--", "y"}, []string{"x", "--json", "--", "y"}, "a", false},
		{"a value like a flag", []string{"--to", "--json", "x"}, []string{"x"}, "--json", false},
		{"a value like the end", []string{"--to", "--", "x", "--json"}, []string{"x"}, "--", true},
		{"a dash alone", []string{"x", "-"}, []string{"x", "-"}, "", false},
		{"an empty word", []string{"", "x"}, []string{"", "x"}, "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFlags("test")
			to, json := f.String("to", "", ""), f.Bool("json", false, "")
			rest, err := f.parse(tc.args, 0, -1)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(rest, tc.rest) || *to != tc.to || *json != tc.json {
				t.Errorf("got %q, to %q, json %v, want %q, %q, %v", rest, *to, *json, tc.rest, tc.to, tc.json)
			}
		})
	}
}

func TestHelpFlagAnywhereAsksForHelp(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"x", "--help"}, {"--to", "a", "-help", "x"}} {
		f := newFlags("test")
		f.String("to", "", "")
		_, err := f.parse(args, 2, 2)
		var help *helpError
		if !errors.As(err, &help) {
			t.Errorf("%q: got error %v, want help", args, err)
		}
	}
	f := newFlags("test")
	if rest, err := f.parse([]string{"--", "-h"}, 0, -1); err != nil || len(rest) != 1 {
		t.Errorf("after --: got %q and error %v, want the word -h", rest, err)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"send", "messages", "show", "status", "simulate"}
	for word, want := range map[string]string{
		"sned": "send", "Send": "send", "snd": "send", "message": "messages", "mesages": "messages",
		"stats": "status", "sim": "simulate", "x": "", "frobnicate": "", "": "",
	} {
		if got := nearest(word, known); got != want {
			t.Errorf("nearest(%q): got %q, want %q", word, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "acb", 1},
		{"abc", "ab", 1}, {"abc", "abd", 1}, {"abc", "xabc", 1}, {"kitten", "sitting", 3}, {"é", "e", 1},
	} {
		if got := distance(tc.a, tc.b); got != tc.want {
			t.Errorf("distance(%q, %q): got %d, want %d", tc.a, tc.b, got, tc.want)
		}
	}
}

func TestMoment(t *testing.T) {
	e := newDesk(t).env // 14:00 on the wall
	for s, want := range map[string]string{
		"2026-05-04T18:00:00Z":      "2026-05-04T18:00:00Z",
		"2026-05-04T18:00:00+02:00": "2026-05-04T18:00:00+02:00",
		"2026-05-04 18:00":          "2026-05-04T18:00:00+02:00",
		"2026-05-04 18:00:30":       "2026-05-04T18:00:30+02:00",
		"2026-05-04T18:00":          "2026-05-04T18:00:00+02:00",
		"18:00":                     "2026-05-04T18:00:00+02:00",
		"13:00":                     "2026-05-05T13:00:00+02:00",
		"14:00":                     "2026-05-05T14:00:00+02:00",
		"10m":                       "2026-05-04T14:10:00+02:00",
		"+1h30m":                    "2026-05-04T15:30:00+02:00",
	} {
		got, err := e.moment(s)
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%q: got %s and error %v, want %s", s, got.Format(time.RFC3339), err, want)
		}
	}
	for _, s := range []string{"", "soon", "25:00", "-10m", "0s", "2026-13-01 10:00"} {
		if got, err := e.moment(s); err == nil {
			t.Errorf("%q: got %v, want an error", s, got)
		}
	}
}
