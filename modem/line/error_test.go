package line_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem/line"
)

// After AT+CMEE=2 refusals come in the standard's words; they mean the codes.
func TestRefusalInWordsHasItsCode(t *testing.T) {
	for said, want := range map[string]line.Error{
		"+CME ERROR: SIM busy":                {Kind: "CME", Code: 14},
		"+CME ERROR: SIM not inserted":        {Kind: "CME", Code: 10},
		"+cme error: (U)SIM PIN required":     {Kind: "CME", Code: 11},
		"+CMS ERROR: Invalid memory index":    {Kind: "CMS", Code: 321},
		"+CMS ERROR: operation not allowed":   {Kind: "CMS", Code: 302},
		"+CME ERROR: operation not allowed":   {Kind: "CME", Code: 3},
		"+CME ERROR: karta SIM nie odpowiada": {Kind: "CME", Code: -1},
		"+CMS ERROR: 38":                      {Kind: "CMS", Code: 38},
	} {
		t.Run(said, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := open(t, "> AT+CPIN?\n< "+said)
				_, err := b.Do(t.Context(), "+CPIN?", 5*time.Second)
				e, ok := errors.AsType[*line.Error](err)
				if !ok || e.Kind != want.Kind || e.Code != want.Code {
					t.Errorf("got %+v, want %+v", err, want)
				}
				b.close()
			})
		})
	}
}
