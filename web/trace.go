package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// A TraceLine is one line of what went over a modem's port.
type TraceLine struct {
	Time time.Time `json:"time"`
	Dir  string    `json:"dir"` // "<" from the modem, ">" to it, "#" a remark
	Text string    `json:"text"`
	Lost int       `json:"lost,omitempty"` // lines before it that the client was too slow for
}

// trace shows the last of a modem's wire, or that and what comes. Texts and
// numbers are masked, unless the caller asks for them; a PIN always is.
func (s *Server) trace(life context.Context, w http.ResponseWriter, r *http.Request) error {
	q, err := query(r, "clear", "follow")
	if err != nil {
		return err
	}
	name, clear := r.PathValue("name"), q.Get("clear") == "1"
	switch {
	case s.Trace == nil || s.Tap == nil:
		return errNoModems
	case q.Get("follow") == "1":
		return s.wire(life, w, r, name, clear)
	}
	lines, err := s.Trace(name, clear)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", map[string][]string{"lines": append([]string{}, lines...)})
	return nil
}

// wire streams a modem's wire as server-sent events. Their ids are times, so
// that a client that comes back, even to a daemon that was started again, gets
// what it has not seen.
func (s *Server) wire(life context.Context, w http.ResponseWriter, r *http.Request, name string, clear bool) error {
	var after int64
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		var err error
		if after, err = strconv.ParseInt(id, 10, 64); err != nil {
			return fault(http.StatusBadRequest, "Last-Event-ID", "Last-Event-ID: has to be the number of an event")
		}
	}
	next, err := s.Tap(name, clear)
	if err != nil {
		return err
	}
	return s.stream(life, w, r, "trace", func(ctx context.Context) ([]byte, error) {
		for {
			lines, err := next(ctx)
			if err != nil {
				return nil, err
			}
			if b := encodeTrace(lines, after); len(b) > 0 {
				return b, nil
			}
		}
	})
}

// encodeTrace writes the lines after a time as events.
func encodeTrace(lines []TraceLine, after int64) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // < and > are what it is about
	for _, l := range lines {
		if l.Time.UnixNano() <= after {
			continue
		}
		fmt.Fprintf(&b, "id: %d\nevent: line\ndata: ", l.Time.UnixNano())
		_ = e.Encode(l) // with its line's end; only a year beyond 9999 is an error
		b.WriteByte('\n')
	}
	return b.Bytes()
}
