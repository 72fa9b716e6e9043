package line

// maxLine is the longest line kept, in octets. The longest that means anything
// is a PDU of 176 octets in hexadecimal behind its header; a USSD text or a
// list of memories may be longer, but not by this much.
const maxLine = 4096

// A framer cuts a modem's octets into lines. Modems end them with CR LF, CR CR
// LF, LF alone or CR alone; at power-up and at a wrong speed they send NUL and
// 0xFF. A line that is too long is dropped whole.
type framer struct {
	buf  []byte
	over bool // the line in hand is too long: drop until its end
}

// push takes one octet and returns a line when it ends one that is not blank.
func (f *framer) push(b byte) (line string, ok bool) {
	switch {
	case b == '\r' || b == '\n':
		line = trim(f.buf)
		ok = line != "" && !f.over
		f.buf, f.over = f.buf[:0], false
		return line, ok
	case b == 0 || b == 0xFF || b < ' ' && b != '\t':
		// Boot garbage; and the Ctrl-Z of an echoed PDU.
	case len(f.buf) >= maxLine:
		f.over = true
	default:
		f.buf = append(f.buf, b)
	}
	return "", false
}

// prompt reports whether the octets of the unfinished line are the prompt for a
// PDU, and takes them if so. Modems write "> ", ">" and " >", with no line end.
func (f *framer) prompt() bool {
	if trim(f.buf) != ">" || f.over {
		return false
	}
	f.buf = f.buf[:0]
	return true
}

func trim(b []byte) string {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return string(b)
}
