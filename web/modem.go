package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// RestartLimit is how long a restart may take: a segment on its way is finished
// first, and a modem takes up to a minute to come back.
const RestartLimit = 3 * time.Minute

// patient bounds a request that waits for a modem, which may take longer than
// the server allows other answers to: the answer has streamLimit after that.
func patient(w http.ResponseWriter, r *http.Request, limit time.Duration) (context.Context, context.CancelFunc) {
	// Where the connection takes no deadline the server has set none.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(limit + streamLimit))
	return context.WithTimeout(r.Context(), limit)
}

// errNoModems is said where nobody wired the pool.
var errNoModems = errors.New("this gateway drives no modems")

// restart makes a modem take a step of its recovery.
func (s *Server) restart(w http.ResponseWriter, r *http.Request) error {
	var ask struct {
		Step string `json:"step"` // empty: start it anew
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1024))
	d.DisallowUnknownFields()
	if err := d.Decode(&ask); err != nil && !errors.Is(err, io.EOF) {
		return fault(http.StatusBadRequest, "", `the request is empty, or JSON such as {"step": "reset"}`)
	}
	if s.Restart == nil {
		return errNoModems
	}
	ctx, cancel := patient(w, r, RestartLimit)
	defer cancel()
	if err := s.Restart(ctx, r.PathValue("name"), ask.Step); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]bool{"done": true})
	return nil
}

// USSDLimit is how long a code may take: the text on its way is finished first,
// and the network takes up to a minute.
const USSDLimit = 3 * time.Minute

// ussd has a modem ask the network.
func (s *Server) ussd(w http.ResponseWriter, r *http.Request) error {
	var ask struct {
		Code string `json:"code"`
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1024))
	d.DisallowUnknownFields()
	if err := d.Decode(&ask); err != nil {
		return fault(http.StatusBadRequest, "", `the request is JSON such as {"code": "*100#"}`)
	}
	if s.USSD == nil {
		return errNoModems
	}
	ctx, cancel := patient(w, r, USSDLimit)
	defer cancel()
	reply, more, err := s.USSD(ctx, r.PathValue("name"), ask.Code)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", struct {
		Reply string `json:"reply"`
		More  bool   `json:"more"`
	}{reply, more})
	return nil
}

// cancelUSSD ends what a modem and the network talk about.
func (s *Server) cancelUSSD(w http.ResponseWriter, r *http.Request) error {
	if s.CancelUSSD == nil {
		return errNoModems
	}
	ctx, cancel := patient(w, r, USSDLimit)
	defer cancel()
	if err := s.CancelUSSD(ctx, r.PathValue("name")); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]bool{"done": true})
	return nil
}

// BalanceLimit is how long a balance may take: its code and a few menus.
const BalanceLimit = 5 * time.Minute

// balance has a modem ask what its SIM has left.
func (s *Server) balance(w http.ResponseWriter, r *http.Request) error {
	if s.Balance == nil {
		return errNoModems
	}
	ctx, cancel := patient(w, r, BalanceLimit)
	defer cancel()
	b, err := s.Balance(ctx, r.PathValue("name"))
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", b)
	return nil
}
