package pdu_test

import (
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/smpp/pdu"
)

var now = time.Date(2026, 7, 14, 12, 0, 0, 0, time.UTC)

func TestTimesAreRead(t *testing.T) {
	for _, tc := range []struct {
		field string
		want  string // in UTC; "": not a time
	}{
		{"260714153000004+", "2026-07-14T14:30:00Z"},
		{"260714153000004-", "2026-07-14T16:30:00Z"},
		{"260714153000900+", "2026-07-14T15:30:00.9Z"},
		{"260714153000048+", "2026-07-14T03:30:00Z"},
		{"000001000000000R", "2026-07-15T12:00:00Z"},
		{"020610233429000R", "2029-01-25T11:34:29Z"},
		{"000000000000000R", "2026-07-14T12:00:00Z"},
		{"260714153000", "2026-07-14T15:30:00Z"}, // 12 digits: what 3.4 also says
		{"751231000000000+", "2075-12-31T00:00:00Z"},
		{"761231000000000+", "1976-12-31T00:00:00Z"},
		{"240229000000000+", "2024-02-29T00:00:00Z"},
		{"230229000000000+", ""},
		{"260014153000004+", ""},
		{"261314153000004+", ""},
		{"260732153000004+", ""},
		{"260714243000004+", ""},
		{"260714156000004+", ""},
		{"260714153060004+", ""},
		{"260714153000049+", ""},
		{"260714153000004 ", ""},
		{"260714153000004r", ""},
		{"26071415300000+", ""},
		{"2607141530", ""},
		{"tomorrow", ""},
		{"", ""},
	} {
		got, err := pdu.ParseTime([]byte(tc.field), now)
		if tc.want == "" {
			if err == nil {
				t.Errorf("%q: got %v, want none", tc.field, got)
			}
			continue
		}
		if err != nil || got.UTC().Format(time.RFC3339Nano) != tc.want {
			t.Errorf("%q: got %v, %v, want %s", tc.field, got, err, tc.want)
		}
	}
}

func TestTimesAreWritten(t *testing.T) {
	for _, tc := range []struct {
		t    time.Time
		want string
	}{
		{time.Date(2026, 12, 31, 23, 59, 0, 0, time.FixedZone("", 3600)), "261231235900004+"},
		{time.Date(2026, 7, 14, 15, 30, 1, 250e6, time.UTC), "260714153001200+"},
		{time.Date(2026, 7, 14, 15, 30, 0, 0, time.FixedZone("", -3*3600-1800)), "260714153000014-"},
		{time.Date(2026, 7, 14, 15, 30, 0, 0, time.FixedZone("", 60)), "260714152900000+"},
		{time.Date(2026, 7, 14, 15, 30, 0, 0, time.FixedZone("", 13*3600)), "260714023000000+"},
	} {
		got := string(pdu.AppendAbsolute(nil, tc.t))
		back, err := pdu.ParseTime([]byte(got), now)
		if got != tc.want || err != nil || tc.t.Sub(back).Abs() >= time.Second/10 || !pdu.ValidTime([]byte(got)) {
			t.Errorf("%v: got %s, read back as %v, want %s", tc.t, got, back, tc.want)
		}
	}
	const day = 24 * time.Hour
	for _, tc := range []struct {
		d    time.Duration
		want string
	}{
		{day, "000001000000000R"},
		{5 * time.Minute, "000000000500000R"},
		{1, "000000000001000R"},
		{90*time.Minute + time.Millisecond, "000000013001000R"},
		{31 * day, "000031000000000R"},
		{32 * day, "000101000000000R"}, // July has 31
		{365*day + time.Hour, "010000010000000R"},
		{-day, "000000000000000R"},
		{0, "000000000000000R"},
	} {
		got := string(pdu.AppendRelative(nil, tc.d, now))
		back, err := pdu.ParseTime([]byte(got), now)
		if d := max(tc.d, 0); got != tc.want || err != nil || back.Sub(now)-d < 0 || back.Sub(now)-d >= time.Second {
			t.Errorf("%v: got %s, read back as %v, want %s", tc.d, got, back.Sub(now), tc.want)
		}
	}
}
