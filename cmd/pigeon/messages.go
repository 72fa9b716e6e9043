package main

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/pigeon-sms/pigeon/sms"
)

const helpMessages = `Lists messages and where they stand, newest first.

--state is two things here: a message's state (queued, sending, sent, delivered,
undelivered, failed, expired, cancelled, doubtful) chooses messages, and any
other value is the daemon's state directory. It may be given once as each.`

const maxList = 1000 // of one answer

// cmdMessages lists messages.
func cmdMessages(ctx context.Context, e *env, args []string) error {
	f := newClientFlags("messages")
	state := &stateFlag{dir: f.Lookup("state").Value}
	f.Lookup("state").Value = state
	f.Lookup("state").Usage = "only those in `STATE`; or, as for every command, the daemon's state directory"
	to := f.String("to", "", "only those to `NUMBER`")
	limit := f.limit("limit", 20, maxList, "at most `N`")
	before := f.Uint64("before", 0, "only those accepted before message `NUM`, the first column")
	if _, err := f.parse(args, 0, 0); err != nil {
		return err
	}
	c, err := f.connect(e)
	if err != nil {
		return err
	}
	a, err := c.get(ctx, "/messages", listQuery(*limit, *before, "state", string(state.only), "to", *to))
	if err != nil {
		return err
	}
	if f.json {
		return a.print(e.stdout)
	}
	var list struct{ Messages []sms.View }
	if err := a.read(&list); err != nil {
		return err
	}
	t := newTable(e, 4, "NUM", "TIME", "STATE", "TO", "TEXT", "ID")
	for _, v := range list.Messages {
		m := v.Message
		t.row(strconv.FormatUint(m.Num, 10), e.clock(v.Status.Time), string(v.Status.State), string(m.To), body(m.Text, m.Data, m.Port), m.ID)
	}
	t.print("no message")
	if n := len(list.Messages); e.tty && n == *limit {
		fmt.Fprintf(e.stdout, "older ones: pigeon messages --before %d\n", list.Messages[n-1].Message.Num)
	}
	return nil
}

// listQuery is the query of a list; pairs of name and value follow, of which
// empty values are left out.
func listQuery(limit int, before uint64, pairs ...string) url.Values {
	q := url.Values{"limit": {strconv.Itoa(limit)}}
	if before > 0 {
		q.Set("before", strconv.FormatUint(before, 10))
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q
}

// stateFlag is the flag --state of messages: a state of messages to choose, or
// the daemon's state directory. A directory that has a state's name is written
// with its path: ./sent.
type stateFlag struct {
	only sms.State
	dir  flag.Value
}

// String is what the flag package asks for; nobody is shown it.
func (f *stateFlag) String() string { return "" }

// Set reads a state or the path of a directory.
func (f *stateFlag) Set(s string) error {
	if state := sms.State(s); state.Known() {
		f.only = state
		return nil
	}
	if info, err := os.Stat(s); strings.Contains(s, "/") || err == nil && info.IsDir() {
		return f.dir.Set(s)
	}
	var states []string
	for _, state := range sms.States() {
		states = append(states, string(state))
	}
	if n := nearest(s, states); n != "" {
		return fmt.Errorf("did you mean %q?", n)
	}
	return fmt.Errorf("it is one of %s, or a directory", strings.Join(states, ", "))
}
