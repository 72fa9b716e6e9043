package profile

// Boot lists the beginnings of lines that a modem says of itself when it has
// started: after one of these every setting is lost.
var Boot = []string{
	"RDY", "APP RDY", "^SYSSTART", "*ATREADY: 1", "+AT: READY", "*EMRDY: 1", "+WIND: 3", "MODEM:STARTUP",
}

// Full lists the beginnings of lines that say a text could not be stored. A
// modem that has said so may stop telling of new ones (+CMTI).
var Full = []string{
	"^SMMEMFULL", "+SMS FULL", "+SMSFULL", `+QIND: "smsfull"`, "^SMGO: 1", "^SMGO: 2",
}

// Supply lists the beginnings of lines that complain of the supply's voltage,
// in their maker's spelling; Off lists those a modem leaves with, after which it
// answers nothing.
var (
	Supply = []string{"UNDER-VOLTAGE WARN", "OVER-VOLTAGE WARN"}
	Off    = []string{
		"NORMAL POWER DOWN", "NORMAL POWER OFF", "POWERED DOWN", "UNDER-VOLTAGE POWER DOWN", "OVER-VOLTAGE POWER DOWN", "^SHUTDOWN",
	}
)

// SIM lists the beginnings of lines that say the SIM has changed its state:
// pulled, put back, locked.
var SIM = []string{
	"+CPIN:", "^SIMST:", "+QUSIM:", "+ZUSIMR:", "+UUSIMSTAT:", "+CSMINS:", "^SCKS:", "+SIMCARD:",
}
