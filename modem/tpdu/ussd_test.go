package tpdu_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/modem/tpdu"
)

func TestUSSDIsPacked(t *testing.T) {
	if got, err := tpdu.PackUSSD("*100#"); got != "AA180C3602" || err != nil {
		t.Errorf("*100#: got %s, %v, want AA180C3602", got, err) // as a Huawei E1750 takes it
	}
	for n := range 20 {
		want := strings.Repeat("a", n)
		s, err := tpdu.PackUSSD(want)
		if err != nil {
			t.Fatal(err)
		}
		b, err := hex.DecodeString(s)
		if got := tpdu.UnpackUSSD(b); got != want || err != nil {
			t.Errorf("%d septets as %s: got %q, %v", n, s, got, err)
		}
	}
	if s, err := tpdu.PackUSSD("€л"); err == nil {
		t.Errorf("a letter of no table: got %s", s)
	}
}
