package modemsim

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseLine(t *testing.T) {
	for _, tc := range []struct {
		line string
		want []call
	}{
		{"AT", nil},
		{"at+cmgf=0", []call{{"+CMGF", set, "0"}}},
		{"ATE0V1", []call{{"E", execute, "0"}, {"V", execute, "1"}}},
		{"AT&F+CMEE?;+CMGD=?", []call{{"&F", execute, ""}, {"+CMEE", query, ""}, {"+CMGD", test, ""}}},
		{`AT+CUSD=1,"a;b",15;I`, []call{{"+CUSD", set, `1,"a;b",15`}, {"I", execute, ""}}},
		{"AT S7=45 S0?", []call{{"S", set, "7"}, {"S", query, "0"}}},
		{"ATD*99#;", []call{{"D", execute, "*99#;"}}},
		{"AT+CPIN=12?", []call{{"+CPIN", set, "12?"}}},
		{"AT^CURC=0", []call{{"^CURC", set, "0"}}},
		{"AT?", []call{{}}},
		{"AT+CMGF=", []call{{"+CMGF", set, ""}}},
	} {
		got, ok := parseLine(tc.line)
		if !ok || !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: got %v %v, want %v", tc.line, got, ok, tc.want)
		}
	}
	if _, ok := parseLine("RING"); ok {
		t.Error("a line without AT was taken")
	}
}

func TestArguments(t *testing.T) {
	got := arguments(`1, "a,b" ,,x`)
	if want := []argument{"1", `"a,b"`, "", "x"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := arguments(""); got != nil {
		t.Errorf("of nothing: %q", got)
	}
}

func FuzzParseLine(f *testing.F) {
	for _, s := range []string{"AT", "ATE0V1&F+CMGF=0;+CPMS?", `AT+CUSD=1,"a;b`, "ATS", "AT&", "AT+", "AT+=?", "ATD;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		calls, ok := parseLine(line)
		if len(calls) > len(line) || ok && len(line) < 2 {
			t.Errorf("%q: %d commands", line, len(calls))
		}
		for _, c := range calls {
			if strings.ToUpper(c.name) != c.name {
				t.Errorf("%q: a name of %q", line, c.name)
			}
			for _, a := range arguments(c.args) {
				_ = a.text()
				_, _ = a.number(0, 255)
			}
		}
	})
}
