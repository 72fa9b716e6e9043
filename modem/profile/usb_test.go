package profile_test

import (
	"slices"
	"testing"

	"github.com/pigeon-sms/pigeon/modem/profile"
)

// devices are USB products that have a tty, with the command port and the
// second one as vendors' and other software's tables have them. nil: told by
// class, or only by a probe. Huawei's are told by class.
var devices = []struct {
	name   string
	ids    []string
	family string
	at     []int
}{
	{"Huawei E169, E620, E800, E3531", []string{"12d1:1001"}, "huawei", nil},
	{"Huawei E220, E230, E270, E870", []string{"12d1:1003"}, "huawei-e220", nil},
	{"Huawei E1750", []string{"12d1:1406"}, "huawei", nil},
	{"Huawei E173", []string{
		"12d1:140c", "12d1:1436", "12d1:14b5", "12d1:14ba", "12d1:1c05", "12d1:1c07", "12d1:1c08", "12d1:1c10",
	}, "huawei", nil},
	{"Huawei E303 to E3372", []string{"12d1:1506", "12d1:1c1e", "12d1:150f", "12d1:151d"}, "huawei-e3", nil},
	{"Huawei E3272, E3372 NCM", []string{"12d1:1442"}, "huawei-lte", nil},
	{"Huawei K3765, K4505, K4605", []string{"12d1:1465", "12d1:1464", "12d1:14c6"}, "huawei", nil},
	{"ZTE MF190", []string{"19d2:0017", "19d2:0117"}, "zte", []int{2, 1}},
	{"ZTE MF190", []string{"19d2:0124"}, "zte", []int{4, 1}},
	{"ZTE MF622", []string{"19d2:0001"}, "zte-mf6", []int{0, 2}},
	{"ZTE MF626", []string{"19d2:0031"}, "zte-mf6", []int{3, 1}},
	{"ZTE MF628", []string{"19d2:0015"}, "zte-mf6", []int{1, 3}},
	{"other ZTE", []string{
		"19d2:0063", "19d2:0104", "19d2:0108", "19d2:1008", "19d2:1254", "19d2:1268", "19d2:2002", "19d2:2003",
	}, "zte", []int{3, 1}},
	{"other ZTE", []string{"19d2:0016", "19d2:0018", "19d2:0019"}, "zte", []int{2, 1}},
	{"other ZTE", []string{"19d2:0064"}, "zte", []int{2, 0}},
	{"other ZTE", []string{"19d2:0128"}, "zte", []int{4, 1}},
	{"ZTE MF820, MF823, MF70", []string{"19d2:0167", "19d2:1031", "19d2:1032", "19d2:1405"}, "zte-lte", nil},
	{"older SIMCom", []string{"1e0e:9100", "1e0e:9200"}, "simcom-lte", []int{3, 1}},
	{"SIM7100 to SIM7600", []string{"1e0e:9001"}, "simcom-lte", []int{2, 3}},
	{"A7670", []string{"1e0e:9011"}, "simcom-a76", []int{4, 5}},
	{"SIM7070", []string{"1e0e:9205", "1e0e:9206"}, "simcom-7070", []int{2, 3}},
	{"EC20, EC25", []string{"2c7c:0125", "05c6:9215"}, "quectel", []int{2, 3}},
	{"EC21, EG91, EG95, EP06, EG12, RG500", []string{
		"2c7c:0121", "2c7c:0191", "2c7c:0195", "2c7c:0306", "2c7c:0512", "2c7c:0800",
	}, "quectel", []int{2, 3}},
	{"BG96", []string{"2c7c:0296"}, "quectel-bg", []int{2, 3}},
	{"EC200", []string{"2c7c:6026"}, "quectel", nil},
	{"UC20, UC15", []string{"05c6:9003", "05c6:9090"}, "quectel-uc", []int{2, 3}},
	{"Sierra MC, EM", []string{"1199:68c0", "1199:9071", "1199:9079", "1199:9091"}, "sierra", []int{3}},
	{"Sierra HL7812", []string{"1199:c001"}, "sierra-hl", []int{0, 2}},
	{"Telit LE910C1", []string{"1bc7:1201"}, "telit-le910", []int{4, 5}},
	{"Telit LE910C1, all one higher", []string{"1bc7:1204"}, "telit-le910", []int{5, 6}},
	{"Telit UC864", []string{"1bc7:1003"}, "telit", []int{0, 2}},
	{"Telit LE922", []string{"1bc7:1040"}, "telit", []int{4, 5}},
	{"Telit ME910C1", []string{"1bc7:1101", "1bc7:110a"}, "telit-le910", []int{1, 2}},
	{"Telit LE910S1", []string{"1bc7:7010"}, "telit-le910", []int{4, 3}},
	{"Telit LE910Q1", []string{"1bc7:7020"}, "telit-le910", []int{6, 2}},
	{"LISA-U2", []string{"1546:1102"}, "u-blox", []int{0, 2}},
	{"SARA-U2", []string{"1546:1104"}, "u-blox", []int{0, 2}},
	{"TOBY-L2", []string{"1546:1141", "1546:1143", "1546:1146"}, "u-blox-toby", nil},
	{"TOBY-L4", []string{"1546:1010"}, "u-blox-toby", []int{6, 0}},
	{"TOBY-R2, LARA-R2", []string{"1546:1107", "1546:110a"}, "u-blox-toby", []int{0, 2}},
	{"SARA-R4", []string{"05c6:90b2"}, "u-blox-r4", nil},
	{"LARA-R6", []string{"05c6:908b"}, "u-blox-r4", []int{1, 2}},
	{"PHS8", []string{"1e2d:0053"}, "cinterion", nil},
	{"PLS8", []string{"1e2d:0061"}, "cinterion", []int{2, 0}},
	{"PLS62, PLS63", []string{"1e2d:005b", "1e2d:005d", "1e2d:0069", "1e2d:006f"}, "cinterion", []int{0, 2}},
	{"newer Cinterion", []string{"1e2d:00f1", "1e2d:00b3"}, "cinterion", []int{2}},
	{"MultiTech MTCBA, MTD", []string{"06e0:f111", "06e0:f112"}, "multitech", []int{0}},
	{"Longcheer", []string{"1c9e:9603"}, "longcheer", []int{2, 0}},
	{"Longcheer", []string{"1c9e:9605"}, "longcheer", []int{3, 0}},
	{"Longcheer", []string{"1c9e:9607"}, "longcheer", []int{4, 0}},
	{"Alcatel X200", []string{"1bbb:0000"}, "alcatel", []int{3, 0}},
	{"Alcatel X200", []string{"1bbb:0017"}, "alcatel", []int{5, 1}},
	{"DWM-157", []string{"2001:7d02"}, "d-link", nil},
	{"DWM-222", []string{"2001:7e35"}, "d-link", []int{1, 2}},
}

func TestDevicesHaveTheirCommandPort(t *testing.T) {
	listed := map[string]bool{}
	for _, d := range devices {
		for _, id := range d.ids {
			listed[id] = true
			p, at, ok := profile.ByUSB(id)
			switch {
			case !ok:
				t.Errorf("%s (%s): no profile", d.name, id)
			case p.Name != d.family || !slices.Equal(at[:min(len(at), len(d.at))], d.at) || d.at == nil && at != nil:
				t.Errorf("%s (%s): %s %v, want %s %v", d.name, id, p.Name, at, d.family, d.at)
			case p.Brands[0] == "huawei" && !(slices.Contains(p.Class, "ff/01/02") && slices.Contains(p.Class, "ff/02/02")):
				t.Errorf("%s (%s): the PC UI port's class is not among %v", d.name, id, p.Class)
			}
		}
	}
	// 12d1:1573 is known for disliking ^GETPORTMODE alone.
	for _, p := range profile.All() {
		for _, l := range p.Layouts {
			for _, id := range l.IDs {
				if !listed[id] && id != "12d1:1573" {
					t.Errorf("%s (%s) is in no table", id, p.Name)
				}
			}
		}
	}
}

func TestLayoutLeavesPortsAlone(t *testing.T) {
	for id, want := range map[string][]int{
		"1e0e:9001": {0, 1, 4, 5, 6}, "2c7c:0125": {0, 1, 4}, "1199:9071": {0, 2}, "1546:1010": {2, 4, 8}, "19d2:0017": nil,
	} {
		if _, l, ok := profile.ByLayout(id); !ok || !slices.Equal(l.Leave, want) {
			t.Errorf("%s: leaves %v alone, want %v", id, l.Leave, want)
		}
	}
	if _, _, ok := profile.ByLayout("12d1:ffff"); ok {
		t.Error("a product that is listed nowhere has a layout")
	}
}
