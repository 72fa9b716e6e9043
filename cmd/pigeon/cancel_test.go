package main

import (
	"net/http"
	"strings"
	"testing"
)

func queued(id string) string {
	return `{"seq":9,"time":"2026-05-04T12:00:00Z","id":"` + id + `","state":"queued","final":false,"to":"+447700900124"}`
}

func cancelledEvent(id string) string {
	return `{"seq":10,"time":"2026-05-04T12:00:00Z","id":"` + id + `","state":"cancelled","final":true,"to":"+447700900124"}`
}

func TestCancelManyGoesOnToTheEnd(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"DELETE /messages": inOrder(
		say(200, `{"messages":[`+cancelledEvent("a")+`],"after":7}`),
		say(200, `{"messages":[`+cancelledEvent("b")+`],"late":[{"id":"c","state":"sending","to":"1"}]}`))})
	newDesk(t).want(t, 0, "a cancelled to +447700900124\nb cancelled to +447700900124\nc sending to 1\n2 messages cancelled; 1 too late: being sent now\n", "",
		"cancel", "--state", "queued", "--to", "+447700900124", "--route", "north", "--before", "2h", "--state", server.dir)
	q := "accepted_before=2026-05-04T10%3A00%3A00Z&route=north&state=queued&to=%2B447700900124"
	server.wantAsked(t, "DELETE /api/v1/messages?"+q, "DELETE /api/v1/messages?"+strings.Replace(q, "&route", "&after=7&route", 1))
}

func TestCancelManyAsksOnATerminal(t *testing.T) {
	for _, tc := range []struct {
		name, stdin, out, err string
		args                  []string
		code                  int
		asked                 []string
	}{
		{"yes", "y\n", "Cancel 1 message? [y/N] a cancelled to +447700900124\n1 message cancelled\n", "", nil, 0, []string{"all=1&dry_run=1", "all=1"}},
		{"no", "n\n", "Cancel 1 message? [y/N] ", "pigeon: nothing was changed\n", nil, 1, []string{"all=1&dry_run=1"}},
		{"nobody there", "", "Cancel 1 message? [y/N] ", "pigeon: nothing was changed\n", nil, 1, []string{"all=1&dry_run=1"}},
		{"told before", "", "a cancelled to +447700900124\n1 message cancelled\n", "", []string{"--yes"}, 0, []string{"all=1"}},
		{"a dry run", "", "a queued to +447700900124\n1 message would be cancelled\n", "", []string{"--dry-run"}, 0, []string{"all=1&dry_run=1"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			server := newStandIn(t, map[string]http.HandlerFunc{"DELETE /messages": func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Has("dry_run") {
					say(200, `{"messages":[`+queued("a")+`]}`)(w, r)
					return
				}
				say(200, `{"messages":[`+cancelledEvent("a")+`]}`)(w, r)
			}})
			d := newDesk(t)
			d.tty, d.stdin = true, tc.stdin
			d.want(t, tc.code, tc.out, tc.err, append([]string{"cancel", "--all", "--state", server.dir}, tc.args...)...)
			var want []string
			for _, q := range tc.asked {
				want = append(want, "DELETE /api/v1/messages?"+q)
			}
			server.wantAsked(t, want...)
		})
	}
}

func TestCancelSeveralIDs(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{
		"DELETE /messages/a": refuse(409, "state", "too late to cancel: the message is sent"),
		"DELETE /messages/b": say(200, `{"message":{"id":"b"},"status":`+cancelledEvent("b")+`}`),
	})
	newDesk(t).want(t, 1, "b cancelled to +447700900124\n", "pigeon: a: too late to cancel: the message is sent\npigeon: no message has the id \"c\": see \"pigeon messages\"\n",
		"cancel", "a", "b", "c", "--state", server.dir)
}

func TestResend(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{
		"POST /messages/a/resend": say(202, `{"message":{"id":"a:r1","of":"a"},"status":`+queued("a:r1")+`}`),
		"POST /resend":            say(200, `{"messages":[`+queued("b:r1")+`],"known":[`+queued("a:r1")+`]}`),
	})
	d := newDesk(t)
	d.want(t, 0, "a:r1 queued to +447700900124\n", "", "resend", "a", "--state", server.dir)
	d.want(t, 0, "a:r1 queued to +447700900124\n", "", "resend", "a", "--same-id", "--state", server.dir)
	d.want(t, 0, "b:r1 queued to +447700900124\na:r1 queued to +447700900124\n1 message sent again; 1 before\n", "", "resend", "--state", "failed", "--state", server.dir)
	server.wantAsked(t, `POST /api/v1/messages/a/resend {}`, `POST /api/v1/messages/a/resend {"same_id":true}`, `POST /api/v1/resend?state=failed {}`)
}

func TestEditCommand(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{
		"PATCH /messages/a": say(200, `{"message":{"id":"a"},"status":`+queued("a")+`}`),
		"PATCH /messages/b": refuse(422, "send_at", "send_at: is in the past"),
	})
	d := newDesk(t)
	d.stdin = "two\nlines\n"
	d.want(t, 0, "a queued to +447700900124\n", "", "edit", "a", "--text", "-", "--at", "now", "--expires", "10m", "--to", "1", "--priority", "low", "--state", server.dir)
	d.want(t, 1, "", "pigeon: --at: is in the past\n", "edit", "b", "--at", "18:00", "--state", server.dir)
	server.wantAsked(t, `PATCH /api/v1/messages/a {"expires":"10m0s","priority":"low","send_at":null,"text":"two\nlines","to":"1"}`,
		`PATCH /api/v1/messages/b {"send_at":"2026-05-04T18:00:00+02:00"}`)
}

func TestPast(t *testing.T) {
	e := newDesk(t).env // noon UTC, two hours later on the wall
	for in, want := range map[string]string{
		"2h": "2026-05-04T10:00:00Z", "13:00": "2026-05-04T11:00:00Z", "15:00": "2026-05-03T13:00:00Z", "2026-01-02T03:04:05Z": "2026-01-02T03:04:05Z",
	} {
		if got, err := e.past(in); err != nil || got.UTC().Format("2006-01-02T15:04:05Z") != want {
			t.Errorf("%s: got %v, %v; want %s", in, got.UTC(), err, want)
		}
	}
}

// The commands and the real daemon: a message that no modem can take is changed,
// cancelled and sent again, and its history tells.
func TestActsOfTheRealDaemon(t *testing.T) {
	l := start(t, stateDir(t), 0, ports)
	defer l.end()
	for i, body := range []string{`{"id":"a","to":"+447700900123","text":"hello"}`, `{"id":"b","to":["+447700900124","+447700900125"],"text":"hello"}`} {
		if status, _ := l.post(body); status != 202 {
			t.Fatalf("request %d: got %d", i, status)
		}
	}
	d := newDesk(t)
	run := func(code int, want string, args ...string) {
		t.Helper()
		if got := d.run(t.Context(), append(args, "--state", l.dir)...); got != code || !strings.Contains(d.out.String(), want) {
			t.Errorf("pigeon %q: got %d, %s%s; want %d and %q", args, got, d.out.String(), d.err.String(), code, want)
		}
	}
	run(0, "a queued to +447700900199: edited on request: to, text", "edit", "a", "--text", "anew", "--to", "07700900199")
	run(0, "3 messages would be cancelled", "cancel", "--state", "queued", "--route", "", "--all", "--dry-run")
	run(0, "1 message cancelled", "cancel", "--to", "07700900124")
	run(0, "b.2 cancelled to +447700900125: cancelled on request\n2 messages cancelled", "cancel", "--all")
	run(0, "no message", "messages", "--state", "queued")
	run(0, "a:r1 queued to +447700900199", "resend", "a")
	run(0, "2 messages sent again; 1 before", "resend", "--state", "cancelled")
	run(1, "", "resend", "a:r1")
	run(0, "cancelled on request", "show", "a")
	run(0, "edited on request", "events", "--id", "a")
	run(0, "b.1 cancelled", "events", "--state", "cancelled")
	run(0, "b.2:r1 queued", "events", "--to", "07700900125", "--limit", "1")
}
