package profile

import (
	"cmp"
	"slices"
	"time"
)

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
	// SIM7000, SIM7600 and A76xx allow ds=1 in mode 1 only (their manuals).
	mode1CNMI = []string{"1,1,0,1,0", "2,1,0,1,0", "2,1,0,2,0", "1,1,0,2,0", "2,1,0,0,0", "1,1,0,0,0"}
	// Siemens and their heirs know only bfr=1.
	siemensCNMI = []string{"2,1,0,1,1", "1,1,0,1,1", "2,1,0,1,0", "1,1,0,1,0", "2,1,0,2,1", "1,1,0,0,1"}
	// D-Link's stored reports fill a memory that lists nothing: rather none.
	directCNMI = []string{"2,1,0,1,0", "1,1,0,1,0", "2,1,2,1,0", "2,1,0,0,0", "1,1,0,0,0", "2,1,2,0,0"}
)

var anyICCID = []string{"+CCID", "+ICCID", "+CICCID", "+QCCID", "^ICCID?", "#CCID", "%CCID"}

// What holds where nothing else is known.
const (
	readyWait = 60 * time.Second
	settle    = 3 * time.Second

	// An EG06-E was seen to answer +CMGS after 135 s; no maker documents more
	// than 120 s. Three minutes leave room and still end.
	sendLimit    = 180 * time.Second
	storageLimit = 10 * time.Second
	deleteLimit  = 10 * time.Second
	// +CFUN=0 and +CFUN=4 take up to 40 s, +CFUN=1 up to 15 s.
	radioLimit = 45 * time.Second

	// After a soft reset a stick leaves the bus 2 to 10 s later and returns 10
	// to 60 s after that.
	away = 70 * time.Second
	boot = 20 * time.Second
)

// Commands that stop the radio and start it. What +CFUN=0 does differs: where
// it puts a module to sleep or hangs it, the network is left and joined again.
const (
	functionsOff, functionsOn = "+CFUN=0", "+CFUN=1"
	networkOff, networkOn     = "+COPS=2", "+COPS=0"
)

// all is every family; Generic is first.
var all = slices.Concat(
	complete(generic, huawei, zte, simcom, quectel, sierra, telit, ublox, cinterion, modules, sticks),
	[]Profile{simulated},
)

// complete gives every row the defaults for what it leaves out. Away it leaves
// alone, since 0 means a serial line.
func complete(groups ...[]Profile) []Profile {
	rows := slices.Concat(groups...)
	for i := range rows {
		p := &rows[i]
		list(&p.CNMI, anyCNMI...)
		list(&p.Storage, "SM", "ME")
		list(&p.ICCID, anyICCID...)
		p.Memories = cmp.Or(p.Memories, 3)
		p.RadioOff, p.RadioOn = cmp.Or(p.RadioOff, functionsOff), cmp.Or(p.RadioOn, functionsOn)
		p.Reset = cmp.Or(p.Reset, "+CFUN=1,1")
		for d, def := range map[*time.Duration]time.Duration{
			&p.ReadyWait: readyWait, &p.Settle: settle, &p.SendLimit: sendLimit,
			&p.StorageLimit: storageLimit, &p.DeleteLimit: deleteLimit, &p.RadioLimit: radioLimit,
			&p.Boot: boot,
		} {
			*d = cmp.Or(*d, def)
		}
	}
	return rows
}

func list(to *[]string, def ...string) {
	if *to == nil {
		*to = def
	}
}

// simulated is the modem of package modemsim, which has no operator to annoy.
var simulated = Profile{
	Name:         "simulated",
	Brands:       []string{"pigeon"},
	CNMI:         anyCNMI,
	Storage:      []string{"SM", "ME"},
	Memories:     3,
	ReadyWait:    30 * time.Second,
	Settle:       time.Second,
	ICCID:        []string{"+CCID"},
	SendLimit:    sendLimit,
	StorageLimit: storageLimit,
	DeleteLimit:  deleteLimit,
	RadioLimit:   radioLimit,
	KeepLink:     true,
	RadioOff:     functionsOff,
	RadioOn:      functionsOn,
	Reset:        "+CFUN=1,1",
	Away:         away,
	PowerOff:     "+CPOF",
	Boot:         10 * time.Second,
	Key:          Key{On: time.Second, Off: 2 * time.Second, Gone: 5 * time.Second, Rest: 2 * time.Second},
}
