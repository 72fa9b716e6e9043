package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// guard lets in who may come by the TCP door.
//
// With accounts, everything but /healthz needs one. Without, the listener is on
// loopback, and what is left to fear is a page in a browser on this machine: a
// name of somebody else's that resolves to 127.0.0.1 would give that page our
// answers, so the Host has to be a name of loopback. In both cases a browser
// must not be made to act by another site.
func (s *Server) guard(next http.Handler) http.Handler {
	var browsers http.CrossOriginProtection
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case len(s.cfg.Accounts) == 0 && r.Host != "" && !loopback(r.Host):
			fault(http.StatusForbidden, "", "this address is served to this machine only: call it 127.0.0.1 or localhost, or configure an account and another listen address").write(w)
			return
		case len(s.cfg.Accounts) > 0 && r.URL.Path != "/healthz" && !s.known(r):
			w.Header().Add("WWW-Authenticate", `Bearer realm="pigeon"`)
			w.Header().Add("WWW-Authenticate", `Basic realm="pigeon", charset="UTF-8"`)
			text := "an account is needed: send its token as Authorization: Bearer, or its name and password as Basic"
			if r.Header.Get("Authorization") != "" {
				text = "no account has this token, or this name and password"
			}
			fault(http.StatusUnauthorized, "", text).write(w)
			return
		}
		if err := browsers.Check(r); err != nil {
			fault(http.StatusForbidden, "", "a page of another site may not do this").write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// known reports whether the request carries an account's token, or its name and
// a secret. Every account is compared, in the same time whether or not it fits.
func (s *Server) known(r *http.Request) bool {
	name, token, basic := r.BasicAuth()
	if !basic {
		scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return false
		}
		token = strings.TrimSpace(rest)
	}
	given, found := sha256.Sum256([]byte(token)), 0
	is := func(secret string) int {
		if secret == "" {
			return 0
		}
		want := sha256.Sum256([]byte(secret))
		return subtle.ConstantTimeCompare(given[:], want[:])
	}
	for _, a := range s.cfg.Accounts {
		same := is(a.Token)
		if basic {
			same = (same | is(a.Password)) & subtle.ConstantTimeCompare([]byte(name), []byte(a.Name))
		}
		found |= same
	}
	return found == 1
}
