package modemsim

import (
	"maps"
	"slices"
	"time"
)

// A family is what modems of one kind have in common, as far as a host sees.
// The zero value of a field means what a modem by the standards does.
type family struct {
	manufacturer, model, revision string

	serial   bool   // on a serial line, which stays when the modem restarts
	act      int    // <AcT> of its networks, 3GPP TS 27.007 §7.3: 0 GSM, 2 UTRAN, 7 E-UTRAN
	noEPS    bool   // has no +CEREG
	unknown  string // says this of a command it does not know, and nothing after it
	errors   int    // +CMEE after a start
	textMode bool   // +CMGF after a start is 1
	noLink   bool   // has no +CMMS

	// Storage.
	memories    []string // in the order +CPMS=? lists them
	others      []string // those for the arguments after the first, where they differ
	arguments   int      // that +CPMS takes, 2 or 3
	first       string   // the memory all start with
	joined      []string // what MT is made of, in the order it fills
	me          int      // slots of ME where the configuration does not say
	base        int      // the lowest index of ME; SM counts from 1
	keepsChoice bool     // +CPMS outlives a restart
	reports     string   // memory of stored status reports; empty: they go to mem3
	reportsSaid string   // the memory +CDSI names, where that is not so
	full        string   // a line once there is no room for a message
	fullAsked   string   // that line comes only after this command
	emptyOK     bool     // +CMGR of an empty slot answers OK
	renumbers   bool     // deleting at the lowest index moves all behind it down by one
	listing     listing  // how +CMGL writes its headers

	// Indications.
	cnmi      [5]int            // after a start
	cnmiList  string            // what +CNMI=? says
	cnmiTakes func([5]int) bool // beside what that says
	flash     bool              // class 0 is shown as +CMT even where mt is 1
	cds       string            // what stands between "+CDS:" and the length

	// The SIM.
	iccid     []string  // the commands that tell the ICCID; the first is the family's own
	iccidForm iccidForm // in the answer
	retries   string    // the command that tells the tries left, beside +CPINR
	simWords  bool      // +CPIN? answers NOT INSERTED and NOT READY rather than with a failure
	pinNoOK   bool      // +CPIN? ends without OK

	// After a start.
	boot      []string // lines at once
	ready     []stage  // lines later
	readyAsk  string   // which come only after this command
	autobaud  bool     // loses the first command and says none of those lines, while its speed is not set
	notReady  error    // refusal of commands that need the message service
	netFirst  bool     // what needs the message service waits for a network too: it is refused, and the last of ready is not said
	gated     []string // commands that need it, beside those that do anyway
	wantsText bool     // a prompt that was lost to an unasked line leaves it refusing all with 515
	gibberish bool     // bytes of no speed at a start

	// Unasked lines.
	chatter string   // one that comes at any time
	idle    []string // those that come now and then
	silence string   // the command that stops these
	urcPort string   // the command that brings them all to this port, under the fault otherport

	// What it takes beside the standard's commands, and what switches it.
	takes      []string // vendor commands that answer OK
	resets     []string // commands that restart it, beside +CFUN=1,1
	off        []string // commands that switch it off
	offSays    string   // the line it leaves with
	packedUSSD bool     // +CUSD speaks packed septets in hexadecimal digits
	times      times
}

// A stage is a line said while a modem gets ready, at so many tenths of its
// settle time after it first answers.
type stage struct {
	tenths int
	text   string
}

// times are what a family takes over things, when it is lifelike.
type times struct {
	boot     time.Duration // from power to the first answer
	settle   time.Duration // from there until messages work
	pin      time.Duration // from the PIN until they do
	away     time.Duration // from power until it is on the USB bus
	send     time.Duration // from Ctrl-Z to the result
	prompt   time.Duration
	storage  time.Duration // +CPMS=
	idle     time.Duration // between the lines of idle
	on, down time.Duration // how long PWRKEY is held to switch on and off
	gone     time.Duration // from a command to switch off until it is off
}

// iccidForm is how an ICCID is written.
type iccidForm byte

const (
	named   iccidForm = iota // +CCID: 8944…
	bare                     // 8944…
	quoted                   // +CCID: "8944…"
	filled                   // 8944…F
	swapped                  // ^ICCID: 9844…, as it lies on the SIM
)

// listing is how +CMGL writes the header of a PDU.
type listing byte

const (
	whole     listing = iota // +CMGL: 1,0,,24
	nameless                 // +CMGL: 1,0,24, without the field for the name
	stateless                // +CMGL: 1,,24 and the PDU on the same line
	worded                   // +CMGL: 1,"REC UNREAD",,24, the state as in text mode
)

// families are shaped after vendors' manuals and traces; "simulated" follows
// 3GPP TS 27.005 and 27.007 alone, and so does "generic", whose maker nobody
// knows. A name is that of the way a host may tell them apart by; nothing here
// knows how it does.
var families = join(standard, huawei, zte, simcom, quectel, modules, sticks)

// aliases are older names.
var aliases = map[string]string{"simcom": "simcom-lte"}

// Families returns the names a ModemConfig's Family may have.
func Families() []string { return slices.Sorted(maps.Keys(families)) }

// familyOf finds a family by name or alias.
func familyOf(name string) (family, bool) {
	if of, ok := aliases[name]; ok {
		name = of
	}
	f, ok := families[name]
	return f, ok
}

// join gives every family what the standard has where it says nothing.
func join(groups ...map[string]family) map[string]family {
	out := map[string]family{}
	for _, g := range groups {
		for name, f := range g {
			if f.memories == nil {
				f.memories = []string{"SM", "ME"}
			}
			if f.others == nil {
				f.others = f.memories
			}
			if f.arguments == 0 {
				f.arguments = 3
			}
			if f.first == "" {
				f.first = f.memories[0]
			}
			if f.me == 0 {
				f.me = 40
			}
			if f.cnmi == [5]int{} {
				f.cnmi = [5]int{2, 0, 0, 0, 0}
			}
			if f.cnmiList == "" {
				f.cnmiList = "(0-2),(0-3),(0,2),(0-2),(0,1)"
			}
			if f.iccid == nil {
				f.iccid = []string{"+CCID", "+ICCID"}
			}
			if f.notReady == nil {
				f.notReady = errSMSBusy
			}
			if f.chatter == "" {
				f.chatter = "+CIEV: 2,3"
			}
			if f.idle == nil {
				f.idle = []string{f.chatter}
			}
			if f.off == nil {
				f.off = []string{"+CPOF"}
			}
			f.times = f.times.full()
			out[name] = f
		}
	}
	return out
}

// full returns t with what most take in place of nothing.
func (t times) full() times {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&t.boot, 10*time.Second)
	def(&t.settle, 8*time.Second)
	def(&t.pin, 3*time.Second)
	def(&t.away, min(t.boot, 8*time.Second))
	def(&t.send, 3*time.Second)
	def(&t.prompt, 86*time.Millisecond)
	def(&t.storage, 100*time.Millisecond)
	def(&t.idle, 20*time.Second)
	def(&t.on, 500*time.Millisecond)
	def(&t.down, 1500*time.Millisecond)
	def(&t.gone, 2*time.Second)
	return t
}
