package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/power"
	"github.com/pigeon-sms/pigeon/mqtt/broker"
	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/web"
)

// parse reads a text as a file in dir would be read.
func parse(t *testing.T, dir, text string) (config, error) {
	t.Helper()
	path := filepath.Join(dir, "pigeon.toml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return loadConfig(path, "/var/lib/pigeon", "attic.example")
}

// mustParse is parse of a text without faults.
func mustParse(t *testing.T, text string) config {
	t.Helper()
	c, err := parse(t, t.TempDir(), text)
	if err != nil {
		t.Fatalf("got\n%v\nwant no fault", err)
	}
	return c
}

func TestGoodConfigurations(t *testing.T) {
	all, err := filepath.Glob("testdata/config/good/*.toml")
	if err != nil || len(all) == 0 {
		t.Fatalf("got %d files and %v", len(all), err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/config/good")); err != nil {
		t.Fatal(err)
	}
	pair(t, filepath.Join(dir, "pair.pem"))
	for _, path := range all {
		if _, err := loadConfig(filepath.Join(dir, filepath.Base(path)), "/var/lib/pigeon", "attic"); err != nil {
			t.Errorf("%s: got\n%v\nwant no fault", path, err)
		}
	}
}

// pair makes a key and its certificate, in one file.
func pair(t *testing.T, path string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestBadConfigurations compares every fault of testdata/config/bad/*.toml, in
// order, with the file beside it. No secret may be among them.
func TestBadConfigurations(t *testing.T) {
	all, err := filepath.Glob("testdata/config/bad/*.toml")
	if err != nil || len(all) == 0 {
		t.Fatalf("got %d files and %v", len(all), err)
	}
	t.Chdir("testdata/config/bad")
	for _, path := range all {
		path = filepath.Base(path)
		t.Run(path, func(t *testing.T) {
			want, err := os.ReadFile(strings.TrimSuffix(path, ".toml") + ".want")
			if err != nil {
				t.Fatal(err)
			}
			_, err = loadConfig(path, "/var/lib/pigeon", "attic")
			if err == nil {
				t.Fatal("got no fault")
			}
			if got := err.Error() + "\n"; got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
			for _, secret := range []string{"hunter", "1234"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the faults show %q", secret)
				}
			}
		})
	}
}

// TestEveryKeyReachesItsPart sets one key at a time and looks at the field it is
// for. No key of the file may be missing here.
func TestEveryKeyReachesItsPart(t *testing.T) {
	dir := t.TempDir()
	pem := filepath.Join(dir, "pair.pem")
	pair(t, pem)
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("4711\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	const (
		modems  = "[[modem]]\nname = \"m\"\nport = \"/dev/ttyUSB0\"\n"
		account = "[[account]]\nname = \"a\"\npassword = \"p\"\n"
		modems2 = "[[modem]]\nname = \"n\"\nport = \"/dev/ttyUSB1\"\n"
		line    = "[modem.power]\nkind = \"cut\"\npin = \"GPIO17\"\n"
		balance = "[modem.balance]\ncode = \"*100#\"\n"
		key     = "[modem.power]\nkind = \"pulse\"\npin = \"GPIO17\"\ntoggle = true\n"
		login   = "[mqtt]\nurl = \"tcp://b\"\nusername = \"u\"\n"
	)
	seen := map[string]bool{}
	for _, tc := range []struct {
		key, text string
		got       func(config) any
		want      any
	}{
		{"gateway.name", "[gateway]\nname = \"office\"", func(c config) any { return []string{c.gateway.Name, c.mqtt.Name, c.web.Name} }, []string{"office", "office", "office"}},
		{"gateway.country", "[gateway]\ncountry = \"GB\"", func(c config) any { return c.gateway.Country }, "GB"},
		{"gateway.auto_modems", modems + "[gateway]\nauto_modems = true", func(c config) any { return c.modem.Auto }, true},
		{"gateway.auto_modems", "[gateway]\nauto_modems = false", func(c config) any { return c.modem.Auto }, false},
		{"gateway.exclude", "[gateway]\nexclude = [\"1-1.3\", \"2c7c:0125\"]", func(c config) any { return c.modem.Exclude }, []string{"1-1.3", "2c7c:0125"}},
		{"gateway.retry_first", "[gateway]\nretry_first = \"7s\"", func(c config) any { return c.gateway.RetryFirst }, 7 * time.Second},
		{"gateway.retry_most", "[gateway]\nretry_most = \"1h\"", func(c config) any { return c.gateway.RetryMost }, time.Hour},
		{"gateway.attempts", "[gateway]\nattempts = 9", func(c config) any { return c.gateway.Attempts }, 9},
		{"gateway.zone", "[gateway]\nzone = \"Asia/Tokyo\"\n[[route]]", func(c config) any { return c.gateway.Routes[0].Hours.Zone.String() }, "Asia/Tokyo"},
		{"gateway.trust_clock", "[gateway]\ntrust_clock = \"always\"", func(c config) any { return c.trustClock }, trustAlways},
		{"gateway.ageing", "[gateway]\nageing = \"off\"", func(c config) any { return c.gateway.Ageing }, gateway.AgeingOff},
		{"gateway.lifetime", "[gateway]\nlifetime = \"2d\"", func(c config) any { return c.gateway.Lifetime }, 48 * time.Hour},
		{"gateway.report_wait", "[gateway]\nreport_wait = \"1w\"", func(c config) any { return c.gateway.ReportWait }, 168 * time.Hour},
		{"gateway.assemble_wait", "[gateway]\nassemble_wait = \"36h\"", func(c config) any { return c.gateway.AssembleWait }, 36 * time.Hour},
		{"gateway.doubt_wait", "[gateway]\ndoubt_wait = \"2m\"", func(c config) any { return c.gateway.DoubtWait }, 2 * time.Minute},
		{"gateway.stop_wait", "[gateway]\nstop_wait = \"45s\"", func(c config) any { return c.gateway.StopWait }, 45 * time.Second},
		{"gateway.sticky", "[gateway]\nsticky = true", func(c config) any { return c.gateway.Sticky }, true},
		{"gateway.sticky_wait", "[gateway]\nsticky_wait = \"90s\"", func(c config) any { return c.gateway.StickyWait }, 90 * time.Second},
		{"gateway.queue_most", "[gateway]\nqueue_most = 500", func(c config) any { return c.gateway.QueueMost }, 500},
		{"gateway.keep_age", "[gateway]\nkeep_age = \"30d\"", func(c config) any { return c.gateway.Keep.Age }, 720 * time.Hour},
		{"gateway.keep_count", "[gateway]\nkeep_count = 10", func(c config) any { return c.gateway.Keep.Count }, 10},
		{"mqtt.url", "[mqtt]\nurl = \"tcp://b\"", func(c config) any { return c.mqtt.URL }, "tcp://b"},
		{"mqtt.client_id", "[mqtt]\nclient_id = \"i\"", func(c config) any { return c.mqtt.ClientID }, "i"},
		{"mqtt.username", "[mqtt]\nusername = \"u\"", func(c config) any { return c.mqtt.Username }, "u"},
		{"mqtt.password", login + "password = \"p\"", func(c config) any { return c.mqtt.Password }, broker.Secret("p")},
		{"mqtt.password_file", login + "password_file = \"secret\"", func(c config) any { return c.mqtt.Password }, broker.Secret("4711")},
		{"mqtt.ca_file", "[mqtt]\nca_file = \"pair.pem\"", func(c config) any { return c.mqtt.CAFile }, pem},
		{"mqtt.cert_file", "[mqtt]\ncert_file = \"pair.pem\"\nkey_file = \"" + pem + "\"", func(c config) any { return c.mqtt.CertFile }, pem},
		{"mqtt.key_file", "[mqtt]\ncert_file = \"" + pem + "\"\nkey_file = \"pair.pem\"", func(c config) any { return c.mqtt.KeyFile }, pem},
		{"mqtt.fleet", "[mqtt]\nfleet = \"f\"", func(c config) any { return c.mqtt.Fleet }, "f"},
		{"mqtt.broker.listen", "[mqtt.broker]\nlisten = \"[::1]:1\"", func(c config) any { return c.mqtt.Broker.Listen }, "[::1]:1"},
		{"mqtt.broker.max_clients", "[mqtt.broker]\nmax_clients = 256", func(c config) any { return c.mqtt.Broker.MaxClients }, 256},
		{"web.listen", "[web]\nlisten = \"[::1]:1\"", func(c config) any { return c.web.Listen }, "[::1]:1"},
		{"web.listen", "[web]\nlisten = \"\"", func(c config) any { return c.web.Listen }, ""},
		{"store.max_size", "[store]\nmax_size = \"32MiB\"", func(c config) any { return c.store.MaxSize }, int64(32 << 20)},
		{"modem.name", modems, func(c config) any { return c.modem.Modems[0].Name }, "m"},
		{"modem.port", modems, func(c config) any { return c.modem.Modems[0].Port }, "/dev/ttyUSB0"},
		{"modem.usb", "[[modem]]\nname = \"m\"\nusb = \"1-1.2\"", func(c config) any { return c.modem.Modems[0].USB }, "1-1.2"},
		{"modem.imei", "[[modem]]\nname = \"m\"\nimei = \"356938035643809\"", func(c config) any { return c.modem.Modems[0].IMEI }, "356938035643809"},
		{"modem.iccid", "[[modem]]\nname = \"m\"\niccid = \"8944100030000000001\"", func(c config) any { return c.modem.Modems[0].ICCID }, "8944100030000000001"},
		{"modem.pin", modems + "pin = \"1234\"", func(c config) any { return c.modem.Modems[0].PIN }, modem.Secret("1234")},
		{"modem.pin_file", modems + "pin_file = \"secret\"", func(c config) any { return c.modem.Modems[0].PIN }, modem.Secret("4711")},
		{"modem.smsc_number", modems + "smsc_number = \"+4477\"", func(c config) any { return string(c.modem.Modems[0].SMSCNumber) }, "+4477"},
		{"modem.init", modems + "init = [\"AT+X\", \"AT+Y\"]", func(c config) any { return c.modem.Modems[0].Init }, []string{"AT+X", "AT+Y"}},
		{"modem.storage", modems + "storage = [\"ME\"]", func(c config) any { return c.modem.Modems[0].Storage }, []string{"ME"}},
		{"modem.roaming", modems + "roaming = \"deny\"", func(c config) any { return c.modem.Modems[0].Roaming }, "deny"},
		{"modem.refresh", modems + "refresh = \"24h\"", func(c config) any { return c.modem.Modems[0].Refresh }, 24 * time.Hour},
		{"modem.power.kind", modems + line, func(c config) any { return c.power }, []power.Config{{Kind: "cut", Pin: "GPIO17"}}},
		{"modem.power.pin", modems + modems2 + line, func(c config) any { return c.power[0].Pin + c.power[1].Pin }, "GPIO17"},
		{"modem.power.name", modems + line + "name = \"relay\"", func(c config) any { return c.power[0].Name }, "relay"},
		{"modem.power.chip", modems + line + "chip = \"gpiochip0\"", func(c config) any { return c.power[0].Chip }, "gpiochip0"},
		{"modem.power.line", modems + "[modem.power]\nkind = \"cut\"\nchip = \"gpiochip0\"\nline = 4", func(c config) any { return c.power[0].Line }, 4},
		{"modem.power.active_low", modems + line + "active_low = true", func(c config) any { return c.power[0].ActiveLow }, true},
		{"modem.power.off", modems + line + "off = \"7s\"", func(c config) any { return c.power[0].Off }, 7 * time.Second},
		{"modem.power.settle", modems + line + "settle = \"40s\"", func(c config) any { return c.power[0].Settle }, 40 * time.Second},
		{"modem.power.pulse", modems + key + "pulse = \"2s\"", func(c config) any { return c.power[0].Pulse }, 2 * time.Second},
		{"modem.power.toggle", modems + key, func(c config) any { return c.power[0].Toggle }, true},
		{"modem.power.pulse_off", modems + key + "pulse_off = \"4s\"", func(c config) any { return c.power[0].PulseOff }, 4 * time.Second},
		{"modem.power.gone", modems + key + "gone = \"2m\"", func(c config) any { return c.power[0].Gone }, 2 * time.Minute},
		{"modem.limits.minute", modems + "[modem.limits]\nminute = 7", func(c config) any { return c.gateway.Limits }, map[string]sms.Limits{"m": {Minute: 7}}},
		{"modem.limits.hour", modems + "[modem.limits]\nhour = 7", func(c config) any { return c.gateway.Limits }, map[string]sms.Limits{"m": {Hour: 7}}},
		{"modem.limits.day", modems + "[modem.limits]\nday = 7", func(c config) any { return c.gateway.Limits }, map[string]sms.Limits{"m": {Day: 7}}},
		{"modem.limits.month", modems + "[modem.limits]\nmonth = 7", func(c config) any { return c.gateway.Limits }, map[string]sms.Limits{"m": {Month: 7}}},
		{"modem.limits.recipients", modems + "[modem.limits]\nrecipients = 7", func(c config) any { return c.gateway.Limits }, map[string]sms.Limits{"m": {Recipients: 7}}},
		{"modem.limits.gap", modems + "[modem.limits]\ngap = \"3s\"", func(c config) any { return c.gateway.Limits }, map[string]sms.Limits{"m": {Gap: 3 * time.Second}}},
		{"modem.balance.code", modems + balance, func(c config) any { return c.modem.Modems[0].Balance }, modem.Balance{Code: "*100#"}},
		{"modem.balance.replies", modems + balance + "replies = [\"1\", \"2\"]", func(c config) any { return c.modem.Modems[0].Balance.Replies }, []string{"1", "2"}},
		{"modem.balance.every", modems + balance + "every = \"12h\"", func(c config) any { return c.modem.Modems[0].Balance.Every }, 12 * time.Hour},
		{"modem.balance.pattern", modems + balance + "pattern = '([0-9]+)'", func(c config) any { return c.modem.Modems[0].Balance.Pattern.String() }, "([0-9]+)"},
		{"modem.balance.low", modems + balance + "low = 2.5", func(c config) any { return *c.modem.Modems[0].Balance.Low }, 2.5},
		{"modem.balance.low", modems + balance + "low = 0", func(c config) any { return *c.modem.Modems[0].Balance.Low }, 0.0},
		{"modem.balance.currency", modems + balance + "currency = \"€\"", func(c config) any { return c.modem.Modems[0].Balance.Currency }, "€"},
		{"account.name", account, func(c config) any { return c.web.Accounts[0].Name + c.mqtt.Broker.Accounts[0].Name }, "aa"},
		{"account.password", account, func(c config) any { return c.mqtt.Broker.Accounts[0].Password }, broker.Secret("p")},
		{"account.password", account, func(c config) any { return c.web.Accounts }, []web.Account{{Name: "a", Password: "p"}}},
		{"account.password_file", "[[account]]\nname = \"a\"\npassword_file = \"secret\"", func(c config) any { return c.mqtt.Broker.Accounts[0].Password }, broker.Secret("4711")},
		{"account.token", account + "token = \"t\"", func(c config) any { return c.web.Accounts }, []web.Account{{Name: "a", Token: "t", Password: "p"}}},
		{"account.token", "[[account]]\nname = \"a\"\ntoken = \"t\"", func(c config) any { return c.mqtt.Broker.Accounts }, []broker.Account(nil)},
		{"account.token_file", "[[account]]\nname = \"a\"\ntoken_file = \"secret\"", func(c config) any { return c.web.Accounts }, []web.Account{{Name: "a", Token: "4711"}}},
		{"route.name", "[[route]]\nname = \"r\"", func(c config) any { return c.gateway.Routes[0].Name }, "r"},
		{"route.name", "[[route]]\n[[route]]", func(c config) any { return c.gateway.Routes[1].Name }, "route2"},
		{"route.to", "[[route]]\nto = '^\\+44'", func(c config) any { return c.gateway.Routes[0].To.String() }, `^\+44`},
		{"route.from", "[[route]]\nfrom = \"x\"", func(c config) any { return c.gateway.Routes[0].From.String() }, "x"},
		{"route.origin", "[[route]]\norigin = \"mqtt\"", func(c config) any { return c.gateway.Routes[0].Origin }, "mqtt"},
		{"route.sticky", "[[route]]\nsticky = true", func(c config) any { return c.gateway.Routes[0].Sticky }, true},
		{"route.quiet", "[[route]]\nquiet = [\"22:00-07:30\"]", func(c config) any { return c.gateway.Routes[0].Hours.Quiet }, []gateway.Span{{From: 22 * 60, Until: 7*60 + 30}}},
		{"route.days", "[[route]]\ndays = [\"sun\", \"Friday\"]", func(c config) any { return c.gateway.Routes[0].Hours.Days }, []time.Weekday{time.Sunday, time.Friday}},
		{"route.zone", "[gateway]\nzone = \"UTC\"\n[[route]]\nzone = \"Asia/Tokyo\"", func(c config) any { return c.gateway.Routes[0].Hours.Zone.String() }, "Asia/Tokyo"},
		{"route.via", "[[route]]\nvia = [\"a\", \"b\"]", func(c config) any { return c.gateway.Routes[0].Via }, []string{"a", "b"}},
	} {
		seen[tc.key] = true
		c, err := parse(t, dir, tc.text)
		if err != nil {
			t.Errorf("%s: got fault\n%v", tc.key, err)
		} else if got := tc.got(c); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: got %#v, want %#v, from\n%s", tc.key, got, tc.want, tc.text)
		}
	}
	for _, key := range leaves() {
		if !seen[key] {
			t.Errorf("no case sets %s", key)
		}
	}
}

// leaves are the keys of the file that are no tables.
func leaves() []string {
	var keys []string
	all := knownKeys()
	for i, key := range all {
		if i+1 == len(all) || !strings.HasPrefix(all[i+1], key+".") {
			keys = append(keys, key)
		}
	}
	return keys
}

func TestDefaultsAreThoseOfAnEmptyFile(t *testing.T) {
	c, err := loadConfig("", "/var/lib/pigeon", "attic.example")
	if err != nil {
		t.Fatal(err)
	}
	if c.gateway.Name != "attic" || c.web.Listen != "127.0.0.1:8080" || c.web.Socket != "/var/lib/pigeon/pigeon.sock" ||
		c.store.Dir != "/var/lib/pigeon" || !c.modem.Auto || c.mqtt.URL != "" {
		t.Errorf("got gateway %+v, web %+v, store %+v, modem %+v, mqtt %+v", c.gateway, c.web, c.store, c.modem, c.mqtt)
	}
	if file := mustParse(t, ""); !reflect.DeepEqual(file, c) {
		t.Errorf("an empty file and no file differ: %+v and %+v", file.web, c.web)
	}
}

func TestModemsAreFoundUnlessOneIsListed(t *testing.T) {
	if c := mustParse(t, "[[modem]]\nname = \"m\"\nport = \"/dev/ttyUSB0\""); c.modem.Auto {
		t.Error("a listed modem leaves the others on the bus to somebody else; got auto")
	}
}

func TestFaultsWithoutAFileHaveNoPlace(t *testing.T) {
	_, err := loadConfig("", "/var/lib/pigeon", "")
	if err == nil || err.Error() != "gateway.name: is empty" {
		t.Errorf("got %v, want that the name is empty, once", err)
	}
	_, err = loadConfig("", strings.Repeat("x", 120), "attic")
	if err == nil || !strings.HasPrefix(err.Error(), "the path of the socket has") {
		t.Errorf("got %v, want that the socket's path is too long", err)
	}
	if _, err = loadConfig("testdata/config/none.toml", "/var/lib/pigeon", "attic"); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("got %v, want that there is no such file", err)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	c := mustParse(t, "[mqtt]\nurl = \"tcp://u:hunter2@b\"\nusername = \"u\"\npassword = \"hunter2\"\n"+
		"[[account]]\nname = \"a\"\npassword = \"hunter2\"\ntoken = \"hunter2\"\n[[modem]]\nname = \"m\"\nport = \"p\"\npin = \"2222\"\n")
	for _, form := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		for _, v := range []any{c, &c, []config{c}, c.web, c.modem, c.mqtt.Broker, c.mqtt.Password, c.modem.Modems[0]} {
			if got := fmt.Sprintf(form, v); strings.Contains(got, "hunter2") || strings.Contains(got, "2222") {
				t.Errorf("%s of %T shows a secret: %s", form, v, got)
			}
		}
	}
	if got, want := fmt.Sprint(c), `the configuration of "attic"`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzConfig looks for a text that makes the parser panic, or faults that do
// not say where they are.
func FuzzConfig(f *testing.F) {
	for _, pattern := range []string{"testdata/config/good/*.toml", "testdata/config/bad/*.toml"} {
		all, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range all {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text))
		}
	}
	f.Add(exampleConfig)
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "file") {
			t.Skip("names a file of this machine")
		}
		_, err := parseConfig("x.toml", text, "/var/lib/pigeon", "attic")
		if err == nil {
			return
		}
		for _, line := range strings.Split(err.Error(), "\n") {
			if !strings.HasPrefix(line, "x.toml:") {
				t.Errorf("a fault without its place: %q of %q", line, err)
			}
		}
	})
}
