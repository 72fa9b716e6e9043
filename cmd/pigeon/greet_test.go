package main

import (
	"bytes"
	"testing"
)

func TestGreeting(t *testing.T) {
	for _, tc := range []struct {
		name, self, want string
		found            found
	}{
		{"simulated modems", "./build/pigeon", `pigeon devel, gateway "attic"
state      /home/u/.local/state/pigeon
simulated  sim0 +447700900000, sim1 +447700900001
broker     mqtt://127.0.0.1:1883, topics pigeon/attic/…
page       http://127.0.0.1:8080/

Send the first message:
  ./build/pigeon send --wait +447700900001 Hello
  curl -s http://127.0.0.1:8080/api/v1/messages -d '{"to":"+447700900001","text":"Hello"}'
  mosquitto_pub -q 1 -t pigeon/attic/send/447700900001 -m Hello

`, found{
			name: "attic", state: "/home/u/.local/state/pigeon", broker: "mqtt://127.0.0.1:1883", base: "pigeon/attic",
			page: "http://127.0.0.1:8080/", simulated: []string{"sim0 +447700900000", "sim1 +447700900001"}, number: "+447700900001",
		}},
		{"real modems, another state", "pigeon", `pigeon devel, gateway "attic"
state     /srv/my state
modems    north, HUAWEI Mobile at USB port 1-1.2
not used  ZTE at USB port 1-1.3: it is in storage mode
broker    mqtt://127.0.0.1:1884, topics pigeon/attic/…
page      http://127.0.0.1:8081/

Send the first message:
  pigeon send --state '/srv/my state' --wait +NUMBER Hello
  curl -s -u panel http://127.0.0.1:8081/api/v1/messages -d '{"to":"+NUMBER","text":"Hello"}'
  mosquitto_pub -p 1884 -u sensors -P PASSWORD -q 1 -t pigeon/attic/send/NUMBER -m Hello

`, found{
			name: "attic", state: "/srv/my state", broker: "mqtt://127.0.0.1:1884", brokerUser: "sensors", base: "pigeon/attic",
			page: "http://127.0.0.1:8081/", pageUser: "panel", number: "+NUMBER",
			modems: []string{"north", "HUAWEI Mobile at USB port 1-1.2"}, unused: []string{"ZTE at USB port 1-1.3: it is in storage mode"},
		}},
		{"a broker elsewhere, no page", "/usr/bin/pigeon", `pigeon devel, gateway "attic"
state   /home/u/.local/state/pigeon
modems  north
broker  ssl://broker.example, topics pigeon/attic/…

Send the first message:
  /usr/bin/pigeon send --wait +NUMBER Hello
  mosquitto_pub -h broker.example -p 8883 -u gate -P PASSWORD --tls-use-os-certs -q 1 -t pigeon/attic/send/NUMBER -m Hello

`, found{
			name: "attic", state: "/home/u/.local/state/pigeon", broker: withoutSecrets("ssl://gate:hunter2@broker.example?key=hunter2"), brokerUser: "gate",
			base: "pigeon/attic", number: "+NUMBER", modems: []string{"north"},
		}},
		{"a broker mosquitto_pub cannot reach", "pigeon", `pigeon devel, gateway "attic"
state   /home/u/.local/state/pigeon
modems  north
broker  wss://broker.example/mqtt, topics pigeon/attic/…

Send the first message:
  pigeon send --wait +NUMBER Hello

`, found{
			name: "attic", state: "/home/u/.local/state/pigeon", broker: "wss://broker.example/mqtt",
			base: "pigeon/attic", number: "+NUMBER", modems: []string{"north"},
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := newDesk(t).env
			e.getenv = func(name string) string { return map[string]string{"HOME": "/home/u"}[name] }
			var out bytes.Buffer
			e.stdout = &out
			greet(&e, tc.self, tc.found)
			if out.String() != tc.want {
				t.Errorf("got\n%swant\n%s", out.String(), tc.want)
			}
		})
	}
}

func TestURLsAreShownWithoutSecrets(t *testing.T) {
	for in, want := range map[string]string{
		"tcp://broker.example:1883":              "tcp://broker.example:1883",
		"ssl://gate:hunter2@broker.example":      "ssl://broker.example",
		"wss://broker.example/mqtt?key=hunter2#": "wss://broker.example/mqtt",
		"unix:///run/mosquitto.sock":             "unix:///run/mosquitto.sock",
		"tcp://gate:hunter2@[broker":             "the broker",
		"":                                       "",
	} {
		if got := withoutSecrets(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestAddressesAreShownAsThisMachineCallsThem(t *testing.T) {
	for in, want := range map[string]string{
		"[::]:8080": "127.0.0.1:8080", "0.0.0.0:1883": "127.0.0.1:1883", "127.0.0.1:1": "127.0.0.1:1", "192.0.2.1:1": "192.0.2.1:1", "[::1]:1": "[::1]:1",
	} {
		if got := near(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestWordsAreQuotedForTheShell(t *testing.T) {
	for in, want := range map[string]string{
		"/var/lib/pigeon": "/var/lib/pigeon", "a b": "'a b'", "it's": `'it'\''s'`, "$(reboot)": "'$(reboot)'", "": "''", "a\nb": `'a\nb'`,
	} {
		if got := word(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}
