package modem_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
	"github.com/pigeon-sms/pigeon/sms"
)

func TestUnlistedTextsAreReadByTheirIndex(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{SM: 30})
		defer r.end()
		r.ready("m1")
		r.fault("m1", "unlisted")
		r.fault("m1", "nonews")
		for i := range 5 {
			r.deliver("m1", "+447700900555", fmt.Sprint("text ", i))
		}
		r.received(5)
		r.empty("m1")
	})
}

func TestMemoryThatHidesWhatItHoldsIsNotReadOverAndOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := played(t, "d-link-dwm156", func(s *scripted) {
			s.stanzas["AT+CGMI"], s.stanzas["AT+CGMM"] = [][]string{{"< Acme", "< OK"}}, [][]string{{"< X1", "< OK"}}
		})
		defer r.end()
		r.ready("m1")
		r.rest(time.Hour)
		if n := r.wires["m1"].count("AT+CMGR="); n != 21 {
			t.Errorf("%d places read in an hour, want each of 21 once", n)
		}
		if n := r.wires["m1"].count("AT+CMGD="); n != 0 {
			t.Errorf("%d deletes of what nobody has read", n)
		}
	})
}

func TestDLinkDWM156(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := played(t, "d-link-dwm156")
		defer r.end()
		r.ready("m1")
		r.rest(10 * time.Minute)
		if n := r.wires["m1"].count("AT+CMGD=1,4"); n != 1 {
			t.Errorf("emptied %d times in 10 minutes, want once though it does not help", n)
		}
		r.rest(2 * time.Hour)
		if n := r.wires["m1"].count("AT+CMGD=1,4"); n < 2 || n > 3 {
			t.Errorf("emptied %d times in 2 hours", n)
		}
	})
}

// A memory of a family that hides what it holds is not emptied while there is
// room for a text, nor while one in it can be read and is not on disk.
func TestMemoryWithATextThatIsNotOnDiskIsNotEmptied(t *testing.T) {
	const text = "0791447700099099040C9144770009505500005211202230054005E8329BFD06"
	place := func(lines ...string) func(*scripted) {
		return func(s *scripted) { s.stanzas["AT+CMGR=7"] = [][]string{lines} }
	}
	for name, tc := range map[string]struct {
		change func(*scripted)
		fail   error
		again  int // times the place is read in a day, at least
	}{
		"unreadable":    {place("< +CMGR: 0,,24", "< 0791", "< OK"), nil, 20},
		"not committed": {place("< +CMGR: 0,,24", "< "+text, "< OK"), errors.New("the disk is full"), 20},
		"SIM busy":      {place("< +CMS ERROR: 314"), nil, 20},
		"another's":     {place("< +CMGR: 2,,12", "< 0001000B914477000950550000", "< OK"), nil, 1},
		"room for one": {func(s *scripted) {
			s.stanzas["AT+CPMS?"] = [][]string{{`< +CPMS: "SM",19,20,"SM",19,20,"SM",19,20`, "< OK"}}
			s.stanzas[`AT+CPMS="SM","SM","SM"`] = [][]string{{"< +CPMS: 19,20,19,20,19,20", "< OK"}}
		}, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := played(t, "d-link-dwm156", tc.change)
				defer r.end()
				r.core.setFail(tc.fail)
				r.ready("m1")
				r.rest(24 * time.Hour)
				wipes, reads := r.wires["m1"].count("AT+CMGD=1,4"), r.wires["m1"].count("AT+CMGR=7")
				if wipes != 0 || reads < tc.again || reads > 40 {
					t.Errorf("emptied %d times; the place was read %d times, want %d to 40", wipes, reads, tc.again)
				}
				if n := r.wires["m1"].count("AT+CMGR=8"); n != 1 {
					t.Errorf("an empty place was read %d times, want once", n)
				}
			})
		})
	}
}

func TestWavecomThatDoesNotListItsMemoriesIsGivenTwo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := played(t, "wavecom-q2403", func(s *scripted) { delete(s.stanzas, "AT+CPMS=?") })
		defer r.end()
		r.ready("m1")
		if n := r.wires["m1"].count(`AT+CPMS="SM","SM","SM"`); n != 0 {
			t.Errorf("three memories named %d times to a modem that has two", n)
		}
	})
}

func TestSilencedFamilyIsSilencedAgainAfterAReboot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Family: "huawei-e3"})
		defer r.end()
		r.ready("m1")
		r.wires["m1"].forget()
		r.fault("m1", "forget") // nothing says that it has
		r.until(3*time.Minute, "silenced", func() bool { return r.wires["m1"].count("AT^CURC=0") > 0 })
		r.ready("m1")
	})
}

// A place may hold another text by the time that what lay there is on disk.
func TestTextThatTakesAnothersPlaceIsNotDeletedUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const second = "0791447700099099040C9144770009509541005211202230054005E8329BFD06"
		r := played(t, "wavecom-q2403", func(s *scripted) {
			s.stanzas["AT+CMGL=4"][0] = slices.Insert(s.stanzas["AT+CMGL=4"][0], 2, `* +CMTI: "SM",3`)
			full := s.stanzas["AT+CPMS?"][0]
			s.stanzas["AT+CPMS?"] = [][]string{full, full, {`< +CPMS: "SM",0,14,"SM",0,14`, "< OK"}}
			s.stanzas["AT+CMGR=3"] = [][]string{{"< +CMGR: 0,,24", "< " + second, "< OK"}}
		})
		defer r.end()
		r.ready("m1")
		r.until(time.Minute, "both", func() bool { n, _ := r.core.counts(); return n == 2 })
		r.rest(time.Minute)
		read := slices.IndexFunc(r.wires["m1"].lines(), func(l string) bool { return strings.HasPrefix(l, "AT+CMGR=3") })
		deleted := slices.IndexFunc(r.wires["m1"].lines(), func(l string) bool { return strings.HasPrefix(l, "AT+CMGD=3") })
		if n := r.wires["m1"].count("AT+CMGD=3"); n != 1 || deleted < read {
			t.Errorf("deleted %d times, first as write %d, read as write %d", n, deleted, read)
		}
		if p := r.core.kept()[1]; p.Replaces != 1 {
			t.Errorf("part = %+v, want one that replaces", p)
		}
	})
}

func TestDeletingMayTakeItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := played(t, "wavecom-q2403", func(s *scripted) {
			s.stanzas["AT+CGMI"], s.stanzas["AT+CGMM"] = [][]string{{"< SIMCOM_Ltd", "< OK"}}, [][]string{{"< SIMCOM_SIM800L", "< OK"}}
			s.stanzas["AT+CMGD=3"] = [][]string{{"~ 20s", "< OK"}}
		})
		defer r.end()
		r.until(time.Minute, "deleting", func() bool { return r.wires["m1"].count("AT+CMGD=3") > 0 })
		r.rest(19 * time.Second)
		if s := r.state("m1"); s != "ready" {
			t.Errorf("%s while a SIM800 deletes, which may take 25 s", s)
		}
	})
}

func TestSilenceInASweepIsNoticedSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := played(t, "quectel-ec25", func(s *scripted) {
			ok := s.stanzas["AT+CPMS?"][0]
			s.stanzas["AT+CPMS?"] = [][]string{ok, ok, ok, ok, {}}
		})
		defer r.end()
		r.ready("m1")
		r.wires["m1"].forget()
		r.until(2*time.Minute, "a question about its memory", func() bool { return r.wires["m1"].count("AT+CPMS?") > 0 })
		start := time.Now()
		r.until(time.Minute, "sick", func() bool { return r.state("m1") == "sick" })
		if d := time.Since(start); d > 30*time.Second {
			t.Errorf("noticed after %v", d)
		}
	})
}

func TestModemThatWantsAcknowledgements(t *testing.T) {
	for _, tc := range []struct {
		answer      string
		direct, all int // values of +CNMI that hand reports over, and all
	}{
		{"< +CSMS: 1,1,1", 1, 1},
		{"< +CMS ERROR: 303", 0, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := played(t, "quectel-ec25", func(s *scripted) {
				s.stanzas["AT+CSMS?"] = [][]string{{"< +CSMS: 1,1,1,1", "< OK"}}
				s.stanzas["AT+CSMS=0"] = [][]string{{tc.answer}}
				if tc.direct > 0 {
					s.stanzas["AT+CSMS=0"] = [][]string{{tc.answer, "< OK"}}
					s.stanzas["AT+CNMI=2,1,0,1,0"] = [][]string{{"< OK"}}
				}
			})
			defer r.end()
			r.ready("m1")
			w := r.wires["m1"]
			direct := 0
			for _, l := range w.lines() {
				if v, ok := strings.CutPrefix(l, "AT+CNMI="); ok && v[6] == '1' {
					direct++
				}
			}
			if w.count("AT+CSMS=0") != 1 || direct != tc.direct || w.count("AT+CNMI=") != tc.all {
				t.Errorf("%s: %d values of +CNMI, %d of them hand reports over; want %d, %d", tc.answer, w.count("AT+CNMI="), direct, tc.all, tc.direct)
			}
		})
	}
}

func TestPhaseIsLeftAloneWhereItIsRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		if n := r.wires["m1"].count("AT+CSMS="); n != 0 {
			t.Errorf("+CSMS set %d times", n)
		}
	})
}

// The link is kept for messages of several segments, asked once each.
func TestLinkIsKeptForSeveralSegments(t *testing.T) {
	for family, want := range map[string]int{"quectel": 1, "simulated": 1, "simcom-2g": 0, "huawei": 0} {
		synctest.Test(t, func(t *testing.T) {
			r := one(t, modemsim.ModemConfig{Family: family})
			defer r.end()
			r.ready("m1")
			r.wires["m1"].forget()
			if _, err := r.send("m1", "one"); err != nil || r.wires["m1"].count("AT+CMMS") != 0 {
				t.Errorf("%s: a single segment asked for it %d times: %v", family, r.wires["m1"].count("AT+CMMS"), err)
			}
			if _, err := r.send("m1", long(3)); err != nil {
				t.Fatal(err)
			}
			lines := r.wires["m1"].lines()
			asked := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "AT+CMMS=1") })
			if n := r.wires["m1"].count("AT+CMMS=1"); n != want || want > 0 && asked > slices.IndexFunc(lines[asked:], func(l string) bool { return strings.HasPrefix(l, "AT+CMGS") })+asked {
				t.Errorf("%s: asked %d times, want %d", family, n, want)
			}
		})
	}
}

func TestSilentMessageIsDroppedAndVoicemailTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{Family: "simcom-lte"})
		defer r.end()
		r.ready("m1")
		// Class 0 is handed over by this family, and lies in no memory.
		if _, err := r.net.Deliver("m1", "+447700900555", "silent", modemsim.Delivery{Flash: true, Protocol: 0x40}); err != nil {
			t.Fatal(err)
		}
		for _, pdu := range []string{
			"00040B911346610089F64000425020714365000AE8329BFD4697D9EC37", // type 0
			"00440B911346610089F600C8425020714365000604010280" + "0300",  // three voicemails
		} {
			if err := r.net.DeliverPDU("m1", pdu); err != nil {
				t.Fatal(err)
			}
		}
		r.received(1)
		r.empty("m1")
		p := r.core.kept()[0]
		if p.Kind != sms.KindVoicemail || p.Waiting == nil || *p.Waiting != 3 {
			t.Errorf("part = %+v, want three voicemails", p)
		}
	})
}

func TestRefusalForAFullMemoryDrainsThemAll(t *testing.T) {
	for _, code := range []int{208, 211, 322} {
		synctest.Test(t, func(t *testing.T) {
			r := one(t, modemsim.ModemConfig{Family: "quectel"})
			defer r.end()
			r.ready("m1")
			r.rest(time.Second)
			r.fault("m1", "nonews")
			if _, err := r.net.Deliver("m1", "+447700900555", "on the SIM", modemsim.Delivery{Class: 2}); err != nil {
				t.Fatal(err)
			}
			r.deliver("m1", "+447700900555", "in the modem")
			r.fault("m1", fmt.Sprint("error ", code))
			if _, err := r.send("m1", "hello"); err == nil {
				t.Fatal("it was taken")
			}
			start := time.Now()
			r.until(time.Minute, "both", func() bool { n, _ := r.core.counts(); return n == 2 })
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("%d: found after %v", code, d)
			}
			r.empty("m1")
		})
	}
}

func TestDataGoesToItsPort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := one(t, modemsim.ModemConfig{})
		defer r.end()
		r.ready("m1")
		a := attempt("")
		a.Data, a.Port, a.SourcePort = []byte(strings.Repeat("\x00\x80\x1A", 60)), 16001, 16000 // a Ctrl-Z among them
		if refs, err := r.pool.Send(t.Context(), "m1", a); err != nil || len(refs) != 2 {
			t.Fatalf("Send = %v, %v", refs, err)
		}
		var got []byte
		for _, s := range r.net.Segments() {
			got = append(got, s.Data...)
			if s.Port != 16001 || s.Alphabet != modemsim.Octets || s.Concat == nil {
				t.Errorf("segment %+v", s.Submit)
			}
		}
		if string(got) != string(a.Data) {
			t.Errorf("% X", got)
		}
	})
}
