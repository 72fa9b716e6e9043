package modem

import (
	"reflect"
	"testing"

	"github.com/pigeon-sms/pigeon/modem/profile"
	"github.com/pigeon-sms/pigeon/sms"
)

func TestReadRegistration(t *testing.T) {
	for _, tc := range []struct {
		line       string
		status     int
		technology int
		ok         bool
	}{
		{`+CREG: 0,1`, 1, -1, true},
		{`+CREG:0,5`, 5, -1, true},
		{`+CREG: 2, 1`, 1, -1, true},
		{`+CREG: 000,001`, 1, -1, true},
		{`+CREG: 002,001,"18d8","ffff"`, 1, -1, true},
		{`+CREG: 2,1,"4CA","81DE445",7`, 1, 7, true},
		{`+CREG: 2,1,4CA,81DE445`, 1, -1, true},
		{`+CREG: 2,1,4CA,81DE445,2`, 1, 2, true},
		{`+CREG: 2,1,"0B,"0100701",7`, 1, 7, true}, // broken quoting
		{`+CREG: 2,,`, 4, -1, false},
		{`+CREG: 1`, 1, -1, true},
		{`+CREG: 0,10`, 10, -1, true},
		{`+CREG: 0,11`, 11, -1, true},
		{`+CREG: 0,12`, 4, -1, false},
		{`+CREG:`, 4, -1, false},
		{`+CEREG: 0,1`, 4, -1, false},
		{``, 4, -1, false},
	} {
		r, ok := readRegistration([]string{tc.line}, "+CREG")
		if r.status != tc.status || r.technology != tc.technology || ok != tc.ok {
			t.Errorf("%q = %d %d %v, want %d %d %v", tc.line, r.status, r.technology, ok, tc.status, tc.technology, tc.ok)
		}
	}
	for status, texts := range []bool{false, true, false, false, false, true, true, true, false, true, true, false} {
		r := registration{status: status}
		if r.texts() != texts || r.String() == "" {
			t.Errorf("status %d: texts %v, %q", status, r.texts(), r)
		}
	}
}

func TestSignal(t *testing.T) {
	for line, want := range map[string]int{
		"+CSQ: 0,99": -113, "+CSQ: 20,0": -73, "+CSQ:31,99": -51, "+CSQ: 100,99": -116, "+CSQ: 191,99": -25,
	} {
		if got := signal([]string{line}); got == nil || *got != want {
			t.Errorf("%q = %v, want %d", line, got, want)
		}
	}
	for _, line := range []string{"+CSQ: 99,99", "+CSQ: 199,99", "+CSQ: ,", "+CSQ", ""} {
		if got := signal([]string{line}); got != nil {
			t.Errorf("%q = %d, want nothing", line, *got)
		}
	}
}

func TestStrength(t *testing.T) {
	for line, want := range map[string]int{
		"+CESQ: 40,0,255,255,255,255": -71, "+CESQ: 99,99,30,20,255,255": -91, "+CESQ: 99,99,255,255,20,45": -71,
		"+CESQ: 0,99,255,255,255,255": -111, `^HCSQ:"LTE",50,45,141,20`: -71, "^HCSQ: WCDMA,40,35,30": -81,
	} {
		if got := strength([]string{line}); got == nil || *got != want {
			t.Errorf("%q = %v, want %d", line, got, want)
		}
	}
	for _, line := range []string{"+CESQ: 99,99,255,255,255,255", "+CESQ: 64", "+CESQ:", `^HCSQ:"NOSERVICE"`, `^HCSQ:"LTE",255`, ""} {
		if got := strength([]string{line}); got != nil {
			t.Errorf("%q = %d, want nothing", line, *got)
		}
	}
}

func TestOperator(t *testing.T) {
	for _, tc := range []struct {
		line, name string
		act        int
	}{
		{`+COPS: 0`, "", -1},
		{`+COPS: 0,0,"Name"`, "Name", -1},
		{`+COPS: 0,0,"A, B",7`, "A, B", 7},
		{`+COPS: 0,2,"21407",0`, "21407", 0},
		{`+COPS: 0,2,21407,2`, "21407", 2},
		{`+COPS: 0,0,"0050006900670065006F006E",7`, "Pigeon", 7},
		{`+COPS: 0,0,"4E2D56FD79FB52A8"`, "中国移动", -1},
		{`+COPS: 0,0,"CAFE"`, "CAFE", -1},
	} {
		if name, act := operator([]string{tc.line}); name != tc.name || act != tc.act {
			t.Errorf("%q = %q %d, want %q %d", tc.line, name, act, tc.name, tc.act)
		}
	}
}

func TestMemories(t *testing.T) {
	for _, tc := range []struct {
		line string
		want []memory
	}{
		{`+CPMS: "SM",3,50,"ME",1,23,"SM",3,50`, []memory{{"SM", 3, 50}, {"ME", 1, 23}, {"SM", 3, 50}}},
		{`+CPMS: "SM",3,50,"SM",3,50`, []memory{{"SM", 3, 50}, {"SM", 3, 50}}},
		{`+CPMS: 0,10,0,23,0,5`, []memory{{"", 0, 10}, {"", 0, 23}, {"", 0, 5}}},
		{`+CPMS: 3,14`, []memory{{"", 3, 14}}},
		{`+CPMS: "SM","SM","SM"`, []memory{{"SM", -1, -1}, {"SM", -1, -1}, {"SM", -1, -1}}},
		{`+CPMS: SM,3,50,SM,3,50,SM,3,50`, []memory{{"SM", 3, 50}, {"SM", 3, 50}, {"SM", 3, 50}}},
		{`+CPMS: ,,,,,,,,`, []memory{{"", -1, -1}, {"", -1, -1}, {"", -1, -1}}},
		{`+CPMS: "0053004D",1,20,"004D0045",2,23,"0053004D",1,20`, []memory{{"SM", 1, 20}, {"ME", 2, 23}, {"SM", 1, 20}}},
		{`+CMGS: 1`, nil},
	} {
		if got := memories([]string{tc.line, tc.line}); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%q = %v, want %v", tc.line, got, tc.want)
		}
	}
}

func TestOffered(t *testing.T) {
	for _, tc := range []struct {
		line string
		want [][]string
	}{
		{`+CPMS: ("SM","ME"),("SM","ME"),("SM")`, [][]string{{"SM", "ME"}, {"SM", "ME"}, {"SM"}}},
		{`+CPMS: (("SM","BM","SR"),("SM"))`, [][]string{{"SM", "BM", "SR"}, {"SM"}}}, // Wavecom
		{`+CPMS: ("SM"),("SM")`, [][]string{{"SM"}, {"SM"}}},
		{`+CPMS: ("0053004D","004D0045"),("0053004D")`, [][]string{{"SM", "ME"}, {"SM"}}},
		{`+CPMS: (),(),()`, [][]string{{}, {}, {}}},
		{`+CPMS: `, nil},
		{`+CPMS: ("SM"`, nil},
	} {
		if got := offered([]string{tc.line}); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%q = %v, want %v", tc.line, got, tc.want)
		}
	}
}

func TestList(t *testing.T) {
	for _, tc := range []struct {
		name  string
		lines []string
		want  []stored
	}{
		{"standard", []string{`+CMGL: 0,1,,147`, "0791AA"}, []stored{{0, 1, 147, "0791AA"}}},
		{"no name at all", []string{`+CMGL: 17,3,35`, "0791AA"}, []stored{{17, 3, 35, "0791AA"}}},
		{"name, no state", []string{`+CMGL: 0,"",50`, "0791AA"}, []stored{{0, -1, 50, "0791AA"}}},
		{"a name of digits is no state", []string{`+CMGL: 4,"1",50`, "0791AA"}, []stored{{4, -1, 50, "0791AA"}}},
		{"PDU on the same line", []string{`+CMGL: 1,,147 0791AA`}, []stored{{1, -1, 147, "0791AA"}}},
		{"a quote after the PDU", []string{`+CMGL: 1,0,,147`, `0791AA"`}, []stored{{1, 0, 147, "0791AA"}}},
		{"two, one without its PDU", []string{`+CMGL: 1,0,,147`, `+CMGL: 2,1,,20`, "0791BB"}, []stored{{1, 0, 147, ""}, {2, 1, 20, "0791BB"}}},
		{"unread and read", []string{`+CMGL: 1,0,,24`, "00AA", `+CMGL: 2,1,"Joe, J",24`, "00BB"}, []stored{{1, 0, 24, "00AA"}, {2, 1, 24, "00BB"}}},
		{"nothing", nil, nil},
		{"no index", []string{"+CMGL: ,1,,24", "00AA"}, nil},
	} {
		if got := list(tc.lines); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestRead(t *testing.T) {
	for _, tc := range []struct {
		lines []string
		want  stored
		ok    bool
	}{
		{[]string{"+CMGR: 0,,24", "0791AA"}, stored{-1, 0, 24, "0791AA"}, true},
		{[]string{"+CMGR: 1,\"\",24", "0791AA"}, stored{-1, 1, 24, "0791AA"}, true},
		{[]string{"+CMGR: 24", "0791AA"}, stored{-1, -1, 24, "0791AA"}, true},
		{[]string{"+CMGR: ,,92", "", "0791AA"}, stored{-1, -1, 92, "0791AA"}, true},
		{nil, stored{}, false}, // an empty place
		{[]string{"+CMGR: 0,,0"}, stored{index: -1}, false},
	} {
		if got, ok := read(tc.lines); got != tc.want || ok != tc.ok {
			t.Errorf("%q = %v %v, want %v %v", tc.lines, got, ok, tc.want, tc.ok)
		}
	}
}

func TestPlaceAndTail(t *testing.T) {
	for _, tc := range []struct {
		line, mem string
		index     int
		ok        bool
	}{
		{`+CMTI: "SM",3`, "SM", 3, true},
		{`+CMTI:"ME",0`, "ME", 0, true},
		{`+CMTI: sm,12`, "SM", 12, true},
		{`+CMTI: "0053004D",7`, "SM", 7, true},
		{`+CMTI: "SM",`, "SM", 0, false},
		{`+CMTI: "SM"`, "", 0, false},
		{`+CMTI: "",3`, "", 0, false},
		{`+CMTI`, "", 0, false},
	} {
		if mem, index, ok := place(tc.line, "+CMTI"); mem != tc.mem || index != tc.index || ok != tc.ok {
			t.Errorf("%q = %q %d %v", tc.line, mem, index, ok)
		}
	}
	for line, want := range map[string]int{"+CDS: 25": 25, "+CDS: ,25": 25, `+CDS: "name",25`: 25, "+CDS:25": 25, "+CDS:": 0, "": 0} {
		if got := tail(line, "+CDS"); got != want {
			t.Errorf("%q = %d, want %d", line, got, want)
		}
	}
}

func TestReference(t *testing.T) {
	for _, tc := range []struct {
		lines []string
		mr    int
		taken bool
	}{
		{[]string{"+CMGS: 42"}, 42, true},
		{[]string{"+CMGS:255 "}, 255, true},
		{[]string{`+CMGS: 7,"0001"`}, 7, true},
		{[]string{"+CMGS: 256"}, -1, true},
		{[]string{"+CMGS:"}, -1, true},
		{nil, -1, false},
	} {
		if mr, taken := reference(tc.lines); mr != tc.mr || taken != tc.taken {
			t.Errorf("%q = %d %v, want %d %v", tc.lines, mr, taken, tc.mr, tc.taken)
		}
	}
}

func TestPINStateAndTries(t *testing.T) {
	for line, want := range map[string]string{
		"+CPIN: READY": "READY", `+CPIN: "READY"`: "READY", "+CPIN:READY": "READY", "+CPIN: SIM PIN": "SIM PIN",
		"+CPIN: sim puk": "SIM PUK", "+CPIN: NOT INSERTED": "NOT INSERTED", "": "",
	} {
		if got := pinState([]string{line}); got != want {
			t.Errorf("%q = %q, want %q", line, got, want)
		}
	}
	tries := func(family string) profile.Tries {
		for _, p := range profile.All() {
			if p.Name == family {
				return p.Tries
			}
		}
		t.Fatalf("no family %s", family)
		return profile.Tries{}
	}
	for _, tc := range []struct {
		family, line string
		want         int
		ok           bool
	}{
		{"huawei", "^CPIN: SIM PIN,3,10,3,10,3", 3, true},
		{"huawei", "^CPIN: READY,,10,2,10,3", 2, true},
		{"quectel", `+QPINC: "SC",3,10`, 3, true},
		{"telit", "#PCT: 3", 3, true},
		{"u-blox", "+UPINCNT: 3,3,10,10", 3, true},
		{"simcom-lte", "+SPIC: 2,10,0,10", 2, true},
		{"cinterion", "^SPIC: 1", 1, true},
		{"zte", "+ZPINPUK: 3,10", 3, true},
		{"generic", "+CPINR: SIM PIN,3,3", 3, true},
		{"huawei", "+CPINR: SIM PIN,2,3", 2, true},
		{"generic", "+CPINR: SIM PIN2,3,3", 0, false},
		{"generic", "#PCT: 3", 0, false},
		{"huawei", "^CPIN: SIM PIN", 0, false},
	} {
		if got, ok := pinTries([]string{tc.line}, tries(tc.family)); got != tc.want || ok != tc.ok {
			t.Errorf("%s %q = %d %v, want %d %v", tc.family, tc.line, got, ok, tc.want, tc.ok)
		}
	}
}

func TestIdentities(t *testing.T) {
	for line, want := range map[string]string{
		"+CCID: 8944501234567890123": "8944501234567890123", `+ICCID: "89445012345678901234"`: "89445012345678901234",
		"98440521436587092143": "89445012345678901234", "+CCID: 8944501234567890123F": "8944501234567890123",
		"984405214365870921F3": "8944501234567890123"[:18] + "3", "12345": "", "+CCID: 1234567890123456789": "",
	} {
		if got := iccid([]string{line}); got != want {
			t.Errorf("iccid %q = %q, want %q", line, got, want)
		}
	}
	for line, want := range map[string]string{
		"356938035643809": "356938035643809", `+CGSN: "356938035643809"`: "356938035643809", "IMEI 356938035643809": "356938035643809", "35": "",
	} {
		if got := digits([]string{line}, 14, 17); got != want {
			t.Errorf("imei %q = %q, want %q", line, got, want)
		}
	}
	for _, lines := range [][]string{{"huawei"}, {`+CGMI: "huawei"`}, {"", `"huawei"`}, {"+CGMI: huawei"}} {
		if got := plain(lines, "+CGMI"); got != "huawei" {
			t.Errorf("plain %q = %q", lines, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	for line, want := range map[string]sms.Number{
		`+CSCA: "+447785016005",145`: "+447785016005", `+CSCA: "447785016005",145`: "+447785016005",
		`+CSCA: "07785016005",129`: "07785016005", `+CSCA: +447785016005,145`: "+447785016005", `+CSCA: "",129`: "", `+CSCA: `: "",
		`+CSCA: "002B003400340037",145`: "+447",
	} {
		if got := serviceCentre([]string{line}); got != want {
			t.Errorf("%q = %q, want %q", line, got, want)
		}
	}
	if got := ownNumber([]string{`+CNUM: "","",129`, `+CNUM: "Line 1","+447700900001",145,7,4`}); got != "+447700900001" {
		t.Errorf("own number %q", got)
	}
}

// No answer can break the readers.
func FuzzAnswers(f *testing.F) {
	for _, s := range []string{
		`+CREG: 2,1,"0B,"0100701",7`, `+CPMS: (("SM","BM","SR"),("SM"))`, `+CPMS: "SM",3,50`, "+CMGL: 1,,147 0791AA", "+CMGR: ,,92",
		`+CMTI: "SM",3`, "+CDS: ,25", "+CMGS: 42", `+CSCA: "002B003400340037",145`, "^CPIN: READY,,10,3,10,3", "98440521436587092143",
		"+CSQ: 100,99", "+CESQ: 99,99,255,255,20,45", `^HCSQ:"LTE",50,45,141,20`, `+COPS: 0,0,"A,B",7`, `+CNUM: "",`, "+CPINR: SIM PIN,3,3", `"`, ",", ":",
	} {
		f.Add(s, "0791AA")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		lines := []string{a, b}
		for _, p := range []string{"+CREG", "+CGREG", "+CEREG"} {
			if r, _ := readRegistration(lines, p); r.String() == "" || len(technology(r.technology)) > 20 {
				t.Errorf("%q: %v", lines, r)
			}
		}
		if s := signal(lines); s != nil && (*s < -116 || *s > -25) {
			t.Errorf("%q: %d dBm", lines, *s)
		}
		if s := strength(lines); s != nil && (*s < -121 || *s > -19) {
			t.Errorf("%q: %d dBm", lines, *s)
		}
		if m := memories(lines); len(m) > 3 {
			t.Errorf("%q: %d memories", lines, len(m))
		}
		for _, s := range list(lines) {
			if s.index < 0 || s.stat > statSent {
				t.Errorf("%q: %+v", lines, s)
			}
		}
		if mr, _ := reference(lines); mr > 255 {
			t.Errorf("%q: reference %d", lines, mr)
		}
		for _, p := range profile.All() {
			pinTries(lines, p.Tries)
		}
		if id := iccid(lines); id != "" && !simForm.MatchString(id) && len(id) < 17 {
			t.Errorf("%q: ICCID %q", lines, id)
		}
		if mem, index, ok := place(a, "+CMTI"); ok && (mem == "" || len(mem) > 8 || index < 0) {
			t.Errorf("%q: place %q %d", a, mem, index)
		}
		operator(lines)
		offered(lines)
		read(lines)
		serviceCentre(lines)
		ownNumber(lines)
		pinState(lines)
		tail(a, "+CDS")
		plain(lines, "+CGMI")
	})
}
