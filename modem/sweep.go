package modem

import (
	"context"
	"slices"
)

// sweepAll has every memory looked into, once however often it is asked for.
func (s *session) sweepAll() {
	for _, mem := range s.everywhere() {
		if !slices.Contains(s.sweeping, mem) {
			s.sweeping = append(s.sweeping, mem)
		}
	}
}

// sweep lists a memory.
func (s *session) sweep(ctx context.Context, mem string) error {
	if err := s.use(ctx, mem); err != nil {
		return err
	}
	used, total, err := s.occupied(ctx)
	if err != nil || used == 0 {
		return err
	}
	info, err := s.ask(ctx, "+CMGL=4", listLimit)
	if err != nil {
		if refused(err) && !nothingThere(err) {
			s.m.log.Warn("texts cannot be listed", "memory", mem, "err", err)
		}
		return err
	}
	texts := list(info)
	if len(texts) == 0 && used > 0 {
		return s.unlisted(ctx, mem, used, total, len(info) == 0)
	}
	isNew := func(t stored) bool { return t.stat == statUnread }
	if s.sweeps > 0 && !s.spoke.Load() && slices.ContainsFunc(texts, isNew) {
		if err := s.listen(ctx); err != nil {
			return err
		}
	}
	for _, t := range texts {
		s.heard[mem] = true // and may be again, with nobody saying so
		s.round.todo = append(s.round.todo, found{spot: spot{mem, t.index}, text: t, listed: true})
	}
	slices.SortFunc(s.round.todo, func(a, b found) int { return byPlace(s.mem, a.spot, b.spot) })
	return nil
}

// listen asks for the unasked lines of a modem that stores texts and has never
// said a word: they may go to another of its ports, and status reports with them.
func (s *session) listen(ctx context.Context) error {
	cmds := s.profile.Load().Unheard
	if len(cmds) == 0 {
		return nil
	}
	cmd := cmds[s.unheard%len(cmds)]
	s.unheard++
	_, taken, err := s.offer(ctx, cmd, askLimit)
	if err == nil {
		s.m.log.Warn("texts come and nothing unasked is heard on this port", "tried", "AT"+cmd, "taken", taken)
	}
	return err
}
