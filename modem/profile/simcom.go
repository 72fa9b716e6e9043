package profile

import "time"

var simcomTries = Tries{Cmd: "+SPIC", Field: 0}

var simcom = []Profile{
	{
		// SIM800, SIM800L/H/C, SIM868: a serial board without a USB identity of its
		// own. No RDY while the speed is being guessed: +IPR sets it for good.
		Name:        "simcom-2g",
		Brands:      []string{"simcom"},
		Models:      []string{"sim8"},
		Ready:       []string{"SMS Ready"},
		Settle:      5 * time.Second,
		Tries:       simcomTries,
		ICCID:       []string{"+CCID", "+ICCID"},
		DeleteLimit: 25 * time.Second, // its manual, for all at once
		PowerOff:    "+CPOWD=1",
		Boot:        5 * time.Second,
		Key: Key{
			On: 1300 * time.Millisecond, Off: 2 * time.Second, Gone: 4 * time.Second, Rest: time.Second,
			Reset: 200 * time.Millisecond,
		},
	},
	{
		// SIM900, SIM900B, SIM900D.
		Name:        "simcom-900",
		Brands:      []string{"simcom"},
		Models:      []string{"sim9"},
		Ready:       []string{"SMS Ready"},
		Settle:      5 * time.Second,
		Tries:       simcomTries,
		ICCID:       []string{"+CCID", "+ICCID"},
		DeleteLimit: 25 * time.Second,
		PowerOff:    "+CPOWD=1",
		Boot:        5 * time.Second,
		Key:         Key{On: 1200 * time.Millisecond, Off: 2 * time.Second, Gone: 4 * time.Second, Rest: time.Second},
	},
	{
		// SIM7000: SM only, and +CPMS is not kept. A stored MMS notification
		// blocks all reception until it is deleted by its index. Its USB product is
		// that of SIM7600.
		Name:     "simcom-7000",
		Brands:   []string{"simcom"},
		Models:   []string{"sim7000"},
		CNMI:     mode1CNMI,
		Storage:  []string{"SM"},
		Ready:    []string{"SMS Ready", "SMS DONE"},
		Settle:   5 * time.Second,
		Tries:    simcomTries,
		ICCID:    []string{"+CCID", "+CICCID", "+ICCID"},
		Signal:   []string{"+CESQ"},
		Away:     away,
		PowerOff: "+CPOWD=1",
		Boot:     6 * time.Second,
		Key: Key{
			On: 1100 * time.Millisecond, Off: 1300 * time.Millisecond, Gone: 7 * time.Second, Rest: 2 * time.Second,
			Reset: 300 * time.Millisecond,
		},
	},
	{
		// SIM7070, SIM7080, SIM7090: LTE-M and NB-IoT.
		Name:     "simcom-7070",
		Layouts:  []Layout{{IDs: []string{"1e0e:9205", "1e0e:9206"}, AT: []int{2, 3, 5}, Leave: []int{0, 1}}},
		Brands:   []string{"simcom"},
		Models:   []string{"sim707", "sim708", "sim709"},
		CNMI:     mode1CNMI,
		Ready:    []string{"SMS Ready", "SMS DONE"},
		Settle:   5 * time.Second,
		Tries:    simcomTries,
		ICCID:    []string{"+CCID", "+CICCID", "+ICCID"},
		Signal:   []string{"+CESQ"},
		Away:     away,
		PowerOff: "+CPOWD=1",
		Boot:     6 * time.Second,
		Key:      Key{On: 1100 * time.Millisecond, Off: 1300 * time.Millisecond, Gone: 3 * time.Second, Rest: 2 * time.Second},
	},
	{
		// SIM7100, SIM7500, SIM7600, SIM7906, and SIMCom's older USB modems.
		Name: "simcom-lte",
		Layouts: []Layout{
			{IDs: []string{"1e0e:9001"}, AT: []int{2, 3}, Leave: []int{0, 1, 4, 5, 6}},
			{IDs: []string{"1e0e:9100", "1e0e:9200"}, AT: []int{3, 1}},
		},
		Vendors:     []string{"1e0e"},
		Brands:      []string{"simcom"},
		Models:      []string{"sim7", "sim5"},
		CNMI:        mode1CNMI,
		ReportStore: "SR",
		Ready:       []string{"SMS DONE"},
		Settle:      5 * time.Second,
		Tries:       simcomTries,
		ICCID:       []string{"+CICCID", "+CCID", "+ICCID"},
		Signal:      []string{"+CESQ"},
		Reset:       "+CRESET",
		Away:        away,
		PowerOff:    "+CPOF",
		Boot:        20 * time.Second,
		Key: Key{
			On: time.Second, Off: 3 * time.Second, Gone: 27 * time.Second, Rest: 2 * time.Second,
			Reset: 500 * time.Millisecond,
		},
	},
	{
		// A7670, A7672, A7608: SMS DONE may never come while registration is
		// stuck, and +CMGF=1 is refused until then. Choosing a memory takes up to 9 s.
		Name:         "simcom-a76",
		Layouts:      []Layout{{IDs: []string{"1e0e:9011"}, AT: []int{4, 5}, Leave: []int{0, 1, 2}}},
		Brands:       []string{"simcom", "a76"},
		Models:       []string{"a760", "a766", "a767", "a768", "a79"},
		CNMI:         mode1CNMI,
		Storage:      []string{"ME", "SM"},
		Ready:        []string{"SMS DONE"},
		ReadyWait:    100 * time.Second,
		Settle:       5 * time.Second,
		Tries:        simcomTries,
		ICCID:        []string{"+CICCID", "+ICCID", "+CCID"},
		Signal:       []string{"+CESQ"},
		StorageLimit: 15 * time.Second,
		Reset:        "+CRESET",
		Away:         away,
		PowerOff:     "+CPOF",
		Boot:         12 * time.Second,
		Key: Key{
			On: 500 * time.Millisecond, Off: 3 * time.Second, Gone: 3 * time.Second, Rest: 2 * time.Second,
			Reset: 2600 * time.Millisecond, // less than 2 s were seen to be ignored
		},
	},
}
