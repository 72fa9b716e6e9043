package main

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/mqtt"
	"github.com/pigeon-sms/pigeon/web"
)

// What simulated modems take over things under "pigeon run": short enough not
// to wait for, long enough to be seen.
const (
	simLatency = 300 * time.Millisecond
	simReport  = time.Second
)

// found is what a daemon has to say of itself once everything listens.
type found struct {
	name, state string
	broker      string   // URL of the MQTT broker, without secrets
	brokerUser  string   // who may use it; empty: anybody
	base        string   // of the topics
	page        string   // URL, empty where TCP is off
	pageUser    string   // who may use it; empty: anybody
	modems      []string // from the configuration, and those on the USB bus
	unused      []string // what is on the USB bus and cannot be used, and why
	simulated   []string // names with their numbers
	number      string   // somebody to write to
}

// found gathers what there is to say.
func (d daemon) found(bus *mqtt.Edge, page *web.Server, cfg config, sim *modemsim.Sim) found {
	f := found{name: cfg.gateway.Name, state: d.state, base: bus.Base(), number: "+NUMBER"}
	f.broker, f.brokerUser = withoutSecrets(cfg.mqtt.URL), cfg.mqtt.Username
	if u, err := url.Parse(cfg.mqtt.URL); err == nil && f.brokerUser == "" {
		f.brokerUser = u.User.Username()
	}
	if cfg.mqtt.URL == "" {
		f.broker, f.brokerUser = "mqtt://"+near(bus.Addr()), ""
		for _, a := range cfg.mqtt.Broker.Accounts[:min(1, len(cfg.mqtt.Broker.Accounts))] {
			f.brokerUser = a.Name
		}
	}
	if a := page.Addr(); a != nil {
		f.page = "http://" + near(a.String()) + "/"
		for _, a := range cfg.web.Accounts[:min(1, len(cfg.web.Accounts))] {
			f.pageUser = a.Name
		}
	}
	given := cfg.modem.Modems
	if sim != nil {
		given = given[:len(given)-len(sim.Modems())] // behind them stand the simulated ones
		for i, m := range sim.Modems() {
			f.simulated = append(f.simulated, cfg.modem.Modems[len(given)+i].Name+" "+m.Number())
			f.number = m.Number()
		}
	}
	for _, m := range given {
		f.modems = append(f.modems, m.Name)
	}
	if cfg.modem.Auto {
		d.look(&f)
	}
	return f
}

// look adds what is on the USB bus.
func (d daemon) look(f *found) {
	devices, err := d.scan()
	if err != nil {
		f.unused = append(f.unused, err.Error())
	}
	usable := 0
	for _, u := range devices {
		name := strings.TrimSpace(u.Name + " at USB port " + u.Path)
		if u.Note == "" {
			f.modems = append(f.modems, name)
			usable++
		} else {
			f.unused = append(f.unused, name+": "+u.Note)
		}
	}
	if usable == 0 && len(f.simulated) == 0 {
		f.modems = append(f.modems, "the first USB modem to be plugged in")
	}
}

// greet prints what a daemon found and how to send the first message. self is
// how the command was called.
func greet(e *env, self string, f found) {
	fmt.Fprintf(e.stdout, "pigeon %s, gateway %q\n", version().Version, f.name)
	s := newSheet(e.stdout)
	s.line("state", f.state)
	s.line("modems", strings.Join(f.modems, ", "))
	for _, u := range f.unused {
		s.line("not used", u)
	}
	s.line("simulated", strings.Join(f.simulated, ", "))
	s.line("broker", f.broker+", topics "+f.base+"/…")
	s.line("page", f.page)
	s.print()

	if filepath.Base(self) == self {
		self = "pigeon"
	}
	send := word(self) + " send"
	if dir, err := e.stateDir(""); err != nil || dir != f.state {
		send += " --state " + word(f.state)
	}
	fmt.Fprintf(e.stdout, "\nSend the first message:\n  %s --wait %s Hello\n", send, f.number)
	if f.page != "" {
		user := ""
		if f.pageUser != "" {
			user = " -u " + word(f.pageUser)
		}
		fmt.Fprintf(e.stdout, "  curl -s%s %sapi/v1/messages -d '{\"to\":\"%s\",\"text\":\"Hello\"}'\n", user, f.page, f.number)
	}
	if where, ok := mosquitto(f); ok {
		fmt.Fprintf(e.stdout, "  mosquitto_pub%s -q 1 -t %s -m Hello\n", where, word(f.base+"/send/"+strings.TrimPrefix(f.number, "+")))
	}
	fmt.Fprintln(e.stdout)
}

// mosquitto is how mosquitto_pub is told of the broker; false when it cannot
// reach it.
func mosquitto(f found) (flags string, ok bool) {
	u, err := url.Parse(f.broker)
	if err != nil {
		return "", false
	}
	port, tls := "1883", ""
	switch u.Scheme {
	case "tcp", "mqtt":
	case "ssl", "tls", "mqtts":
		port, tls = "8883", " --tls-use-os-certs"
	case "unix":
		return " --unix " + word(u.Path), true
	default:
		return "", false // it speaks no WebSocket
	}
	if h := u.Hostname(); h != "127.0.0.1" && h != "localhost" {
		flags += " -h " + word(h)
	}
	if p := u.Port(); p != "" {
		port = p
	}
	if port != "1883" {
		flags += " -p " + port
	}
	if f.brokerUser != "" {
		flags += " -u " + word(f.brokerUser) + " -P PASSWORD"
	}
	return flags + tls, true
}

// near is an address as this machine calls it: one that listens everywhere is
// loopback here.
func near(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return address
}

var plain = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

// word quotes s for a shell, where it needs that.
func word(s string) string {
	if s = visible(s); plain.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// withoutSecrets is a URL without what may be secret: its user, password and
// query.
func withoutSecrets(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "the broker"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
