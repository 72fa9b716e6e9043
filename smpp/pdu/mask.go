package pdu

// Mask returns a copy of the octets of a PDU, or of what should have been one,
// in which passwords, texts and, unless they are shown, the middle of numbers
// are crossed out. It is for a trace of the wire: the copy has the same length
// and the same borders.
func Mask(b []byte, show Show) []byte {
	b = append([]byte(nil), b...)
	p, x, err := Decode(b)
	if err != nil || x.Kinds&unsure != 0 {
		crossOut(b[min(len(b), HeaderSize):])
		return b
	}
	c := codec{mode: masking, id: p.ID(), show: show}
	p.walk(&c)
	return b
}

// unsure is what leaves octets of a PDU to no field, or to one that they are not
// of: its whole body is crossed out.
const unsure = Unterminated | ShortMessageCut | TrailingOctets | TLVCut | TLVFlood | StrayOctet

func crossOut(b []byte) {
	for i := range b {
		b[i] = '*'
	}
}

func (c *codec) maskTLVs(t TLVs) {
	for tag, v := range t.All() {
		if def := tag.def(); c.show&ShowText == 0 && (def == nil || def.kind == octets && tag != TagNetworkErrorCode) {
			crossOut(v)
		}
	}
}
