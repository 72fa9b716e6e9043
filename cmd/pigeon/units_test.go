package main

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestDurations(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "1h30m": 90 * time.Minute, "72h": 72 * time.Hour, "90d": 90 * day, "2w": 14 * day,
		"1w2d3h": 9*day + 3*time.Hour, "1.5d": 36 * time.Hour, " 5s ": 5 * time.Second, "0": 0, "0d": 0, "-5s": -5 * time.Second,
		"106751d": 106751 * day, "2562047h47m16.854775807s": math.MaxInt64,
	} {
		var d duration
		if err := d.UnmarshalText([]byte(text)); err != nil || time.Duration(d) != want {
			t.Errorf("%q: got %v and %v, want %v", text, time.Duration(d), err, want)
		}
	}
	for text, want := range map[string]string{
		"": "is no duration", "5": "is no duration", "soon": "is no duration", "5h1d": "is no duration", "-1d": "is no duration",
		"1d-5h": "is no duration", "1d+5h": "is no duration", "1d 5h": "is no duration", "d": "is no duration", "1D": "is no duration",
		"106752d": "is too long", "99999999999w": "is too long", "106751d24h": "is too long", "100000d100000d": "is too long",
		strings.Repeat("9", 400) + "d": "is too long",
	} {
		d := duration(1)
		if err := d.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), want) || d != 1 {
			t.Errorf("%q: got %v and %v, want that it %s", text, time.Duration(d), err, want)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]size{
		"0": 0, "1": 1, "64MiB": 64 << 20, "64 MiB": 64 << 20, " 1GiB ": 1 << 30, "3KiB": 3 << 10,
		"9223372036854775807": math.MaxInt64, "8589934591GiB": 8589934591 << 30,
	} {
		var z size
		if err := z.UnmarshalText([]byte(text)); err != nil || z != want {
			t.Errorf("%q: got %d and %v, want %d", text, z, err, want)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "-1MiB", "1.5MiB", "64MB", "64mib", "64M", "1KiBMiB", "8589934592GiB", "9223372036854775808"} {
		z := size(1)
		if err := z.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), "is no size") || z != 1 {
			t.Errorf("%q: got %d and %v, want that it is no size", text, z, err)
		}
	}
}

// FuzzDuration holds what is written with days against the same in hours.
func FuzzDuration(f *testing.F) {
	for _, s := range []string{"30s", "1w2d3h", "1.5d", "106751d24h", "-5s", "1d-5h", "9e9d", "0d0w"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var d duration
		if d.UnmarshalText([]byte(s)) != nil {
			return
		}
		if plain, err := time.ParseDuration(strings.TrimSpace(s)); err == nil && plain != time.Duration(d) {
			t.Errorf("%q: got %v, want %v", s, time.Duration(d), plain)
		}
		if strings.ContainsAny(s, "dw") && d < 0 {
			t.Errorf("%q: got %v, and days have no sign", s, time.Duration(d))
		}
	})
}

func FuzzSize(f *testing.F) {
	for _, s := range []string{"64MiB", "1 GiB", "0", "-1", "8589934592GiB", "1KiBMiB"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var z size
		if err := z.UnmarshalText([]byte(s)); err == nil && z < 0 {
			t.Errorf("%q: got %d, below nothing", s, z)
		}
	})
}
