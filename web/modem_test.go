package web_test

import (
	"context"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/web"
)

func TestModemIsRestartedAndTraced(t *testing.T) {
	st := start(t, nil)
	var asked []string
	st.server.Restart = func(_ context.Context, way, step string) error {
		if way != "north" {
			return &sms.FieldError{Field: "modem", Text: "there is no modem " + way}
		}
		asked = append(asked, way+" "+step)
		return nil
	}
	st.server.Tap = func(string, bool) (func(context.Context) ([]web.TraceLine, error), error) { return nil, nil }
	st.server.Trace = func(way string, clear bool) ([]string, error) {
		if clear {
			return []string{"clear"}, nil
		}
		return []string{"masked"}, nil
	}
	for _, tc := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"POST", "/api/v1/modems/north/restart", "", 200, `{"done":true}`},
		{"POST", "/api/v1/modems/north/restart", `{"step":"reset"}`, 200, `{"done":true}`},
		{"POST", "/api/v1/modems/south/restart", "", 422, "there is no modem south"},
		{"POST", "/api/v1/modems/north/restart", `{"stop":1}`, 400, "JSON such as"},
		{"GET", "/api/v1/modems/north/trace", "", 200, `{"lines":["masked"]}`},
		{"GET", "/api/v1/modems/north/trace?clear=1", "", 200, `{"lines":["clear"]}`},
		{"GET", "/api/v1/modems/north/trace?x=1", "", 400, "x"},
	} {
		resp, body := st.do(tc.method, tc.path, tc.body)
		if resp.StatusCode != tc.status || !strings.Contains(body, tc.says) {
			t.Errorf("%s %s %s: status %d, %s; want %d and %q", tc.method, tc.path, tc.body, resp.StatusCode, body, tc.status, tc.says)
		}
	}
	if got := strings.Join(asked, ", "); got != "north , north reset" {
		t.Errorf("asked for %q", got)
	}
}

func TestModemSendsUSSD(t *testing.T) {
	st := start(t, nil)
	if resp, _ := st.do("POST", "/api/v1/modems/north/ussd", `{"code":"*100#"}`); resp.StatusCode != 503 {
		t.Errorf("without modems: status %d, want 503", resp.StatusCode)
	}
	st.server.USSD = func(_ context.Context, way, code string) (string, bool, error) {
		switch {
		case way != "north":
			return "", false, &sms.FieldError{Field: "modem", Text: "there is no modem " + way}
		case code == "":
			return "", false, &sms.FieldError{Field: "code", Text: "missing"}
		}
		return "reply to " + code, code == "*123#", nil
	}
	for _, tc := range []struct {
		path, body string
		status     int
		says       string
	}{
		{"/api/v1/modems/north/ussd", `{"code":"*100#"}`, 200, `{"reply":"reply to *100#","more":false}`},
		{"/api/v1/modems/north/ussd", `{"code":"*123#"}`, 200, `{"reply":"reply to *123#","more":true}`},
		{"/api/v1/modems/north/ussd", `{}`, 422, `"field":"code"`},
		{"/api/v1/modems/south/ussd", `{"code":"*100#"}`, 422, "there is no modem south"},
		{"/api/v1/modems/north/ussd", `{"cod":"*100#"}`, 400, "JSON such as"},
		{"/api/v1/modems/north/ussd", "", 400, "JSON such as"},
	} {
		resp, body := st.do("POST", tc.path, tc.body)
		if resp.StatusCode != tc.status || !strings.Contains(body, tc.says) {
			t.Errorf("%s %s: status %d, %s; want %d and %q", tc.path, tc.body, resp.StatusCode, body, tc.status, tc.says)
		}
	}
}

func TestModemTellsItsBalance(t *testing.T) {
	st := start(t, nil)
	if resp, _ := st.do("POST", "/api/v1/modems/north/balance", ""); resp.StatusCode != 503 {
		t.Errorf("without modems: status %d, want 503", resp.StatusCode)
	}
	amount := 4.2
	st.server.Balance = func(_ context.Context, way string) (sms.Balance, error) {
		if way != "north" {
			return sms.Balance{}, &sms.FieldError{Field: "pattern", Text: "no number is found"}
		}
		return sms.Balance{Amount: &amount, Currency: "GBP", Text: "4.20 left", Time: noon, Low: true}, nil
	}
	st.want("POST", "/api/v1/modems/north/balance", "", 200, `{"amount":4.2,"currency":"GBP","text":"4.20 left","time":"2026-03-01T12:00:00Z","low":true}`)
	if resp, body := st.do("POST", "/api/v1/modems/south/balance", ""); resp.StatusCode != 422 || !strings.Contains(body, "no number is found") {
		t.Errorf("another: status %d, %s", resp.StatusCode, body)
	}
}

func TestModemsDialogueIsCancelled(t *testing.T) {
	st := start(t, nil)
	if resp, _ := st.do("DELETE", "/api/v1/modems/north/ussd", ""); resp.StatusCode != 503 {
		t.Errorf("without modems: status %d, want 503", resp.StatusCode)
	}
	var ended []string
	st.server.CancelUSSD = func(_ context.Context, way string) error {
		if way != "north" {
			return &sms.FieldError{Field: "modem", Text: "there is no modem " + way}
		}
		ended = append(ended, way)
		return nil
	}
	st.want("DELETE", "/api/v1/modems/north/ussd", "", 200, `{"done":true}`)
	if resp, body := st.do("DELETE", "/api/v1/modems/south/ussd", ""); resp.StatusCode != 422 || !strings.Contains(body, "no modem south") {
		t.Errorf("another: status %d, %s", resp.StatusCode, body)
	}
	if len(ended) != 1 {
		t.Errorf("ended %q, want north once", ended)
	}
}
