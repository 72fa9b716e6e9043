package modem_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/modem/profile"
)

// transcripts are the files of testdata by the family they play. A new family
// needs a row, and a row needs a file.
var transcripts = map[string][]string{
	"generic":     {"generic", "generic-v0"},
	"huawei":      {"huawei-e169", "huawei-e173", "huawei-e1750", "huawei-e1752", "huawei-k3765"},
	"huawei-e220": {"huawei-e220"},
	"huawei-e3":   {"huawei-e3131", "huawei-e353"},
	"huawei-lte":  {"huawei-e3372"},
	"zte":         {"zte-mf190"},
	"zte-mf6":     {"zte-mf626"},
	"zte-lte":     {"zte-mf823"},
	"longcheer":   {"longcheer"},
	"alcatel":     {"alcatel-x220"},
	"d-link":      {"d-link-dwm157"},

	"quectel": {"quectel-ec25"},
	"wavecom": {"wavecom-q2403"},
}

// awaited are families of modules that have no transcript yet.
var awaited = []string{
	"sierra", "sierra-hl", "telit", "telit-le910", "u-blox", "u-blox-toby", "u-blox-r4", "cinterion", "multitech", "fibocom", "neoway",
	"quectel-uc", "quectel-bg", "quectel-2g",
	"simcom-2g", "simcom-900", "simcom-7000", "simcom-7070", "simcom-lte", "simcom-a76",
}

func TestEveryFamilyHasATranscript(t *testing.T) {
	for _, p := range profile.All() {
		if p.Name != "simulated" && len(transcripts[p.Name]) == 0 && !slices.Contains(awaited, p.Name) {
			t.Errorf("%s has no transcript", p.Name)
		}
	}
	for name, files := range transcripts {
		if !slices.ContainsFunc(profile.All(), func(p profile.Profile) bool { return p.Name == name }) {
			t.Errorf("%s is no family", name)
		}
		for _, f := range files {
			b, err := os.ReadFile("testdata/" + f + ".txt")
			if err != nil {
				t.Error(err)
			} else if !strings.HasPrefix(string(b), "# ") {
				t.Errorf("%s does not begin with what it is", f)
			}
		}
	}
	for _, s := range sticks {
		if !slices.Contains(transcripts[s.profile], s.file) {
			t.Errorf("%s is replayed as %s and is not among its transcripts", s.file, s.profile)
		}
	}
}
