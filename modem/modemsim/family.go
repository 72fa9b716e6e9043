package modemsim

import (
	"maps"
	"slices"
)

// A family is what modems of one maker have in common, as far as a host sees.
type family struct {
	manufacturer, model, revision string

	memories []string // in the order +CPMS=? lists them
	first    string   // the memory all three start with
	base     int      // the lowest index of ME; SM counts from 1
	reports  string   // memory of stored status reports; empty: they go to mem3
	mode2    bool     // +CNMI mode 2 is taken
	flash    bool     // class 0 is shown as +CMT even where mt is 1
	iccid    string   // the command that tells the ICCID
	retries  string   // the command that tells the tries left, beside +CPINR
	boot     []string // lines after a start
	ready    []string // lines once messages work
	full     string   // a line once there is no room for a message
	chatter  string   // an unasked line that comes at any time
}

// families are shaped after section 4 and 5.1 of what is known of real modems;
// "generic" follows 3GPP TS 27.005 and 27.007 alone.
var families = map[string]family{
	"generic": {
		manufacturer: "Pigeon", model: "Simulated modem", revision: "SIM-1.0",
		memories: []string{"SM", "ME"}, first: "SM", base: 1, mode2: true, iccid: "+CCID", chatter: "+CIEV: 2,3",
	},
	"huawei": {
		manufacturer: "huawei", model: "E173", revision: "11.126.15.00.209",
		memories: []string{"SM", "ME"}, first: "SM", base: 0, mode2: true, iccid: "^ICCID", retries: "^CPIN",
		boot: []string{"^SIMST:1"}, ready: []string{"^SRVST:2"}, chatter: "^RSSI:18",
		full: "^SMMEMFULL:\"SM\"",
	},
	"simcom": {
		manufacturer: "SIMCOM INCORPORATED", model: "SIMCOM_SIM7600E-H", revision: "LE20B03SIM7600M22",
		memories: []string{"ME", "SM", "SR"}, first: "ME", base: 0, reports: "SR", flash: true,
		iccid: "+CICCID", retries: "+SPIC",
		boot: []string{"RDY", "+CPIN: READY"}, ready: []string{"SMS DONE", "PB DONE"}, chatter: "+CNSMOD: 8",
		full: "+SMS FULL",
	},
	"quectel": {
		manufacturer: "Quectel", model: "EC25", revision: "EC25EFAR06A06M4G",
		memories: []string{"SM", "ME", "SR"}, first: "ME", base: 0, mode2: true, iccid: "+QCCID", retries: "+QPINC",
		boot: []string{"RDY", "+CFUN: 1", "+CPIN: READY", "+QUSIM: 1"}, ready: []string{"+QIND: SMS DONE", "+QIND: PB DONE"},
		chatter: `+QIND: "csq",20,99`,
		full:    `+QIND: "smsfull","ME"`,
	},
}

// Families returns the names a ModemConfig's Family may have.
func Families() []string { return slices.Sorted(maps.Keys(families)) }
