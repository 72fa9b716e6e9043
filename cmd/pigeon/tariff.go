package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/pigeon-sms/pigeon/sms"
)

// A tariff is what one segment costs to numbers that begin with a prefix.
type tariff struct {
	Prefix   string  `toml:"prefix"` // "+44"; empty: every other number
	Price    float64 `toml:"price"`
	Currency string  `toml:"currency"`
}

// microsMost bounds a price of a segment, in millionths of its currency.
const microsMost = 1_000_000_000_000

// readTariffs reads the [[tariff]] tables of a file.
func readTariffs(path string) ([]tariff, error) {
	var f struct {
		Tariff []tariff `toml:"tariff"`
	}
	meta, err := toml.DecodeFile(path, &f)
	if err != nil {
		return nil, fmt.Errorf("read the tariffs: %w", err)
	}
	var errs []error
	for _, key := range meta.Undecoded() {
		errs = append(errs, fmt.Errorf("%s: %s is no key of a [[tariff]]: there are prefix, price, currency", path, key))
	}
	for i, t := range f.Tariff {
		digits := strings.TrimPrefix(t.Prefix, "+")
		if strings.Trim(digits, "0123456789") != "" || t.Prefix == "+" {
			errs = append(errs, fmt.Errorf("%s: tariff[%d].prefix: %q does not begin a number, as +44 does", path, i, t.Prefix))
		}
		if !(t.Price >= 0 && t.Price*1e6 <= microsMost) {
			errs = append(errs, fmt.Errorf("%s: tariff[%d].price: %v is no price of a segment", path, i, t.Price))
		}
		if t.Currency == "" {
			errs = append(errs, fmt.Errorf("%s: tariff[%d].currency: is missing: GBP, say", path, i))
		}
	}
	if len(f.Tariff) == 0 && len(errs) == 0 {
		errs = append(errs, fmt.Errorf("%s has no [[tariff]]: write prefix, price and currency below one", path))
	}
	return f.Tariff, errors.Join(errs...)
}

// tariffOf returns the tariff with the longest prefix that a number begins with.
func tariffOf(all []tariff, to sms.Number) (best tariff, ok bool) {
	for _, t := range all {
		if strings.HasPrefix(string(to), t.Prefix) && (!ok || len(t.Prefix) > len(best.Prefix)) {
			best, ok = t, true
		}
	}
	return best, ok
}

// micros is the price of a segment in millionths of the currency, which sums do
// not round.
func (t tariff) micros() int64 { return int64(math.Round(t.Price * 1e6)) }

// costs are sums in millionths by currency.
type costs map[string]int64

// String lists the sums.
func (c costs) String() string {
	var all []string
	for currency, sum := range c {
		all = append(all, money(sum)+" "+currency)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// money writes millionths with two decimals, or as many as it takes.
func money(micros int64) string {
	s := strconv.FormatInt(micros/1e6, 10) + fmt.Sprintf(".%06d", micros%1e6)
	for strings.HasSuffix(s, "0") && len(s)-strings.IndexByte(s, '.') > 3 {
		s = s[:len(s)-1]
	}
	return s
}
