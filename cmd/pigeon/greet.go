package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// What simulated modems take over things under "pigeon run": short enough not
// to wait for, long enough to be seen.
const (
	simLatency = 300 * time.Millisecond
	simReport  = time.Second
)

// greet prints what a daemon found and how to send the first message.
func greet(e *env, f found) {
	fmt.Fprintf(e.stdout, "pigeon %s, gateway %q\n", version().Version, f.name)
	s := newSheet(e.stdout)
	s.line("state", f.state)
	modems := strings.Join(f.modems, ", ")
	if n := len(f.simulated); n > 0 {
		modems += fmt.Sprintf(" (simulated: %s)", strings.Join(f.simulated, ", "))
	}
	s.line("modems", modems)
	s.line("broker", f.broker+", topics "+f.base+"/…")
	s.line("page", f.page)
	s.print()

	number := "+NUMBER"
	if len(f.simulated) > 0 {
		number = f.simulated[len(f.simulated)-1]
	}
	self := os.Args[0]
	if filepath.Base(self) == self {
		self = "pigeon"
	}
	if dir, err := e.stateDir(""); err != nil || dir != f.state {
		self += " --state " + f.state
	}
	send := strings.Replace(self, " --state", " send --state", 1)
	if send == self {
		send += " send"
	}
	fmt.Fprintf(e.stdout, "\nSend the first message:\n  %s --wait %s \"Hello\"\n", send, number)
	if f.page != "" {
		fmt.Fprintf(e.stdout, "  curl -s %sapi/v1/messages -d '{\"to\":\"%s\",\"text\":\"Hello\"}'\n", f.page, number)
	}
	if u, err := url.Parse(f.broker); err == nil {
		where := ""
		if h := u.Hostname(); h != "127.0.0.1" && h != "localhost" {
			where += " -h " + h
		}
		if p := u.Port(); p != "" && p != "1883" {
			where += " -p " + p
		}
		fmt.Fprintf(e.stdout, "  mosquitto_pub%s -q 1 -t %s/send/%s -m Hello\n", where, f.base, strings.TrimPrefix(number, "+"))
	}
	fmt.Fprintln(e.stdout)
}

// withoutSecrets is a URL without its user and password.
func withoutSecrets(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "the broker"
	}
	u.User = nil
	return u.String()
}
