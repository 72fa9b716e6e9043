package receipt

import "bytes"

// A Receipt is the text of a receipt, taken apart. The fields are views of the
// octets it was read from; an empty one was not there or was empty.
type Receipt struct {
	ID         []byte
	Sub        []byte // number submitted
	Dlvrd      []byte // number delivered
	SubmitDate []byte // as it stands there: see ParseDate
	DoneDate   []byte
	Stat       []byte // see State
	Err        []byte // a network's own code: digits, letters, a sign
	Text       []byte // the start of the message
}

// A key is one of the words before a colon.
type key struct {
	name  string
	field func(*Receipt) *[]byte
}

var keys = [...]key{
	{"id", func(r *Receipt) *[]byte { return &r.ID }},
	{"sub", func(r *Receipt) *[]byte { return &r.Sub }},
	{"dlvrd", func(r *Receipt) *[]byte { return &r.Dlvrd }},
	{"submit date", func(r *Receipt) *[]byte { return &r.SubmitDate }},
	{"done date", func(r *Receipt) *[]byte { return &r.DoneDate }},
	{"stat", func(r *Receipt) *[]byte { return &r.Stat }},
	{"err", func(r *Receipt) *[]byte { return &r.Err }},
}

// maxReceipt bounds what is looked at: receipts have some 120 octets.
const maxReceipt = 1024

// Parse reads the text of a receipt, and reports whether it is one: whether it
// has an id or a state. Whether that is to be believed the caller must know,
// because anybody can write such a text.
func Parse(b []byte) (Receipt, bool) {
	b = bytes.TrimRight(b[:min(len(b), maxReceipt)], "\x00")
	var r Receipt
	head := b
	if at, behind := findText(b); at >= 0 {
		head, r.Text = b[:at], b[behind:]
	}
	var seen [len(keys)]bool
	r.fill(head, &seen)
	if r.Stat == nil {
		r.Stat = bareState(head)
	}
	if r.ID == nil || r.Stat == nil {
		r.fillFromText(&seen)
	}
	return r, len(r.ID) > 0 || len(r.Stat) > 0
}

// fillFromText looks for what was not found before the text behind it: some put
// the text first.
func (r *Receipt) fillFromText(seen *[len(keys)]bool) {
	text := r.Text
	before := *r
	r.fill(text, seen)
	if len(before.ID) == 0 && len(r.ID) == 0 && len(before.Stat) == 0 && len(r.Stat) == 0 {
		*r = before // it was but a text
		return
	}
	for at := range text { // the text ends where the keys go on
		if _, _, ok := keyAt(text, at); ok {
			r.Text = bytes.TrimRight(text[:at], " ")
			return
		}
	}
}

// fill takes each key that was not seen from b.
func (r *Receipt) fill(b []byte, seen *[len(keys)]bool) {
	for at := 0; at < len(b); at++ {
		k, behind, ok := keyAt(b, at)
		if !ok {
			continue
		}
		value := b[behind:]
		for len(value) > 0 && blank(value[0]) {
			value = value[1:]
		}
		if _, _, next := keyAt(b, len(b)-len(value)); next {
			value = nil // there is nothing before the next key
		}
		end := 0
		for end < len(value) && !blank(value[end]) && value[end] != 0 {
			end++
		}
		if !seen[k] {
			seen[k] = true
			*keys[k].field(r) = value[:end:end]
		}
		at = behind - 1
	}
}

// keyAt reports which key starts at an octet of b, and where its value may.
func keyAt(b []byte, at int) (k, behind int, ok bool) {
	if at > 0 && !blank(b[at-1]) {
		return 0, 0, false
	}
	for k, key := range keys {
		if n, ok := word(b[at:], key.name); ok {
			return k, at + n, true
		}
	}
	return 0, 0, false
}

// findText returns where the first text: starts, and what is behind it.
func findText(b []byte) (at, behind int) {
	for at := range b {
		if at > 0 && !blank(b[at-1]) {
			continue
		}
		if n, ok := word(b[at:], "text"); ok {
			if behind = at + n; behind < len(b) && b[behind] == ' ' {
				behind++
			}
			return at, behind
		}
	}
	return -1, -1
}

// word reports whether b starts with name, in any case, and a colon, and how
// long both are.
func word(b []byte, name string) (int, bool) {
	n := len(name)
	return n + 1, len(b) > n && b[n] == ':' && bytes.EqualFold(b[:n], []byte(name))
}

// bareState returns a word of b that is a state, where none follows a key.
func bareState(b []byte) []byte {
	for _, w := range bytes.FieldsFunc(b, func(r rune) bool { return r <= ' ' }) {
		if _, ok := state(w); ok {
			return w
		}
	}
	return nil
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
