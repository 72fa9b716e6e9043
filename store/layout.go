package store

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math"
	"time"
)

// The file holds these buckets. Numbers in keys and in values that are not JSON
// are big-endian, so that keys sort; "str" is a string behind its length in one
// octet (see appendStr), "time" is nanoseconds since 1970 (see stamp).
//
//	bucket    key                                          value
//	──────    ───                                          ─────
//	meta      "schema", "concat", "counts"                 u64; u64; a tally
//	          "last " bucket                               u64, the last number drawn for it
//	front     near u64, mark u8, a key of another bucket   what is new in it, see front.go
//	messages  num u64                                      sms.Message, JSON; written once, save Edit and Resend
//	status    num u64                                      sms.Status, JSON
//	ids       'm' id                                       num u64
//	          'r' request, 'f' fingerprint                 first num u64, how many u64
//	journal   seq u64                                      'e' sms.Event | 'n' sms.Notice, JSON; 'r'
//	received  seq u64                                      sms.Received, JSON
//	cursors   follower                                     seq u64, the last one passed
//	pending   num u64                                      sms.Waiting, packed (see waiting.go)
//	awaiting  until time, num u64                          nothing
//	refs      net str, id str, taken time, num u64, seg u16  nothing
//	early     net str, id str, line u64, n u64             arrived time, sms.Report, JSON
//	doubts    net str, seq u64, num u64                    from time, until time, recipient
//	parts     from str, ref u16, wide u8, total u8,
//	          opened time, set u64, seq u8                 sms.Part, JSON
//	notes     key str                                      a fact, see Remember
//	slots     net str, slot str                            hash of the PDU, 16 octets; time
//	spent     's' net str                                  sms.Spent, packed (see spent.go)
//	          'r' net str, month u32, mark of 8 octets     nothing
//	sticky    'p' mark of 8 octets                         day u32, net (see stick.go)
//	          'd' day u32, mark of 8 octets                nothing
//	          'n'                                          how many 'p' there are, u64
//
// A commit rewrites every page it touches and those above, so news lies in front
// first, and what every moment touches (cursors, meta) is small enough to lie
// inside the root page. What is written for good stands apart from what changes.
//
// pending, awaiting, refs and doubts follow from messages and status alone (see
// indexOf), and Audit holds them to that.
type bucket string

const (
	bMeta     bucket = "meta"
	bFront    bucket = "front"
	bMessages bucket = "messages"
	bStatus   bucket = "status"
	bIDs      bucket = "ids"
	bJournal  bucket = "journal"
	bReceived bucket = "received"
	bCursors  bucket = "cursors"
	bPending  bucket = "pending"
	bAwaiting bucket = "awaiting"
	bRefs     bucket = "refs"
	bEarly    bucket = "early"
	bParts    bucket = "parts"
	bSlots    bucket = "slots"
	bNotes    bucket = "notes"
	bSpent    bucket = "spent"
	bDoubts   bucket = "doubts"
	bSticky   bucket = "sticky"
)

var buckets = []bucket{
	bMeta, bFront, bMessages, bStatus, bIDs, bJournal, bReceived, bCursors,
	bPending, bAwaiting, bRefs, bEarly, bParts, bSlots, bNotes, bSpent, bDoubts, bSticky,
}

// appended names the buckets whose keys only grow: their pages are filled to
// the brim rather than left half empty for keys that never come.
var appended = map[bucket]bool{bMessages: true, bStatus: true, bJournal: true, bReceived: true}

// Keys of bMeta.
var (
	keySchema = []byte("schema")
	keyConcat = []byte("concat")
	keyCounts = []byte("counts")
)

// keyDrawn is the key in bMeta of the last number drawn for a bucket.
func keyDrawn(b bucket) []byte { return []byte("last " + b) }

// Kinds of key in bIDs.
const (
	idMessage     = 'm'
	idRequest     = 'r'
	idFingerprint = 'f'
)

// Kinds of line in bJournal.
const (
	lineEvent    = 'e'
	lineNotice   = 'n'
	lineReceived = 'r' // the text stands in bReceived under the same number
)

var errShort = errors.New("cut short")

func u64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func readU64(b []byte) (uint64, error) {
	if len(b) != 8 {
		return 0, errShort
	}
	return binary.BigEndian.Uint64(b), nil
}

// maxStr bounds a string in a key, in octets. A longer one is replaced by its
// hash: keys are looked up and compared, never shown.
const maxStr = 200

// appendStr appends a string so that no other string's key begins the same.
func appendStr(key []byte, s string) []byte {
	if len(s) > maxStr {
		h := sha256.Sum256([]byte(s))
		return append(append(key, maxStr+1), h[:]...)
	}
	return append(append(key, byte(len(s))), s...)
}

// skipStr returns what follows a string in a key.
func skipStr(key []byte) ([]byte, error) {
	if len(key) == 0 {
		return nil, errShort
	}
	n := int(key[0])
	switch {
	case n == maxStr+1:
		n = sha256.Size
	case n > maxStr:
		return nil, errors.New("a string longer than any")
	}
	if len(key) < 1+n {
		return nil, errShort
	}
	return key[1+n:], nil
}

// stamp is a time as the file keeps it where JSON does not: nanoseconds since
// 1970, 0 for the zero time. What lies before 1970 or after 2262 is moved to
// the nearest time that can be told.
func stamp(t time.Time) uint64 {
	switch {
	case t.IsZero():
		return 0
	case t.Before(time.Unix(0, 1)):
		return 1
	case t.After(time.Unix(0, math.MaxInt64)):
		return math.MaxInt64
	}
	return uint64(t.UnixNano())
}

func unstamp(n uint64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(min(n, math.MaxInt64))).UTC()
}
