package modem

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/pigeon-sms/pigeon/modem/line"
)

// chooseStorage makes the modem keep texts where its family keeps them best,
// and learns which memories there are to look into. It fails while the modem's
// message service has not started.
func (s *session) chooseStorage(ctx context.Context) error {
	if info, err := s.ask(ctx, "+CPMS?", s.profile.Load().StorageLimit); err != nil {
		return err
	} else if m := memories(info); len(m) > 0 {
		s.mem, s.home = m[0].name, m[len(m)-1].name
	}
	info, _, err := s.offer(ctx, "+CPMS=?", s.profile.Load().StorageLimit)
	if err != nil {
		return err
	}
	can := offered(info)
	prefer := s.m.cfg.Storage
	if len(prefer) == 0 {
		prefer = s.profile.Load().Storage
	}
	for _, name := range prefer {
		if slices.ContainsFunc(can, func(names []string) bool { return len(names) > 0 && !slices.Contains(names, name) }) {
			continue
		}
		ok, err := s.setStorage(ctx, name, len(can))
		if err != nil {
			return err
		}
		if ok {
			break
		}
	}

	s.mems = []string{}
	if len(can) > 0 {
		s.mems = can[0]
	}
	for _, name := range []string{s.mem, s.home} {
		if name != "" && !slices.Contains(s.mems, name) {
			s.mems = append(s.mems, name)
		}
	}
	s.sweeping = s.everywhere()
	return nil
}

// setStorage names one memory for reading, writing and receiving. A modem with
// two memories refuses three names, one with one refuses two.
func (s *session) setStorage(ctx context.Context, name string, most int) (bool, error) {
	if most < 1 || most > 3 {
		most = s.profile.Load().Memories
	}
	for n := most; n >= 1; n-- {
		cmd := "+CPMS=" + strings.TrimSuffix(strings.Repeat(`"`+name+`",`, n), ",")
		info, err := s.ask(ctx, cmd, s.profile.Load().StorageLimit)
		switch {
		case s.over(ctx, err):
			return false, err
		case err != nil:
			continue
		}
		s.mem = name
		if n == most { // the last is where new texts go
			s.home = name
			s.room(memories(info), n-1)
		}
		return true, nil
	}
	return false, nil
}

// room takes how much is left in home from the i-th memory of an answer.
func (s *session) room(m []memory, i int) {
	if i < len(m) && m[i].used >= 0 && m[i].total > 0 {
		s.free = m[i].total - m[i].used
	}
}

// everywhere lists the memories to look into when the session begins: texts
// may have come while another program had the modem. MT is SM and ME together.
func (s *session) everywhere() []string {
	out := []string{}
	for _, name := range []string{s.home, s.mem, "SM", "ME", "SR"} {
		joined := name == "MT" && slices.Contains(out, "SM") || (name == "SM" || name == "ME") && slices.Contains(out, "MT")
		if name != "" && slices.Contains(s.mems, name) && !slices.Contains(out, name) && !joined {
			out = append(out, name)
		}
	}
	return out
}

// use makes mem the memory that is read and deleted in.
func (s *session) use(ctx context.Context, mem string) error {
	if mem == s.mem {
		return nil
	}
	info, err := s.ask(ctx, `+CPMS="`+mem+`"`, s.profile.Load().StorageLimit)
	if err != nil {
		if refused(err) {
			s.mem = "" // whatever it is now
		}
		return err
	}
	s.mem = mem
	s.room(memories(info), 2)
	return nil
}

// occupied asks how many texts lie in the memory in use, and how many places it
// has: -1 where the modem does not tell.
func (s *session) occupied(ctx context.Context) (used, total int, err error) {
	info, err := s.ask(ctx, "+CPMS?", s.profile.Load().StorageLimit)
	if err != nil {
		return -1, -1, err
	}
	m := memories(info)
	if len(m) == 0 {
		return -1, -1, nil
	}
	s.room(m, len(m)-1)
	return m[0].used, m[0].total, nil
}

// nothingThere reports whether a refusal means that there is nothing at a place, or
// nothing in a list.
func nothingThere(err error) bool {
	var e *line.Error
	return errors.As(err, &e) && (e.Kind == "CMS" && (e.Code == 321 || e.Code == 320) || e.Kind == "CME" && (e.Code == 21 || e.Code == 22))
}
