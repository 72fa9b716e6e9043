package main

import (
	"net/http"
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
