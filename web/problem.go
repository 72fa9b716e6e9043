package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/pigeon-sms/pigeon/sms"
)

// A problem is how every error is told, RFC 9457.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	Field  string `json:"field,omitempty"`

	retry int // seconds, for Retry-After; 0: not worth it
}

// Error returns the sentence.
func (p *problem) Error() string { return p.Detail }

func fault(status int, field, detail string) *problem {
	return &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Field: field}
}

func later(detail string, seconds int) *problem {
	p := fault(http.StatusServiceUnavailable, "", detail)
	p.retry = seconds
	return p
}

// problemOf says how an error is told, and whether it is the operator's
// business.
func problemOf(err error) (p *problem, inside bool) {
	if p, ok := errors.AsType[*problem](err); ok {
		return p, false
	}
	if f, ok := errors.AsType[*sms.FieldError](err); ok {
		if f.Field == "" {
			return fault(http.StatusBadRequest, "", f.Text), false
		}
		return fault(http.StatusUnprocessableEntity, f.Field, f.Error()), false
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault(http.StatusRequestEntityTooLarge, "", "the request has more than "+strconv.FormatInt(tooLarge.Limit, 10)+" octets"), false
	}
	switch {
	case errors.Is(err, sms.ErrNotFound):
		return fault(http.StatusNotFound, "", "there is no message with this id"), false
	case errors.Is(err, sms.ErrFull):
		return later("the queue is full; send it again later", 30), false
	case errors.Is(err, context.Canceled):
		return later("the gateway is stopping, or the client has left", 5), false
	}
	return later("the gateway cannot do this now; its log says why", 5), true
}

// fail answers with an error.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p, inside := problemOf(err)
	if inside {
		s.log.Warn("request not served", "method", r.Method, "pattern", r.Pattern, "err", err)
	}
	p.write(w)
}

func (p *problem) write(w http.ResponseWriter) {
	if p.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(p.retry))
	}
	writeJSON(w, p.Status, "application/problem+json", p)
}

// writeJSON answers with v. A client that does not read is not our trouble.
func writeJSON(w http.ResponseWriter, status int, kind string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(`{"type":"about:blank","title":"Internal Server Error","status":500}`)
		kind = "application/problem+json"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)+1))
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n'))
}
