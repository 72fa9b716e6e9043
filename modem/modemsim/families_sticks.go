package modemsim

import "time"

var standard = map[string]family{
	"simulated": {manufacturer: "Pigeon", model: "Simulated modem", revision: "SIM-1.0", base: 1},
	"generic":   {manufacturer: "Acme", model: "Modem One", revision: "1.0", base: 1},
}

// huaweiIdle is what a stick says every few seconds until ^CURC=0.
var huaweiIdle = []string{"^RSSI:18", "^BOOT:30255410,0,0,0,72", "^MODE:5,4", "^DSFLOWRPT:0000000A,00000000,00000000"}

// huaweiReady come while a stick finds its SIM and its network.
var huaweiReady = []stage{{2, "^SIMST:1"}, {8, "^MODE:5,4"}, {10, "^SRVST:2"}}

var huawei = map[string]family{
	"huawei": {
		manufacturer: "huawei", model: "E173", revision: "11.126.15.00.209", act: 2, noEPS: true,
		unknown:  "COMMAND NOT SUPPORT",
		memories: []string{"SM", "ME", "MT", "SR"}, joined: []string{"ME", "SM"}, first: "SM", me: 23, reports: "SR", emptyOK: true,
		renumbers: true, urcPort: "^PORTSEL=1",
		full: `^SMMEMFULL:"SM"`, iccid: []string{"^ICCID", "+ICCID"}, iccidForm: swapped, retries: "^CPIN",
		ready: huaweiReady, chatter: "^RSSI:18", idle: huaweiIdle, silence: "^CURC=0",
		takes: []string{"^CURC", "^RFSWITCH", "^USSDMODE"}, resets: []string{"^RESET"}, packedUSSD: true,
		times: times{boot: 12 * time.Second, settle: 12 * time.Second, idle: 10 * time.Second},
	},
	"huawei-e220": {
		manufacturer: "huawei", model: "E220", revision: "11.117.09.00.00", act: 2, noEPS: true,
		unknown: "COMMAND NOT SUPPORT", me: 20, first: "SM", emptyOK: true, full: `^SMMEMFULL:"SM"`,
		iccid: []string{"^ICCID"}, iccidForm: swapped, retries: "^CPIN",
		ready: []stage{{2, "^SIMST:1"}, {10, "^SRVST:2"}}, chatter: "^RSSI:12", idle: []string{"^RSSI:12", "^BOOT:27710117,0,0,0,75"},
		silence: "^CURC=0", urcPort: "^PORTSEL=1", takes: []string{"^CURC"}, resets: []string{"^RESET"}, noLink: true,
		times: times{boot: 15 * time.Second, settle: 20 * time.Second, send: 5 * time.Second},
	},
	"huawei-e3": {
		manufacturer: "huawei", model: "E3131", revision: "21.157.13.00.00", act: 2, noEPS: true,
		unknown:  "COMMAND NOT SUPPORT",
		memories: []string{"SM", "ME", "SR"}, me: 23, reports: "SR", emptyOK: true, full: `^SMMEMFULL:"ME"`, first: "ME",
		iccid: []string{"^ICCID", "+ICCID"}, iccidForm: swapped, retries: "^CPIN",
		ready: huaweiReady, chatter: `^HCSQ:"WCDMA",40,35,30`, idle: []string{`^HCSQ:"WCDMA",40,35,30`, "^RSSI:18"}, silence: "^CURC=0",
		listing: nameless, urcPort: "^PORTSEL=1",
		takes: []string{"^CURC", "^RFSWITCH"}, resets: []string{"^RESET"}, packedUSSD: true,
		times: times{boot: 12 * time.Second, settle: 10 * time.Second, idle: 10 * time.Second, send: 4 * time.Second},
	},
	"huawei-lte": {
		manufacturer: "huawei", model: "E3372", revision: "21.180.01.00.00", act: 7,
		unknown: "COMMAND NOT SUPPORT", me: 20, first: "ME", emptyOK: true, full: `^SMMEMFULL:"ME"`,
		iccid: []string{"^ICCID", "+ICCID"}, iccidForm: swapped, retries: "^CPIN",
		ready: huaweiReady, chatter: `^HCSQ:"LTE",50,45,141,20`, idle: []string{`^HCSQ:"LTE",50,45,141,20`, "^LWURC: 1,0,0"},
		silence: "^CURC=0", takes: []string{"^CURC", "^RFSWITCH"}, resets: []string{"^RESET"}, packedUSSD: true,
		times: times{boot: 14 * time.Second, settle: 10 * time.Second, idle: 15 * time.Second, send: 4 * time.Second},
	},
}

var zteIdle = []string{"+ZPASR:\"UMTS\"", "+ZDONR: \"Pigeon\",234,15,\"CS_PS\",\"ROAM_OFF\"", "NO CARRIER"}

var zte = map[string]family{
	"zte": {
		manufacturer: "ZTE CORPORATION", model: "MF190", revision: "BD_MF190V1.0.0B03", act: 2, noEPS: true, me: 100, base: 1,
		iccid: []string{"+ICCID"}, retries: "+ZPINPUK", cds: ",", notReady: errSIMBusy, noLink: true,
		ready: []stage{{3, "+ZUSIMR:2"}, {10, `+ZPASR:"UMTS"`}}, chatter: `+ZPASR:"UMTS"`, idle: zteIdle,
		listing: stateless, takes: []string{"+ZOPRT", "+ZCDRUN"}, times: times{boot: 10 * time.Second, settle: 15 * time.Second, pin: time.Second},
	},
	"zte-mf6": {
		manufacturer: "ZTE INCORPORATED", model: "MF626", revision: "P673M2V1.0.0B09", act: 2, noEPS: true, me: 23, emptyOK: true,
		iccid: []string{"+CCID"}, retries: "+ZPINPUK", cds: ",", notReady: errSIMBusy, noLink: true, cnmiTakes: notMode2,
		ready: []stage{{3, "+ZUSIMR:2"}}, chatter: "+ZPSTM: 0,0", idle: zteIdle,
		takes: []string{"+ZOPRT", "+ZCDRUN"}, times: times{boot: 12 * time.Second, settle: 20 * time.Second, pin: time.Second},
	},
	"zte-lte": {
		manufacturer: "ZTE CORPORATION", model: "MF823", revision: "BD_MF823V1.0.0B02", act: 7, me: 100, first: "ME", emptyOK: true,
		iccid: []string{"+ICCID", "+ZGETICCID"}, retries: "+ZPINPUK", notReady: errSIMBusy,
		ready: []stage{{3, "+ZUSIMR:2"}}, chatter: `+ZPASR:"LTE"`, takes: []string{"+ZOPRT", "+ZCDRUN"},
		times: times{boot: 15 * time.Second, settle: 10 * time.Second, pin: time.Second},
	},
}

var sticks = map[string]family{
	"longcheer": {
		manufacturer: "LONGCHEER", model: "WM66", revision: "M66_V2.0", act: 2, noEPS: true, me: 100, iccid: []string{"+ICCID"},
		noLink: true, emptyOK: true, cnmiTakes: notMode2,
	},
	"alcatel": {
		// One of the few that start in text mode.
		manufacturer: "Alcatel", model: "X220", revision: "V1.0", act: 2, noEPS: true, textMode: true, me: 100, listing: worded,
		iccid: []string{"+ICCID"}, noLink: true,
	},
	"d-link": {
		manufacturer: "D-Link", model: "DWM-157", revision: "2.0.1", act: 2, noEPS: true, me: 100, first: "ME", iccid: []string{"+ICCID"},
		chatter: `+SPNWNAME: "Pigeon"`, idle: []string{`+SPNWNAME: "Pigeon"`, "+PSBEARER: 1"}, noLink: true,
	},
}
