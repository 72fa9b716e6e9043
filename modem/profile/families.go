package profile

import "time"

// The values of +CNMI, best first: new texts stored and announced (mt=1, which
// alone survives a restart between arrival and reading), status reports handed
// over (ds=1) rather than stored (ds=2), no cell broadcasts. Qualcomm parts
// advertise mode 2 and refuse it, some want broadcasts routed (bm=2) or the
// buffer cleared (bfr=1), and an old one may have no reports at all.
var (
	anyCNMI = []string{
		"2,1,0,1,0", "1,1,0,1,0", "2,1,2,1,0", "2,1,0,1,1", "2,1,0,2,0", "1,1,0,2,0", "2,1,2,2,0",
		"2,1,0,0,0", "1,1,0,0,0", "2,1,2,0,0",
	}
	// SIM7000, SIM7600 and A76xx allow ds=1 in mode 1 only.
	mode1CNMI = []string{"1,1,0,1,0", "2,1,0,1,0", "2,1,0,2,0", "1,1,0,2,0", "2,1,0,0,0", "1,1,0,0,0"}
	// Siemens and their heirs know only bfr=1.
	siemensCNMI = []string{"2,1,0,1,1", "1,1,0,1,1", "2,1,0,1,0", "1,1,0,1,0", "2,1,0,2,1", "1,1,0,0,1"}
)

var anyICCID = []string{"+CCID", "+ICCID", "+CICCID", "+QCCID", "^ICCID?", "#CCID", "%CCID"}

// An EG06-E was seen to answer +CMGS after 135 s; no maker documents more
// than 120 s. Three minutes leave room and still end.
const sendLimit = 180 * time.Second

// all is every family; Generic is first.
var all = []Profile{
	{
		Name:    "generic",
		CNMI:    anyCNMI,
		Storage: []string{"SM", "ME", "MT"},
		Layouts: []Layout{
			// Makers of one stick or two, without a family.
			{IDs: []string{"1c9e:9603"}, AT: []int{2, 0}},
			{IDs: []string{"1c9e:9605"}, AT: []int{3, 0}},
			{IDs: []string{"1c9e:9607"}, AT: []int{4, 0}},
			{IDs: []string{"1bbb:0000"}, AT: []int{3, 0}},
			{IDs: []string{"1bbb:0017"}, AT: []int{5, 1}},
			{IDs: []string{"2001:7d02"}},
			{IDs: []string{"2001:7e35"}, AT: []int{1, 2}},
			{IDs: []string{"06e0:f111", "06e0:f112"}, AT: []int{0}}, // MultiTech MTCBA
		},
		ReadyWait: 60 * time.Second,
		Settle:    3 * time.Second,
		ICCID:     anyICCID,
		Reset:     "+CFUN=1,1",
		SendLimit: sendLimit,
	},
	{
		Name: "huawei",
		Layouts: []Layout{
			{IDs: []string{
				"12d1:1001", "12d1:1003", "12d1:1406", "12d1:140c", "12d1:1436", "12d1:1442", "12d1:1464", "12d1:1465",
				"12d1:14b5", "12d1:14ba", "12d1:14c6", "12d1:1506", "12d1:150f", "12d1:151d", "12d1:1573", "12d1:1c05",
				"12d1:1c07", "12d1:1c08", "12d1:1c10", "12d1:1c1e",
			}},
		},
		Vendors:   []string{"12d1"},
		Class:     []string{"ff/02/12", "ff/01/02", "ff/02/02"}, // PC UI; the first is NCM firmware
		Brands:    []string{"huawei"},
		Init:      []string{"^CURC=0"}, // no ^RSSI and ^BOOT every few seconds
		CNMI:      anyCNMI,
		Storage:   []string{"SM", "ME"},
		Ready:     []string{"^SRVST:2", "^SRVST: 2"},
		ReadyWait: 60 * time.Second,
		Settle:    3 * time.Second,
		Tries:     Tries{Cmd: "^CPIN?", Field: 3},
		ICCID:     []string{"^ICCID?", "+ICCID", "+CCID"},
		Reset:     "^RESET",
		SendLimit: sendLimit,
	},
	{
		Name: "zte",
		Layouts: []Layout{
			{IDs: []string{"19d2:0017", "19d2:0117"}, AT: []int{2, 1}},
			{IDs: []string{"19d2:0124", "19d2:0128"}, AT: []int{4, 1}},
			{IDs: []string{"19d2:0001"}, AT: []int{0, 2}},
			{IDs: []string{"19d2:0031"}, AT: []int{3, 1}},
			{IDs: []string{"19d2:0015"}, AT: []int{1, 3}},
			{IDs: []string{"19d2:0063", "19d2:0104", "19d2:0108", "19d2:1008", "19d2:1254", "19d2:1268", "19d2:2002", "19d2:2003"}, AT: []int{3, 1}},
			{IDs: []string{"19d2:0016", "19d2:0018", "19d2:0019"}, AT: []int{2, 1}},
			{IDs: []string{"19d2:0064"}, AT: []int{2, 0}},
			{IDs: []string{"19d2:0167", "19d2:1031", "19d2:1032", "19d2:1405"}},
		},
		Vendors:   []string{"19d2"},
		Brands:    []string{"zte"},
		Init:      []string{"+ZOPRT=5"}, // leaves the low-power mode some MF sticks wake up in
		CNMI:      anyCNMI,
		Storage:   []string{"SM", "ME"},
		ReadyWait: 60 * time.Second,
		Settle:    time.Second,
		Tries:     Tries{Cmd: "+ZPINPUK=?", Field: 0},
		ICCID:     []string{"+ICCID", "+ZGETICCID", "+CCID"},
		Reset:     "+CFUN=1,1",
		SendLimit: sendLimit,
	},
	{
		// SIM800, SIM868, SIM900: a serial board without a USB identity of its own.
		Name:      "simcom-2g",
		Brands:    []string{"simcom"},
		Models:    []string{"sim8", "sim9"},
		CNMI:      anyCNMI,
		Storage:   []string{"SM", "ME"},
		Ready:     []string{"SMS Ready"},
		ReadyWait: 60 * time.Second,
		Settle:    5 * time.Second,
		Tries:     Tries{Cmd: "+SPIC", Field: 0},
		ICCID:     []string{"+CCID", "+ICCID"},
		Reset:     "+CFUN=1,1",
		SendLimit: sendLimit,
	},
	{
		// SIM7000, SIM7070, SIM7100, SIM7500, SIM7600.
		Name: "simcom-lte",
		Layouts: []Layout{
			{IDs: []string{"1e0e:9001", "1e0e:9205", "1e0e:9206"}, AT: []int{2, 3}},
			{IDs: []string{"1e0e:9100", "1e0e:9200"}, AT: []int{3, 1}},
		},
		Vendors:   []string{"1e0e"},
		Brands:    []string{"simcom"},
		Models:    []string{"sim7"},
		CNMI:      mode1CNMI,
		Storage:   []string{"SM", "ME"},
		Ready:     []string{"SMS DONE"},
		ReadyWait: 60 * time.Second,
		Settle:    5 * time.Second,
		Tries:     Tries{Cmd: "+SPIC", Field: 0},
		ICCID:     []string{"+CICCID", "+CCID", "+ICCID"},
		Reset:     "+CRESET",
		SendLimit: sendLimit,
	},
	{
		// A7670, A7672, A7608: SMS DONE may never come while registration is stuck.
		Name:      "simcom-a76",
		Layouts:   []Layout{{IDs: []string{"1e0e:9011"}, AT: []int{4, 5}}},
		Brands:    []string{"simcom", "a76"},
		Models:    []string{"a76", "a79"},
		CNMI:      mode1CNMI,
		Storage:   []string{"ME", "SM"},
		Ready:     []string{"SMS DONE"},
		ReadyWait: 100 * time.Second,
		Settle:    5 * time.Second,
		Tries:     Tries{Cmd: "+SPIC", Field: 0},
		ICCID:     []string{"+CICCID", "+ICCID", "+CCID"},
		Reset:     "+CRESET",
		SendLimit: sendLimit,
	},
	{
		// EC2x, EG25, EG9x, BG9x, UC20, M95. Stored reports are announced as
		// "SM" and lie in "SR" (EC25): reports are taken directly.
		Name: "quectel",
		Layouts: []Layout{
			{IDs: []string{
				"2c7c:0125", "2c7c:0121", "2c7c:0191", "2c7c:0195", "2c7c:0296", "2c7c:0306", "2c7c:0512", "2c7c:0800",
				"05c6:9215", "05c6:9003", "05c6:9090",
			}, AT: []int{2, 3}},
		},
		Vendors:   []string{"2c7c"},
		Brands:    []string{"quectel"},
		CNMI:      anyCNMI,
		Storage:   []string{"ME", "SM"},
		Ready:     []string{"+QIND: SMS DONE"},
		ReadyWait: 60 * time.Second,
		Settle:    3 * time.Second,
		Tries:     Tries{Cmd: "+QPINC?", Field: 1},
		ICCID:     []string{"+QCCID", "+ICCID", "+CCID"},
		Reset:     "+CFUN=1,1",
		SendLimit: sendLimit,
		KeepLink:  true,
	},
	{
		Name: "telit",
		Layouts: []Layout{
			{IDs: []string{"1bc7:1201"}, AT: []int{4, 5}},
			{IDs: []string{"1bc7:1204"}, AT: []int{5, 6}},
			{IDs: []string{"1bc7:1003"}, AT: []int{0, 2}},
			{IDs: []string{"1bc7:1040"}, AT: []int{4, 5}},
			{IDs: []string{"1bc7:1101", "1bc7:110a"}, AT: []int{1, 2}},
			{IDs: []string{"1bc7:7010"}, AT: []int{4, 3}},
			{IDs: []string{"1bc7:7020"}, AT: []int{6, 2}},
		},
		Vendors:   []string{"1bc7"},
		Brands:    []string{"telit"},
		Init:      []string{"#QSS=1"}, // says when the SIM can be used: +CPIN: READY comes too early
		CNMI:      anyCNMI,
		Storage:   []string{"SM", "ME"},
		Ready:     []string{"#QSS: 3"},
		ReadyWait: 60 * time.Second,
		Settle:    3 * time.Second,
		Tries:     Tries{Cmd: "#PCT", Field: 0},
		ICCID:     []string{"#CCID", "+CCID", "+ICCID"},
		Reset:     "#REBOOT",
		SendLimit: sendLimit,
	},
	{
		Name: "u-blox",
		Layouts: []Layout{
			{IDs: []string{"1546:1102"}, AT: []int{0, 2, 4}},
			{IDs: []string{"1546:1104"}, AT: []int{0, 2}},
			{IDs: []string{"1546:1141", "1546:1143", "1546:1146"}},
			{IDs: []string{"1546:1010"}, AT: []int{6, 0}},
			{IDs: []string{"1546:1107", "1546:110a"}, AT: []int{0, 2, 4}},
			{IDs: []string{"05c6:90b2"}},
			{IDs: []string{"05c6:908b"}, AT: []int{1, 2}},
		},
		Vendors:   []string{"1546"},
		Brands:    []string{"u-blox", "ublox"},
		CNMI:      anyCNMI,
		Storage:   []string{"SM", "ME"},
		Ready:     []string{"+PBREADY"},
		ReadyWait: 60 * time.Second,
		Settle:    3 * time.Second,
		Tries:     Tries{Cmd: "+UPINCNT", Field: 0},
		ICCID:     []string{"+CCID", "+ICCID"},
		Reset:     "+CFUN=16",
		SendLimit: sendLimit,
		KeepLink:  true,
	},
	{
		Name: "sierra",
		Layouts: []Layout{
			{IDs: []string{"1199:68c0", "1199:9071", "1199:9079", "1199:9091"}, AT: []int{3}},
			{IDs: []string{"1199:c001"}, AT: []int{0, 2}},
		},
		Vendors:   []string{"1199"},
		Brands:    []string{"sierra"},
		CNMI:      anyCNMI,
		Storage:   []string{"SM", "ME"},
		ReadyWait: 60 * time.Second,
		Settle:    8 * time.Second,
		ICCID:     []string{"+ICCID", "+CCID", "!ICCID?"},
		Reset:     "!RESET",
		SendLimit: sendLimit,
	},
	{
		// Cinterion, Gemalto, Thales and, before them, Siemens.
		Name: "cinterion",
		Layouts: []Layout{
			{IDs: []string{"1e2d:0053"}},
			{IDs: []string{"1e2d:0061"}, AT: []int{2, 0}},
			{IDs: []string{"1e2d:005b", "1e2d:005d", "1e2d:0069", "1e2d:006f"}, AT: []int{0, 2}},
			{IDs: []string{"1e2d:00f1", "1e2d:00b3"}, AT: []int{2}},
		},
		Vendors:   []string{"1e2d"},
		Brands:    []string{"cinterion", "gemalto", "thales", "siemens"},
		Init:      []string{"^SMGO=1"}, // says when the stores are full
		CNMI:      siemensCNMI,
		Storage:   []string{"MT", "SM", "ME"},
		ReadyWait: 60 * time.Second,
		Settle:    10 * time.Second,
		Tries:     Tries{Cmd: "^SPIC", Field: 0},
		ICCID:     []string{"+CCID", "^SCID", "+ICCID"},
		Reset:     "+CFUN=1,1",
		SendLimit: sendLimit,
		KeepLink:  true,
	},
	{
		// Q2303, Q24xx, Fastrack, iTegno: two memories only, no OK after
		// +CPIN?, +CMS ERROR: 515 until the SMS service has started.
		Name:      "wavecom",
		Brands:    []string{"wavecom"},
		CNMI:      anyCNMI,
		Storage:   []string{"SM"},
		Ready:     []string{"+WIND: 16"},
		ReadyWait: 60 * time.Second,
		Settle:    5 * time.Second,
		ICCID:     []string{"+CCID"},
		Reset:     "+CFUN=1,1", // does not clear a stuck 515 or 536: that takes its power
		SendLimit: sendLimit,
	},
	{
		// The modem of package modemsim.
		Name:      "simulated",
		Brands:    []string{"pigeon"},
		CNMI:      anyCNMI,
		Storage:   []string{"SM", "ME"},
		ReadyWait: 30 * time.Second,
		Settle:    time.Second,
		ICCID:     []string{"+CCID"},
		Reset:     "+CFUN=1,1",
		SendLimit: sendLimit,
	},
}
