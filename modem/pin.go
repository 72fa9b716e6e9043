package modem

import (
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"time"
)

// A pinNote is what is remembered of a PIN that was entered into a SIM. It is
// written before the PIN is, so that no power cut between the two can make us
// enter a wrong one again, and forgotten when the SIM has taken it.
type pinNote struct {
	Salt    []byte `json:"salt"`
	Hash    []byte `json:"hash"`
	Left    int    `json:"left"`  // tries, before it was entered
	Times   int    `json:"times"` // it was entered without an answer
	Refused bool   `json:"refused"`
}

const (
	// pinRounds makes finding a PIN of four digits in a stolen note take an
	// hour rather than a moment, and a Pi Zero's check of one a third of a
	// second. It guards a PIN that did not even fit.
	pinRounds = 50_000

	// pinTimes is how often a PIN is entered that the modem never answers to,
	// even if it tells that no try was lost: the count may be a stale one.
	pinTimes = 2
)

func newPINNote(pin Secret, left int) (*pinNote, error) {
	n := &pinNote{Salt: make([]byte, 16), Left: left}
	rand.Read(n.Salt) // never fails
	hash, err := pinHash(pin, n.Salt)
	n.Hash = hash
	return n, err
}

func pinHash(pin Secret, salt []byte) ([]byte, error) {
	return pbkdf2.Key(sha256.New, string(pin), salt, pinRounds, sha256.Size)
}

// of reports whether the note is about this PIN.
func (n *pinNote) of(pin Secret) bool {
	if len(n.Salt) == 0 {
		return false
	}
	hash, err := pinHash(pin, n.Salt)
	return err == nil && subtle.ConstantTimeCompare(hash, n.Hash) == 1
}

const whyRefused = "the SIM refused the configured PIN: correct it, or unlock the SIM in a phone"

// enterPIN enters the configured PIN, once for a SIM, and only while more than
// one try is known to be left: a wrong PIN in a file must not cost the SIM,
// however often the daemon starts.
func (s *session) enterPIN(ctx context.Context) (entered bool, why string, err error) {
	pin := s.m.cfg.PIN
	if pin == "" {
		return false, "the SIM wants its PIN: set pin_file", nil
	}
	id, err := s.readICCID(ctx)
	if err != nil {
		return false, "", err
	}
	key := "pin/" + id
	if id == "" {
		key = "pin/in-" + s.m.cfg.Name // whatever SIM it is
	}
	if s.m.refused[key] {
		return false, whyRefused, nil
	}
	note := &pinNote{}
	if err := s.m.pool.recall(ctx, key, note); err != nil {
		s.m.log.Error("PIN not entered: what became of it before is not known", "err", err)
		return false, "the SIM wants its PIN, and the gateway cannot look up whether it was refused before", nil
	}
	known := note.of(pin)
	if known && (note.Refused || note.Times >= pinTimes) {
		s.m.refused[key] = true
		return false, whyRefused, nil
	}
	left, told, err := s.triesLeft(ctx)
	switch {
	case err != nil:
		return false, "", err
	case !told:
		return false, "the SIM wants its PIN, and the modem does not tell how many tries are left: switch the PIN off in a phone", nil
	case left < 2:
		return false, fmt.Sprintf("the SIM wants its PIN, and %d tries are left: unlock it in a phone", left), nil
	case known && left < note.Left:
		// It was entered, and nobody heard the answer: that was a refusal.
		note.Refused = true
		return false, whyRefused, s.noted(ctx, key, note)
	}
	times := 0
	if known {
		times = note.Times
	}
	if note, err = newPINNote(pin, left); err == nil {
		note.Times = times + 1
		err = s.m.pool.remember(ctx, key, note)
	}
	if err != nil {
		s.m.log.Error("PIN not entered: that cannot be noted", "err", err)
		return false, "the SIM wants its PIN, and the gateway cannot note that it is entered", nil
	}
	_, err = s.ask(ctx, `+CPIN="`+string(pin)+`"`, pinLimit)
	switch {
	case refused(err):
		s.m.log.Error("PIN refused", "err", err, "left", left-1)
		note.Refused = true
		return false, fmt.Sprintf("%s (%d tries are left)", whyRefused, left-1), s.noted(ctx, key, note)
	case err != nil:
		return false, "the SIM's answer to its PIN did not come", errIf(s.over(ctx, err), err)
	}
	if err := s.m.pool.keep(context.WithoutCancel(ctx), key, nil); err != nil {
		s.m.log.Error("PIN note not forgotten", "err", err) // it says "entered", and lets the PIN be entered again
	}
	s.m.log.Info("PIN entered")
	return true, "", rest(ctx, s.profile.Load().Settle)
}

// noted remembers a refusal. Where that fails the note that was written before
// the PIN still tells of it by the count of tries.
func (s *session) noted(ctx context.Context, key string, note *pinNote) error {
	if err := s.m.pool.remember(context.WithoutCancel(ctx), key, note); err != nil {
		s.m.log.Error("PIN refusal not noted", "err", err)
	}
	return ctx.Err()
}

// memoryLimit bounds the wait for what is remembered.
const memoryLimit = 10 * time.Second
