package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestModem(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{
		"POST /modems/north/restart": say(200, `{"done":true}`),
		"GET /modems/north/trace": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("clear") == "1" {
				say(200, `{"lines":["in clear"]}`)(w, r)
				return
			}
			say(200, `{"lines":["14:00:00.000 > AT+CSQ","14:00:00.010 < +CSQ: 20,99\u001b"]}`)(w, r)
		},
		"POST /modems/south/restart": say(422, `{"title":"Unprocessable Entity","status":422,"detail":"modem: there is no modem \"south\"; there are: north","field":"modem"}`),
	})
	d := newDesk(t)
	d.want(t, 0, "north has taken the step; \"pigeon modems\" tells how it is\n", "", "modem", "north", "restart", "--step", "reset", "--state", server.dir)
	d.want(t, 0, "14:00:00.000 > AT+CSQ\n14:00:00.010 < +CSQ: 20,99\\u001b\n", "", "modem", "north", "trace", "--state", server.dir)
	d.want(t, 0, "in clear\n", "", "modem", "north", "trace", "--clear", "--state", server.dir)
	d.want(t, 0, `{"done":true}`+"\n", "", "modem", "north", "restart", "--json", "--state", server.dir)
	d.want(t, 1, "", "pigeon: modem: there is no modem \"south\"; there are: north\n", "modem", "south", "restart", "--state", server.dir)
	d.want(t, 2, "", "pigeon: unknown modem command \"restat\": did you mean \"restart\"?\n", "modem", "north", "restat", "--state", server.dir)
}

func TestModemUSSD(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{
		"POST /modems/north/ussd": say(200, `{"reply":"You have 4.20\u001b","more":false}`),
		"POST /modems/south/ussd": say(200, `{"reply":"1 Balance\n2 Number","more":true}`),
		"POST /modems/west/ussd":  say(422, `{"title":"Unprocessable Entity","status":422,"detail":"code: the network does not know this code","field":"code"}`),
	})
	d := newDesk(t)
	d.want(t, 0, "You have 4.20\\u001b\n", "", "modem", "north", "ussd", "*100#", "--state", server.dir)
	server.mu.Lock()
	if asked := strings.Join(server.asked, "\n"); !strings.Contains(asked, `{"code":"*100#"}`) {
		t.Errorf("asked %s", asked)
	}
	server.mu.Unlock()
	d.want(t, 0, "1 Balance\n2 Number\n", "the network waits for an answer: give it as the next CODE\n", "modem", "south", "ussd", "*123#", "--state", server.dir)
	d.want(t, 0, `{"reply":"You have 4.20\u001b","more":false}`+"\n", "", "modem", "north", "ussd", "*100#", "--json", "--state", server.dir)
	d.want(t, 1, "", "pigeon: code: the network does not know this code\n", "modem", "west", "ussd", "*9#", "--state", server.dir)
	d.want(t, 2, "", "pigeon: \"ussd\" needs a CODE, '*100#' say\n", "modem", "north", "ussd", "--state", server.dir)
	server.mu.Lock()
	server.says["DELETE /modems/north/ussd"] = say(200, `{"done":true}`)
	server.asked = nil
	server.mu.Unlock()
	d.want(t, 0, "north: the dialogue is ended\n", "", "modem", "north", "ussd", "--cancel", "--state", server.dir)
	d.want(t, 0, `{"done":true}`+"\n", "", "modem", "north", "ussd", "--cancel", "--json", "--state", server.dir)
	server.wantAsked(t, "DELETE /api/v1/modems/north/ussd", "DELETE /api/v1/modems/north/ussd")
	d.want(t, 2, "", "pigeon: \"ussd --cancel\" takes no CODE: leave out \"1\"\n", "modem", "north", "ussd", "1", "--cancel", "--state", server.dir)
	d.want(t, 2, "", "pigeon: --cancel is for \"ussd\", and not for \"restart\"\n", "modem", "north", "restart", "--cancel", "--state", server.dir)
	d.want(t, 2, "", "pigeon: \"trace\" takes no \"x\"\n", "modem", "north", "trace", "x", "--state", server.dir)
}

func TestModemBalance(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{
		"POST /modems/north/balance": say(200, `{"amount":1.2,"currency":"GBP","text":"1.20 left","time":"2026-05-04T12:00:00Z","low":true}`),
		"POST /modems/south/balance": say(422, `{"title":"Unprocessable Entity","status":422,"detail":"pattern: no number is found in the network's reply: \"Soon\"","field":"pattern"}`),
	})
	d := newDesk(t)
	d.want(t, 0, "1.20 GBP (low)\n", "", "modem", "north", "balance", "--state", server.dir)
	d.want(t, 0, `{"amount":1.2,"currency":"GBP","text":"1.20 left","time":"2026-05-04T12:00:00Z","low":true}`+"\n", "", "modem", "north", "balance", "--json", "--state", server.dir)
	d.want(t, 1, "", "pigeon: pattern: no number is found in the network's reply: \"Soon\"\n", "modem", "south", "balance", "--state", server.dir)
	d.want(t, 2, "", "pigeon: \"balance\" takes no \"x\"\n", "modem", "north", "balance", "x", "--state", server.dir)
}

func TestModemTraceFollow(t *testing.T) {
	lines := sse(7, "line", `{"time":"2026-05-04T12:00:00.5Z","dir":">","text":"AT\u001b"}`) +
		sse(8, "line", `{"time":"2026-05-04T12:00:01Z","dir":"<","text":"OK","lost":12}`)
	server := newStandIn(t, map[string]http.HandlerFunc{
		"GET /modems/north/trace": inOrder(stream(true, lines), stream(false, sse(9, "line", `{"time":"2026-05-04T12:00:02Z","dir":"#","text":"closed"}`)),
			stream(false, lines), stream(false)),
		"GET /modems/south/trace": say(422, `{"title":"Unprocessable Entity","status":422,"detail":"modem: there is no modem \"south\"; there are: north","field":"modem"}`),
	})
	d := newDesk(t)
	const printed = "14:00:00.500 > AT\\u001b\n… 12 lines lost …\n14:00:01.000 < OK\n"
	if code := d.until(t, printed+"14:00:02.000 # closed\n", "modem", "north", "trace", "--follow", "--clear", "--state", server.dir); code != 0 {
		t.Errorf("interrupted: status %d", code)
	}
	server.wantAsked(t, "GET /api/v1/modems/north/trace?clear=1&follow=1", "GET /api/v1/modems/north/trace?clear=1&follow=1")
	d.until(t, `{"time":"2026-05-04T12:00:00.5Z","dir":">","text":"AT\u001b"}`+"\n"+`{"time":"2026-05-04T12:00:01Z","dir":"<","text":"OK","lost":12}`+"\n",
		"modem", "north", "trace", "--follow", "--json", "--state", server.dir)
	d.want(t, 1, "", "pigeon: modem: there is no modem \"south\"; there are: north\n", "modem", "south", "trace", "--follow", "--state", server.dir)
	d.want(t, 2, "", "pigeon: --follow is for \"trace\", and not for \"restart\"\n", "modem", "north", "restart", "--follow", "--state", server.dir)
}
