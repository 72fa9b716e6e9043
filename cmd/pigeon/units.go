package main

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
)

// duration is a time.Duration as the configuration writes it: Go's form, with
// days and weeks besides ("90d", "1h30m").
type duration time.Duration

var days = regexp.MustCompile(`^(\d+(?:\.\d+)?)(d|w)`)

// UnmarshalText reads a duration with its unit.
func (d *duration) UnmarshalText(b []byte) error {
	s, whole := strings.TrimSpace(string(b)), time.Duration(0)
	add := func(x time.Duration) error {
		if x > math.MaxInt64-whole {
			return fmt.Errorf("%q is too long", b)
		}
		whole += x
		return nil
	}
	for m := days.FindStringSubmatch(s); m != nil; m = days.FindStringSubmatch(s) {
		n, err := strconv.ParseFloat(m[1], 64)
		unit := 24 * time.Hour
		if m[2] == "w" {
			unit *= 7
		}
		if err != nil || n > float64(math.MaxInt64/int64(unit)) {
			return fmt.Errorf("%q is too long", b)
		}
		if err := add(time.Duration(n * float64(unit))); err != nil {
			return err
		}
		if s = s[len(m[0]):]; s == "" {
			*d = duration(whole)
			return nil
		}
	}
	rest, err := time.ParseDuration(s)
	if err != nil || whole > 0 && strings.ContainsAny(s[:1], "+-") {
		return fmt.Errorf("%q is no duration, such as 30s, 15m, 72h or 90d", b)
	}
	if err := add(rest); err != nil {
		return err
	}
	*d = duration(whole)
	return nil
}

// size is a number of bytes as the configuration writes it: "64MiB", "1GiB" or
// plain.
type size int64

// UnmarshalText reads a size.
func (z *size) UnmarshalText(b []byte) error {
	s, unit := strings.TrimSpace(string(b)), int64(1)
	for suffix, u := range map[string]int64{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30} {
		if rest, ok := strings.CutSuffix(s, suffix); ok {
			s, unit = strings.TrimSpace(rest), u
			break
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/unit {
		return fmt.Errorf("%q is no size, such as 64MiB", b)
	}
	*z = size(n * unit)
	return nil
}

// ageing is a duration that may be "off".
type ageing duration

// UnmarshalText reads a duration or the word.
func (a *ageing) UnmarshalText(b []byte) error {
	if strings.TrimSpace(string(b)) == "off" {
		*a = ageing(gateway.AgeingOff)
		return nil
	}
	if err := (*duration)(a).UnmarshalText(b); err != nil {
		return fmt.Errorf("%w, nor is it off", err)
	}
	return nil
}
