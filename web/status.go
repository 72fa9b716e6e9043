package web

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/pigeon-sms/pigeon/sms"
)

// health is the daemon at a glance, with the connections of the other edges.
func (s *Server) health(ctx context.Context) (sms.Health, error) {
	h, err := s.Gateway.Health(ctx)
	if err != nil {
		return h, err
	}
	h.Name, h.Version = cmp.Or(h.Name, s.cfg.Name), cmp.Or(h.Version, s.cfg.Version)
	h.Ways = append([]sms.Way{}, h.Ways...)
	h.Links = append([]sms.Link{}, h.Links...)
	if s.Links != nil {
		h.Links = append(h.Links, s.Links()...)
	}
	return h, nil
}

func (s *Server) status(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := call(r)
	defer cancel()
	h, err := s.health(ctx)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", h)
	return nil
}

func (s *Server) modems(w http.ResponseWriter, _ *http.Request) error {
	modems := []sms.Way{}
	for _, way := range s.Gateway.Ways() {
		if way.Kind == "modem" {
			modems = append(modems, way)
		}
	}
	writeJSON(w, http.StatusOK, "application/json", map[string][]sms.Way{"modems": modems})
	return nil
}

// audit checks the store and lists what does not hold.
func (s *Server) audit(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := call(r)
	defer cancel()
	faults, err := s.Gateway.Audit(ctx)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", struct {
		OK     bool     `json:"ok"`
		Faults []string `json:"faults"`
	}{len(faults) == 0, append([]string{}, faults...)})
	return nil
}

// healthz is for a supervisor: the process serves and the store answers.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := call(r)
	defer cancel()
	if _, err := s.Gateway.Health(ctx); err != nil {
		return err
	}
	return plain(w, "ok")
}

// readyz is for who decides where to send messages: some way out is ready.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) error {
	var why []string
	for _, way := range s.Gateway.Ways() {
		if way.Ready {
			return plain(w, "ready")
		}
		why = append(why, way.Name+": "+cmp.Or(way.Why, way.State, "not ready"))
	}
	if why == nil {
		return later("no way out is ready: no modem is there", 30)
	}
	return later("no way out is ready: "+strings.Join(why, "; "), 30)
}

func plain(w http.ResponseWriter, word string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(word + "\n"))
	return nil
}
