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
	all := profile.All()
	if len(all) < 25 {
		t.Errorf("%d families, want 25 or more", len(all))
	}
	if all[0].Name != profile.Generic().Name || all[0].Name != "generic" {
		t.Errorf("the first is %q, want generic", all[0].Name)
	}
	for _, p := range all {
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
			for _, n := range slices.Concat(l.AT, l.Leave) {
				if n < 0 || n > 15 {
					t.Errorf("%s: interface %d", p.Name, n)
				}
			}
			for _, n := range l.AT {
				if slices.Contains(l.Leave, n) {
					t.Errorf("%s: interface %d is both to use and to leave alone", p.Name, n)
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
		saneLists(t, p)
		saneTimes(t, p)
	}
}

// saneLists checks what a row says and where it keeps texts.
func saneLists(t *testing.T, p profile.Profile) {
	for _, c := range p.CNMI {
		if !cnmi.MatchString(c) || !strings.HasPrefix(c[2:], "1,") {
			t.Errorf("%s: CNMI %q must store texts and announce them", p.Name, c)
		}
		if p.Unlisted && c[6] == '2' {
			t.Errorf("%s: CNMI %q stores reports, and they are never listed", p.Name, c)
		}
	}
	if len(p.CNMI) < 2 || len(p.Storage) == 0 || len(p.ICCID) == 0 || p.Reset == "" {
		t.Errorf("%s: a list or the reset is missing", p.Name)
	}
	for i, c := range p.CNMI {
		if slices.Contains(p.CNMI[:i], c) {
			t.Errorf("%s: CNMI %q comes twice", p.Name, c)
		}
	}
	for _, m := range slices.Concat(p.Storage, []string{p.ReportStore}) {
		if !slices.Contains([]string{"SM", "ME", "MT", "SR", ""}, m) {
			t.Errorf("%s: memory %q", p.Name, m)
		}
	}
	if p.Memories != 2 && p.Memories != 3 {
		t.Errorf("%s: %d memories", p.Name, p.Memories)
	}
	said := slices.Concat(p.Init, p.ICCID, p.Signal, []string{p.Reset, p.RadioOff, p.RadioOn})
	for _, c := range append(said, p.PowerOff, p.Tries.Cmd) {
		if strings.HasPrefix(strings.ToUpper(c), "AT") || strings.ContainsAny(c, "\r\n ") {
			t.Errorf("%s: %q: commands stand without AT and line end", p.Name, c)
		}
	}
	for _, c := range said {
		if c == "" {
			t.Errorf("%s: a command is empty", p.Name)
		}
	}
	for _, c := range slices.Concat(p.Class, p.Avoid) {
		if !class.MatchString(c) || slices.Contains(p.Class, c) && slices.Contains(p.Avoid, c) {
			t.Errorf("%s: class %q", p.Name, c)
		}
	}
}

// saneTimes checks a row's durations against what no modem exceeds, and
// against each other.
func saneTimes(t *testing.T, p profile.Profile) {
	for what, d := range map[string]time.Duration{
		"ready wait": p.ReadyWait, "settle": p.Settle, "send limit": p.SendLimit,
		"storage limit": p.StorageLimit, "delete limit": p.DeleteLimit, "radio limit": p.RadioLimit, "boot": p.Boot,
	} {
		if d < time.Second || d > 3*time.Minute {
			t.Errorf("%s: %s %v", p.Name, what, d)
		}
	}
	if p.SendLimit < 140*time.Second {
		t.Errorf("%s: send limit %v is less than what an EG06-E was seen to take", p.Name, p.SendLimit)
	}
	if p.Away != 0 && (p.Away < 10*time.Second || p.Away < p.Boot) {
		t.Errorf("%s: away %v, boots in %v", p.Name, p.Away, p.Boot)
	}
	k := p.Key
	for what, d := range map[string]time.Duration{"on": k.On, "off": k.Off, "gone": k.Gone, "rest": k.Rest, "reset": k.Reset} {
		if d < 0 || d > time.Minute || k.On == 0 && d != 0 {
			t.Errorf("%s: key %s %v", p.Name, what, d)
		}
	}
	if k.On > 0 && (k.On < 100*time.Millisecond || k.Gone == 0 || k.Rest == 0 || p.PowerOff == "") {
		t.Errorf("%s: key %+v is not whole", p.Name, k)
	}
}

// A row that cannot be reached by the names it lists is a row nobody gets.
func TestEveryRowIsReached(t *testing.T) {
	for _, p := range profile.All() {
		for _, b := range p.Brands {
			models := p.Models
			if len(models) == 0 {
				models = []string{"", "nothing-known"}
			}
			for _, m := range models {
				for _, maker := range []string{b, strings.ToUpper(b) + " Corporation"} {
					if got := profile.ByIdentity(maker, strings.ToUpper(m)+"-1").Name; got != p.Name {
						t.Errorf("ByIdentity(%q, %q) = %q, want %q", maker, m, got, p.Name)
					}
				}
			}
		}
		if len(p.Brands) == 0 && p.Name != "generic" {
			t.Errorf("%s: no maker's name", p.Name)
		}
		for _, l := range p.Layouts {
			for _, id := range l.IDs {
				if got, _, ok := profile.ByUSB(id); !ok || got.Name != p.Name {
					t.Errorf("ByUSB(%q) = %v, want %q", id, got, p.Name)
				}
			}
		}
		for _, v := range p.Vendors {
			if got, at, ok := profile.ByUSB(v + ":fffe"); !ok || got.Name != p.Name || at != nil {
				t.Errorf("ByUSB(%q) = %v %v, want %q by probing", v, got, at, p.Name)
			}
		}
	}
}

func TestByUSB(t *testing.T) {
	for _, tc := range []struct {
		id, want string
		at       []int
	}{
		{"12d1:1506", "huawei-e3", nil},
		{"12D1:1506", "huawei-e3", nil},
		{"12d1:ffff", "huawei", nil}, // the vendor alone
		{"19d2:0031", "zte-mf6", []int{3, 1}},
		{"1e0e:9001", "simcom-lte", []int{2, 3}},
		{"1e0e:9011", "simcom-a76", []int{4, 5}},
		{"2c7c:0125", "quectel", []int{2, 3}},
		{"05c6:9090", "quectel-uc", []int{2, 3}},
		{"1bc7:1201", "telit-le910", []int{4, 5}},
		{"1546:1102", "u-blox", []int{0, 2, 4}},
		{"1199:68c0", "sierra", []int{3}},
		{"1e2d:0061", "cinterion", []int{2, 0}},
		{"1c9e:9603", "longcheer", []int{2, 0}},
		{"067b:2303", "", nil}, // a serial bridge: anything may be behind it
		{"05c6:9008", "", nil}, // download mode
		{"1546:01a8", "", nil}, // a GNSS receiver of a modem maker's
		{"12d1:14dc", "", nil}, // a network card of another's
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
		{"huawei", "E3131", "huawei-e3"},
		{"huawei", "E1752", "huawei"},
		{"HUAWEI", "E220", "huawei-e220"},
		{"huawei", "E3372", "huawei-lte"},
		{"Vodafone (Huawei)", "K5150", "huawei-lte"},
		{"HUAWEI TECHNOLOGIES CO., LTD", "E173", "huawei"},
		{"ZTE CORPORATION", "MF190", "zte"},
		{"SIMCOM_Ltd", "SIMCOM_SIM800L", "simcom-2g"},
		{"SIMCOM INCORPORATED", "SIMCOM_SIM7600E-H", "simcom-lte"},
		{"SIMCOM INCORPORATED", "A7670E", "simcom-a76"},
		{"INCORPORATED", "A7670SA-FASE", "simcom-a76"},
		{"Quectel", "EC25", "quectel"},
		{"Quectel_Ltd", "Quectel_M95", "quectel-2g"},
		{"Quectel", "BG96", "quectel-bg"},
		{"QUALCOMM INCORPORATED", "SIMCOM_SIM7600E", "simcom-lte"},
		{"Telit", "LE910C1-EU", "telit-le910"},
		{"Telit", "HE910", "telit"},
		{"SIMCOM_Ltd", "SIM900", "simcom-900"},
		{"SIMCOM_Ltd", "SIMCOM_SIM7000E", "simcom-7000"},
		{"SIMCOM_Ltd", "SIM7080G", "simcom-7070"},
		{"u-blox", "SARA-R510S", "u-blox-r4"},
		{"Fibocom Wireless Inc.", "L610-EU", "fibocom"},
		{"NEOWAY", "M590E", "neoway"},
		{"Acme", "E3", "generic"}, // too short to be known without its maker
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
