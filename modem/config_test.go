package modem_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/modem"
)

func TestValidateReturnsEveryFault(t *testing.T) {
	cfg := modem.Config{Modems: []modem.ModemConfig{
		{Name: "good", Port: "/dev/ttyUSB0", PIN: "1234", SMSCNumber: "+447785016005", Init: []string{"AT+CGSMS=1"}, Storage: []string{"SM"}},
		{Name: "good", USB: "1-1.2"},
		{Name: "bad name", Port: "/dev/ttyUSB0"},
		{Name: "two", Port: "/dev/ttyUSB1", IMEI: "356938035643809"},
		{Name: "none"},
		{Name: "forms", USB: "ttyUSB3", PIN: "12", SMSCNumber: "voice", Init: []string{"+CGSMS=1", "AT\rAT"}, Storage: []string{"sim"}},
		{Name: "imei", IMEI: "x"},
		{Name: "sim", ICCID: "123"},
	}}
	err := cfg.Validate()
	if err == nil {
		t.Fatal("no fault found")
	}
	for _, want := range []string{
		"modem good: name: good is modem good's already", "modem bad name: name:", "modem bad name: port: /dev/ttyUSB0 is modem good's already",
		"modem two: port: exactly one", "modem none: port: exactly one", "modem forms: usb:", "modem forms: pin:", "modem forms: smsc_number:",
		`modem forms: init: "+CGSMS=1"`, `modem forms: init: "AT\rAT"`, `modem forms: storage: "sim"`, "modem imei: imei:", "modem sim: iccid:",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no fault %q in\n%v", want, err)
		}
	}
	if err := (modem.Config{Modems: cfg.Modems[:1], Auto: true}).Validate(); err != nil {
		t.Errorf("a good one: %v", err)
	}
}

func TestPINIsNeverPrinted(t *testing.T) {
	c := modem.ModemConfig{Name: "m", PIN: "4711"}
	j, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "pin", c.PIN, "config", c)
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), string(j), log.String()} {
		if strings.Contains(s, "4711") {
			t.Errorf("the PIN is in %q", s)
		}
	}
}
