package modem_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/modem/profile"
)

// alone are the transcripts that a test of their own replays, by family.
var alone = map[string]string{"quectel-ec25": "quectel", "d-link-dwm156": "d-link"}

// Every family has a transcript, and every transcript is replayed as a family's.
func TestEveryFamilyHasATranscript(t *testing.T) {
	families := map[string]string{} // by file
	for _, s := range sticks {
		families[s.file] = s.profile
	}
	for _, m := range moduleTranscripts {
		families[m.file] = m.profile
	}
	for file, family := range alone {
		families[file] = family
	}

	var known, have []string
	for _, p := range profile.All() {
		known = append(known, p.Name)
	}
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		file, ok := strings.CutSuffix(e.Name(), ".txt")
		if !ok {
			continue
		}
		family := families[file]
		if !slices.Contains(known, family) {
			t.Errorf("%s is replayed as %q, which is no family", file, family)
		}
		have = append(have, family)
		b, err := os.ReadFile("testdata/" + e.Name())
		if err != nil || !strings.HasPrefix(string(b), "# ") {
			t.Errorf("%s does not begin with what it is: %v", file, err)
		}
	}
	for _, name := range known {
		if name != "simulated" && !slices.Contains(have, name) {
			t.Errorf("%s has no transcript", name)
		}
	}
}
