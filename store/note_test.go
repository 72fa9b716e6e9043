package store_test

import (
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

func TestFactsSurviveAReopening(t *testing.T) {
	b := open(t)
	if err := b.Remember(t.Context(), "modem/356938035643809/step", []byte("reset")); err != nil {
		t.Fatal(err)
	}
	if err := b.Remember(t.Context(), "gone", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := b.Remember(t.Context(), "gone", nil); err != nil {
		t.Fatal(err)
	}
	b.reopen()
	for key, want := range map[string]string{"modem/356938035643809/step": "reset", "gone": "", "never": ""} {
		got, err := b.Recall(t.Context(), key)
		if err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v; want %q", key, got, err, want)
		}
	}
	before := b.Commits()
	if err := b.Remember(t.Context(), "modem/356938035643809/step", []byte("reset")); err != nil || b.Commits() != before {
		t.Errorf("the same fact again: %v, %d commits; want none", err, b.Commits()-before)
	}
	if err := b.Remember(t.Context(), "big", make([]byte, 5000)); err == nil {
		t.Error("a fact of 5000 octets was kept")
	}
}

func TestNoticeIsALineOfTheJournal(t *testing.T) {
	b := open(t)
	worked := true
	n := &sms.Notice{Time: time.Now().UTC(), Way: "north", Kind: "recovery", Step: "reset", Worked: &worked}
	if err := b.Notice(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	b.reopen()
	entries, err := b.Entries(t.Context(), 0, 10)
	if err != nil || len(entries) != 1 || n.Seq == 0 {
		t.Fatalf("got %d entries, %v, number %d; want one", len(entries), err, n.Seq)
	}
	if got := entries[0].Notice; got == nil || got.Seq != n.Seq || got.Step != "reset" || got.Worked == nil || !*got.Worked {
		t.Errorf("got %+v, want the notice", got)
	}
}
