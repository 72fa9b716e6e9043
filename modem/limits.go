package modem

import "time"

// What a command may take. Makers document maxima; these lie above them.
const (
	probeLimit = 2 * time.Second  // a bare AT
	probeTries = 3                // the first may be lost to autobauding or sleep
	askLimit   = 5 * time.Second  // a question the modem answers from memory
	simLimit   = 10 * time.Second // what reads or writes the SIM: CMGR, CMGD, CIMI, CSCA
	pinLimit   = 30 * time.Second // entering the PIN
	listLimit  = 30 * time.Second // CMGL of a full memory
)

// When things are done without being asked for.
const (
	// sweepPause lies between two looks into the memories: a text whose +CMTI
	// was lost waits at most as long. Modems that were full stay silent.
	sweepPause = 60 * time.Second

	// otherSweeps is how many sweeps of the memory for new texts there are to
	// one of the others: changing over may take an A7670 9 s.
	otherSweeps = 10

	// watchPause lies between two questions to an idle modem; three misses
	// and the resync in between still fit in half a minute after it.
	watchPause = 30 * time.Second

	// busyWatch is how long sending may put the question off: each segment
	// taken proves the modem alive, but signal and network go stale.
	busyWatch = 2 * time.Minute

	// newsLeast lies between two questions that news is the reason of: a modem
	// whose every answer makes news must not be asked without an end.
	newsLeast = 500 * time.Millisecond

	missPause  = time.Second // between a command that was not answered and the next try
	missLimit  = 3           // in a row: the port is closed and opened again
	pollFast   = 2 * time.Second
	pollSlow   = 10 * time.Second // while registering, once ReadyWait is over
	parkedPoll = time.Minute      // somebody may unlock or change the SIM meanwhile

	// walkPause lies between two looks for USB modems: reading sysfs takes
	// well under a millisecond.
	walkPause = 3 * time.Second
)

// How long until a port is opened again: doubled from the first to the last
// with each time that did not end ready for proven.
const (
	firstRest = time.Second
	lastRest  = 30 * time.Second
	proven    = time.Minute
)

const (
	// keepFree is how few free places make reading and deleting go before
	// sending: a refused text may not be offered again for a day.
	keepFree = 5

	// commitLimit bounds the wait for the gateway to put a part or a report
	// on disk.
	commitLimit = 30 * time.Second

	// retryPause is how long what the gateway would not take rests, and what
	// could not be read or deleted; doubled with each time up to lastRetry.
	retryPause = 5 * time.Second
	lastRetry  = time.Hour

	// flightLimit is how many parts may be on their way to the disk at a
	// time: enough to share a commit, few enough to hold.
	flightLimit = 16

	// directLimit is how many reports and parts that lie in no memory wait for
	// the disk; what comes beyond is lost and counted. A modem sends a few
	// texts a minute, so it is hours of a disk that does not answer.
	directLimit = 512

	// slotsLimit is how many places are remembered for what they held: eight
	// times the largest memory, for several memories and SIMs.
	slotsLimit = 2048

	// placesLimit is how many announced places are remembered; beyond, a
	// sweep finds them.
	placesLimit = 256

	// mostReading bounds reading's turn between two segments: a segment of
	// 30 s must not be paid back in full.
	mostReading = 3 * time.Second

	// balkLimit is how soon a refusal is one of the prompt, and not of a PDU that
	// the network had a part in.
	balkLimit = 2 * time.Second

	// stopLimit is how long a stop waits for the answer to a segment that has
	// left, to spare it the doubt: texts take 2 to 15 s on most networks.
	stopLimit = 25 * time.Second
)
