package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/web"
)

// restarting is a site whose modem can be restarted, and what was asked of it.
func restarting(t *testing.T, change func(*web.Config)) (st *site, asked *[]string) {
	asked = new([]string)
	st = start(t, change, func(s *web.Server) {
		s.Restart = func(_ context.Context, way, step string) error {
			if step == "power" {
				return &sms.FieldError{Field: "step", Text: "it has no <power> line"}
			}
			*asked = append(*asked, way+" "+step)
			return nil
		}
	})
	st.gw.ways = []sms.Way{{Name: "north", Kind: "modem", State: "sick", Why: "<silent>"}, {Name: "operator", Kind: "smsc", State: "bound"}}
	st.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return st, asked
}

func form(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }

func TestModemIsRestartedFromThePage(t *testing.T) {
	st, asked := restarting(t, nil)
	const path = "/modems/north/restart"
	if _, body := st.do("GET", "/", ""); strings.Count(body, `<a href="`+path+`">restart…</a>`) != 1 || strings.Contains(body, "/modems/operator") {
		t.Errorf("the page does not lead to the restart of the modem alone: %s", body)
	}
	resp, body := st.do("GET", path, "")
	for _, part := range []string{`<form method="post" action="` + path + `">`, "It is sick: &lt;silent&gt;.", `<option value="radio">`, ">Restart north</button>"} {
		if !strings.Contains(body, part) {
			t.Errorf("the page lacks %q: %s", part, body)
		}
	}
	if strings.Contains(body, "<script") || strings.Contains(body, "refresh") || resp.StatusCode != 200 || len(*asked) > 0 {
		t.Errorf("status %d, asked %q, %s", resp.StatusCode, *asked, body)
	}
	h := resp.Header
	if p := h.Get("Content-Security-Policy"); !strings.HasPrefix(p, "default-src 'none'; ") || !strings.Contains(p, "form-action 'self'; frame-ancestors 'none'") ||
		h.Get("Referrer-Policy") != "same-origin" || h.Get("X-Frame-Options") != "DENY" {
		t.Errorf("headers %v", h)
	}
	for _, body := range []string{"step=", "step=radio", ""} {
		if resp, text := st.do("POST", path, body, form); resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/" {
			t.Errorf("%q: status %d, %s", body, resp.StatusCode, text)
		}
	}
	if got := strings.Join(*asked, ", "); got != "north , north radio, north " {
		t.Errorf("asked for %q", got)
	}
	if resp, body := st.do("POST", path, "step=power", form); resp.StatusCode != 422 || !strings.Contains(body, `<p class="warn">step: it has no &lt;power&gt; line</p>`) || !strings.Contains(body, "<form") {
		t.Errorf("refused: status %d, %s", resp.StatusCode, body)
	}
	for _, path := range []string{"/modems/south/restart", "/modems/operator/restart"} {
		for _, method := range []string{"GET", "POST"} {
			if resp, body := st.do(method, path, ""); resp.StatusCode != 404 || !strings.Contains(body, "there is no modem") {
				t.Errorf("%s %s: status %d, %s", method, path, resp.StatusCode, body)
			}
		}
	}
	if resp, _ := st.do("POST", path, "step="+strings.Repeat("x", 2000), form); resp.StatusCode != 400 {
		t.Errorf("a long form: status %d", resp.StatusCode)
	}
}

func TestOtherSitesRestartNothing(t *testing.T) {
	const path = "/modems/north/restart"
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	account := func(c *web.Config) { c.Accounts = []web.Account{{Name: "ops", Password: "open sesame"}} }
	sign := func(r *http.Request) { r.SetBasicAuth("ops", "open sesame") } // as the browser does for every site
	for name, change := range map[string]func(*web.Config){"loopback": nil, "with accounts": account} {
		st, asked := restarting(t, change)
		for _, tc := range []struct {
			who    string
			change func(*http.Request)
			status int
		}{
			{"another site", set("Sec-Fetch-Site", "cross-site"), 403},
			{"a neighbour", set("Sec-Fetch-Site", "same-site"), 403},
			{"another origin", set("Origin", "https://evil.example"), 403},
			{"nobody's origin", set("Origin", "null"), 403},
			{"our page", set("Origin", st.base), 303},
			{"our page, said so", set("Sec-Fetch-Site", "same-origin"), 303},
		} {
			if resp, body := st.do("POST", path, "step=", form, sign, tc.change); resp.StatusCode != tc.status {
				t.Errorf("%s, %s: status %d, want %d: %s", name, tc.who, resp.StatusCode, tc.status, body)
			}
		}
		if len(*asked) != 2 {
			t.Errorf("%s: asked %q, want those of our page", name, *asked)
		}
		if name == "with accounts" {
			if resp, _ := st.do("POST", path, "step=", form); resp.StatusCode != 401 {
				t.Errorf("without an account: status %d", resp.StatusCode)
			}
		}
	}
	st := start(t, nil) // where there are no modems
	if resp, _ := st.do("GET", path, ""); resp.StatusCode != 503 {
		t.Errorf("without modems: status %d", resp.StatusCode)
	}
}
