package modem_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem"
)

func TestValidateReturnsEveryFault(t *testing.T) {
	cfg := modem.Config{Exclude: []string{"1-1.3", "2C7C:0125", "/dev/ttyUSB3", "ttyUSB3", "/dev/"}, Modems: []modem.ModemConfig{
		{Name: "good", Port: "/dev/ttyUSB0", PIN: "1234", SMSCNumber: "+447785016005", Init: []string{"AT+CGSMS=1"}, Storage: []string{"SM"}},
		{Name: "good", USB: "1-1.2"},
		{Name: "bad name", Port: "/dev/ttyUSB0"},
		{Name: "two", Port: "/dev/ttyUSB1", IMEI: "356938035643809"},
		{Name: "none"},
		{Name: "forms", USB: "ttyUSB3", PIN: "12", SMSCNumber: "voice", Init: []string{"+CGSMS=1", "AT\rAT"}, Storage: []string{"sim"}},
		{Name: "imei", IMEI: "x"},
		{Name: "sim", ICCID: "123"},
		{Port: "/dev/ttyUSB2"},
		{Name: "policy", Port: "/dev/ttyUSB4", Roaming: "sometimes", Power: uncomparable{}},
		{Name: "policies", Port: "/dev/ttyUSB5", Roaming: "deny", Power: &mains{}, Refresh: time.Hour},
		{Name: "restless", Port: "/dev/ttyUSB6", Refresh: time.Minute},
		{Name: "backwards", Port: "/dev/ttyUSB7", Refresh: -time.Hour},
	}}
	err := cfg.Validate()
	if err == nil {
		t.Fatal("no fault found")
	}
	want := []string{
		`gateway.exclude: "ttyUSB3" is no USB port ("1-1.3"), product ("2c7c:0125") or tty ("/dev/ttyUSB3")`,
		`gateway.exclude: "/dev/" is no USB port ("1-1.3"), product ("2c7c:0125") or tty ("/dev/ttyUSB3")`,
		`modem[1].name: good is that of modem[0] already`,
		`modem[2].name: 1 to 32 letters, digits, dots, dashes or underscores are needed`,
		`modem[2].port: /dev/ttyUSB0 is that of modem[0] already`,
		`modem[3].port: exactly one of port, usb, imei and iccid is needed`,
		`modem[4].port: exactly one of port, usb, imei and iccid is needed`,
		`modem[5].usb: a USB port path such as "1-1.2" is needed`,
		`modem[5].pin: 4 to 8 digits are needed`,
		`modem[5].smsc_number: an international number is needed`,
		`modem[5].storage: "sim" is not a memory such as "SM" or "ME"`,
		`modem[5].init: "+CGSMS=1" is not a command that begins with AT`,
		`modem[5].init: "AT\rAT" is not a command that begins with AT`,
		`modem[6].imei: 15 digits are needed`,
		`modem[7].iccid: 18 to 20 digits that begin with 89 are needed`,
		`modem[8].name: 1 to 32 letters, digits, dots, dashes or underscores are needed`,
		`modem[9].roaming: "sometimes" is neither "allow" nor "deny"`,
		`modem[9].power: modem_test.uncomparable cannot be compared`,
		`modem[11].refresh: 1m0s is less than an hour: each time takes it off the network for a while`,
		`modem[12].refresh: -1h0m0s is less than an hour: each time takes it off the network for a while`,
	}
	if got := strings.Split(err.Error(), "\n"); !slices.Equal(got, want) {
		t.Errorf("got faults\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if err := (modem.Config{Modems: cfg.Modems[:1], Auto: true}).Validate(); err != nil {
		t.Errorf("a good one: %v", err)
	}
}

// uncomparable is a power line that no map can hold.
type uncomparable struct{ _ []int }

func (uncomparable) Cycle(context.Context) error { return nil }

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
