package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
)

func problemJSON(status int, field, detail string) string {
	return `{"type":"about:blank","title":"` + http.StatusText(status) + `","status":` + map[int]string{400: "400", 404: "404", 409: "409", 422: "422"}[status] +
		`,"detail":"` + detail + `"` + map[bool]string{true: `,"field":"` + field + `"`}[field != ""] + `}`
}

func TestActsRefused(t *testing.T) {
	st := start(t, nil)
	st.do("POST", "/api/v1/messages", `{"id":"m1","to":"+447700900123","text":"hello"}`)
	for _, tc := range []struct {
		method, path, body string
		status             int
		field, detail      string
	}{
		{"DELETE", "/api/v1/messages?dry_run=1", "", 400, "all", "all: nothing chooses the messages: give state, to, route or accepted_before, or say that all are meant"},
		{"DELETE", "/api/v1/messages?state=sent", "", 400, "state", `state: \"sent\" cannot be; there are: queued`},
		{"DELETE", "/api/v1/messages?all=perhaps", "", 400, "all", "all: has to be 1 or 0"},
		{"DELETE", "/api/v1/messages?accepted_before=noon", "", 400, "accepted_before", "accepted_before: is not a time such as 2026-03-01T18:00:00Z"},
		{"DELETE", "/api/v1/messages?all=1&limit=501", "", 400, "limit", "limit: has to be a number from 1 to 500"},
		{"DELETE", "/api/v1/messages?all=1&after=x", "", 400, "after", "after: has to be a number, 0 or more"},
		{"POST", "/api/v1/resend?state=queued", "", 400, "state", `state: \"queued\" cannot be; there are: undelivered, failed, expired, cancelled, doubtful`},
		{"POST", "/api/v1/messages/m1/resend", "", 409, "state", "cannot be sent again: the message is queued"},
		{"POST", "/api/v1/messages/m1/resend", `{"again":1}`, 400, "", `the body is not JSON such as {\"same_id\": true} or {\"id\": \"…\"}`},
		{"POST", "/api/v1/messages/m1/resend", `{"id":"a b"}`, 422, "id", `id: has \" \"; it may hold A-Z a-z 0-9 . _ : -`},
		{"POST", "/api/v1/messages/nobody/resend", "", 404, "", "there is no message with this id"},
		{"PATCH", "/api/v1/messages/m1", `{"id":"x"}`, 422, "id", "id: cannot be changed; there are: to, text, send_at, expires, priority"},
		{"PATCH", "/api/v1/messages/m1", "", 400, "", "the JSON ends too early, after octet 0"},
		{"PATCH", "/api/v1/messages/nobody", `{"text":"x"}`, 404, "", "there is no message with this id"},
		{"GET", "/api/v1/messages/nobody/events", "", 404, "", "there is no message with this id"},
		{"GET", "/api/v1/events?state=waiting", "", 400, "state", `state: \"waiting\" is none of [queued sending sent delivered undelivered failed expired cancelled doubtful]`},
	} {
		st.want(tc.method, tc.path, tc.body, tc.status, problemJSON(tc.status, tc.field, tc.detail))
	}
}

func TestEditTooLate(t *testing.T) {
	st := start(t, nil)
	st.do("POST", "/api/v1/messages", `{"id":"m1","to":"+447700900123","text":"hello"}`)
	st.do("DELETE", "/api/v1/messages/m1", "")
	st.want("PATCH", "/api/v1/messages/m1", `{"text":"anew"}`, 409, problemJSON(409, "state", "too late to change: the message is cancelled"))
}

// Those that are being sent are told apart from those that were cancelled.
func TestCancelManyTellsTheLate(t *testing.T) {
	st := start(t, nil)
	st.do("POST", "/api/v1/messages", `{"id":"m","to":["+447700900123","+447700900124"],"text":"hello"}`)
	st.gw.mu.Lock()
	st.gw.tell(0, sms.Sending, "")
	st.gw.mu.Unlock()
	st.want("DELETE", "/api/v1/messages?state=queued", "", 200, `{"messages":[{"seq":1045,"prev":1043,"time":"2026-03-01T12:00:00Z","id":"m.2","state":"cancelled","final":true,"to":"+447700900124","segments":1,"why":"cancelled on request"}],
		"late":[{"seq":1044,"prev":1042,"time":"2026-03-01T12:00:00Z","id":"m.1","state":"sending","final":false,"to":"+447700900123","segments":1}]}`)
}

// A stream of chosen events leaves the others out, and says how far it has come.
func TestStreamOfChosenEvents(t *testing.T) {
	st := start(t, nil)
	st.post("a")
	st.gw.receive(sms.Received{ID: "r", From: "INFO", Text: "x", Time: noon, Parts: 1})
	st.post("b")
	for query, want := range map[string]string{
		"?after=0&id=b":          "b",
		"?after=0&state=queued":  "a",
		"?after=1042&to=86555":   "b",
		"?after=0&id=a&to=86555": "a",
	} {
		next, leave := follow(t, st, query, "")
		if got := next(); !strings.Contains(got, `"id":"`+want+`"`) {
			t.Errorf("%s: got %q, want an event of %s", query, got, want)
		}
		leave()
	}
	next, _ := follow(t, st, "?after=0&id=none", "")
	if got := next(); got != "id: 1044" {
		t.Errorf("nothing fits: got %q, want how far it has come", got)
	}
}
