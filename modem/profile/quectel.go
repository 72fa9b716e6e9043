package profile

import "time"

var (
	quectelReady = []string{"+QIND: SMS DONE"}
	quectelTries = Tries{Cmd: "+QPINC?", Field: 1}
	quectelICCID = []string{"+QCCID", "+ICCID", "+CCID"}
)

var quectel = []Profile{
	{
		// EC20, EC21, EC25, EG25-G, EG91, EG95, EP06, EG12, RG500, and what else
		// has their name. Stored reports are announced as "SM" and lie in "SR"
		// (EC25): they are taken directly. With no RDY in time the maker's advice
		// is to cut the supply.
		Name: "quectel",
		Layouts: []Layout{{
			IDs: []string{
				"2c7c:0125", "2c7c:0121", "2c7c:0191", "2c7c:0195", "2c7c:0306", "2c7c:0512", "2c7c:0800", "05c6:9215",
			},
			AT: []int{2, 3}, Leave: []int{0, 1, 4},
		}},
		Vendors:     []string{"2c7c"},
		Brands:      []string{"quectel"},
		Storage:     []string{"ME", "SM"},
		ReportStore: "SR",
		Ready:       quectelReady,
		Tries:       quectelTries,
		ICCID:       quectelICCID,
		Signal:      []string{"+CESQ"},
		KeepLink:    true,
		Away:        away,
		PowerOff:    "+QPOWD=1",
		Boot:        13 * time.Second,
		Key: Key{
			On: 500 * time.Millisecond, Off: 700 * time.Millisecond, Gone: 60 * time.Second, Rest: time.Second,
			Reset: 300 * time.Millisecond,
		},
	},
	{
		// UC15, UC20: UMTS. Boards that serve all Quectels use these pulses.
		Name:        "quectel-uc",
		Layouts:     []Layout{{IDs: []string{"05c6:9003", "05c6:9090"}, AT: []int{2, 3}}},
		Brands:      []string{"quectel"},
		Models:      []string{"uc15", "uc20"},
		Storage:     []string{"ME", "SM"},
		ReportStore: "SR",
		Ready:       quectelReady,
		Tries:       quectelTries,
		ICCID:       quectelICCID,
		Away:        away,
		PowerOff:    "+QPOWD=1",
		Boot:        13 * time.Second,
		Key:         Key{On: 2100 * time.Millisecond, Off: 750 * time.Millisecond, Gone: 60 * time.Second, Rest: time.Second},
	},
	{
		// BG95, BG96, BG77: LTE-M and NB-IoT. A BG95-M3 answered +CMS ERROR: 500
		// for messages that were delivered.
		Name:     "quectel-bg",
		Layouts:  []Layout{{IDs: []string{"2c7c:0296"}, AT: []int{2, 3}, Leave: []int{0, 1, 4}}},
		Brands:   []string{"quectel"},
		Models:   []string{"bg"},
		Storage:  []string{"ME", "SM"},
		Ready:    quectelReady,
		Tries:    quectelTries,
		ICCID:    quectelICCID,
		Signal:   []string{"+CESQ"},
		Away:     away,
		PowerOff: "+QPOWD=1",
		Boot:     10 * time.Second,
		Key: Key{
			On: 500 * time.Millisecond, Off: 700 * time.Millisecond, Gone: 60 * time.Second, Rest: time.Second,
			Reset: 300 * time.Millisecond,
		},
	},
	{
		// M95, M66, MC60: GSM boards behind a serial line, which guess their speed.
		Name:     "quectel-2g",
		Brands:   []string{"quectel"},
		Models:   []string{"m95", "m66", "m35", "m20", "m10", "mc60"},
		Ready:    []string{"SMS Ready", "+QIND: SMS DONE"},
		Tries:    quectelTries,
		ICCID:    []string{"+QCCID", "+CCID"},
		PowerOff: "+QPOWD=1",
		Boot:     5 * time.Second,
		Key:      Key{On: 1200 * time.Millisecond, Off: 750 * time.Millisecond, Gone: 12 * time.Second, Rest: time.Second},
	},
}
