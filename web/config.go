package web

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// DefaultListen is where the API and the page are served unless told otherwise.
const DefaultListen = "127.0.0.1:8080"

// Config is what the web edge needs to know.
type Config struct {
	// Listen is the TCP address, host:port; DefaultListen is the one to
	// recommend. Empty: no TCP.
	Listen string
	// Socket is the path of the unix socket. It is made with mode 0600 and
	// removed at the stop. Empty: none.
	Socket string
	// Accounts may use the TCP address. With none, only loopback is served.
	Accounts []Account

	Name    string // of the gateway, for the page
	Version string // for the page
}

// An Account is who may use the API from elsewhere.
type Account struct {
	Name string
	// Secrets. A token is enough by itself, as Bearer; with the name, as Basic,
	// either will do. At least one is needed.
	Token    string
	Password string
}

// String returns the name, and hides the token.
func (a Account) String() string { return a.Name + ":•••" }

// GoString is String, for %#v.
func (a Account) GoString() string { return a.String() }

// maxSocketPath is what fits in sockaddr_un with its final zero, unix(7).
const maxSocketPath = 107

// Validate returns every fault, each with its key.
func (c Config) Validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Listen != "" {
		if _, port, err := net.SplitHostPort(c.Listen); err != nil {
			fault("web.listen: %q is not an address such as %s", c.Listen, DefaultListen)
		} else if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			fault("web.listen: %q is not a port from 0 to 65535", port)
		} else if !loopback(c.Listen) && len(c.Accounts) == 0 {
			fault("web.listen: %s can be reached from other machines, and there is no account: add an [[account]] with a name and a token_file, or listen on %s",
				c.Listen, net.JoinHostPort("127.0.0.1", port))
		}
	}
	if len(c.Socket) > maxSocketPath {
		fault("the path of the socket has %d octets, and %d is the most the system takes: use a shorter state directory (%s)", len(c.Socket), maxSocketPath, c.Socket)
	}
	seen := make(map[string]bool)
	for i, a := range c.Accounts {
		switch {
		case a.Name == "":
			fault("account[%d].name: is empty", i)
		case strings.Contains(a.Name, ":"):
			fault("account[%d].name: %q has a colon, which ends the name in a password prompt", i, a.Name)
		case seen[a.Name]:
			fault("account[%d].name: %q stands there twice", i, a.Name)
		}
		seen[a.Name] = true
		if a.Token == "" && a.Password == "" {
			fault("account[%d].token: is empty: give a token, a token_file, or a password", i)
		}
	}
	return errors.Join(errs...)
}

// loopback reports whether an address, with or without a port, is one only
// this machine can reach.
func loopback(address string) bool {
	host := address
	if h, _, err := net.SplitHostPort(address); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
