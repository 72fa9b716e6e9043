package modem

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/modem/usb"
	"github.com/pigeon-sms/pigeon/sms"
)

// Config sets up the pool.
type Config struct {
	Modems  []ModemConfig
	Auto    bool     // take every USB modem that is found
	Exclude []string // USB port paths ("1-1.2"), products ("12d1:1506") and ttys left alone

	// Open opens a port by path, Scan lists the USB devices. Nil: those of
	// package usb, on the machine this runs on. Where a stream has a method
	// Flush() error, it drops output that was not sent yet; Wake() has a Read
	// that waits return.
	Open func(ctx context.Context, path string) (io.ReadWriteCloser, error)
	Scan func() ([]usb.Device, error)

	// Watch calls changed when the kernel tells of a device that came or went,
	// until ctx is done; it may return an error at once. Nil: none does.
	Watch func(ctx context.Context, changed func()) error

	// Reset takes the device at a USB port off the bus and lets it on again;
	// CyclePort cuts the power of that port, of no other, or returns an error.
	// Nil where there is no such thing. Both return when it is done, or ctx is.
	Reset     func(ctx context.Context, usbPath string) error
	CyclePort func(ctx context.Context, usbPath string) error

	// Restore gives the device at a USB port back that either of them has taken
	// away in a process that was killed meanwhile, and reports whether it was
	// away. Nil: it stays so.
	Restore func(usbPath string) (bool, error)

	Memory  Memory // nil: what is learnt is forgotten with the process
	DumpDir string // traces of modems that were given up; empty: none
}

// A ModemConfig binds settings to one device, by exactly one of Port, USB,
// IMEI and ICCID.
type ModemConfig struct {
	Name  string // 1 to 32 letters, digits, dots, dashes, underscores
	Port  string // a tty or pty by path
	USB   string // the USB port it is plugged into: "1-1.2"
	IMEI  string // of the modem
	ICCID string // of the SIM

	PIN        Secret     // of the SIM; empty: never entered
	SMSCNumber sms.Number // international; set where the SIM has none
	Init       []string   // commands said last at start, "AT+CGSMS=1"; a refusal is logged
	Storage    []string   // memories for texts, best first, "SM"; empty: the family's
	Roaming    string     // RoamingAllow or RoamingDeny; empty: allow
	Power      Power      // its power line; nil: none
	Balance    Balance    // how its SIM's balance is asked for

	// Refresh is how long nothing may come in before the modem leaves the
	// network and joins it again, while it is idle: an hour or more; 0: never.
	Refresh time.Duration
}

// What a modem does with a network that is not its SIM's own. Allowed is the
// default: the SIMs sold for machines roam wherever they are, and a gateway
// that keeps silent is a worse surprise than its bill. Either way it receives.
const (
	RoamingAllow = "allow"
	RoamingDeny  = "deny" // send nothing
)

const leastRefresh = time.Hour

// A Secret is a PIN. It prints as bullets.
type Secret string

// String hides the secret.
func (p Secret) String() string {
	if p == "" {
		return ""
	}
	return "•••"
}

// GoString hides the secret.
func (p Secret) GoString() string { return p.String() }

// LogValue hides the secret.
func (p Secret) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalText hides the secret where a configuration is printed.
func (p Secret) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

var (
	wayName  = regexp.MustCompile(`^[A-Za-z0-9._-]{1,32}$`)
	usbPath  = regexp.MustCompile(`^[0-9]+-[0-9]+(\.[0-9]+)*$`)
	imeiForm = regexp.MustCompile(`^[0-9]{14,16}$`)
	simForm  = regexp.MustCompile(`^89[0-9]{16,18}$`)
	pinForm  = regexp.MustCompile(`^[0-9]{4,8}$`)
	smscForm = regexp.MustCompile(`^\+?[0-9]{3,15}$`)
	idForm   = regexp.MustCompile(`^[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}$`)
	memForm  = regexp.MustCompile(`^[A-Z]{2}$`)
)

// Validate returns every fault, joined, each with its key: "modem[0].port: …",
// "gateway.exclude: …".
func (c Config) Validate() error {
	var faults []error
	for _, x := range c.Exclude {
		if !usbPath.MatchString(x) && !idForm.MatchString(x) && (!strings.HasPrefix(x, "/") || strings.HasSuffix(x, "/")) {
			faults = append(faults, fmt.Errorf(`gateway.exclude: %q is no USB port ("1-1.3"), product ("2c7c:0125") or tty ("/dev/ttyUSB3")`, x))
		}
	}
	seen := map[string]int{} // rows by key and value
	for i, m := range c.Modems {
		fault := func(key, format string, args ...any) {
			faults = append(faults, fmt.Errorf("modem[%d].%s: %s", i, key, fmt.Sprintf(format, args...)))
		}
		once := func(key, value string) {
			if value == "" {
				return
			}
			if other, ok := seen[key+" "+value]; ok {
				fault(key, "%s is that of modem[%d] already", value, other)
				return
			}
			seen[key+" "+value] = i
		}
		if !wayName.MatchString(m.Name) {
			fault("name", "1 to 32 letters, digits, dots, dashes or underscores are needed")
		}
		once("name", m.Name)
		bound := 0
		for _, b := range []struct {
			key, value string
			form       *regexp.Regexp
			hint       string
		}{
			{"port", m.Port, nil, ""},
			{"usb", m.USB, usbPath, `a USB port path such as "1-1.2" is needed`},
			{"imei", m.IMEI, imeiForm, "15 digits are needed"},
			{"iccid", m.ICCID, simForm, "18 to 20 digits that begin with 89 are needed"},
		} {
			if b.value == "" {
				continue
			}
			bound++
			once(b.key, b.value)
			if b.form != nil && !b.form.MatchString(b.value) {
				fault(b.key, "%s", b.hint)
			}
		}
		if bound != 1 {
			fault("port", "exactly one of port, usb, imei and iccid is needed")
		}
		if m.PIN != "" && !pinForm.MatchString(string(m.PIN)) {
			fault("pin", "4 to 8 digits are needed")
		}
		if m.SMSCNumber != "" && !smscForm.MatchString(string(m.SMSCNumber)) {
			fault("smsc_number", "an international number is needed")
		}
		if m.Roaming != "" && m.Roaming != RoamingAllow && m.Roaming != RoamingDeny {
			fault("roaming", `%q is neither "allow" nor "deny"`, m.Roaming)
		}
		if m.Refresh != 0 && m.Refresh < leastRefresh {
			fault("refresh", "%v is less than an hour: each time takes it off the network for a while", m.Refresh)
		}
		if m.Power != nil && !reflect.TypeOf(m.Power).Comparable() {
			fault("power", "%T cannot be compared", m.Power)
		}
		m.Balance.validate(func(key, format string, args ...any) { fault("balance."+key, format, args...) })
		for _, s := range m.Storage {
			if !memForm.MatchString(s) {
				fault("storage", `%q is not a memory such as "SM" or "ME"`, s)
			}
		}
		for _, cmd := range m.Init {
			if !strings.HasPrefix(strings.ToUpper(cmd), "AT") || strings.ContainsAny(cmd, "\r\n\x1a\x1b") {
				fault("init", "%q is not a command that begins with AT", cmd)
			}
		}
	}
	return errors.Join(faults...)
}
