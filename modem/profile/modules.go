package profile

import "time"

var sierra = []Profile{
	{
		// MC7304, MC7355, MC7455, EM74xx.
		Name: "sierra",
		Layouts: []Layout{{
			IDs: []string{"1199:68c0", "1199:9071", "1199:9079", "1199:9091"}, AT: []int{3}, Leave: []int{0, 2},
		}},
		Vendors: []string{"1199"},
		Brands:  []string{"sierra"},
		Settle:  8 * time.Second,
		ICCID:   []string{"+ICCID", "+CCID", "!ICCID?"},
		Signal:  []string{"+CESQ"},
		Reset:   "!RESET",
		Away:    away,
	},
	{
		// HL7812, HL6: says +WIND as Wavecom's did. An HL6 shows its prompt and
		// at once ERROR, up to forty times in a row.
		Name:    "sierra-hl",
		Layouts: []Layout{{IDs: []string{"1199:c001"}, AT: []int{0, 2}, Leave: []int{4}}},
		Brands:  []string{"sierra"},
		Models:  []string{"hl"},
		Ready:   []string{"+WIND: 16"},
		Settle:  8 * time.Second,
		ICCID:   []string{"+CCID", "+ICCID"},
		Signal:  []string{"+CESQ"},
		Balks:   40,
		Away:    away,
	},
}

// #QSS=1 says when the SIM can be used: +CPIN: READY comes too early. No other
// SIM command may run until the result of +CMGS is there.
var telitInit = []string{"#QSS=1"}

var telit = []Profile{
	{
		// UC864, HE910, LE920, LE922, LM9x0 and what else has their name.
		Name: "telit",
		Layouts: []Layout{
			{IDs: []string{"1bc7:1003"}, AT: []int{0, 2}},
			{IDs: []string{"1bc7:1040"}, AT: []int{4, 5}},
		},
		Vendors:  []string{"1bc7"},
		Brands:   []string{"telit"},
		Init:     telitInit,
		Ready:    []string{"#QSS: 3"},
		Tries:    Tries{Cmd: "#PCT", Field: 0},
		ICCID:    []string{"#CCID", "+CCID", "+ICCID"},
		Reset:    "#REBOOT",
		Away:     away,
		PowerOff: "#SHDN",
	},
	{
		// LE910, ME910, ML865, ME310.
		Name: "telit-le910",
		Layouts: []Layout{
			{IDs: []string{"1bc7:1201"}, AT: []int{4, 5}, Leave: []int{0, 3}},
			{IDs: []string{"1bc7:1204"}, AT: []int{5, 6}, Leave: []int{1, 4}},
			{IDs: []string{"1bc7:1101", "1bc7:110a"}, AT: []int{1, 2}},
			{IDs: []string{"1bc7:7010"}, AT: []int{4, 3}},
			{IDs: []string{"1bc7:7020"}, AT: []int{6, 2}},
		},
		Brands:   []string{"telit"},
		Models:   []string{"le910", "me910", "ml865", "me310"},
		Init:     telitInit,
		Ready:    []string{"#QSS: 3"},
		Tries:    Tries{Cmd: "#PCT", Field: 0},
		ICCID:    []string{"#CCID", "+CCID", "+ICCID"},
		Signal:   []string{"+CESQ"},
		Reset:    "#REBOOT",
		Away:     away,
		PowerOff: "#SHDN",
	},
}

var ubloxTries = Tries{Cmd: "+UPINCNT", Field: 0}

var ublox = []Profile{
	{
		// LISA-U2, SARA-U2, LEON-G1.
		Name: "u-blox",
		Layouts: []Layout{
			{IDs: []string{"1546:1102"}, AT: []int{0, 2, 4}},
			{IDs: []string{"1546:1104"}, AT: []int{0, 2}},
		},
		Vendors:  []string{"1546"},
		Brands:   []string{"u-blox", "ublox"},
		Ready:    []string{"+PBREADY"},
		Tries:    ubloxTries,
		ICCID:    []string{"+CCID", "+ICCID"},
		KeepLink: true,
		Reset:    "+CFUN=16",
		Away:     away,
		PowerOff: "+CPWROFF",
	},
	{
		// TOBY-L2, TOBY-L4, TOBY-R2, LARA-R2: +AT: READY takes up to 20 s.
		Name: "u-blox-toby",
		Layouts: []Layout{
			{IDs: []string{"1546:1141", "1546:1143", "1546:1146"}},
			{IDs: []string{"1546:1010"}, AT: []int{6, 0}, Leave: []int{2, 4, 8}},
			{IDs: []string{"1546:1107", "1546:110a"}, AT: []int{0, 2, 4}},
		},
		Brands:   []string{"u-blox", "ublox"},
		Models:   []string{"toby", "lara-r2", "mpci"},
		Ready:    []string{"+PBREADY"},
		Tries:    ubloxTries,
		ICCID:    []string{"+CCID", "+ICCID"},
		Signal:   []string{"+CESQ"},
		KeepLink: true,
		Reset:    "+CFUN=16",
		Away:     away,
		PowerOff: "+CPWROFF",
		Boot:     25 * time.Second,
	},
	{
		// SARA-R4, SARA-R5, LARA-R6.
		Name: "u-blox-r4",
		Layouts: []Layout{
			{IDs: []string{"05c6:90b2"}},
			{IDs: []string{"05c6:908b"}, AT: []int{1, 2}},
		},
		Brands:   []string{"u-blox", "ublox"},
		Models:   []string{"sara-r", "lara-r6"},
		Ready:    []string{"+PBREADY"},
		Tries:    ubloxTries,
		ICCID:    []string{"+CCID", "+ICCID"},
		Signal:   []string{"+CESQ"},
		KeepLink: true,
		Reset:    "+CFUN=15",
		Away:     away,
		PowerOff: "+CPWROFF",
	},
}

var cinterion = []Profile{{
	// PHS8, PLS8, PLS62, and, as Siemens, Gemalto or Thales, all before and
	// since. +CFUN=0 puts the older ones to sleep with their line, so the network is left
	// instead. From MT to SM an MC55 takes 35 s.
	Name: "cinterion",
	Layouts: []Layout{
		{IDs: []string{"1e2d:0053"}, Leave: []int{1}},
		{IDs: []string{"1e2d:0061"}, AT: []int{2, 0}, Leave: []int{4}},
		{IDs: []string{"1e2d:005b", "1e2d:005d", "1e2d:0069", "1e2d:006f"}, AT: []int{0, 2}, Leave: []int{4}},
		{IDs: []string{"1e2d:00f1", "1e2d:00b3"}, AT: []int{2}, Leave: []int{4}},
	},
	Vendors:      []string{"1e2d"},
	Brands:       []string{"cinterion", "gemalto", "thales", "siemens"},
	Init:         []string{"^SMGO=1"}, // says when the stores are full
	CNMI:         siemensCNMI,
	Storage:      []string{"MT", "SM", "ME"},
	Settle:       15 * time.Second,
	Tries:        Tries{Cmd: "^SPIC", Field: 0},
	ICCID:        []string{"+CCID", "^SCID", "+ICCID"},
	StorageLimit: 40 * time.Second,
	KeepLink:     true,
	RadioOff:     networkOff,
	RadioOn:      networkOn,
	Away:         away,
	PowerOff:     "^SMSO",
}}

var modules = []Profile{
	{
		// Q2303, Q24xx, Q26, Fastrack, iTegno 3000: two memories only, no OK after
		// +CPIN?, 515 until the SMS service has started. A 515 or 536 that stays
		// outlives a reset: that takes its power.
		Name:     "wavecom",
		Brands:   []string{"wavecom", "itegno"},
		Storage:  []string{"SM"},
		Memories: 2,
		Ready:    []string{"+WIND: 16"},
		Settle:   5 * time.Second,
		ICCID:    []string{"+CCID"},
		PowerOff: "+CPOF",
		Boot:     10 * time.Second,
		Key:      Key{On: 8 * time.Second, Gone: 10 * time.Second, Rest: time.Second}, // a level, not a toggle
	},
	{
		// MTCBA, MTD: Wavecom's heart behind a TI bridge, or on RS-232.
		Name:     "multitech",
		Layouts:  []Layout{{IDs: []string{"06e0:f111", "06e0:f112"}, AT: []int{0}}},
		Brands:   []string{"multitech", "multi-tech"},
		Ready:    []string{"+WIND: 16"},
		Settle:   5 * time.Second,
		ICCID:    []string{"+CCID", "#CCID"},
		KeepLink: true,
		Away:     away,
	},
	{
		// L610, L716, NL668, FM150.
		Name:    "fibocom",
		Vendors: []string{"2cb7"},
		Brands:  []string{"fibocom"},
		Ready:   []string{"+SIM READY"},
		ICCID:   []string{"+ICCID", "+CCID"},
		Signal:  []string{"+CESQ"},
		Reset:   "+CFUN=15",
		Away:    away,
	},
	{
		// M590E: the SIM must be there at power-on, and +CFUN=0 is not for it.
		Name:     "neoway",
		Brands:   []string{"neoway"},
		Settle:   5 * time.Second,
		ICCID:    []string{"+CCID", "+ICCID"},
		RadioOff: networkOff,
		RadioOn:  networkOn,
	},
}
