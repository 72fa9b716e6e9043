package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/pigeon-sms/pigeon/gateway"
	"github.com/pigeon-sms/pigeon/modem"
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
}

// file is the configuration file, key by key. What a key means, its unit and
// its default stand with the field of the part it sets, and in the example.
type file struct {
	Gateway struct {
		Name         string   `toml:"name"`
		Country      string   `toml:"country"`
		AutoModems   *bool    `toml:"auto_modems"`
		RetryFirst   duration `toml:"retry_first"`
		RetryMost    duration `toml:"retry_most"`
		Attempts     int      `toml:"attempts"`
		Lifetime     duration `toml:"lifetime"`
		ReportWait   duration `toml:"report_wait"`
		AssembleWait duration `toml:"assemble_wait"`
		StopWait     duration `toml:"stop_wait"`
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
			Listen string `toml:"listen"`
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
	} `toml:"route"`
}

// defaultConfigFile is read when no other is named and it is there.
const defaultConfigFile = "/etc/pigeon/pigeon.toml"

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
// and is where relative names of secret files start from.
func parseConfig(path, text, stateDir, hostname string) (config, error) {
	var f file
	meta, err := toml.Decode(text, &f)
	if err != nil {
		return config{}, syntaxFault(path, err)
	}
	faults := faultList{path: path, lines: locate(text)}
	for _, key := range meta.Undecoded() {
		faults.unknown(key)
	}

	c := f.parts(&faults, stateDir, hostname)
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
		Name: g.Name, Version: version().Version, Country: g.Country,
		RetryFirst: d(g.RetryFirst), RetryMost: d(g.RetryMost), Attempts: g.Attempts, Lifetime: d(g.Lifetime),
		ReportWait: d(g.ReportWait), AssembleWait: d(g.AssembleWait), StopWait: d(g.StopWait), QueueMost: g.QueueMost,
		Keep: sms.Retention{Age: d(g.KeepAge), Count: g.KeepCount},
	}
	if c.gateway.Name == "" {
		c.gateway.Name, _, _ = strings.Cut(hostname, ".")
	}
	for i, r := range f.Route {
		key := fmt.Sprintf("route[%d]", i)
		if r.Name == "" {
			r.Name = fmt.Sprintf("route%d", i+1)
		}
		c.gateway.Routes = append(c.gateway.Routes, gateway.Route{
			Name: r.Name, To: faults.pattern(key+".to", r.To), From: faults.pattern(key+".from", r.From),
			Origin: r.Origin, Via: r.Via,
		})
	}

	m := f.MQTT
	c.mqtt = mqtt.Config{
		URL: m.URL, ClientID: m.ClientID, Username: m.Username,
		Password: broker.Secret(faults.secret("mqtt.password", m.Password, m.PasswordFile)),
		CAFile:   m.CAFile, CertFile: m.CertFile, KeyFile: m.KeyFile, Fleet: m.Fleet, Name: c.gateway.Name, Version: c.gateway.Version,
		Broker: broker.Config{Listen: m.Broker.Listen},
	}
	c.web = web.Config{Listen: web.DefaultListen, Socket: filepath.Join(stateDir, "pigeon.sock"), Name: c.gateway.Name, Version: c.gateway.Version}
	if f.Web.Listen != nil {
		c.web.Listen = *f.Web.Listen
	}
	for i, a := range f.Account {
		key := fmt.Sprintf("account[%d]", i)
		password := faults.secret(key+".password", a.Password, a.PasswordFile)
		token := faults.secret(key+".token", a.Token, a.TokenFile)
		switch {
		case a.Name == "":
			faults.addf("%s.name: is empty", key)
		case password == "" && token == "":
			faults.addf("%s: %q has neither password nor token, and could never sign in", key, a.Name)
		}
		if password != "" {
			c.mqtt.Broker.Accounts = append(c.mqtt.Broker.Accounts, broker.Account{Name: a.Name, Password: broker.Secret(password)})
		}
		if token == "" {
			token = password
		}
		if token != "" {
			c.web.Accounts = append(c.web.Accounts, web.Account{Name: a.Name, Token: token})
		}
	}
	c.store = store.Config{Dir: stateDir, MaxSize: int64(f.Store.MaxSize)}

	c.modem.Auto = len(f.Modem) == 0
	if g.AutoModems != nil {
		c.modem.Auto = *g.AutoModems
	}
	for i, m := range f.Modem {
		c.modem.Modems = append(c.modem.Modems, modem.ModemConfig{
			Name: m.Name, Port: m.Port, USB: m.USB, IMEI: m.IMEI, ICCID: m.ICCID,
			PIN:        modem.Secret(faults.secret(fmt.Sprintf("modem[%d].pin", i), m.PIN, m.PINFile)),
			SMSCNumber: sms.Number(m.SMSCNumber), Init: m.Init, Storage: m.Storage,
		})
	}
	return c
}

// A faultList gathers what is wrong with a file, each with its line.
type faultList struct {
	path   string
	lines  map[string]int
	faults []fault
}

type fault struct {
	line int
	text string
}

func (l *faultList) addf(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	key, _, _ := strings.Cut(text, ":")
	l.faults = append(l.faults, fault{l.lineOf(key), text})
}

// add takes the faults of a part, which start with their key.
func (l *faultList) add(err error) {
	if err == nil {
		return
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			l.add(e)
		}
		return
	}
	l.addf("%v", err)
}

// lineOf finds the line of a key or of the table it would stand in; 0 when the
// file has neither.
func (l *faultList) lineOf(key string) int {
	for key != "" {
		if n := l.lines[key]; n > 0 {
			return n
		}
		i := strings.LastIndex(key, ".")
		if i < 0 {
			break
		}
		key = key[:i]
	}
	return 0
}

// unknown refuses a key that no part has, and names the nearest one.
func (l *faultList) unknown(key toml.Key) {
	for _, f := range l.faults {
		if strings.HasPrefix(key.String(), strings.TrimSuffix(f.text, ": there is no such key")+".") {
			return // its table is unknown, and was named
		}
	}
	text := key.String() + ": there is no such key"
	if n := nearest(key.String(), knownKeys()); n != "" {
		text += fmt.Sprintf("; did you mean %s?", n)
	}
	line := l.lines[key.String()]
	for i := 0; line == 0 && i < maxRows; i++ { // within a table of an array
		line = l.lines[fmt.Sprintf("%s[%d].%s", key[0], i, strings.Join(key[1:], "."))]
	}
	l.faults = append(l.faults, fault{line, text})
}

// maxRows bounds the search for the row of an array an unknown key stands in.
const maxRows = 100

// secret returns a secret that stands in the file, or in a file of its own.
func (l *faultList) secret(key, value, path string) string {
	switch {
	case path == "":
		return value
	case value != "":
		l.addf("%s_file: %s stands there as well, and only one can hold", key, key)
		return value
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(l.path), path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		l.addf("%s_file: %v", key, err)
		return ""
	}
	value = strings.TrimRight(string(b), "\r\n")
	if value == "" {
		l.addf("%s_file: %s is empty", key, path)
	}
	return value
}

func (l *faultList) pattern(key, expr string) *regexp.Regexp {
	if expr == "" {
		return nil
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		l.addf("%s: %v", key, err)
	}
	return re
}

// err joins the faults in the order of the file.
func (l *faultList) err() error {
	sort.SliceStable(l.faults, func(i, j int) bool { return l.faults[i].line < l.faults[j].line })
	var errs []error
	for _, f := range l.faults {
		errs = append(errs, errors.New(place(l.path, f.line)+f.text))
	}
	return errors.Join(errs...)
}

func place(path string, line int) string {
	switch {
	case path == "":
		return ""
	case line == 0:
		return path + ": "
	}
	return fmt.Sprintf("%s:%d: ", path, line)
}

// syntaxFault says where a file is not TOML, or a value not of its key's type.
func syntaxFault(path string, err error) error {
	var p toml.ParseError
	if !errors.As(err, &p) {
		return fmt.Errorf("%s%w", place(path, 0), err)
	}
	text := p.Message
	if p.LastKey != "" {
		text = p.LastKey + ": " + text
	}
	return errors.New(place(path, p.Position.Line) + text)
}
