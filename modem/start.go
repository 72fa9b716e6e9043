package modem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/modem/profile"
	"github.com/pigeon-sms/pigeon/sms"
)

// start brings a modem from an open port to where texts work. It may wait for
// good: for a PIN, for a SIM.
func (s *session) start(ctx context.Context) error {
	s.m.become(Probing, "")
	for _, step := range []func(context.Context) error{s.probe, s.identify, s.switchOn, s.unlock, s.readSIM, s.prepare} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// probe finds out whether a modem answers at all, and makes it answer our way.
func (s *session) probe(ctx context.Context) error {
	var err error
	for range probeTries {
		_, err = s.port.Do(ctx, "", probeLimit)
		if err == nil || s.over(ctx, err) {
			break
		}
		s.m.log.Debug("no answer to AT", "err", err)
		if err := rest(ctx, missPause/4); err != nil {
			return err
		}
	}
	switch {
	case refused(err):
		return fmt.Errorf("%w: %w", errUnready, err)
	case err != nil:
		return fmt.Errorf("%w: %w: %w", errSilent, errMute, err)
	}
	// A program before us may have left ATV0: an answer without a name then ends
	// with a number, which may be its own.
	for _, cmd := range []string{"E0", "V1", "+CMEE=1"} {
		if _, _, err := s.offer(ctx, cmd, askLimit); err != nil {
			return err
		}
	}
	return nil
}

// identify asks the modem who it is, and takes its family's profile.
func (s *session) identify(ctx context.Context) error {
	var maker, model, revision string
	var imei string
	for _, q := range []struct {
		cmd  string
		read func(lines []string)
	}{
		{"+CGMI", func(l []string) { maker = plain(l, "+CGMI") }},
		{"+CGMM", func(l []string) { model = plain(l, "+CGMM") }},
		{"+CGMR", func(l []string) { revision = plain(l, "+CGMR") }},
		{"+CGSN", func(l []string) { imei = digits(l, 14, 17) }},
	} {
		info, ok, err := s.offer(ctx, q.cmd, askLimit)
		if err != nil {
			return err
		}
		if ok {
			q.read(info)
		}
	}
	p := profile.ByIdentity(maker, model)
	if maker == "" && model == "" {
		p = s.m.family // it does not say, and is what it was
	}
	s.profile.Store(p)
	s.m.family = p
	s.m.update(func(i *sms.Modem) {
		i.Profile = p.Name
		if maker != "" || model != "" {
			i.Manufacturer, i.Model, i.Revision = maker, model, revision
		}
		if imei != "" {
			i.IMEI = imei
		}
	})
	if want := s.m.cfg.IMEI; want != "" && imei != "" && !sameIMEI(want, imei) {
		return fmt.Errorf("%w: IMEI %s", errStranger, imei)
	}
	for _, cmd := range p.Init {
		if _, _, err := s.offer(ctx, cmd, askLimit); err != nil {
			return err
		}
	}
	s.m.log.Info("modem", "manufacturer", maker, "model", model, "revision", revision, "imei", imei, "profile", p.Name)
	return nil
}

// switchOn starts the radio of a modem somebody has left without: another
// program, or ourselves, if the power went in the middle of a recovery.
func (s *session) switchOn(ctx context.Context) error {
	info, ok, err := s.offer(ctx, "+CFUN?", askLimit)
	if err != nil || !ok {
		return err
	}
	if it, ok := find(info, "+CFUN"); !ok || it[0].text != "0" && it[0].text != "4" {
		return nil
	}
	s.m.log.Warn("the modem's radio is off, and is switched on")
	if _, _, err := s.offer(ctx, "+CFUN=1", radioLeast); err != nil {
		return err
	}
	return rest(ctx, radioPause)
}

// prepare sets the modem up for texts, and waits until it takes that: "AT
// answers" is not "texts work".
func (s *session) prepare(ctx context.Context) error {
	s.m.become(Registering, "waits for texts to work")
	since, warned := time.Now(), false
	for {
		err := s.setUp(ctx)
		if err == nil {
			// What was refused until now may have been refused for being early.
			s.regs = allRegs()
			return nil
		}
		if s.over(ctx, err) {
			return err
		}
		r, rerr := s.registration(ctx)
		if rerr != nil {
			return rerr
		}
		s.m.become(Registering, fmt.Sprintf("texts do not work yet: %v (%s)", err, r))
		if time.Since(since) > s.m.starting() {
			return fmt.Errorf("%w: texts do not work: %w", errUnready, err)
		}
		pause := pollFast
		if time.Since(since) > s.profile.Load().ReadyWait {
			if !warned {
				s.m.log.Warn("texts still do not work", "err", err, "since", since)
				warned = true
			}
			pause = pollSlow
		}
		if err := rest(ctx, newsLeast); err != nil {
			return err
		}
		if err := s.wait(ctx, pause-newsLeast); err != nil {
			return err
		}
		if t := s.news.take(); t.reboot {
			return errReboot
		} else if t.watch {
			if lost, err := s.simLost(ctx); err != nil || lost {
				return errors.Join(err, errIf(lost, errSIM))
			}
		}
	}
}

// setUp says everything a modem forgets with a reset.
func (s *session) setUp(ctx context.Context) error {
	if _, err := s.ask(ctx, "+CMGF=0", askLimit); err != nil {
		return fmt.Errorf("PDU mode: %w", err)
	}
	if err := s.plainText(ctx); err != nil {
		return err
	}
	if err := s.chooseStorage(ctx); err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	if err := s.announcing(ctx); err != nil {
		return err
	}
	if err := s.serviceCentre(ctx); err != nil {
		return err
	}
	if _, _, err := s.offer(ctx, "+CLIP=1", askLimit); err != nil { // who calls
		return err
	}
	for _, cmd := range s.m.cfg.Init {
		_, ok, err := s.offer(ctx, cmd[len("AT"):], simLimit)
		if err != nil {
			return err
		}
		if !ok {
			s.m.log.Warn("init refused", "command", masked(strings.ToUpper(cmd[len("AT"):])))
		}
	}
	return nil
}

// plainText ends a character set of hexadecimal digits that a program before us
// has left: names of memories would come and be wanted in it.
func (s *session) plainText(ctx context.Context) error {
	info, _, err := s.offer(ctx, "+CSCS?", askLimit)
	if err != nil {
		return err
	}
	it, ok := find(info, "+CSCS")
	if !ok || !isUCS2(it[0].text) {
		return nil
	}
	for _, set := range []string{"GSM", ucs2Hex("GSM")} {
		if _, ok, err := s.offer(ctx, `+CSCS="`+set+`"`, askLimit); err != nil || ok {
			return err
		}
	}
	return nil
}

// announcing has the modem say when a text is stored and hand reports over.
func (s *session) announcing(ctx context.Context) error {
	p := s.profile.Load()
	acknowledges, err := s.service(ctx)
	if err != nil {
		return err
	}
	values := p.CNMI
	if acknowledges {
		// What is handed over would have to be acknowledged, with a command that
		// many makers got wrong: reports are stored instead, or left.
		values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return handsOver(v) })
	}
	for _, v := range values {
		if _, err = s.ask(ctx, "+CNMI="+v, askLimit); err == nil {
			s.cnmi = v
			break
		}
		if s.over(ctx, err) {
			return err
		}
	}
	if err != nil {
		// The sweep finds every text, a minute late at worst.
		s.m.log.Warn("the modem will not announce texts", "err", err)
	}
	if reportsStored(s.cnmi) && slices.Contains(s.mems, p.ReportStore) {
		s.heard[p.ReportStore] = true // swept now and then, in case one is not announced
	}
	return nil
}

// The fourth number of +CNMI is what becomes of reports, 3GPP TS 27.005 §3.4.1.
func handsOver(cnmi string) bool     { return len(cnmi) > 6 && cnmi[6] == '1' }
func reportsStored(cnmi string) bool { return len(cnmi) > 6 && cnmi[6] == '2' }

// service sees to it that the modem acknowledges to the network by itself what
// it hands over. Another program may have left it at phase 2+ (+CSMS=1), where
// it waits for our word and, when none comes, refuses the report and hands over
// nothing any more. It returns whether it stays like that.
func (s *session) service(ctx context.Context) (acknowledges bool, err error) {
	info, ok, err := s.offer(ctx, "+CSMS?", askLimit)
	if err != nil || !ok {
		return false, err
	}
	if it, ok := find(info, "+CSMS"); !ok || it[0].text != "1" {
		return false, nil
	}
	_, ok, err = s.offer(ctx, "+CSMS=0", askLimit)
	if err == nil && !ok {
		s.m.log.Warn("the modem wants what it hands over acknowledged: reports are taken from its memory")
	}
	return !ok, err
}

// serviceCentre reads where texts are handed in, and sets it where the SIM has
// none, or tells none: what is on the SIM is its operator's, and a wrong number
// fails every text.
func (s *session) serviceCentre(ctx context.Context) error {
	info, _, err := s.offer(ctx, "+CSCA?", simLimit)
	if err != nil {
		return err
	}
	now, want := serviceCentre(info), s.m.cfg.SMSCNumber
	switch {
	case now != "" && want != "" && now != want:
		s.m.log.Info("the SIM has a service centre number of its own, smsc_number is not used", "number", now.Short())
	case now == "" && want != "":
		toa := 129
		if want.International() {
			toa = 145
		}
		_, err := s.ask(ctx, fmt.Sprintf(`+CSCA="%s",%d`, want, toa), simLimit)
		switch {
		case s.over(ctx, err):
			return err
		case err != nil:
			s.m.log.Warn("service centre number not taken", "number", want.Short(), "err", err)
		default:
			now = want
		}
	}
	if now == "" {
		s.m.log.Warn("the SIM has no service centre number: sending may fail until smsc_number is set")
	}
	s.m.update(func(i *sms.Modem) { i.SMSC = now })
	return nil
}
