package modemsim

import (
	"strconv"
	"strings"
)

// A verb is how a command is meant, 3GPP TS 27.007 §4.1.
type verb byte

const (
	execute verb = iota // AT+CMD
	query               // AT+CMD?
	set                 // AT+CMD=…
	test                // AT+CMD=?
)

// A call is one command of a line.
type call struct {
	name string // "+CMGF", "E", "&F"; upper case
	verb verb
	args string // what follows "=", or the digits of a basic command
}

// commandStart is where "AT" stands in a line, below 0 where it does not.
func commandStart(line string) int {
	for i := range len(line) - 1 {
		if line[i]|0x20 == 'a' && line[i+1]|0x20 == 't' {
			return i
		}
	}
	return -1
}

// parseLine cuts a command line into its commands, ITU-T V.250 §5.2.1. ok is
// false where the line is none. What follows a fault is left out, since a modem
// stops there anyway; a command that cannot be read has an empty name.
func parseLine(line string) (calls []call, ok bool) {
	at := strings.TrimLeft(line, " \x00")
	if len(at) < 2 || !strings.EqualFold(at[:2], "AT") {
		return nil, false
	}
	rest := at[2:]
	for {
		rest = strings.TrimLeft(rest, " ;")
		if rest == "" {
			return calls, true
		}
		var c call
		if strings.ContainsRune("+^$*#%!", rune(rest[0])) {
			c, rest = parseExtended(rest)
		} else {
			c, rest = parseBasic(rest)
		}
		calls = append(calls, c)
		if c.name == "" {
			return calls, true
		}
	}
}

// parseExtended takes a command that ends with a semicolon outside quotes, or
// with the line.
func parseExtended(s string) (c call, rest string) {
	end, quoted := len(s), false
	for i := range len(s) {
		if s[i] == '"' {
			quoted = !quoted
		}
		if s[i] == ';' && !quoted {
			end = i
			break
		}
	}
	body := strings.TrimSpace(s[:end])
	rest = s[min(end+1, len(s)):]
	name, args, assigned := strings.Cut(body, "=")
	switch {
	case !assigned && strings.HasSuffix(name, "?"):
		c = call{name: strings.TrimSuffix(name, "?"), verb: query}
	case !assigned:
		c = call{name: name}
	case strings.TrimSpace(args) == "?":
		c = call{name: name, verb: test}
	default:
		c = call{name: name, verb: set, args: strings.TrimSpace(args)}
	}
	c.name = strings.ToUpper(strings.TrimSpace(c.name))
	return c, rest
}

// parseBasic takes a letter, or & and a letter, and the number after it; of an
// S register also "=" or "?"; of D all the rest.
func parseBasic(s string) (c call, rest string) {
	n := 1
	if s[0] == '&' || s[0] == '\\' {
		n = 2
	}
	if len(s) < n || s[n-1]|0x20 < 'a' || s[n-1]|0x20 > 'z' {
		return call{}, ""
	}
	c.name, rest = strings.ToUpper(s[:n]), s[n:]
	if c.name == "D" {
		c.args = rest
		return c, ""
	}
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	c.args, rest = rest[:digits], rest[digits:]
	if c.name != "S" {
		return c, rest
	}
	switch {
	case strings.HasPrefix(rest, "?"):
		c.verb, rest = query, rest[1:]
	case strings.HasPrefix(rest, "="):
		c.verb, rest = set, strings.TrimLeft(rest[1:], "0123456789")
	}
	return c, rest
}

// arguments cuts what follows "=" at the commas outside quotes.
func arguments(s string) (out []argument) {
	if s == "" {
		return nil
	}
	start, quoted := 0, false
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] == '"' {
			quoted = !quoted
		}
		if i == len(s) || s[i] == ',' && !quoted {
			out = append(out, argument(strings.TrimSpace(s[start:i])))
			start = i + 1
		}
	}
	return out
}

// An argument is one value of a command, with its quotes.
type argument string

// text is the value without quotes.
func (a argument) text() string {
	s := string(a)
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return strings.Trim(s, `"`)
}

// number is the value as a number from low to high.
func (a argument) number(low, high int) (n int, ok bool) {
	n, err := strconv.Atoi(string(a))
	return n, err == nil && n >= low && n <= high
}

// numbers reads arguments as numbers in turn: an absent one keeps what into
// points at. ok is false where one is outside 0 to its highest or too many came.
func numbers(args []argument, highest []int, into ...*int) (ok bool) {
	if len(args) > len(into) {
		return false
	}
	for i, a := range args {
		if a == "" {
			continue
		}
		n, ok := a.number(0, highest[i])
		if !ok {
			return false
		}
		*into[i] = n
	}
	return true
}
