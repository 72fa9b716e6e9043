package sms_test

import (
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
)

func TestBalanceIsWrittenAsMoney(t *testing.T) {
	for amount, want := range map[float64]string{0: "0", 12: "12", 12.3: "12.30", 12.34: "12.34", -0.5: "-0.50", 1.234: "1.234", 50000: "50000"} {
		if got := sms.FormatAmount(amount); got != want {
			t.Errorf("%v: got %q, want %q", amount, got, want)
		}
	}
	amount := 4.2
	if got := (sms.Balance{Amount: &amount, Currency: "GBP"}).String(); got != "4.20 GBP" {
		t.Errorf("got %q", got)
	}
	if got := (sms.Balance{Currency: "GBP"}).String(); got != "" {
		t.Errorf("without an amount: got %q", got)
	}
}
