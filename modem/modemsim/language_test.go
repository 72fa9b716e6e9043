package modemsim_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

func TestLanguage(t *testing.T) {
	s := modemsim.New(modemsim.Config{Dir: t.TempDir()}, slog.New(slog.DiscardHandler))
	for _, tc := range []struct{ line, want, err string }{
		{"", "", ""},
		{"# a note", "", ""},
		{"fault error 38 2", "", ""},
		{"clear", "", ""},
		{"deliver +447700900100 Hello there", "parts=1", ""},
		{`deliver -flash -gap=1s -copies=2 -shuffle=4 Bank one\ntwo`, "parts=1", ""},
		{"deliver -language=turkish -wide 12345 " + strings.Repeat("ş", 200), "parts=2", ""},
		{"deliver -data=CAFE -port=2948 12345", "parts=1", ""},
		{"modem1: deliver 12345", "parts=1", ""},
		{"pdu 00040581", "", ""},
		{"reports 5s", "", ""},
		{"rule 13 refuse 27", "", ""},
		{"rule 14 report 0x20,0x00 2s", "", ""},
		{"rule * never", "", ""},
		{"rule clear", "", ""},
		{"set signal 3", "", ""},
		{"set registration 5", "", ""},
		{"set operator Other Net", "", ""},
		{"set latency 200ms", "", ""},
		{"set sim out", "", ""},
		{"set sim busy 20s", "", ""},
		{"set sim puk", "", ""},
		{"set eps 1", "", ""},
		{"modem0: power off", "", ""},
		{"modem0: key 2s", "", ""},
		{"modem0: power on", "", ""},
		{"fault renumber 5s", "", ""},
		{"fault netloss 41", "", ""},
		{"say RING", "", ""},
		{"fill 3", "", ""},
		{"messages", "", ""},
		{"modem1: status", `modem1 number=+447700900001 signal=3 registration=5 operator="Other Net" latency=200ms stored=0 waiting=1 commands=0 sent=0 refused=0 received=0 dropped=0 family=simulated port=modem1.1 on=true`, ""},
		{"fault nonsense", "", "no fault is called"},
		{"modem9: status", "", `no modem is called "modem9"`},
		{"nonsense", "", "help lists them"},
		{"deliver", "", "it is: deliver"},
		{"deliver -nonsense 1 x", "", "no option"},
		{"deliver -copies=0 1 x", "", "option copies"},
		{"deliver -alphabet=morse 1 x", "", "none of"},
		{"rule 13", "", "it is: rule"},
		{"rule 13 report x", "", "TP-ST"},
		{"rule 13 refuse no", "", "not 1 to"},
		{"reports soon", "", "it is: reports"},
		{"set signal 50", "", "0 to 31"},
		{"set colour red", "", "it is: set"},
		{"set eps 12", "", "-1 to 11"},
		{"set sim gone", "", "it is: set"},
		{"power", "", "it is: power on|off"},
		{"power up", "", "it is: power on|off"},
		{"key long", "", "it is: key D"},
		{"set registration 12", "", "0 to 11"},
		{"fill none", "", "it is: fill"},
		{"pdu xyz", "", "invalid byte"},
	} {
		got, err := s.Command(tc.line)
		if tc.err == "" && (err != nil || got != tc.want) || tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)) {
			t.Errorf("%s: got %q, %v, want %q, %q", tc.line, got, err, tc.want, tc.err)
		}
	}
	help, err := s.Command("help")
	if err != nil || !strings.Contains(help, "urcstorm N") || !strings.Contains(help, "deliver [OPTIONS]") || !strings.Contains(help, "-shuffle") {
		t.Errorf("help: %v\n%s", err, help)
	}
}

func TestConverse(t *testing.T) {
	s := modemsim.New(modemsim.Config{Count: 1, Dir: t.TempDir()}, slog.New(slog.DiscardHandler))
	var out strings.Builder
	if err := s.Converse(strings.NewReader("deliver 1 x\nnonsense\n"), &out); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "parts=1\nOK\nERROR no command is called \"nonsense\"; help lists them\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := s.Converse(strings.NewReader(strings.Repeat("x", 1<<20)), &out); err == nil {
		t.Error("a line of 1 MiB was taken")
	}
}

func TestValidate(t *testing.T) {
	err := modemsim.Config{
		Count:   1000,
		Network: modemsim.NetworkConfig{Centre: "nobody", ReportDelay: -1},
		Modem: modemsim.ModemConfig{
			Family: "tin", Number: "me", IMEI: "1", IMSI: "1", ICCID: "1", PIN: "x", PUK: "1",
			Signal: 50, Registration: 12, SM: 300, ME: -1, Latency: -1, Index: -5,
		},
	}.Validate()
	if err == nil {
		t.Fatal("all of it was taken")
	}
	for _, want := range []string{
		"count", "dir", "centre", "report delay", "family", "number", "imei", "imsi", "iccid", "pin", "puk", "signal",
		"registration", "sm", "me", "latency", "index", "number, imei, imsi, iccid",
	} {
		if !strings.Contains("\n"+err.Error(), "\n"+want+":") {
			t.Errorf("nothing is said of %s in %v", want, err)
		}
	}
	if err := (modemsim.Config{Dir: "x"}).Validate(); err != nil {
		t.Errorf("the least configuration: %v", err)
	}
	if err := (modemsim.ModemConfig{Name: "a/b"}).Validate(); err == nil {
		t.Error("a name with a slash was taken")
	}
}

// TestIdentitiesDiffer also checks an IMEI by a known one's check digit.
func TestIdentitiesDiffer(t *testing.T) {
	s := modemsim.New(modemsim.Config{Count: 3, Dir: t.TempDir()}, slog.New(slog.DiscardHandler))
	seen := map[string]bool{}
	for _, m := range s.Modems() {
		c := m.Config()
		for _, id := range []string{c.Name, c.Number, c.IMEI, c.IMSI, c.ICCID} {
			if seen[id] {
				t.Errorf("%s comes twice", id)
			}
			seen[id] = true
		}
	}
	// 356938035643809 is the example of many guides, check digit included.
	n := modemsim.NewModem(modemsim.ModemConfig{Name: "m", Index: 564380}, modemsim.NewNetwork(modemsim.NetworkConfig{}))
	if got := n.Config().IMEI; got != "356938035643809" {
		t.Errorf("IMEI %s, want 356938035643809", got)
	}
}
