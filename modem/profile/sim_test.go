package profile_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/modem/profile"
)

// The simulator plays every family under the name it has here, and its
// modems, whose data is its own, are known for what they are.
func TestSimulatedFamiliesAreKnown(t *testing.T) {
	var names []string
	for _, p := range profile.All() {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	if got := modemsim.Families(); !slices.Equal(got, names) {
		t.Errorf("the simulator has %v, want %v", got, names)
	}
	network := modemsim.NewNetwork(modemsim.NetworkConfig{})
	for _, name := range modemsim.Families() {
		m := modemsim.NewModem(modemsim.ModemConfig{Name: name, Family: name, Lifelike: true}, network)
		cfg := m.Config()
		p := profile.ByIdentity(cfg.Manufacturer, cfg.Model)
		if p.Name != name {
			t.Errorf("%q, %q is taken for %s, want %s", cfg.Manufacturer, cfg.Model, p.Name, name)
			continue
		}
		if cfg.BootTime > p.Boot || cfg.SettleTime > p.ReadyWait || cfg.StorageTime > p.StorageLimit || cfg.PINTime > p.Settle+p.ReadyWait {
			t.Errorf("%s: boots in %v, settles in %v, stores in %v: longer than the profile allows", name, cfg.BootTime, cfg.SettleTime, cfg.StorageTime)
		}
		if cfg.AwayTime > p.Away {
			t.Errorf("%s: away for %v, the profile allows %v", name, cfg.AwayTime, p.Away)
		}
	}
}

// The times of the profile press a simulated key long enough, both ways.
func TestKeyTimes(t *testing.T) {
	network := modemsim.NewNetwork(modemsim.NetworkConfig{})
	for _, p := range profile.All() {
		if p.Key.On == 0 {
			continue
		}
		m := modemsim.NewModem(modemsim.ModemConfig{Name: p.Name, Family: p.Name, NeedsKey: true}, network)
		m.Power(false)
		m.Power(true)
		if m.Powered() {
			t.Fatalf("%s starts without its key", p.Name)
		}
		m.Key(p.Key.On)
		if !m.Powered() {
			t.Errorf("%s: %v do not switch it on", p.Name, p.Key.On)
		}
		if p.Key.On < 50*time.Millisecond {
			t.Errorf("%s: %v is no press", p.Name, p.Key.On)
		}
	}
}

func TestEveryFamilyIsDocumented(t *testing.T) {
	b, err := os.ReadFile("../../docs/hardware.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range profile.All() {
		row := ""
		for l := range strings.Lines(string(b)) {
			if strings.HasPrefix(l, "| `"+p.Name+"` |") {
				row = l
			}
		}
		if row == "" {
			t.Errorf("%s has no row in docs/hardware.md", p.Name)
			continue
		}
		want := []string{p.PowerOff}
		if p.Reset != "+CFUN=1,1" {
			want = append(want, p.Reset)
		}
		for _, c := range want {
			if c != "" && !strings.Contains(row, "`AT"+c+"`") && !strings.Contains(row, "the same") {
				t.Errorf("%s: the row does not name AT%s", p.Name, c)
			}
		}
		if len(p.Ready) > 0 && !strings.Contains(strings.ReplaceAll(row, " ", ""), strings.ReplaceAll(p.Ready[0], " ", "")) {
			t.Errorf("%s: the row does not name %s", p.Name, p.Ready[0])
		}
	}
}
