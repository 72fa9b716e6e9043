package sms_test

import (
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
)

func TestCountryIsFoundByCodeNameAndIMSI(t *testing.T) {
	for code, want := range map[string]string{
		"44": "GB", "+44": "GB", "GB": "GB", "gb": "GB", "UK": "GB", " 44 ": "GB",
		"1": "US", "CA": "CA", "7": "RU", "39": "IT", "353": "IE", "590": "GP", "381": "RS",
	} {
		if c, ok := sms.CountryOf(code); !ok || c.ISO != want {
			t.Errorf("CountryOf(%q) = %s, %v, want %s", code, c.ISO, ok, want)
		}
	}
	for imsi, want := range map[string]string{
		"234150123456789": "GB", "310260123456789": "US", "338050123456789": "JM", "302720123456789": "CA",
		"404450123456789": "IN", "405010123456789": "IN", "262": "DE", "216301234567890": "HU",
	} {
		if c, ok := sms.CountryOfIMSI(imsi); !ok || c.ISO != want {
			t.Errorf("CountryOfIMSI(%q) = %s, %v, want %s", imsi, c.ISO, ok, want)
		}
	}
	for _, no := range []string{"", "0", "999", "ZZ", "+", "044"} {
		if c, ok := sms.CountryOf(no); ok {
			t.Errorf("CountryOf(%q) = %s, want none", no, c.ISO)
		}
	}
	for _, no := range []string{"", "23", "001010123456789", "901700000000000"} {
		if c, ok := sms.CountryOfIMSI(no); ok {
			t.Errorf("CountryOfIMSI(%q) = %s, want none", no, c.ISO)
		}
	}
}

// Every row is found by each of its codes, and makes of its own national
// number an international one that reads the same again.
func TestEveryCountryDialsItsOwnNumbers(t *testing.T) {
	seen := 0
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			c, ok := sms.CountryOf(string(a) + string(b))
			if !ok || c.ISO != string(a)+string(b) {
				continue
			}
			seen++
			for name, digits := range map[string]string{"calling": c.Code, "exit": c.Exit, "trunk": c.Trunk + "0"} {
				if digits == "" || strings.Trim(digits, "0123456789") != "" {
					t.Errorf("%s: %s code %q", c.ISO, name, digits)
				}
			}
			if len(c.Code) > 3 || c.Code[0] == '0' || c.Least > c.Most || (c.Least == 0) != (c.Most == 0) {
				t.Errorf("%s: impossible row %+v", c.ISO, c)
			}
			for _, mcc := range c.MCC {
				if len(mcc) != 3 || mcc[0] < '2' || mcc[0] > '7' {
					t.Errorf("%s: mobile country code %q", c.ISO, mcc)
				}
				if other, ok := sms.CountryOfIMSI(mcc + "010000000000"); !ok || other.ISO != c.ISO && mcc != "340" {
					t.Errorf("%s: mobile country code %s finds %q", c.ISO, mcc, other.ISO)
				}
			}
			dialsItsOwn(t, c)
		}
	}
	if seen < 200 {
		t.Errorf("%d countries, want 200 and more", seen)
	}
}

func dialsItsOwn(t *testing.T, c sms.Country) {
	t.Helper()
	national := strings.Repeat("5", max(c.Least, 9))
	if c.Most > 0 {
		national = national[:c.Least]
	}
	want := sms.Number("+" + c.Code + national)
	inputs := []string{c.Exit + c.Code + national}
	if len(c.Code+national) < 9 {
		inputs = nil // too short to be told from a national number
	}
	if c.Trunk != "" {
		inputs = append(inputs, c.Trunk+national)
	}
	if c.Most > 0 {
		inputs = append(inputs, national)
	}
	if len(c.Code+national) > c.Most { // else it may as well be a national number
		inputs = append(inputs, c.Code+national)
	}
	for _, in := range inputs {
		if got, err := sms.ParseNumber(in, c); err != nil || got != want {
			t.Errorf("%s: ParseNumber(%q) = %q, %v, want %q", c.ISO, in, got, err, want)
		}
		if !sms.SameNumber(want, sms.Number(in)) {
			t.Errorf("%s: %q and %q are not the same", c.ISO, want, in)
		}
	}
}

func TestCountryIsTheCallersOwn(t *testing.T) {
	c, _ := sms.CountryOf("44")
	c.MCC[0] = "000"
	if again, _ := sms.CountryOf("44"); again.MCC[0] != "234" {
		t.Errorf("the table's mobile country code became %s", again.MCC[0])
	}
}
