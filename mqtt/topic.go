package mqtt

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// level turns s into something that can be one level of a topic: what cannot
// stand there becomes a hyphen.
func level(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '/' || r == '+' || r == '#' || r == utf8.RuneError || unicode.IsControl(r) {
			return '-'
		}
		return r
	}, s)
}

// A door is what a topic is for.
type door uint8

const (
	foreign  door = iota // none of ours
	ours                 // ours to publish, nobody else's
	sendDoor             // a request as JSON
	textDoor             // plain text to the number in the topic
	verbDoor             // a question
)

// topics are the gateway's, made from its name and its fleet.
type topics struct {
	base  string // "pigeon/office"
	fleet string // the group that shares fleetTopic; empty: none
}

const fleetTopic = "pigeon/send"

func newTopics(name, fleet string) topics { return topics{"pigeon/" + level(name), fleet} }

// door says what a topic is for, and gives what follows: the number, the verb.
func (t topics) door(topic string) (door, string) {
	if t.fleet != "" && topic == fleetTopic {
		return sendDoor, ""
	}
	rest, found := strings.CutPrefix(topic, t.base)
	if !found || rest != "" && rest[0] != '/' {
		return foreign, ""
	}
	if rest == "/send" {
		return sendDoor, ""
	}
	if number, found := strings.CutPrefix(rest, "/send/"); found {
		return textDoor, number
	}
	if verb, found := strings.CutPrefix(rest, "/request/"); found {
		return verbDoor, verb
	}
	return ours, ""
}

// filters are what to subscribe to on an external broker. "send/#" holds send
// itself (MQTT 3.1.1 §4.7.1.2), and whatever lies below, so that somebody who
// gets the topic wrong is told.
func (t topics) filters() []string {
	f := []string{t.base + "/send/#", t.base + "/request/#"}
	if t.fleet != "" {
		f = append(f, "$share/"+t.fleet+"/"+fleetTopic)
	}
	return f
}

func (t topics) state() string                { return t.base + "/state" }
func (t topics) info() string                 { return t.base + "/info" }
func (t topics) error() string                { return t.base + "/error" }
func (t topics) received() string             { return t.base + "/received" }
func (t topics) message(id string) string     { return t.base + "/message/" + level(id) }
func (t topics) response(verb string) string  { return t.base + "/response/" + verb }
func (t topics) modem(name string) string     { return t.base + "/modem/" + level(name) }
func (t topics) notice(way string) string     { return t.modem(way) + "/event" }
func (t topics) modemState(way string) string { return t.modem(way) + "/state" }

// shortCode is the most digits a number may have to be sent as a short code.
const shortCode = 6

// topicNumber reads the number in base/send/<number>, where a plus cannot
// stand: digits are international, with or without 00, save that up to six are
// a short code and a single leading zero leaves a number national. Anything
// else is left for the core to refuse.
func topicNumber(s string) string {
	digits := s != "" && strings.Trim(s, "0123456789") == ""
	switch {
	case !digits || len(s) <= shortCode:
		return s
	case strings.HasPrefix(s, "00"):
		return "+" + s[2:]
	case s[0] == '0':
		return s
	}
	return "+" + s
}

// legible reports whether an id can be answered on its own topic: 1 to 64 of
// A-Z a-z 0-9 . _ : -
func legible(id string) bool {
	const most = 64
	return id != "" && len(id) <= most && strings.IndexFunc(id, func(r rune) bool {
		return !(r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._:-", r)))
	}) < 0
}
