package modemsim

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// forever is the count of a fault that stays until it is cleared.
const forever = -1

// faults are what a modem does wrong, at the moment. Counts go down with each
// use.
type faults struct {
	silent, wedged, deaf, full, split, unregistered, weak, noNews, otherPort, unlisted, stuck bool
	hung, frozen                                                                              bool

	slow, late, sendLate time.Duration
	stalled              time.Time // reads nothing until then
	code                 int       // of the next refusals
	refusing             int       // the +CMS ERROR of every segment until it restarts; 0: it takes them
	netLoss              int       // the +CMS ERROR of a network that takes nothing; 0: it takes it

	refusals, lates, sendLates, noPrompt, promptURC, promptFail, midPDU, lostFinal, mute, vanish, midAnswer int
}

// use takes one from a count.
func use(count *int) bool {
	if *count == 0 {
		return false
	}
	if *count > 0 {
		*count--
	}
	return true
}

// A fault is one kind of wrong, by the name the control language has for it.
type fault struct {
	args  string // as its help shows them
	help  string
	set   func(l *live, args []string) error
	waits bool // comes about later, when what it is about is done
}

var errUsage = errors.New("wrong arguments")

// flag makes a fault that stays until it is cleared.
func flag(help string, f func(*faults) *bool) fault {
	return fault{help: help, set: func(l *live, args []string) error {
		if len(args) > 0 {
			return errUsage
		}
		*f(&l.faults) = true
		return nil
	}}
}

// moment makes a fault that happens once, now.
func moment(help string, f func(*live)) fault {
	return fault{help: help, set: func(l *live, args []string) error {
		if len(args) > 0 {
			return errUsage
		}
		f(l)
		return nil
	}}
}

// counted makes a fault that comes so many times, once where no count is given.
func counted(help string, f func(*faults) *int) fault {
	return fault{args: "[N|always]", help: help, waits: true, set: func(l *live, args []string) error {
		n, err := count(args)
		if err == nil {
			*f(&l.faults) = n
		}
		return err
	}}
}

func count(args []string) (int, error) {
	switch {
	case len(args) == 0:
		return 1, nil
	case len(args) > 1:
		return 0, errUsage
	case args[0] == "always":
		return forever, nil
	}
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 1 {
		return 0, errUsage
	}
	return n, nil
}

func duration(args []string, def time.Duration) (time.Duration, error) {
	if len(args) == 0 {
		return def, nil
	}
	d, err := time.ParseDuration(args[0])
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no duration such as 500ms or 2m", args[0])
	}
	return d, nil
}

// faultKinds is the whole list, in the order of the package comment.
var faultKinds = map[string]fault{
	"silence": flag("answers nothing and says nothing", func(f *faults) *bool { return &f.silent }),
	"wedged":  flag("answers no command, but unasked lines still come", func(f *faults) *bool { return &f.wedged }),
	"deaf":    flag("does not even read, so that the host's writes get stuck", func(f *faults) *bool { return &f.deaf }),
	"full":    flag("its storage is full: incoming texts stay in the network", func(f *faults) *bool { return &f.full }),
	"split":   flag("writes every byte on its own", func(f *faults) *bool { return &f.split }),
	"unregistered": flag("loses the network and searches for it",
		func(f *faults) *bool { return &f.unregistered }),
	"weak": flag("has almost no signal", func(f *faults) *bool { return &f.weak }),

	"nonews": flag("stores texts without a word", func(f *faults) *bool { return &f.noNews }),
	"otherport": flag("says what is unasked on another port, until the family's command brings that here",
		func(f *faults) *bool { return &f.otherPort }),
	"unlisted": flag("counts texts it does not list", func(f *faults) *bool { return &f.unlisted }),
	"hung":     flag("as wedged, until it restarts", func(f *faults) *bool { return &f.hung }),
	"frozen":   flag("as silence, until its power is cut", func(f *faults) *bool { return &f.frozen }),
	"stuck":    flag("answers every command with 515, until its power is cut", func(f *faults) *bool { return &f.stuck }),

	"promptfail": counted("shows the prompt and at once ERROR", func(f *faults) *int { return &f.promptFail }),
	"midpdu":     counted("an unasked line comes between the prompt and the PDU", func(f *faults) *int { return &f.midPDU }),
	"noprompt":   counted("takes the PDU but shows no prompt", func(f *faults) *int { return &f.noPrompt }),
	"prompturc":  counted("says +CMTI in place of the prompt, and takes no PDU", func(f *faults) *int { return &f.promptURC }),
	"lostfinal":  counted("says +CMGS without the OK after it", func(f *faults) *int { return &f.lostFinal }),
	"takesilent": counted("the network takes the segment, the modem never answers", func(f *faults) *int { return &f.mute }),
	"takegone":   counted("the network takes the segment, then the line drops", func(f *faults) *int { return &f.vanish }),
	"midanswer":  counted("an incoming text, or else any unasked line, stands inside the answer", func(f *faults) *int { return &f.midAnswer }),

	"slow": {args: "D", help: "begins each command a time D late", set: func(l *live, args []string) (err error) {
		l.faults.slow, err = duration(args, time.Second)
		return err
	}},
	"late": {args: "D [N|always]", waits: true, help: "the answer to the next command comes a time D late", set: func(l *live, args []string) (err error) {
		if l.faults.late, err = duration(args, 200*time.Second); err != nil {
			return err
		}
		l.faults.lates, err = count(args[min(1, len(args)):])
		return err
	}},
	"sendlate": {args: "D [N|always]", waits: true, help: "the result of the next segment comes a time D after the network took it", set: func(l *live, args []string) (err error) {
		if l.faults.sendLate, err = duration(args, 135*time.Second); err != nil {
			return err
		}
		l.faults.sendLates, err = count(args[min(1, len(args)):])
		return err
	}},
	"stall": {args: "[D]", help: "reads nothing for a time D, 30s where D is left out", set: func(l *live, args []string) error {
		d, err := duration(args, 30*time.Second)
		if err == nil {
			l.stalled = time.Now().Add(d)
		}
		return err
	}},
	"netloss": {args: "[CODE]", help: "is registered, but sends fail with CODE, 38 where it is left out, and nothing comes", set: func(l *live, args []string) error {
		code := 38
		if len(args) > 0 {
			n, err := count(args)
			if err != nil || n == forever {
				return errUsage
			}
			code = n
		}
		l.netLoss = code
		return nil
	}},
	"refusing": {args: "CODE", help: "refuses every segment with +CMS ERROR: CODE, until it restarts", set: func(l *live, args []string) error {
		n, err := count(args)
		if len(args) == 0 || err != nil || n == forever {
			return errUsage
		}
		l.refusing = n
		return nil
	}},
	"forget": moment("loses its settings without a word", func(l *live) { l.forget = true }),
	"renumber": {args: "[D]", help: "as unplug, and it comes back under another name", set: func(l *live, args []string) error {
		err := l.goAway(args, true)
		if err == nil {
			l.port++
		}
		return err
	}},
	"error": {args: "CODE [N|always]", waits: true, help: "refuses the next segment with +CMS ERROR: CODE", set: func(l *live, args []string) error {
		if len(args) == 0 {
			return errUsage
		}
		code, err := strconv.Atoi(args[0])
		if err != nil || code < 0 {
			return errUsage
		}
		n, err := count(args[1:])
		if err == nil {
			l.faults.code, l.faults.refusals = code, n
		}
		return err
	}},
	"urcstorm": {args: "N", help: "says N unasked lines", set: func(l *live, args []string) error {
		n, err := count(args)
		if err != nil || n == forever {
			return errUsage
		}
		l.storm += n
		return nil
	}},
	"garbage": {args: "[N]", help: "writes N random bytes, 64 where N is left out", set: func(l *live, args []string) error {
		n := 64
		if len(args) > 0 {
			var err error
			if n, err = count(args); err != nil || n == forever {
				return errUsage
			}
		}
		l.garbage += n
		return nil
	}},
	"echo":   moment("turns its echo on, as after a forgotten ATZ", func(l *live) { l.echo = true }),
	"reboot": moment("restarts: settings are lost, storage stays", func(l *live) { l.reboot = true }),
	"hangup": {args: "[D]", help: "the line drops and comes back after D, 1s where D is left out", set: func(l *live, args []string) error {
		return l.goAway(args, false)
	}},
	"unplug": {args: "[D]", help: "as hangup, and the modem has lost its power meanwhile", set: func(l *live, args []string) error {
		return l.goAway(args, true)
	}},
}

// goAway lets the line drop.
func (l *live) goAway(args []string, power bool) error {
	d, err := duration(args, time.Second)
	if err != nil {
		return err
	}
	l.goneAt, l.back = time.Now(), time.Now().Add(d)
	if power {
		l.reboot, l.supply.cold = true, l.back
		l.thaw()
	}
	return nil
}

// Fault makes the modem do something wrong from now on: a name and arguments of
// the control language, such as "error 38 2".
func (m *Modem) Fault(words string) error {
	w := strings.Fields(words)
	if len(w) == 0 {
		return errors.New("no fault is named")
	}
	k, known := faultKinds[w[0]]
	if !known {
		return fmt.Errorf("no fault is called %q; there are %s", w[0], strings.Join(faultNames(), ", "))
	}
	m.mu.Lock()
	err := k.set(&m.live, w[1:])
	if err == nil {
		m.live.struck = time.Now()
		if k.waits {
			m.live.struck = time.Time{}
		}
	}
	m.mu.Unlock()
	if errors.Is(err, errUsage) {
		return fmt.Errorf("it is: fault %s", strings.TrimSpace(w[0]+" "+k.args))
	}
	m.poke()
	return err
}

// Struck returns when the fault that was set last came about: at once, or, for
// one that comes N times, when it last did. It is zero as long as it has not.
func (m *Modem) Struck() time.Time { return m.look().struck }

// thaw ends what only a cut of the power ends.
func (f *faults) thaw() { f.stuck, f.frozen = false, false }

// ClearFaults makes the modem well again. A restart or a dropped line that has
// begun goes its way.
func (m *Modem) ClearFaults() {
	m.mu.Lock()
	m.live.faults, m.live.storm, m.live.garbage = faults{}, 0, 0
	m.mu.Unlock()
	m.net.roomAgain(m.cfg.Name)
	m.poke()
}

func faultNames() []string {
	var names []string
	for name := range faultKinds {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
