package main

import (
	"net/http"
	"testing"
	"time"
)

const health = `{"name":"office","version":"1.2.3","started":"2026-05-01T10:59:00Z",
"queue":{"queued":3,"sending":1,"awaited":2,"parts":1},
"today":{"accepted":10,"rejected":1,"sent":6,"delivered":4,"undelivered":0,"failed":1,"received":2},
"ways":[{"name":"north","kind":"modem","state":"ready","ready":true,"modem":{"operator":"Example","technology":"LTE","registration":"home","signal":-71,"sent":6,"refused":0,"received":2,"reports":4,"restarts":0}},
        {"name":"south","kind":"modem","state":"registering","ready":false,"why":"no network","modem":{"registration":"searching","sent":0,"refused":0,"received":0,"reports":0,"restarts":2}}],
"links":[{"name":"mqtt","up":false,"state":"connecting","why":"connection refused","peer":"tcp://broker:1883"}],
"behind":{"mqtt":12,"web":0},"size":1572864,"disk_free":5368709120,"warning":["the clock is older than this program"]}`

func TestStatus(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /status": say(200, health)})
	newDesk(t).want(t, 0, `office: pigeon 1.2.3, up 3 d 1 h

modem north  ready, Example, LTE, -71 dBm
modem south  registering, searching, no network
link mqtt    connecting, tcp://broker:1883, connection refused
queue        3 queued, 1 sending, 2 waiting for a report, 1 part of messages not whole
today        10 accepted, 1 rejected, 6 sent, 4 delivered, 0 undelivered, 1 failed, 2 received
behind mqtt  12 events
state        1 MiB, 5 GiB free

warning: the clock is older than this program
`, "", "status", "--state", server.dir)
}

func TestStatusOfAnIdleDaemon(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /status": say(200, okStatus)})
	d := newDesk(t)
	d.want(t, 0, `office: pigeon 1.2.3, up 3 d 2 h

modem  none: plug one in, or add a [[modem]] to the configuration
queue  0 queued, 0 sending, 0 waiting for a report
today  0 accepted, 0 rejected, 0 sent, 0 delivered, 0 undelivered, 0 failed, 0 received
state  4 KiB, 0 B free
`, "", "status", "--state", server.dir)
	d.want(t, 0, okStatus+"\n", "", "status", "--json", "--state", server.dir)
}

func TestUp(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 59 * time.Second: "59 s", 61 * time.Second: "1 min 1 s",
		3 * time.Hour: "3 h 0 min", 49 * time.Hour: "2 d 1 h",
	} {
		if got := up(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}

func TestModems(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /modems": inOrder(
		say(200, `{"modems":[
{"name":"north","kind":"modem","state":"ready","ready":true,"modem":{"imei":"490154203237518","number":"+447700900001","operator":"Example","registration":"roaming","signal":-71,"sent":6,"refused":1,"received":2,"reports":4,"restarts":0}},
{"name":"south","kind":"modem","state":"absent","ready":false,"why":"unplugged"}]}`),
		say(200, `{"modems":[
{"name":"north","kind":"modem","state":"ready","ready":true,"modem":{"balance":{"amount":1.2,"currency":"GBP","text":"x","low":true}}},
{"name":"south","kind":"modem","state":"ready","ready":true,"modem":{"balance":{"low":false,"why":"x"}}},
{"name":"west","kind":"modem","state":"ready","ready":true,"modem":{}}]}`),
		say(200, `{"modems":[]}`),
		say(200, `{"modems": []}`),
		say(200, `{"modems":[
{"name":"north","kind":"modem","state":"ready","ready":true,"limits":[
 {"limit":"day","most":200,"spent":12,"left":188},{"limit":"recipients","most":3,"spent":3,"left":0,"free_at":"2025-02-01T00:00:00Z"},
 {"limit":"gap","most":1,"spent":0,"left":1,"gap":3}]},
{"name":"south","kind":"modem","state":"absent","ready":false,"why":"unplugged"}]}`),
	)})
	d := newDesk(t)
	d.want(t, 0, ``+
		"NAME   STATE   OPERATOR           SIGNAL   NUMBER         IMEI             SENT  REFUSED  RECEIVED  WHY\n"+
		"north  ready   Example (roaming)  -71 dBm  +447700900001  490154203237518  6     1        2         -\n"+
		"south  absent  -                  -        -              -                0     0        0         unplugged\n",
		"", "modems", "--state", server.dir)
	d.want(t, 0, ``+
		"NAME   STATE  OPERATOR  SIGNAL  BALANCE         NUMBER  IMEI  SENT  REFUSED  RECEIVED  WHY\n"+
		"north  ready  -         -       1.20 GBP (low)  -       -     0     0        0         -\n"+
		"south  ready  -         -       not known       -       -     0     0        0         -\n"+
		"west   ready  -         -       -               -       -     0     0        0         -\n",
		"", "modems", "--state", server.dir)
	d.want(t, 0, "no modem: plug one in, or add a [[modem]] to the configuration\n", "", "modems", "--state", server.dir)
	d.want(t, 0, "{\"modems\":[]}\n", "", "modems", "--json", "--state", server.dir)
	d.want(t, 0, ``+
		"NAME   STATE   OPERATOR  SIGNAL  NUMBER  IMEI  SENT  REFUSED  RECEIVED  WHY        LEFT\n"+
		"north  ready   -         -       -       -     0     0        0         -          188 of 200 a day, 0 of 3 recipients a month until 1 Feb 2025\n"+
		"south  absent  -         -       -       -     0     0        0         unplugged  -\n",
		"", "modems", "--state", server.dir)
}
