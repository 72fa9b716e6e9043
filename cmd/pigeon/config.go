package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/modem"
	"github.com/pigeon-sms/pigeon/modem/power"
	"github.com/pigeon-sms/pigeon/mqtt"
	"github.com/pigeon-sms/pigeon/mqtt/broker"
	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/store"
	"github.com/pigeon-sms/pigeon/web"
)

// config is what the daemon is built from: one Config for each part.
type config struct {
	gateway gateway.Config
	mqtt    mqtt.Config
	web     web.Config
	store   store.Config
	modem   modem.Config
	power   []power.Config // for each of modem.Modems; no Kind: none

	trustClock string // trustAuto or trustAlways
}

// String names the gateway and nothing else: fmt does not ask the secrets in
// fields of ours how they wish to be shown.
func (c config) String() string { return fmt.Sprintf("the configuration of %q", c.gateway.Name) }

// GoString is String, for %#v.
func (c config) GoString() string { return c.String() }

// file is the configuration file, key by key. What a key means, its unit and
// its default stand with the field of the part it sets, and in the example.
type file struct {
	Gateway struct {
		Name         string   `toml:"name"`
		Country      string   `toml:"country"`
		Zone         string   `toml:"zone"`
		TrustClock   string   `toml:"trust_clock"`
		AutoModems   *bool    `toml:"auto_modems"`
		Exclude      []string `toml:"exclude"`
		RetryFirst   duration `toml:"retry_first"`
		RetryMost    duration `toml:"retry_most"`
		Attempts     int      `toml:"attempts"`
		Ageing       ageing   `toml:"ageing"`
		Lifetime     duration `toml:"lifetime"`
		ReportWait   duration `toml:"report_wait"`
		AssembleWait duration `toml:"assemble_wait"`
		DoubtWait    duration `toml:"doubt_wait"`
		StopWait     duration `toml:"stop_wait"`
		Sticky       bool     `toml:"sticky"`
		StickyWait   duration `toml:"sticky_wait"`
		QueueMost    int      `toml:"queue_most"`
		KeepAge      duration `toml:"keep_age"`
		KeepCount    int      `toml:"keep_count"`
	} `toml:"gateway"`
	MQTT struct {
		URL          string `toml:"url"`
		ClientID     string `toml:"client_id"`
		Username     string `toml:"username"`
		Password     string `toml:"password"`
		PasswordFile string `toml:"password_file"`
		CAFile       string `toml:"ca_file"`
		CertFile     string `toml:"cert_file"`
		KeyFile      string `toml:"key_file"`
		Fleet        string `toml:"fleet"`
		Broker       struct {
			Listen     string `toml:"listen"`
			MaxClients int    `toml:"max_clients"`
		} `toml:"broker"`
	} `toml:"mqtt"`
	Web struct {
		Listen *string `toml:"listen"`
	} `toml:"web"`
	Store struct {
		MaxSize size `toml:"max_size"`
	} `toml:"store"`
	Modem []struct {
		Name       string   `toml:"name"`
		Port       string   `toml:"port"`
		USB        string   `toml:"usb"`
		IMEI       string   `toml:"imei"`
		ICCID      string   `toml:"iccid"`
		PIN        string   `toml:"pin"`
		PINFile    string   `toml:"pin_file"`
		SMSCNumber string   `toml:"smsc_number"`
		Init       []string `toml:"init"`
		Storage    []string `toml:"storage"`
		Roaming    string   `toml:"roaming"`
		Refresh    duration `toml:"refresh"`
		Power      struct {
			Name      string   `toml:"name"`
			Chip      string   `toml:"chip"`
			Line      int      `toml:"line"`
			Pin       string   `toml:"pin"`
			Kind      string   `toml:"kind"`
			ActiveLow bool     `toml:"active_low"`
			Toggle    bool     `toml:"toggle"`
			Off       duration `toml:"off"`
			Pulse     duration `toml:"pulse"`
			PulseOff  duration `toml:"pulse_off"`
			Gone      duration `toml:"gone"`
			Settle    duration `toml:"settle"`
		} `toml:"power"`
		Limits struct {
			Minute     int      `toml:"minute"`
			Hour       int      `toml:"hour"`
			Day        int      `toml:"day"`
			Month      int      `toml:"month"`
			Recipients int      `toml:"recipients"`
			Gap        duration `toml:"gap"`
		} `toml:"limits"`
		Balance struct {
			Code     string   `toml:"code"`
			Replies  []string `toml:"replies"`
			Every    duration `toml:"every"`
			Pattern  string   `toml:"pattern"`
			Low      *float64 `toml:"low"`
			Currency string   `toml:"currency"`
		} `toml:"balance"`
	} `toml:"modem"`
	Account []struct {
		Name         string `toml:"name"`
		Password     string `toml:"password"`
		PasswordFile string `toml:"password_file"`
		Token        string `toml:"token"`
		TokenFile    string `toml:"token_file"`
	} `toml:"account"`
	Route []struct {
		Name   string   `toml:"name"`
		To     string   `toml:"to"`
		From   string   `toml:"from"`
		Origin string   `toml:"origin"`
		Via    []string `toml:"via"`
		Sticky bool     `toml:"sticky"`
		Quiet  []string `toml:"quiet"`
		Days   []string `toml:"days"`
		Zone   string   `toml:"zone"`
	} `toml:"route"`
}

// defaultConfigFile is read when no other is named and it is there.
const defaultConfigFile = "/etc/pigeon/pigeon.toml"

// configFile is the configuration that is read where none is named, and empty
// where there is none.
func (e *env) configFile() string {
	path := filepath.Join(e.root, defaultConfigFile)
	if !exists(path) {
		return ""
	}
	return path
}

// loadConfig reads a configuration file and checks all of it; an empty path
// gives the defaults. The error holds every fault, one a line, each with file,
// line and key.
func loadConfig(path, stateDir, hostname string) (config, error) {
	var text []byte
	if path != "" {
		var err error
		if text, err = os.ReadFile(path); err != nil {
			return config{}, fmt.Errorf("read the configuration: %w", err)
		}
	}
	return parseConfig(path, string(text), stateDir, hostname)
}

// parseConfig is loadConfig for a text at hand; path names it in the faults
// and is where relative names of other files start from.
func parseConfig(path, text, stateDir, hostname string) (config, error) {
	faults := &faultList{path: path, lines: locate(text)}
	var tables map[string]any
	if _, err := toml.Decode(text, &tables); err != nil {
		faults.syntax(text, err)
		return config{}, faults.err()
	}
	var f file
	faults.fill(reflect.ValueOf(&f).Elem(), tables, "")
	c := f.parts(faults, stateDir, hostname)
	for _, err := range []error{c.gateway.Validate(), c.mqtt.Validate(), c.web.Validate(), c.store.Validate(), c.modem.Validate()} {
		faults.add(err)
	}
	return c, faults.err()
}

// parts puts each key where it belongs.
func (f *file) parts(faults *faultList, stateDir, hostname string) config {
	var c config
	g := f.Gateway
	c.gateway = gateway.Config{
		Name: g.Name, Version: version().Version, Built: version().built(), Country: g.Country,
		RetryFirst: d(g.RetryFirst), RetryMost: d(g.RetryMost), Attempts: g.Attempts, Ageing: time.Duration(g.Ageing), Lifetime: d(g.Lifetime),
		ReportWait: d(g.ReportWait), AssembleWait: d(g.AssembleWait), DoubtWait: d(g.DoubtWait), StopWait: d(g.StopWait), QueueMost: g.QueueMost,
		Sticky: g.Sticky, StickyWait: d(g.StickyWait),
		Keep: sms.Retention{Age: d(g.KeepAge), Count: g.KeepCount},
	}
	if c.gateway.Name == "" {
		c.gateway.Name, _, _ = strings.Cut(hostname, ".")
	}
	faults.zone("gateway.zone", g.Zone)
	if c.trustClock = cmp.Or(g.TrustClock, trustAuto); c.trustClock != trustAuto && c.trustClock != trustAlways {
		faults.addf("gateway.trust_clock: %q is not one of %s, %s", g.TrustClock, trustAuto, trustAlways)
	}
	for i, r := range f.Route {
		key := fmt.Sprintf("route[%d]", i)
		if r.Name == "" {
			r.Name = fmt.Sprintf("route%d", i+1)
		}
		c.gateway.Routes = append(c.gateway.Routes, gateway.Route{
			Name: r.Name, To: faults.pattern(key+".to", r.To), From: faults.pattern(key+".from", r.From),
			Origin: r.Origin, Via: r.Via, Sticky: r.Sticky,
			Hours: faults.hours(key, r.Quiet, r.Days, r.Zone, g.Zone),
		})
	}

	m := f.MQTT
	c.mqtt = mqtt.Config{
		URL: m.URL, ClientID: m.ClientID, Username: m.Username,
		Password: broker.Secret(faults.secret("mqtt.password", m.Password, m.PasswordFile)),
		CAFile:   faults.beside(m.CAFile), CertFile: faults.beside(m.CertFile), KeyFile: faults.beside(m.KeyFile),
		Fleet: m.Fleet, Name: c.gateway.Name, Version: c.gateway.Version,
		Broker: broker.Config{Listen: m.Broker.Listen, MaxClients: m.Broker.MaxClients},
	}
	c.web = web.Config{Listen: web.DefaultListen, Socket: filepath.Join(stateDir, "pigeon.sock"), Name: c.gateway.Name, Version: c.gateway.Version}
	if f.Web.Listen != nil {
		c.web.Listen = *f.Web.Listen
	}
	f.accounts(faults, &c)
	c.store = store.Config{Dir: stateDir, MaxSize: int64(f.Store.MaxSize)}

	c.modem.Auto = len(f.Modem) == 0
	if g.AutoModems != nil {
		c.modem.Auto = *g.AutoModems
	}
	c.modem.Exclude = append(c.modem.Exclude, g.Exclude...) // an empty list is none
	for i, m := range f.Modem {
		c.modem.Modems = append(c.modem.Modems, modem.ModemConfig{
			Name: m.Name, Port: m.Port, USB: m.USB, IMEI: m.IMEI, ICCID: m.ICCID,
			PIN:        modem.Secret(faults.secret(fmt.Sprintf("modem[%d].pin", i), m.PIN, m.PINFile)),
			SMSCNumber: sms.Number(m.SMSCNumber), Init: m.Init, Storage: m.Storage,
			Roaming: m.Roaming, Refresh: d(m.Refresh),
			Balance: modem.Balance{
				Code: m.Balance.Code, Replies: m.Balance.Replies, Every: d(m.Balance.Every),
				Pattern: faults.pattern(fmt.Sprintf("modem[%d].balance.pattern", i), m.Balance.Pattern),
				Low:     m.Balance.Low, Currency: m.Balance.Currency,
			},
		})
		limits := sms.Limits{
			Minute: m.Limits.Minute, Hour: m.Limits.Hour, Day: m.Limits.Day, Month: m.Limits.Month,
			Recipients: m.Limits.Recipients, Gap: d(m.Limits.Gap),
		}
		if err := limits.Validate(); err != nil {
			faults.within(fmt.Sprintf("modem[%d].limits.", i), err)
		} else if !limits.None() {
			if c.gateway.Limits == nil {
				c.gateway.Limits = map[string]sms.Limits{}
			}
			c.gateway.Limits[m.Name] = limits
		}
		p := m.Power
		line := power.Config{
			Name: p.Name, Chip: p.Chip, Line: p.Line, Pin: p.Pin, Kind: p.Kind, ActiveLow: p.ActiveLow, Toggle: p.Toggle,
			Off: d(p.Off), Pulse: d(p.Pulse), PulseOff: d(p.PulseOff), Gone: d(p.Gone), Settle: d(p.Settle),
		}
		c.power = append(c.power, line)
		if line == (power.Config{}) {
			continue
		}
		faults.within(fmt.Sprintf("modem[%d].", i), line.Validate())
		if line.Toggle && m.Port == "" && m.USB == "" {
			faults.addf("modem[%d].power.toggle: nobody can see whether such a modem is on: bind it by usb or port", i)
		}
		if line.Toggle && slices.Contains(c.power[:i], line) {
			faults.addf("modem[%d].power: modem[%d] has it already: pressing the key for one would switch the other off", i, slices.Index(c.power, line))
		}
	}
	c.modem.DumpDir = filepath.Join(stateDir, "traces")
	return c
}

// accounts hands each row to those who can use it: the page takes every one, the
// broker those with a password. The page's check speaks for both, as it knows
// the rows by their place in the file.
func (f *file) accounts(faults *faultList, c *config) {
	seen := map[string]bool{}
	for i, a := range f.Account {
		key := fmt.Sprintf("account[%d]", i)
		password := faults.secret(key+".password", a.Password, a.PasswordFile)
		token := faults.secret(key+".token", a.Token, a.TokenFile)
		if password != "" && a.Name != "" && !seen[a.Name] {
			c.mqtt.Broker.Accounts = append(c.mqtt.Broker.Accounts, broker.Account{Name: a.Name, Password: broker.Secret(password)})
		}
		seen[a.Name] = true
		c.web.Accounts = append(c.web.Accounts, web.Account{Name: a.Name, Token: token, Password: password})
	}
}
