package usb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

// sysfs is what attributes are written to in a test. It notes when.
type sysfs struct {
	start time.Time
	notes []string
	now   map[string]string // what was written last, failed or not

	// before, if not nil, is asked before the write with a number, from 0.
	before func(n int) error
}

func (s *sysfs) write(file, value string) error {
	n := len(s.notes)
	s.notes = append(s.notes, fmt.Sprintf("%v %s=%s", time.Since(s.start), file, value))
	if s.before != nil {
		if err := s.before(n); err != nil {
			return err
		}
	}
	s.now[file] = value
	return nil
}

// cut is a flip of two files that stays away for two seconds.
func cut(s *sysfs) flip {
	return flip{files: []string{"a", "b"}, away: "1", back: "0", pause: 2 * time.Second, write: s.write}
}

func bubble(t *testing.T, f func(t *testing.T, s *sysfs)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f(t, &sysfs{start: time.Now(), now: map[string]string{"a": "0", "b": "0"}})
	})
}

func (s *sysfs) wrote(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(s.notes, want) {
		t.Errorf("got %q\nwant %q", s.notes, want)
	}
}

func (s *sysfs) isBack(t *testing.T) {
	t.Helper()
	for file, value := range s.now {
		if value != "0" {
			t.Errorf("got %s left at %s after %q", file, value, s.notes)
		}
	}
}

func TestFlipGoesAndComesBackInOrder(t *testing.T) {
	bubble(t, func(t *testing.T, s *sysfs) {
		if err := cut(s).run(t.Context()); err != nil {
			t.Error(err)
		}
		s.wrote(t, "0s a=1", "0s b=1", "2s b=0", "2s a=0")
		s.isBack(t)
	})
}

func TestFlipComesBackWhenItsContextEnds(t *testing.T) {
	for at := time.Duration(0); at < 2*time.Second; at += 100 * time.Millisecond {
		bubble(t, func(t *testing.T, s *sysfs) {
			ctx, cancel := context.WithTimeout(t.Context(), at)
			defer cancel()
			if err := cut(s).run(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v: got %v, want that the context ended", at, err)
			}
			if took := time.Since(s.start); took != at {
				t.Errorf("got %v, want %v", took, at)
			}
			if at == 0 {
				s.wrote(t) // nothing is begun
			} else {
				s.wrote(t, "0s a=1", "0s b=1", fmt.Sprintf("%v b=0", at), fmt.Sprintf("%v a=0", at))
			}
			s.isBack(t)
		})
	}
}

func TestFlipComesBackWhenItsContextEndsInAWrite(t *testing.T) {
	for n, want := range []error{context.Canceled, context.Canceled, nil, nil} {
		bubble(t, func(t *testing.T, s *sysfs) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s.before = func(i int) error {
				if i == n {
					cancel()
				}
				return nil
			}
			if err := cut(s).run(ctx); !errors.Is(err, want) {
				t.Errorf("write %d: got %v, want %v", n, err, want)
			}
			if len(s.notes) != 4 {
				t.Errorf("write %d: got %q, want all four", n, s.notes)
			}
			s.isBack(t)
		})
	}
}

func TestFlipThatFails(t *testing.T) {
	denied := &fs.PathError{Op: "open", Path: "a", Err: unix.EACCES}
	lost := &fs.PathError{Op: "write", Path: "a", Err: unix.ENODEV}
	broken := &fs.PathError{Op: "write", Path: "a", Err: unix.EPROTO}
	for _, tc := range []struct {
		name string
		fail map[int]error // by the number of the write
		want error
		says string
		does []string
	}{
		{"may not", map[int]error{0: denied}, denied, "", []string{"0s a=1"}},
		{"may not the second", map[int]error{1: denied}, denied, "", []string{"0s a=1", "0s b=1", "0s a=0"}},
		{"fails to go", map[int]error{0: broken}, broken, "", []string{"0s a=1", "0s a=0"}},
		{"fails half way", map[int]error{1: broken}, broken, "", []string{"0s a=1", "0s b=1", "0s b=0", "0s a=0"}},
		{"comes back late", map[int]error{2: broken, 3: broken}, nil, "",
			[]string{"0s a=1", "0s b=1", "2s b=0", "3s b=0", "4s b=0", "4s a=0"}},
		{"one stays away", map[int]error{2: broken, 3: broken, 4: broken}, broken, "stays off",
			[]string{"0s a=1", "0s b=1", "2s b=0", "3s b=0", "4s b=0", "4s a=0"}},
		{"has left", map[int]error{2: lost}, lost, "left the bus", []string{"0s a=1", "0s b=1", "2s b=0", "2s a=0"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *sysfs) {
				s.before = func(i int) error { return tc.fail[i] }
				err := cut(s).run(t.Context())
				if !errors.Is(err, tc.want) || (err != nil && !strings.Contains(err.Error(), tc.says)) {
					t.Errorf("got %v, want %v that says %q", err, tc.want, tc.says)
				}
				s.wrote(t, tc.does...)
			})
		})
	}
}

// The end of the context does not spoil the ways back.
func TestFlipTriesOnAfterItsContext(t *testing.T) {
	bubble(t, func(t *testing.T, s *sysfs) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		s.before = func(n int) error {
			if n == 2 || n == 4 {
				return unix.ETIMEDOUT
			}
			return nil
		}
		if err := cut(s).run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want that the context ended", err)
		}
		s.wrote(t, "0s a=1", "0s b=1", "1s b=0", "2s b=0", "2s a=0", "3s a=0")
		s.isBack(t)
	})
}
