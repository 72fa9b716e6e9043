package web_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/web"
)

func TestPageShowsHowThingsAre(t *testing.T) {
	st := start(t, nil, func(s *web.Server) {
		s.Links = func() []sms.Link { return []sms.Link{{Name: "mqtt", State: "connecting", Why: "no route to host"}} }
	})
	_, empty := st.do("GET", "/", "")
	for _, part := range []string{"No modem is there", "None yet", "connecting", "no route to host"} {
		if !strings.Contains(empty, part) {
			t.Errorf("the empty page lacks %q", part)
		}
	}
	signal := -71
	st.gw.ways = []sms.Way{{Name: "north", Kind: "modem", State: "ready", Ready: true, Modem: &sms.Modem{Operator: "<b>Op & Co</b>", Signal: &signal, Sent: 12},
		Limits: []sms.Allowance{{Limit: "day", Most: 200, Spent: 12, Left: 188}, {Limit: "hour", Most: 5, Spent: 6, FreeAt: noon}}},
		{Name: "operator", Kind: "smsc", State: "connecting"}}
	if strings.Contains(empty, "Balance") {
		t.Error("the page shows balances, and there are none")
	}
	amount := 1.2
	st.gw.ways[0].Modem.Balance = &sms.Balance{Amount: &amount, Currency: "GBP", Low: true, Why: "<no answer>"}
	st.post("a.1")
	resp, body := st.do("GET", "/", "")
	for _, part := range []string{"office", "north", "-71 dBm", `bad">1.20 GBP (&lt;no answer&gt;)`, "operator", "1 queued", "86555", "a.1", "&lt;b&gt;Op &amp; Co&lt;/b&gt;", "188 of 200 a day; 0 of 5 an hour until 20"} {
		if !strings.Contains(body, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	for _, part := range []string{"<script", "<b>Op", "http://", "https://", "src=", " style=", "ZgotmplZ"} {
		if strings.Contains(body, part) {
			t.Errorf("the page holds %q", part)
		}
	}
	_, style, _ := strings.Cut(body, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	if style != web.PageStyle {
		t.Errorf("the style in the page is\n%s, not the file's", style)
	}
	sum := sha256.Sum256([]byte(style))
	policy := resp.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; ") || !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Errorf("the policy %q does not allow this style and nothing else", policy)
	}
}

func TestBrowsersAreHeldShort(t *testing.T) {
	st := start(t, nil)
	for _, path := range []string{"/", "/healthz", "/api/v1/status", "/nothing"} {
		resp, _ := st.do("GET", path, "")
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("GET %s: %s is %q, want %q", path, name, got, want)
			}
		}
		if policy := resp.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("GET %s: policy %q", path, policy)
		}
	}
}

// described is what the test reads of the OpenAPI description.
type described struct {
	Paths map[string]map[string]struct {
		OperationID string
		Responses   map[string]json.RawMessage
	}
	Components struct {
		Schemas map[string]struct{ Properties map[string]json.RawMessage }
	}
}

func TestEveryRouteIsDescribed(t *testing.T) {
	st := start(t, nil)
	resp, body := st.do("GET", "/api/v1/openapi.json", "")
	if resp.Header.Get("Content-Type") != "application/json" {
		t.Errorf("content type %q", resp.Header.Get("Content-Type"))
	}
	var d described
	if err := json.Unmarshal([]byte(body), &d); err != nil {
		t.Fatal(err)
	}
	var stand, names []string
	for path, operations := range d.Paths {
		for method, o := range operations {
			stand = append(stand, strings.ToUpper(method)+" "+path)
			names = append(names, o.OperationID)
			if o.OperationID == "" || len(o.Responses) == 0 {
				t.Errorf("%s %s has no name or no answer", method, path)
			}
		}
	}
	var routes []string
	for _, r := range web.Routes() {
		routes = append(routes, strings.TrimSuffix(r, "{$}"))
	}
	slices.Sort(stand)
	slices.Sort(routes)
	if !slices.Equal(stand, routes) {
		t.Errorf("described are\n%s\nserved are\n%s", strings.Join(stand, "\n"), strings.Join(routes, "\n"))
	}
	slices.Sort(names)
	if len(slices.Compact(names)) != len(stand) {
		t.Errorf("operations share a name: %v", names)
	}
	for _, ref := range strings.Split(body, `"#/components/schemas/`)[1:] {
		name, _, _ := strings.Cut(ref, `"`)
		if _, ok := d.Components.Schemas[name]; !ok {
			t.Errorf("schema %s is not there", name)
		}
	}
	fields := d.Components.Schemas["Request"].Properties
	if len(fields) < 22 { // 17 fields and 5 aliases
		t.Errorf("%d fields of a request are described", len(fields))
	}
	for name := range fields {
		_, err := sms.ParseRequest([]byte(`{"` + name + `":null}`))
		if err != nil {
			t.Errorf("described field %s: %v", name, err)
		}
	}
}

func TestReadyWhenOneWayIs(t *testing.T) {
	st := start(t, nil)
	st.gw.ways = []sms.Way{{Name: "north", Kind: "modem", State: "registering", Why: "searching for a network"}, {Name: "south", Kind: "modem", State: "absent"}}
	resp := st.want("GET", "/readyz", "", 503, `{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"no way out is ready: north: searching for a network; south: absent"}`)
	if resp.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	st.gw.ways[1].Ready = true
	for path, want := range map[string]string{"/readyz": "ready\n", "/healthz": "ok\n"} {
		if resp, body := st.do("GET", path, ""); resp.StatusCode != http.StatusOK || body != want {
			t.Errorf("GET %s: %d %q, want 200 %q", path, resp.StatusCode, body, want)
		}
	}
}
