package modem_test

import (
	"testing"

	"github.com/pigeon-sms/pigeon/modem"
)

func TestEveryStateCanBeReachedAndLeft(t *testing.T) {
	states := modem.States()
	reached := map[modem.State]bool{modem.Absent: true}
	for range states {
		for _, from := range states {
			for _, to := range states {
				if reached[from] && from.CanBecome(to) {
					reached[to] = true
				}
			}
		}
	}
	for _, s := range states {
		if !reached[s] {
			t.Errorf("%s cannot be reached", s)
		}
		if s.CanBecome(s) {
			t.Errorf("%s can become itself", s)
		}
		if s != modem.Absent && !s.CanBecome(modem.Absent) {
			t.Errorf("%s cannot lose its port", s)
		}
		open := s != modem.Absent && s != modem.Recovering
		if open && !s.CanBecome(modem.Recovering) {
			t.Errorf("%s cannot be closed", s)
		}
		if s.CanBecome(modem.Busy) && s != modem.Ready {
			t.Errorf("%s sends without being ready", s)
		}
	}
	if modem.State("").CanBecome(modem.Ready) || modem.Absent.CanBecome(modem.Ready) {
		t.Error("ready from nowhere")
	}
}
