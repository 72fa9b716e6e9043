package profile_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/modem/profile"
)

var (
	usbID = regexp.MustCompile(`^[0-9a-f]{4}:[0-9a-f]{4}$`)
	cnmi  = regexp.MustCompile(`^[0-3],[0-3],[0-3],[0-2],[01]$`)
	class = regexp.MustCompile(`^[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{2}$`)
)

// Every row is complete, and no USB product, vendor or make is claimed twice.
func TestEveryRowIsSane(t *testing.T) {
	names, ids, vendors, makes := map[string]bool{}, map[string]string{}, map[string]string{}, map[string]string{}
	claim := func(m map[string]string, key, by string) {
		if other, ok := m[key]; ok {
			t.Errorf("%s claimed by %s and %s", key, other, by)
		}
		m[key] = by
	}
	for _, p := range profile.All() {
		if p.Name == "" || names[p.Name] || p.Name != strings.ToLower(p.Name) {
			t.Errorf("name %q: empty, twice or not lower case", p.Name)
		}
		names[p.Name] = true
		for _, l := range p.Layouts {
			for _, id := range l.IDs {
				if !usbID.MatchString(id) {
					t.Errorf("%s: USB id %q", p.Name, id)
				}
				claim(ids, id, p.Name)
			}
			for _, n := range l.AT {
				if n < 0 || n > 15 {
					t.Errorf("%s: interface %d", p.Name, n)
				}
			}
		}
		for _, v := range p.Vendors {
			claim(vendors, v, p.Name)
		}
		for _, b := range p.Brands {
			if len(p.Models) == 0 {
				claim(makes, b, p.Name)
			}
			for _, m := range p.Models {
				claim(makes, b+" "+m, p.Name)
			}
		}
		for _, c := range p.CNMI {
			if !cnmi.MatchString(c) || !strings.HasPrefix(c[2:], "1,") {
				t.Errorf("%s: CNMI %q must store texts and announce them", p.Name, c)
			}
		}
		if len(p.CNMI) < 2 || len(p.Storage) == 0 || len(p.ICCID) == 0 || p.Reset == "" {
			t.Errorf("%s: a list or the reset is missing", p.Name)
		}
		if (p.Reports == profile.Direct) != strings.Contains(p.CNMI[0][4:], ",1,") {
			t.Errorf("%s: reports %v, first CNMI %q", p.Name, p.Reports, p.CNMI[0])
		}
		for _, c := range slices.Concat(p.Init, p.ICCID, []string{p.Reset}) {
			if strings.HasPrefix(strings.ToUpper(c), "AT") || strings.ContainsAny(c, "\r\n") {
				t.Errorf("%s: %q: commands stand without AT and line end", p.Name, c)
			}
		}
		for _, c := range p.Class {
			if !class.MatchString(c) {
				t.Errorf("%s: class %q", p.Name, c)
			}
		}
		for what, d := range map[string]time.Duration{"ready wait": p.ReadyWait, "settle": p.Settle, "send limit": p.SendLimit} {
			if d < time.Second || d > 3*time.Minute {
				t.Errorf("%s: %s %v", p.Name, what, d)
			}
		}
		if p.SendLimit < 140*time.Second {
			t.Errorf("%s: send limit %v is less than what an EG06-E was seen to take", p.Name, p.SendLimit)
		}
	}
}

func TestByUSB(t *testing.T) {
	for _, tc := range []struct {
		id, want string
		at       []int
	}{
		{"12d1:1506", "huawei", nil},
		{"12D1:1506", "huawei", nil},
		{"12d1:ffff", "huawei", nil}, // the vendor alone
		{"19d2:0031", "zte", []int{3, 1}},
		{"1e0e:9001", "simcom-lte", []int{2, 3}},
		{"1e0e:9011", "simcom-a76", []int{4, 5}},
		{"2c7c:0125", "quectel", []int{2, 3}},
		{"05c6:9090", "quectel", []int{2, 3}},
		{"1bc7:1201", "telit", []int{4, 5}},
		{"1546:1102", "u-blox", []int{0, 2, 4}},
		{"1199:68c0", "sierra", []int{3}},
		{"1e2d:0061", "cinterion", []int{2, 0}},
		{"1c9e:9603", "generic", []int{2, 0}},
		{"067b:2303", "", nil}, // a serial bridge: anything may be behind it
		{"05c6:9008", "", nil}, // download mode
		{"", "", nil},
	} {
		p, at, ok := profile.ByUSB(tc.id)
		name := ""
		if ok {
			name = p.Name
		}
		if name != tc.want || !slices.Equal(at, tc.at) {
			t.Errorf("ByUSB(%q) = %q %v, want %q %v", tc.id, name, at, tc.want, tc.at)
		}
	}
}

func TestByIdentity(t *testing.T) {
	for _, tc := range []struct{ maker, model, want string }{
		{"huawei", "E3131", "huawei"},
		{"HUAWEI TECHNOLOGIES CO., LTD", "E173", "huawei"},
		{"ZTE CORPORATION", "MF190", "zte"},
		{"SIMCOM_Ltd", "SIMCOM_SIM800L", "simcom-2g"},
		{"SIMCOM INCORPORATED", "SIMCOM_SIM7600E-H", "simcom-lte"},
		{"SIMCOM INCORPORATED", "A7670E", "simcom-a76"},
		{"INCORPORATED", "A7670SA-FASE", "simcom-a76"},
		{"Quectel", "EC25", "quectel"},
		{"Quectel_Ltd", "Quectel_M95", "quectel"},
		{"Telit", "LE910C1-EU", "telit"},
		{"u-blox", "SARA-U201", "u-blox"},
		{"Sierra Wireless, Incorporated", "MC7455", "sierra"},
		{"Cinterion", "PLS8-E", "cinterion"},
		{"SIEMENS", "TC35i", "cinterion"},
		{"WAVECOM MODEM", "MULTIBAND  900E  1800", "wavecom"},
		{"Pigeon", "Simulated", "simulated"},
		{"Acme", "X1", "generic"},
		{"", "", "generic"},
	} {
		if got := profile.ByIdentity(tc.maker, tc.model).Name; got != tc.want {
			t.Errorf("ByIdentity(%q, %q) = %q, want %q", tc.maker, tc.model, got, tc.want)
		}
	}
}
