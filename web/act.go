package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// history shows what happened to one message.
func (s *Server) history(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := call(r)
	defer cancel()
	events, err := s.Gateway.History(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", struct {
		Events []sms.Event `json:"events"`
	}{append([]sms.Event{}, events...)})
	return nil
}

// edit changes a message that waits for its first attempt.
func (s *Server) edit(w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	e, err := sms.ParseEdit(body)
	if err != nil {
		return err
	}
	ctx, cancel := call(r)
	defer cancel()
	view, err := s.Gateway.Edit(ctx, r.PathValue("id"), e)
	if err != nil {
		return conflict(err)
	}
	writeJSON(w, http.StatusOK, "application/json", view)
	return nil
}

// resend has a message that has ended sent again: 202 when that is on disk, 200
// when it was before.
func (s *Server) resend(w http.ResponseWriter, r *http.Request) error {
	how, err := readAgain(w, r)
	if err != nil {
		return err
	}
	ctx, cancel := call(r)
	defer cancel()
	view, known, err := s.Gateway.Resend(ctx, r.PathValue("id"), how)
	if err != nil {
		return conflict(err)
	}
	status := http.StatusAccepted
	if known {
		status = http.StatusOK
	}
	w.Header().Set("Location", "/api/v1/messages/"+view.Message.ID)
	writeJSON(w, status, "application/json", view)
	return nil
}

// cancelMany cancels the messages that the query chooses.
func (s *Server) cancelMany(w http.ResponseWriter, r *http.Request) error {
	c, err := choice(r)
	if err != nil {
		return err
	}
	ctx, cancel := call(r)
	defer cancel()
	done, err := s.Gateway.CancelMany(ctx, c)
	return acted(w, done, err)
}

// resendMany has the messages sent again that the query chooses.
func (s *Server) resendMany(w http.ResponseWriter, r *http.Request) error {
	c, err := choice(r)
	if err != nil {
		return err
	}
	how, err := readAgain(w, r)
	if err != nil {
		return err
	}
	ctx, cancel := call(r)
	defer cancel()
	done, err := s.Gateway.ResendMany(ctx, c, how)
	return acted(w, done, err)
}

// acted answers an act on many. A choice at fault is one of the query.
func acted(w http.ResponseWriter, done sms.Acted, err error) error {
	if f, ok := errors.AsType[*sms.FieldError](err); ok {
		return badQuery(f.Field, f.Text)
	}
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", done)
	return nil
}

// choice reads the query of an act on many.
func choice(r *http.Request) (sms.Choice, error) {
	q, err := query(r, "state", "to", "route", "accepted_before", "all", "after", "limit", "dry_run")
	if err != nil {
		return sms.Choice{}, err
	}
	c := sms.Choice{State: sms.State(q.Get("state")), To: party(q.Get("to")), Route: q.Get("route")}
	for name, to := range map[string]*bool{"all": &c.All, "dry_run": &c.DryRun} {
		if !q.Has(name) {
			continue
		}
		if *to, err = strconv.ParseBool(q.Get(name)); err != nil {
			return c, badQuery(name, "has to be 1 or 0")
		}
	}
	if q.Has("accepted_before") {
		if c.Before, err = time.Parse(time.RFC3339, q.Get("accepted_before")); err != nil {
			return c, badQuery("accepted_before", "is not a time such as 2026-03-01T18:00:00Z")
		}
	}
	if c.After, err = count(q, "after"); err != nil {
		return c, err
	}
	if q.Has("limit") {
		n, err := count(q, "limit")
		if err != nil || n < 1 || n > sms.ActMost {
			return c, badQuery("limit", "has to be a number from 1 to "+strconv.Itoa(sms.ActMost))
		}
		c.Limit = int(n)
	}
	return c, nil
}

// readAgain reads how something is sent again; no body is the default.
func readAgain(w http.ResponseWriter, r *http.Request) (how sms.Again, err error) {
	body, err := readBody(w, r)
	if err != nil || len(body) == 0 {
		return how, err
	}
	var in struct {
		SameID bool   `json:"same_id"`
		ID     string `json:"id"`
	}
	if err := strict(body, &in); err != nil {
		return how, fault(http.StatusBadRequest, "", `the body is not JSON such as {"same_id": true} or {"id": "…"}`)
	}
	return sms.Again{SameID: in.SameID, ID: in.ID}, nil
}

// strict decodes one JSON value without fields that are not known.
func strict(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	return nil
}

// readBody reads a body of the size of a request.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > sms.MaxRequest {
		return nil, &http.MaxBytesError{Limit: sms.MaxRequest}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, sms.MaxRequest))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, err
		}
		return nil, fault(http.StatusBadRequest, "", "the request did not arrive whole")
	}
	return body, nil
}

// conflict tells a state that does not allow something as 409.
func conflict(err error) error {
	if f, ok := errors.AsType[*sms.FieldError](err); ok && f.Field == "state" {
		return fault(http.StatusConflict, f.Field, f.Text)
	}
	return err
}
