package web

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"

	"github.com/pigeon-sms/pigeon/sms"
)

var (
	//go:embed restart.html
	restartHTML string

	restartTemplate = template.Must(template.New("restart").Parse(restartHTML))
)

// confirmRestart asks a person whether to restart a modem, and how. Its answer
// is a plain form, so no script is needed.
func (s *Server) confirmRestart(w http.ResponseWriter, r *http.Request) error {
	way, err := s.modem(r.PathValue("name"))
	if err != nil {
		return err
	}
	return restartPage(w, way, http.StatusOK, "")
}

// pressRestart takes the form. What is against it is said beside the form.
func (s *Server) pressRestart(w http.ResponseWriter, r *http.Request) error {
	way, err := s.modem(r.PathValue("name"))
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1024)
	if err := r.ParseForm(); err != nil {
		return fault(http.StatusBadRequest, "", "the form cannot be read")
	}
	ctx, cancel := patient(w, r, RestartLimit)
	defer cancel()
	if err := s.Restart(ctx, way.Name, r.PostForm.Get("step")); err != nil {
		p, inside := problemOf(err)
		if inside {
			s.log.Warn("request not served", "method", r.Method, "pattern", r.Pattern, "err", err)
		}
		return restartPage(w, way, p.Status, p.Detail)
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// modem returns a modem that may be restarted.
func (s *Server) modem(name string) (sms.Way, error) {
	if s.Restart == nil {
		return sms.Way{}, errNoModems
	}
	for _, way := range s.Gateway.Ways() {
		if way.Name == name && way.Kind == "modem" {
			return way, nil
		}
	}
	return sms.Way{}, fault(http.StatusNotFound, "", fmt.Sprintf("there is no modem %q", name))
}

func restartPage(w http.ResponseWriter, way sms.Way, status int, fault string) error {
	var b bytes.Buffer
	if err := restartTemplate.Execute(&b, struct {
		Way   sms.Way
		Style template.CSS
		Fault string
	}{way, template.CSS(pageCSS), fault}); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy("'self'"))
	// Without a referrer browsers send "Origin: null" with a form, which is
	// refused where it is all that tells our page from another site's.
	h.Set("Referrer-Policy", "same-origin")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w)
	return nil
}
