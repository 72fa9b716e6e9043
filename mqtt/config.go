package mqtt

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/mqtt/broker"
)

// Config is what an operator may say about MQTT. The zero value of a field
// means its default.
type Config struct {
	URL      string        // tcp:// ssl:// ws:// wss:// unix://; empty: the embedded broker
	ClientID string        // default "pigeon-" and the name; the broker keeps the session by it
	Username string        // empty: the one in URL, if any
	Password broker.Secret // only with a Username

	CAFile   string // PEM; empty: the system's roots
	CertFile string // PEM, with KeyFile: this client's certificate
	KeyFile  string
	Insecure bool // do not check the broker's certificate

	Name    string // of this gateway; the topics begin with pigeon/<name>; required
	Version string // of the program, for base/info
	Fleet   string // the group that shares pigeon/send; empty: that topic is not read

	Window     int           // publications in flight; default 16
	KeepAlive  time.Duration // silence after which the connection is tried; default 30 s
	RetryFirst time.Duration // pause before connecting again; default 1 s
	RetryMost  time.Duration // longest such pause; default 30 s

	Broker broker.Config // the embedded one; not used when URL is set
}

const (
	defaultWindow     = 16
	mostWindow        = 1024
	defaultKeepAlive  = 30 * time.Second
	defaultRetryFirst = time.Second
	defaultRetryMost  = 30 * time.Second
)

// schemes are the ways to reach a broker; true for those over TLS.
var schemes = map[string]bool{
	"tcp": false, "mqtt": false, "ws": false, "unix": false,
	"ssl": true, "tls": true, "mqtts": true, "wss": true,
}

// embedded reports whether the broker is our own.
func (c Config) embedded() bool { return c.URL == "" }

// withDefaults fills in what was left out.
func (c Config) withDefaults() Config {
	if c.ClientID == "" {
		c.ClientID = "pigeon-" + level(c.Name)
	}
	if c.Window == 0 {
		c.Window = defaultWindow
	}
	if c.KeepAlive == 0 {
		c.KeepAlive = defaultKeepAlive
	}
	if c.RetryFirst == 0 {
		c.RetryFirst = defaultRetryFirst
	}
	if c.RetryMost == 0 {
		c.RetryMost = max(defaultRetryMost, c.RetryFirst)
	}
	return c
}

// Validate returns every fault, each with its key.
func (c Config) Validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Name == "" {
		fault("gateway.name: is empty")
	}
	if c.embedded() {
		errs = append(errs, c.Broker.Validate())
	} else if u, err := url.Parse(c.URL); err != nil {
		fault("mqtt.url: cannot be read as a URL such as tcp://broker.example:1883") // err would show a password
	} else if _, known := schemes[u.Scheme]; !known {
		fault("mqtt.url: begins with %q, and not with tcp, ssl, ws, wss or unix", u.Scheme)
	} else if u.Host == "" && (u.Scheme != "unix" || u.Path == "") {
		fault("mqtt.url: names no host, as tcp://broker.example:1883 does")
	}
	if strings.ContainsAny(c.Fleet, "/+#") || c.Fleet != level(c.Fleet) {
		fault("mqtt.fleet: %q cannot stand in a topic", c.Fleet)
	}
	if u, err := url.Parse(c.URL); c.Password != "" && c.Username == "" && (err != nil || u.User.Username() == "") {
		fault("mqtt.password: is there without a username")
	}
	if _, err := c.tls(); err != nil {
		errs = append(errs, err)
	}
	if c.Window < 0 || c.Window > mostWindow {
		fault("mqtt.window: %d is not from 1 to %d", c.Window, mostWindow)
	}
	// MQTT counts the keep-alive in seconds, in 16 bits.
	if c.KeepAlive != 0 && (c.KeepAlive < time.Second || c.KeepAlive > 65535*time.Second) {
		fault("mqtt.keep_alive: %v is not from 1s to 18h", c.KeepAlive)
	}
	if c.RetryFirst < 0 || c.RetryMost < 0 {
		fault("mqtt.retry_first, mqtt.retry_most: cannot be less than nothing")
	} else if d := c.withDefaults(); d.RetryFirst > d.RetryMost {
		fault("mqtt.retry_first: %v is more than retry_most, %v", d.RetryFirst, d.RetryMost)
	}
	return errors.Join(errs...)
}

// tls reads the files named, so that a certificate that was renewed is used at
// the next connection.
func (c Config) tls() (*tls.Config, error) {
	t := &tls.Config{InsecureSkipVerify: c.Insecure} // the operator's word
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("mqtt.ca_file: %w", err)
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("mqtt.ca_file: %s holds no certificate in PEM", c.CAFile)
		}
	}
	switch {
	case c.CertFile != "" && c.KeyFile != "":
		cert, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("mqtt.cert_file, mqtt.key_file: %w", err)
		}
		t.Certificates = []tls.Certificate{cert}
	case c.CertFile != "" || c.KeyFile != "":
		return nil, errors.New("mqtt.cert_file, mqtt.key_file: one is there without the other")
	}
	return t, nil
}
