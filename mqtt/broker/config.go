package broker

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
)

// DefaultListen is where the broker listens when the configuration does not
// say.
const DefaultListen = "127.0.0.1:1883"

const (
	// defaultClients keeps what clients that are away can hold of the memory
	// within what a board has.
	defaultClients = 64
	clientsMost    = 1024
)

// Config is what an operator may say about the embedded broker.
type Config struct {
	Listen string // host:port; empty: DefaultListen; port 0 takes any free one
	// MaxClients is how many may be connected at a time; default 64. Twice as many
	// are known, here or away.
	MaxClients int
	Accounts   []Account // who may connect; none: anybody, which only a loopback address allows
}

// An Account is one name and password that may connect.
type Account struct {
	Name     string
	Password Secret
}

// A Secret is a string that does not show itself.
type Secret string

const masked = "•••"

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return masked
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return fmt.Sprintf("%q", s.String()) }

// MarshalText hides the secret from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the secret from logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// WithDefaults fills in what was left out.
func (c Config) WithDefaults() Config {
	if c.Listen == "" {
		c.Listen = DefaultListen
	}
	if c.MaxClients == 0 {
		c.MaxClients = defaultClients
	}
	return c
}

// Validate returns every fault, each with its key.
func (c Config) Validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	c = c.WithDefaults()
	host, port, err := net.SplitHostPort(c.Listen)
	switch {
	case err != nil || port == "":
		fault("mqtt.broker.listen: %q is not host:port, such as %s", c.Listen, DefaultListen)
	case len(c.Accounts) == 0 && !loopback(host):
		fault("mqtt.broker.listen: %s can be reached from outside: add an [[account]] with name and password, or listen on %s",
			c.Listen, net.JoinHostPort("127.0.0.1", port))
	}
	if c.MaxClients < 1 || c.MaxClients > clientsMost {
		fault("mqtt.broker.max_clients: %d is not between 1 and %d", c.MaxClients, clientsMost)
	}
	seen := map[string]bool{}
	for i, a := range c.Accounts {
		switch {
		case a.Name == "":
			fault("account[%d].name: is empty", i)
		case seen[a.Name]:
			fault("account[%d].name: %q is there twice", i, a.Name)
		}
		seen[a.Name] = true
		if a.Password == "" {
			fault("account[%d].password: is empty", i)
		}
	}
	return errors.Join(errs...)
}

// loopback reports whether a listen host can be reached from this machine only.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
