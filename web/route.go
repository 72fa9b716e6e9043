package web

import (
	"context"
	_ "embed"
	"net/http"
	"strings"
)

// openAPI describes every route; a test compares the two.
//
//go:embed openapi.json
var openAPI []byte

// A route is one thing the server does. Its error is answered as a problem.
type route struct {
	method, path string
	serve        func(w http.ResponseWriter, r *http.Request) error
}

// routes lists them all. Life ends the event streams.
func (s *Server) routes(life context.Context, origin string) []route {
	return []route{
		{"POST", "/api/v1/messages", func(w http.ResponseWriter, r *http.Request) error { return s.send(w, r, origin) }},
		{"GET", "/api/v1/messages", s.messages},
		{"DELETE", "/api/v1/messages", s.cancelMany},
		{"GET", "/api/v1/messages/{id}", s.message},
		{"PATCH", "/api/v1/messages/{id}", s.edit},
		{"DELETE", "/api/v1/messages/{id}", s.cancel},
		{"GET", "/api/v1/messages/{id}/events", s.history},
		{"POST", "/api/v1/messages/{id}/resend", s.resend},
		{"POST", "/api/v1/resend", s.resendMany},
		{"GET", "/api/v1/received", s.received},
		{"GET", "/api/v1/events", func(w http.ResponseWriter, r *http.Request) error { return s.events(life, w, r) }},
		{"GET", "/api/v1/modems", s.modems},
		{"POST", "/api/v1/modems/{name}/balance", s.balance},
		{"POST", "/api/v1/modems/{name}/restart", s.restart},
		{"GET", "/api/v1/modems/{name}/trace", func(w http.ResponseWriter, r *http.Request) error { return s.trace(life, w, r) }},
		{"POST", "/api/v1/modems/{name}/ussd", s.ussd},
		{"DELETE", "/api/v1/modems/{name}/ussd", s.cancelUSSD},
		{"GET", "/api/v1/status", s.status},
		{"POST", "/api/v1/audit", s.audit},
		{"GET", "/api/v1/backup", func(w http.ResponseWriter, r *http.Request) error { return s.backup(life, w, r) }},
		{"GET", "/api/v1/openapi.json", s.description},
		{"GET", "/healthz", s.healthz},
		{"GET", "/readyz", s.readyz},
		{"GET", "/{$}", s.page},
		{"GET", "/modems/{name}/restart", s.confirmRestart},
		{"POST", "/modems/{name}/restart", s.pressRestart},
	}
}

// handler serves one door.
func (s *Server) handler(life context.Context, d door) http.Handler {
	mux := http.NewServeMux()
	allowed := make(map[string][]string) // methods by path
	for _, rt := range s.routes(life, d.origin) {
		allowed[rt.path] = append(allowed[rt.path], rt.method)
		if rt.method == "GET" {
			allowed[rt.path] = append(allowed[rt.path], "HEAD")
		}
		mux.HandleFunc(rt.method+" "+rt.path, func(w http.ResponseWriter, r *http.Request) {
			if err := rt.serve(w, r); err != nil {
				s.fail(w, r, err)
			}
		})
	}
	for path, methods := range allowed {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			allow := strings.Join(methods, ", ")
			w.Header().Set("Allow", allow)
			fault(http.StatusMethodNotAllowed, "", "this address takes "+allow).write(w)
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fault(http.StatusNotFound, "", "there is nothing at this address; /api/v1/openapi.json lists what there is").write(w)
	})
	if d.local {
		return closed(mux)
	}
	return closed(s.guard(mux))
}

// closed sets what every answer says to browsers: show nothing of it elsewhere,
// load nothing, guess nothing, keep nothing.
func closed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// call bounds what a request waits for the gateway.
func call(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.Context(), callLimit)
}

func (s *Server) description(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(openAPI)
	return nil
}
