package main

import (
	"net/http"
	"testing"
)

const twoMessages = `{"messages":[
 {"message":{"num":42,"id":"gate.2","to":"+447700900124","text":"two\nlines \u001b[2J & a text that is rather long for a line","encoding":"auto","priority":"normal","receipt":true,"on_doubt":"resend","accepted":"2026-05-04T11:58:00Z","segments":1},
  "status":{"seq":97,"time":"2026-05-04T11:58:01Z","id":"gate.2","state":"queued","final":false,"to":"+447700900124","why":"no modem is ready"}},
 {"message":{"num":7,"id":"old","to":"12345","data":"3q2+7w==","port":5000,"encoding":"auto","priority":"high","receipt":false,"on_doubt":"hold","accepted":"2025-12-30T11:58:00Z","segments":1},
  "status":{"seq":3,"time":"2025-12-30T11:58:01Z","id":"old","state":"sent","final":true,"to":"12345","modem":"north"}}],"before":7}`

func TestMessages(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /messages": say(200, twoMessages)})
	d := newDesk(t)
	d.want(t, 0, ``+
		"NUM  TIME         STATE   TO             TEXT                                                          ID\n"+
		"42   13:58:01     queued  +447700900124  two\\nlines \\u001b[2J & a text that is rather long for a line  gate.2\n"+
		"7    30 Dec 2025  sent    12345          [4 octets to port 5000]                                       old\n",
		"", "messages", "--state", server.dir)
	server.wantAsked(t, "GET /api/v1/messages?limit=20")
}

func TestMessagesFitTheTerminal(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /messages": say(200, twoMessages)})
	d := newDesk(t)
	d.tty, d.width = true, 80
	d.want(t, 0, ``+
		"NUM  TIME         STATE   TO             TEXT                             ID\n"+
		"42   13:58:01     queued  +447700900124  two\\nlines \\u001b[2J & a text …  gate.2\n"+
		"7    30 Dec 2025  sent    12345          [4 octets to port 5000]          old\n"+
		"older ones: pigeon messages --before 7\n",
		"", "messages", "--state", server.dir, "--limit", "2")
}

func TestMessagesJSON(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /messages": say(200, "{\"messages\": [ ],\n \"new\": \"\u009b<&>\"}\n")})
	d := newDesk(t)
	d.want(t, 0, `{"messages":[],"new":"\u009b<&>"}`+"\n", "", "messages", "--json", "--state", server.dir)
}

func TestMessagesAreChosen(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /messages": say(200, `{"messages":[]}`)})
	d := newDesk(t)
	d.want(t, 0, "no message\n", "", "messages", "--state", "queued", "--to", "+447700900123", "--limit", "5", "--before", "9", "--state", server.dir)
	server.wantAsked(t, "GET /api/v1/messages?before=9&limit=5&state=queued&to=%2B447700900123")
}

const whole = `{"message":{"num":42,"id":"gate.2","request":"gate","to":"+447700900124","text":"two\nlines \u001b[2J","from":"Gate","route":"north","encoding":"ucs2","flash":true,"reply_path":true,"priority":"high","send_at":"2026-05-04T11:59:00Z","expires":"2026-05-04T12:59:00Z","receipt":false,"on_doubt":"hold","max_segments":3,"meta":{"a":1},"origin":"mqtt","accepted":"2026-05-04T11:58:00Z","segments":2},
 "status":{"seq":97,"time":"2026-05-04T11:58:01Z","id":"gate.2","state":"queued","final":false,"to":"+447700900124","modem":"north","attempt":2,"segments":2,"sent":1,"why":"a network refused it","error":{"code":"+CMS 38","text":"network out of order","retry_at":"2026-05-04T12:01:00Z"}}}`

func TestShow(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /messages/gate.2": say(200, whole)})
	d := newDesk(t)
	d.want(t, 0, `id        gate.2
request   gate
to        +447700900124
from      Gate
state     queued
why       a network refused it; +CMS 38 network out of order
retry at  2026-05-04 14:01:00
since     2026-05-04 13:58:01
accepted  2026-05-04 13:58:00 by mqtt
segments  2, of which 1 sent
attempts  2
modem     north
route     north
priority  high
send at   2026-05-04 13:59:00
expires   2026-05-04 14:59:00
options   flash, reply path, no receipt, encoding ucs2, hold when in doubt, at most 3 segments
meta      {"a":1}

  two
  lines \u001b[2J
`, "", "show", "gate.2", "--state", server.dir)
	server.wantAsked(t, "GET /api/v1/messages/gate.2", "GET /api/v1/messages/gate.2/events")
}

func TestShowTellsTheHistory(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{
		"GET /messages/x": say(200, `{"message":{"id":"x","of":"w","to":"12345","text":"hi","priority":"normal","receipt":true,"accepted":"2026-05-04T11:58:00Z","segments":1},"status":{"seq":3,"time":"2026-05-04T11:58:01Z","id":"x","of":"w","state":"queued","final":false,"to":"12345","why":"sends w again, on request"}}`),
		"GET /messages/x/events": say(200, `{"events":[{"seq":3,"time":"2026-05-04T11:58:01Z","id":"x","of":"w","state":"queued","final":false,"to":"12345","why":"sends w again, on request"},
			{"seq":5,"prev":3,"time":"2026-05-04T11:58:02Z","id":"x","state":"sending","final":false,"to":"12345","modem":"north"}]}`),
	})
	newDesk(t).want(t, 0, `id           x
sends again  w
to           12345
state        queued
why          sends w again, on request
since        2026-05-04 13:58:01
accepted     2026-05-04 13:58:00
segments     1

  hi

2026-05-04 13:58:01  queued: sends w again, on request
2026-05-04 13:58:02  sending by north
`, "", "show", "x", "--state", server.dir)
}

func TestShowOctets(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /messages/old": say(200, `{"message":{"num":7,"id":"old","to":"12345","data":"3q2+7w==","port":5000,"source_port":5001,"priority":"normal","receipt":true,"accepted":"2026-05-04T11:58:00Z","segments":1},"status":{"seq":3,"time":"2026-05-04T11:58:01Z","id":"old","state":"delivered","final":true}}`)})
	newDesk(t).want(t, 0, `id        old
to        12345
state     delivered
since     2026-05-04 13:58:01
accepted  2026-05-04 13:58:00
segments  1
data      deadbeef
port      5000 from 5001
`, "", "show", "old", "--state", server.dir)
}

func TestShowJSON(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /messages/x": say(200, `{"message": {"id": "x"}}`)})
	newDesk(t).want(t, 0, `{"message":{"id":"x"}}`+"\n", "", "show", "--json", "x", "--state", server.dir)
}

func TestShowUnknown(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /messages/a/b": refuse(404, "", "there is no message with this id")})
	newDesk(t).want(t, 1, "", "pigeon: no message has the id \"a/b\": see \"pigeon messages\"\n", "show", "a/b", "--state", server.dir)
	server.wantAsked(t, "GET /api/v1/messages/a%2Fb")
}

func TestCancel(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{
		"DELETE /messages/gate": say(200, `{"message":{"id":"gate","to":"+447700900124"},"status":{"seq":9,"id":"gate","state":"cancelled","final":true,"to":"+447700900124"}}`),
		"DELETE /messages/late": refuse(409, "state", "too late to cancel: the message is sent"),
		"DELETE /messages/none": refuse(404, "", "there is no message with this id"),
	})
	d := newDesk(t)
	d.want(t, 0, "gate cancelled to +447700900124\n", "", "cancel", "gate", "--state", server.dir)
	d.want(t, 1, "", "pigeon: late: too late to cancel: the message is sent\n", "cancel", "late", "--state", server.dir)
	d.want(t, 1, "", "pigeon: no message has the id \"none\": see \"pigeon messages\"\n", "cancel", "none", "--state", server.dir)
}
