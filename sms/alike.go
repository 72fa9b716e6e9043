package sms

import (
	"strings"

	"github.com/warthog618/sms/encoding/gsm7/charset"
)

// plain rewrites a text in the GSM 7-bit alphabet: a character that has no
// place there becomes the letters it looks like, or nothing when nobody sees
// it, or else a question mark.
func plain(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text {
		if s, ok := alike[r]; ok {
			b.WriteString(s)
		} else if inGSM7(r) {
			b.WriteRune(r)
		} else if r >= 0xFF01 && r <= 0xFF5E { // full-width forms of ASCII
			b.WriteString(plain(string(r - 0xFF01 + '!')))
		} else if !unseen(r) {
			b.WriteByte('?')
		}
	}
	return b.String()
}

func inGSM7(r rune) bool {
	if _, ok := charset.DefaultEncoder()[r]; ok {
		return true
	}
	_, ok := charset.DefaultExtEncoder()[r]
	return ok
}

// unseen reports whether r leaves no mark of its own: combining accents, the
// soft hyphen, joiners, directions, the byte order mark, variation selectors.
func unseen(r rune) bool {
	return r == 0xAD || r >= 0x300 && r <= 0x36F || r >= 0x200B && r <= 0x200F ||
		r >= 0x202A && r <= 0x202E || r >= 0x2060 && r <= 0x2069 || r == 0xFEFF || r >= 0xFE00 && r <= 0xFE0F
}

// alike holds what a character is written as when it must stay in GSM 7-bit.
var alike = alikes()

func alikes() map[rune]string {
	m := make(map[rune]string)
	for _, row := range [...]struct{ as, chars string }{
		{" ", "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"},
		{"\n", "\u2028\u2029"},
		{`"`, "“”„‟«»″〝〞¨"}, {"'", "‘’‚‛′‵ʹʻʼˈ´`"}, {"<", "‹〈"}, {">", "›〉"},
		{"-", "‐‑‒–—―−⁃¬¯﹘﹣"}, {"...", "…"}, {"..", "‥"}, {".", "·․。"}, {",", "¸、"}, {"*", "•‣∙●▪★☆"},
		{"/", "⁄∕÷"}, {"|", "¦"}, {"!", "ǃ"}, {"!!", "‼"}, {"~", "∼˜"}, {"^", "ˆ"},
		{"+/-", "±"}, {"x", "×"}, {"<=", "≤"}, {">=", "≥"}, {"<-", "←"}, {"->", "→"},
		{"(c)", "©"}, {"(R)", "®"}, {"TM", "™"}, {"No", "№"}, {"u", "µμ"}, {"c", "¢"},
		{"o", "°º"}, {"a", "ª"}, {"0", "⁰₀"}, {"1", "¹₁"}, {"2", "²₂"}, {"3", "³₃"}, {"1/4", "¼"}, {"1/2", "½"}, {"3/4", "¾"},

		{"A", "ÀÁÂÃĀĂĄǍȀȂẠẢẤẦẨẪẬẮẰẲẴẶΑ"}, {"a", "áâãāăąǎȁȃạảấầẩẫậắằẳẵặ"}, {"Å", "\u212b"},
		{"B", "Β"}, {"C", "ĆĈĊČ"}, {"c", "çćĉċč"}, {"D", "ĎĐÐƉ"}, {"d", "ďđð"},
		{"E", "ÈÊËĒĔĖĘĚȄȆẸẺẼẾỀỂỄỆΕ"}, {"e", "êëēĕėęěȅȇẹẻẽếềểễệ"}, {"f", "ƒ"},
		{"G", "ĜĞĠĢǦ"}, {"g", "ĝğġģǧ"}, {"H", "ĤĦΗ"}, {"h", "ĥħ"},
		{"I", "ÌÍÎÏĨĪĬĮİǏȈȊỈỊΙ"}, {"i", "íîïĩīĭįıǐȉȋỉị"}, {"IJ", "Ĳ"}, {"ij", "ĳ"},
		{"J", "Ĵ"}, {"j", "ĵ"}, {"K", "ĶǨΚ"}, {"k", "ķĸǩ"}, {"L", "ĹĻĽĿŁ"}, {"l", "ĺļľŀł"}, {"M", "Μ"},
		{"N", "ŃŅŇŊΝ"}, {"n", "ńņňŉŋ"},
		{"O", "ÒÓÔÕŌŎŐƠǑȌȎỌỎỐỒỔỖỘỚỜỞỠỢΟ"}, {"o", "óôõōŏőơǒȍȏọỏốồổỗộớờởỡợ"}, {"OE", "Œ"}, {"oe", "œ"},
		{"P", "Ρ"}, {"R", "ŔŖŘȐȒ"}, {"r", "ŕŗřȑȓ"}, {"S", "ŚŜŞŠȘ"}, {"s", "śŝşšșſ"}, {"ß", "ẞ"},
		{"T", "ŢŤŦȚΤ"}, {"t", "ţťŧț"}, {"Th", "Þ"}, {"th", "þ"},
		{"U", "ÙÚÛŨŪŬŮŰŲƯǓȔȖỤỦỨỪỬỮỰ"}, {"u", "úûũūŭůűųưǔȕȗụủứừửữự"},
		{"W", "ŴẀẂẄ"}, {"w", "ŵẁẃẅ"}, {"X", "Χ"}, {"Y", "ÝŶŸỲỴỶỸΥ"}, {"y", "ýÿŷỳỵỷỹ"}, {"Z", "ŹŻŽΖ"}, {"z", "źżž"},
		{"ff", "ﬀ"}, {"fi", "ﬁ"}, {"fl", "ﬂ"},
	} {
		for _, r := range row.chars {
			m[r] = row.as
		}
	}
	return m
}
