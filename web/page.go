package web

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"slices"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string

	pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
		"clock": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") },
	}).Parse(pageHTML))
)

// policy allows a page its own style, by its hash, forms where they may lead,
// and nothing else.
func policy(forms string) string {
	sum := sha256.Sum256([]byte(pageCSS))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action " + forms + "; frame-ancestors 'none'"
}

// pageMessages is how many of the latest messages the page shows.
const pageMessages = 20

// page shows how things are, for people. It has no script, and loads nothing.
func (s *Server) page(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := call(r)
	defer cancel()
	h, err := s.health(ctx)
	if err != nil {
		return err
	}
	views, err := s.Gateway.Messages(ctx, sms.Filter{Limit: pageMessages})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, struct {
		sms.Health
		Style      template.CSS
		Now        time.Time
		Messages   []sms.View
		Balances   bool   // some modem's is known
		Restart    bool   // modems can be restarted
		File, Free uint64 // MiB
	}{h, template.CSS(pageCSS), time.Now(), views, balances(h.Ways), s.Restart != nil, uint64(max(h.Size, 0)) >> 20, h.Disk >> 20}); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy("'none'"))
	_, _ = b.WriteTo(w)
	return nil
}

// balances reports whether the balance of any SIM is known.
func balances(ways []sms.Way) bool {
	return slices.ContainsFunc(ways, func(w sms.Way) bool { return w.Modem != nil && w.Modem.Balance != nil })
}
