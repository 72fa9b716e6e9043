package modem

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/modem/line"
	"github.com/pigeon-sms/pigeon/sms"
)

// classes is what the field makes of each code, one letter each: Transient,
// Network, Destination, Subscription, Modem, Programming, ? uncertain. What
// each allows is below.
var classes = map[string]string{
	"CMS": `1D 8S 10S 17T 21N 22T 27N 28S 29S 30S 38T 41T 42T 47T 50S 69S 81T 95D 96D 97T 98T 99T 107N 111T 127N
		128D 129D 130D 143D 144D 145D 159D 160P 161P 175P 176P 192T 193S 194N 195D 196D 197? 198P 199P
		208M 209M 210M 211M 212T 213S 255N 300M 301T 302M 303P 304P 305P 310S 311S 312S 313S 314T 315S 316S 317S 318S
		320M 321M 322M 325P 330M 331N 332? 340P 341P 342P 350? 500? 510N 512T 513? 514T 515M 532T 535T 538T
		549P 550P 551P 552P 553P 554P`,
	"CME": `0M 1M 2T 3M 4P 5S 6S 7S 10S 11S 12S 13S 14T 15S 16S 17S 18S 20M 21M 22M 23M 24P 25P 26P 27P 30N 31? 32S
		40S 41S 42S 43S 44S 45S 46S 47S 48P 50P 51P 52T 57T 60T 100T 103S 106S 107S 111S 112S 113S 122T 132S 133S 134T
		148T 149T 177S 515M 536M`,
}

var allowed = map[byte][]sms.Verdict{
	'T': {sms.Retry},
	'N': {sms.Retry, sms.Reroute},
	'D': {sms.Reject},
	'S': {sms.Reroute},
	'M': {sms.Retry, sms.Reroute},
	'P': {sms.Reject, sms.Retry, sms.Reroute},
	'?': {sms.Retry},
}

func TestEveryCodeHasItsVerdict(t *testing.T) {
	for kind, table := range map[string]map[int]ruling{"CMS": cms, "CME": cme} {
		seen := map[int]bool{}
		for _, f := range strings.Fields(classes[kind]) {
			var code int
			var class byte
			if _, err := fmt.Sscanf(f, "%d%c", &code, &class); err != nil {
				t.Fatalf("%q: %v", f, err)
			}
			seen[code] = true
			r, ok := table[code]
			if !ok {
				t.Errorf("+%s %d is missing", kind, code)
				continue
			}
			fits := false
			for _, v := range allowed[class] {
				fits = fits || v == r.verdict
			}
			if !fits || r.doubt != (class == '?') {
				t.Errorf("+%s %d: %v, doubt %v, of class %c", kind, code, r.verdict, r.doubt, class)
			}
		}
		for code, r := range table {
			if !seen[code] {
				t.Errorf("+%s %d has no class here", kind, code)
			}
			if r.text == "" || strings.HasSuffix(r.text, ".") {
				t.Errorf("+%s %d: %q is no sentence", kind, code, r.text)
			}
		}
		for _, code := range []int{9, 200, 999, 3517} {
			if r, name := rule(kind, code); r != unknown || r.verdict != sms.Retry || name != fmt.Sprintf("+%s %d", kind, code) {
				t.Errorf("+%s %d: %v %q, want another try", kind, code, r, name)
			}
		}
	}
}

func TestRefusal(t *testing.T) {
	coded := func(kind string, code int) error { return &line.Error{Kind: kind, Code: code, Text: "x"} }
	for _, tc := range []struct {
		name    string
		err     error
		gone    bool
		verdict sms.Verdict
		doubt   bool
		code    string
	}{
		{"the network says no", coded("CMS", 1), true, sms.Reject, false, "+CMS 1"},
		{"the modem says no before the PDU", coded("CMS", 500), false, sms.Retry, false, "+CMS 500"},
		{"an uncertain code", coded("CMS", 500), true, sms.Retry, true, "+CMS 500"},
		{"no number", coded("ERROR", -1), true, sms.Retry, false, "ERROR"},
		{"silence after Ctrl-Z", line.ErrTimeout, true, sms.Retry, true, ""},
		{"the port ends after Ctrl-Z", line.ErrClosed, true, sms.Retry, true, ""},
		{"no prompt", line.ErrNoPrompt, false, sms.Reroute, false, ""},
		{"the port had ended", line.ErrClosed, false, sms.Reroute, false, ""},
		{"the caller left", context.Canceled, false, sms.Retry, false, ""},
	} {
		e := refusal(tc.err, tc.gone)
		if e.Verdict != tc.verdict || e.Doubt != tc.doubt || e.Code != tc.code || e.Err == nil {
			t.Errorf("%s: %+v", tc.name, e)
		}
		if tc.code == "" && !errors.Is(e, tc.err) {
			t.Errorf("%s: %v has lost its cause", tc.name, e)
		}
	}
}
