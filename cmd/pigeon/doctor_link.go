package main

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/pigeon-sms/pigeon/sms"
)

// linkRemedies are cures of what links say, looked through in order.
var linkRemedies = []remedy{
	{"user name or password", "correct username and password_file under [mqtt]"},
	{"not authori", "let the broker allow this user what Pigeon needs, or correct username and password_file under [mqtt]"},
	{"identifier rejected", "set another client_id under [mqtt]"},
	{"x509", "name the certificate of whoever signed the broker's with ca_file under [mqtt], and see that the clock is right"},
	{"certificate", "correct cert_file and key_file under [mqtt]"},
	{"tls:", "see that the broker speaks TLS at that port, or correct mqtt.url"},
	{"connection refused", "start the broker there, or correct mqtt.url"},
	{"no such host", "correct the name in mqtt.url, or the name servers of this machine"},
	{"lookup", "correct the name in mqtt.url, or the name servers of this machine"},
	{"no such file", "start the broker there, or correct mqtt.url"},
	{"", "look at the network between here and there: cable, Wi-Fi, firewall"},
}

// broker looks whether messages can come over MQTT.
func (x *exam) broker(ctx context.Context) {
	switch {
	case x.health != nil:
		for _, l := range x.health.Links {
			x.link(l)
		}
		if len(x.health.Links) == 0 {
			x.unknown("the daemon has no link to a broker")
		}
	case x.hidden:
		x.unknown("the daemon cannot be asked")
	case !x.loaded:
		x.unknown("the configuration cannot be read")
	case x.cfg.mqtt.URL == "":
		x.listens(x.cfg.mqtt.Broker.WithDefaults().Listen, "mqtt.broker.listen")
	default:
		x.dial(ctx, x.cfg.mqtt.URL)
	}
}

// link looks at one link of the daemon.
func (x *exam) link(l sms.Link) {
	subject := strings.TrimSpace(l.Name + " " + l.Peer)
	switch {
	case !l.Up && strings.Contains(l.Why, "x509") && x.stopped("clock"):
		x.unknown(subject + ": it stands on the clock")
	case !l.Up:
		x.stops(subject, join(": ", "out of reach", l.Why), linkCure(l.Why))
	case l.Why != "":
		x.warns(subject, l.Why, "let the broker allow this user what Pigeon needs")
	default:
		x.fine(join(", ", subject, l.State))
	}
}

func linkCure(why string) string {
	why = strings.ToLower(why)
	for _, r := range linkRemedies {
		if strings.Contains(why, r.words) {
			return r.cure
		}
	}
	return ""
}

// brokerPorts are those a URL may leave out.
var brokerPorts = map[string]string{"tcp": "1883", "mqtt": "1883", "ssl": "8883", "tls": "8883", "mqtts": "8883", "ws": "80", "wss": "443"}

// dial tries to reach the broker, and says nothing to it.
func (x *exam) dial(ctx context.Context, s string) {
	u, err := url.Parse(s)
	if err != nil {
		return // the configuration has been checked
	}
	network, address := "tcp", u.Host
	switch {
	case u.Scheme == "unix":
		network, address = "unix", u.Host+u.Path
	case u.Port() == "":
		address = net.JoinHostPort(u.Hostname(), brokerPorts[u.Scheme])
	}
	if err := x.reach(ctx, network, address); err != nil {
		x.stops(withoutSecrets(s), "out of reach: "+err.Error(), linkCure(err.Error()))
		return
	}
	x.fine(withoutSecrets(s) + " takes connections")
	x.unknown("whether it takes the name, the password and the certificate: the daemon has to run to tell")
}

// page looks whether the port of the page is free, where no daemon has it.
func (x *exam) page(context.Context) {
	switch {
	case x.health != nil:
		x.fine("the daemon serves it")
	case x.hidden:
		x.unknown("the daemon cannot be asked")
	case !x.loaded:
		x.unknown("the configuration cannot be read")
	case x.cfg.web.Listen == "":
		x.fine("it is off")
	default:
		x.listens(x.cfg.web.Listen, "web.listen")
	}
}

// listens looks whether an address is free to listen on.
func (x *exam) listens(address, key string) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || port == "0" {
		x.fine(address + " is always free")
		return
	}
	inode, taken := x.listener(host, port)
	if !taken {
		if len(x.glob("proc/net/tcp")) == 0 {
			x.unknown("whether " + address + " is free: the kernel does not tell")
			return
		}
		x.fine(address + " is free")
		return
	}
	who, cure := "another program", fmt.Sprintf("find it with \"sudo ss -ltnp sport = :%s\" and stop it, or set %s to another port", port, key)
	if pids := x.everyone().holders["socket:["+inode+"]"]; len(pids) > 0 {
		who = fmt.Sprintf("%s (process %d)", x.everyone().names[pids[0]], pids[0])
		cure = fmt.Sprintf("stop it, or set %s to another port", key)
	}
	x.stops(address, who+" listens there", cure)
}

// inTheWay reports whether a socket that listens at local, as the kernel writes
// it, keeps another from listening at host and port.
func inTheWay(local, host, port string) bool {
	at, number, ok := strings.Cut(local, ":")
	n, err := strconv.ParseUint(number, 16, 16)
	if !ok || err != nil || strconv.FormatUint(n, 10) != port {
		return false
	}
	ip := kernelIP(at)
	want := net.ParseIP(host)
	if host == "localhost" {
		want = net.IPv4(127, 0, 0, 1)
	}
	return ip == nil || ip.IsUnspecified() || want == nil || want.IsUnspecified() || ip.Equal(want)
}

// kernelIP reads an address as proc_net_tcp(5) has it: words of four octets in
// the order of this machine. Nil where it is none.
func kernelIP(s string) net.IP {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != net.IPv4len && len(b) != net.IPv6len {
		return nil
	}
	for i := 0; i < len(b); i += 4 {
		binary.NativeEndian.PutUint32(b[i:], binary.BigEndian.Uint32(b[i:]))
	}
	return net.IP(b)
}
