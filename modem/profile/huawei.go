package profile

// Huawei's ports are told by class, since their numbers differ from firmware to
// firmware: "PC UI" takes commands and alone is sure to say +CMTI. The first
// triple is that of NCM firmware.
var (
	huaweiPC    = []string{"ff/02/12", "ff/01/02", "ff/02/02"}
	huaweiAvoid = []string{"ff/01/01", "ff/02/01", "ff/01/05", "ff/01/14", "ff/06/14"} // PPP; NMEA
)

// ^CURC=0 ends ^RSSI and ^BOOT every few seconds. Some sticks stop saying
// anything unasked with it; ^CURC=1 or a restart undoes it.
var huaweiSilence = []string{"^CURC=0"}

// What a stick says unasked may be silenced with its chatter, or go to another
// port: ^PORTSEL=1 sends it to the modem port, 0 to PC UI, where it goes at
// first. Another program may have changed that, or the configuration may name
// the modem port.
var huaweiUnheard = []string{"^CURC=1", "^PORTSEL=1", "^PORTSEL=0"}

var (
	huaweiReady = []string{"^SRVST:2", "^SRVST: 2"}
	huaweiICCID = []string{"^ICCID?", "+ICCID", "+CCID"}
	huaweiTries = Tries{Cmd: "^CPIN?", Field: 3}
)

var huawei = []Profile{
	{
		// E1xx and whatever else of theirs is a stick of the UMTS years: E169,
		// E173, E1750, E1752, and Vodafone's K3765 to K4605.
		Name: "huawei",
		Layouts: []Layout{{IDs: []string{
			"12d1:1001", "12d1:1406", "12d1:140c", "12d1:1436", "12d1:1464", "12d1:1465", "12d1:14b5", "12d1:14ba",
			"12d1:14c6", "12d1:1573", "12d1:1c05", "12d1:1c07", "12d1:1c08", "12d1:1c10",
		}}},
		Vendors: []string{"12d1"},
		Class:   huaweiPC, Avoid: huaweiAvoid,
		Brands:      []string{"huawei"},
		Init:        huaweiSilence,
		Unheard:     huaweiUnheard,
		ReportStore: "SR",
		Ready:       huaweiReady,
		Tries:       huaweiTries,
		ICCID:       huaweiICCID,
		USSD:        Packed,
		Reset:       "^RESET",
		Away:        away,
	},
	{
		// E220, E230, E270, E870: two ttys, HSDPA's first sticks.
		Name:    "huawei-e220",
		Layouts: []Layout{{IDs: []string{"12d1:1003"}}},
		Class:   huaweiPC, Avoid: huaweiAvoid,
		Brands:  []string{"huawei"},
		Models:  []string{"e220", "e230", "e270", "e870"},
		Init:    huaweiSilence,
		Unheard: huaweiUnheard,
		Ready:   huaweiReady,
		Tries:   huaweiTries,
		ICCID:   huaweiICCID,
		USSD:    Packed,
		Reset:   "^RESET",
		Away:    away,
	},
	{
		// E303, E352, E353, E3131, E367, E3531: HSPA+ with stick firmware. An E353 must
		// have its SIM when it gets its power.
		Name:    "huawei-e3",
		Layouts: []Layout{{IDs: []string{"12d1:1506", "12d1:150f", "12d1:151d", "12d1:1c1e"}}},
		Class:   huaweiPC, Avoid: huaweiAvoid,
		Brands:      []string{"huawei"},
		Models:      []string{"e303", "e31", "e35", "e367", "e180"},
		Init:        huaweiSilence,
		Unheard:     huaweiUnheard,
		ReportStore: "SR",
		Ready:       huaweiReady,
		Tries:       huaweiTries,
		ICCID:       huaweiICCID,
		Signal:      []string{"^HCSQ?"},
		USSD:        Packed,
		Reset:       "^RESET",
		Away:        away,
	},
	{
		// E398, E3272, E3276, E3372 with stick or NCM firmware: LTE, texts over
		// circuit-switched fallback or SGs. They share 12d1:1506 with the
		// row above, so that only the model tells.
		Name:    "huawei-lte",
		Layouts: []Layout{{IDs: []string{"12d1:1442"}}},
		Class:   huaweiPC, Avoid: huaweiAvoid,
		Brands:  []string{"huawei"},
		Models:  []string{"e39", "e327", "e33", "k51", "k5150", "me909", "mu736", "me936"},
		Init:    huaweiSilence,
		Unheard: huaweiUnheard,
		Ready:   huaweiReady,
		Tries:   huaweiTries,
		ICCID:   huaweiICCID,
		Signal:  []string{"^HCSQ?"},
		USSD:    Packed,
		Reset:   "^RESET",
		Away:    away,
	},
}
