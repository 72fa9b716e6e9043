package sms

import (
	"maps"

	"github.com/warthog618/sms/encoding/gsm7"
	"github.com/warthog618/sms/encoding/gsm7/charset"
)

// The national language tables of 3GPP TS 23.038 annex A, by language
// identifier; 0 is the default alphabet, and Spanish has no locking table.
//
// Filling them here also makes every table that warthog618/sms v0.3.0 would
// otherwise make on first use, without a lock: nothing writes to them later.
var lockingTables, singleTables = tables()

func tables() (locking, single [charset.End]charset.Decoder) {
	charset.DefaultEncoder()
	charset.DefaultExtEncoder()
	for n := range charset.End {
		locking[n] = charset.NewDecoder(n)
		single[n] = charset.NewExtDecoder(n)
	}

	// warthog618/sms v0.3.0 leaves a letter out of A.2.3 and begins A.3.6
	// with three letters of A.3.4.
	portuguese := maps.Clone(single[charset.Portuguese])
	portuguese[0x1F] = 'Ê'
	single[charset.Portuguese] = portuguese

	hindi := maps.Clone(locking[charset.Hindi])
	hindi[0x00], hindi[0x01], hindi[0x02] = '\u0901', '\u0902', '\u0903'
	locking[charset.Hindi] = hindi

	return locking, single
}

func decoder(locking, single byte) gsm7.Decoder {
	if int(locking) >= len(lockingTables) {
		locking = 0
	}
	if int(single) >= len(singleTables) {
		single = 0
	}
	return gsm7.NewDecoder().WithCharset(lockingTables[locking]).WithExtCharset(singleTables[single])
}
