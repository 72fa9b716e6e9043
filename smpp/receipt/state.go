package receipt

import (
	"bytes"

	"github.com/pigeon-sms/pigeon/smpp/pdu"
)

// states are the words of appendix B and those that message centres have made
// up, by their first letters. The others wait for a word from the network still
// (BUFFRED, BUFFERD, ACKED), or have given up (FAILED).
var states = [...]struct {
	start string
	state pdu.MessageState
}{
	{"DELIV", pdu.StateDelivered}, {"EXPIR", pdu.StateExpired}, {"DELET", pdu.StateDeleted},
	{"UNDEL", pdu.StateUndeliverable}, {"ACCEP", pdu.StateAccepted}, {"UNKNO", pdu.StateUnknown},
	{"REJEC", pdu.StateRejected}, {"ENROU", pdu.StateEnroute}, {"SKIPP", pdu.StateSkipped},
	{"SCHED", pdu.StateScheduled}, {"BUFFR", pdu.StateEnroute}, {"BUFFE", pdu.StateEnroute},
	{"ACKED", pdu.StateEnroute}, {"FAILE", pdu.StateUndeliverable},
}

// words are the seven letters that a state is written with.
var words = [...]string{"SCHEDLD", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD",
	"UNKNOWN", "REJECTD", "SKIPPED"}

// State returns the state that stat: names, and whether it names one. A word
// that is not known here, as DND_REJECTED, is for a table of the link.
func (r *Receipt) State() (pdu.MessageState, bool) { return state(r.Stat) }

func state(w []byte) (pdu.MessageState, bool) {
	if len(w) < 5 {
		return pdu.StateUnknown, false
	}
	for _, s := range states {
		if bytes.EqualFold(w[:5], []byte(s.start)) {
			return s.state, true
		}
	}
	return pdu.StateUnknown, false
}

// Word returns the word with which a receipt writes s.
func Word(s pdu.MessageState) string {
	if s.Known() {
		return words[s]
	}
	return words[pdu.StateUnknown]
}
