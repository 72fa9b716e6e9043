package modemsim

// escape is the septet that leads into the extension table, and the number of
// no character, 3GPP TS 23.038 §6.2.1.
const escape = 0x1B

// defaultAlphabet is the GSM 7-bit default alphabet in the order of its
// septets, 3GPP TS 23.038 §6.2.1. The escape stands as U+001B.
var defaultAlphabet = []rune("@£$¥èéùìòÇ\nØø\rÅå" +
	"Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ" +
	" !\"#¤%&'()*+,-./0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§" +
	"¿abcdefghijklmnopqrstuvwxyzäöñüà")

// defaultExtension is what follows an escape, 3GPP TS 23.038 §6.2.1.1.
var defaultExtension = map[byte]rune{
	0x0A: '\f', 0x14: '^', 0x28: '{', 0x29: '}', 0x2F: '\\',
	0x3C: '[', 0x3D: '~', 0x3E: ']', 0x40: '|', 0x65: '€',
}

// A Language is a national language identifier, 3GPP TS 23.038 §6.2.1.2.4.
type Language byte

// The languages whose tables the simulated network knows.
const (
	NoLanguage Language = 0
	Turkish    Language = 1
	Spanish    Language = 2 // has a single shift table only
	Portuguese Language = 3
)

// lockingTables replace the default alphabet, 3GPP TS 23.038 annex A.3.
var lockingTables = map[Language][]rune{
	Turkish: []rune("@£$¥€éùıòÇ\nĞğ\rÅå" +
		"Δ_ΦΓΛΩΠΨΣΘΞ\x1bŞşßÉ" +
		" !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"İABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§" +
		"çabcdefghijklmnopqrstuvwxyzäöñüà"),
	Portuguese: []rune("@£$¥êéúíóç\nÔô\rÁá" +
		"Δ_ªÇÀ∞^\\€Ó|\x1bÂâÊÉ" +
		" !\"#º%&'()*+,-./0123456789:;<=>?" +
		"ÍABCDEFGHIJKLMNOPQRSTUVWXYZÃÕÚÜ§" +
		"~abcdefghijklmnopqrstuvwxyzãõ`üà"),
}

// singleTables replace the default extension, 3GPP TS 23.038 annex A.2.
var singleTables = map[Language]map[byte]rune{
	Turkish: {
		0x0A: '\f', 0x14: '^', 0x28: '{', 0x29: '}', 0x2F: '\\', 0x3C: '[', 0x3D: '~', 0x3E: ']', 0x40: '|',
		0x47: 'Ğ', 0x49: 'İ', 0x53: 'Ş', 0x63: 'ç', 0x65: '€', 0x67: 'ğ', 0x69: 'ı', 0x73: 'ş',
	},
	Spanish: {
		0x09: 'ç', 0x0A: '\f', 0x14: '^', 0x28: '{', 0x29: '}', 0x2F: '\\', 0x3C: '[', 0x3D: '~', 0x3E: ']', 0x40: '|',
		0x41: 'Á', 0x49: 'Í', 0x4F: 'Ó', 0x55: 'Ú', 0x61: 'á', 0x65: '€', 0x69: 'í', 0x6F: 'ó', 0x75: 'ú',
	},
	Portuguese: {
		0x05: 'ê', 0x09: 'ç', 0x0A: '\f', 0x0B: 'Ô', 0x0C: 'ô', 0x0E: 'Á', 0x0F: 'á',
		0x12: 'Φ', 0x13: 'Γ', 0x14: '^', 0x15: 'Ω', 0x16: 'Π', 0x17: 'Ψ', 0x18: 'Σ', 0x19: 'Θ', 0x1F: 'Ê',
		0x28: '{', 0x29: '}', 0x2F: '\\', 0x3C: '[', 0x3D: '~', 0x3E: ']', 0x40: '|',
		0x41: 'À', 0x49: 'Í', 0x4F: 'Ó', 0x55: 'Ú', 0x5B: 'Ã', 0x5C: 'Õ', 0x61: 'Â', 0x65: '€',
		0x69: 'í', 0x6F: 'ó', 0x75: 'ú', 0x7B: 'ã', 0x7C: 'õ', 0x7F: 'â',
	},
}

// tables returns the alphabet and extension that two shift elements select. A
// language without a table means the default one, 3GPP TS 23.040 §9.2.3.24.15.
func tables(locking, single Language) ([]rune, map[byte]rune) {
	base, ok := lockingTables[locking]
	if !ok {
		base = defaultAlphabet
	}
	ext, ok := singleTables[single]
	if !ok {
		ext = defaultExtension
	}
	return base, ext
}

// septetText reads septets as text. ok is false where an escape is the last
// septet or leads to nothing: both are read as the standard says a receiver
// must, as a space or as the character of the base table.
func septetText(septets []byte, locking, single Language) (text string, ok bool) {
	base, ext := tables(locking, single)
	ok = true
	out := make([]rune, 0, len(septets))
	for i := 0; i < len(septets); i++ {
		s := septets[i] & 0x7F
		if s != escape {
			out = append(out, base[s])
			continue
		}
		i++
		if i == len(septets) {
			out, ok = append(out, ' '), false
			break
		}
		s = septets[i] & 0x7F
		r, known := ext[s]
		switch {
		case known:
		case s == escape:
			r, ok = ' ', false
		default:
			r, ok = base[s], false
		}
		out = append(out, r)
	}
	return string(out), ok
}

// textSeptets writes each character of a text as its one or two septets; ok is
// false where a character is in neither table.
func textSeptets(text string, locking, single Language) (chars [][]byte, ok bool) {
	base, ext := tables(locking, single)
	code := make(map[rune][]byte, len(base)+len(ext))
	for s, r := range ext {
		code[r] = []byte{escape, s}
	}
	for s, r := range base {
		if s != escape {
			code[r] = []byte{byte(s)}
		}
	}
	for _, r := range text {
		c, known := code[r]
		if !known {
			return nil, false
		}
		chars = append(chars, c)
	}
	return chars, true
}
