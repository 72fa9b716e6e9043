package gateway

import (
	"context"
	"io"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// A Store keeps what the core decides. Each method is one moment and one
// transaction; when it returns nil, what it was told is on disk.
type Store interface {
	// Accept commits the messages of one request, filling in Num and Concat,
	// and returns their events. When the request is known it writes nothing and
	// returns known with the latest event of each message. A single message that
	// is new is begun in the same moment where b is given.
	Accept(ctx context.Context, ms []*sms.Message, key sms.RequestKey, why string, b *sms.Begin) (events []sms.Event, known bool, err error)
	// Known returns the latest event of each message a request is known by.
	Known(ctx context.Context, key sms.RequestKey) ([]sms.Event, error)
	// Begin marks an attempt as begun; before its first octet leaves.
	Begin(ctx context.Context, num uint64, b sms.Begin) (*sms.Status, error)
	// Finish ends an attempt. A report that overtook it is settled at once.
	Finish(ctx context.Context, num uint64, o sms.Outcome, settle sms.Settle) (*sms.Status, error)
	// Turn is Finish of one and Begin of the next, as start says, in one
	// transaction. The next is nil where it is not to be begun.
	Turn(ctx context.Context, num uint64, o sms.Outcome, settle sms.Settle, next uint64, start sms.Start) (st *sms.Status, m *sms.Message, begun *sms.Status, err error)
	// End moves a message outside an attempt: expired, cancelled, held.
	End(ctx context.Context, num uint64, o sms.Outcome) (*sms.Status, error)
	// EndMany is End of several queued messages. It passes over those that are
	// queued no longer, and returns where the others stand.
	EndMany(ctx context.Context, nums []uint64, o sms.Outcome) ([]*sms.Status, error)
	// Resend has messages that have ended sent again, each as renew says: under
	// its own id, or as a new message. It passes over those that have not ended.
	Resend(ctx context.Context, nums []uint64, renew sms.Renew, now time.Time) ([]sms.Renewed, error)
	// Edit changes the body of a message that waits for its first attempt, as
	// change says, whose errors it returns.
	Edit(ctx context.Context, num uint64, now time.Time, change func(*sms.Message) (*sms.Message, error), why string) (*sms.Message, *sms.Status, error)
	// Report enters a network's report. It returns nil when that is no news, or
	// when no segment is known by that ref (yet): such reports are kept a while.
	Report(ctx context.Context, r *sms.Report, settle sms.Settle) (*sms.Status, error)
	// Doubts settles the doubts on which reports came early, after an attempt has
	// ended, and returns where the messages stand that this moved.
	Doubts(ctx context.Context, settle sms.Settle) ([]*sms.Status, error)
	// Keep commits a part, and the whole message when it was the last; nil
	// when parts are still missing or the part was kept before.
	Keep(ctx context.Context, p *sms.Part, join func([]sms.Part) sms.Received) (*sms.Received, error)
	// Incomplete gives out what came of messages whose first part arrived
	// before a time.
	Incomplete(ctx context.Context, before time.Time, join func([]sms.Part) sms.Received) ([]sms.Received, error)
	// Notice appends news of a way to the journal.
	Notice(ctx context.Context, n *sms.Notice) error
	// Remember keeps a fact under a key, and Recall returns it; nil: there is none.
	Remember(ctx context.Context, key string, value []byte) error
	Recall(ctx context.Context, key string) ([]byte, error)
	// Passed moves a follower's cursor, on disk with the next write or Flush.
	Passed(ctx context.Context, follower string, seq uint64) error

	// Spent returns what each SIM has sent lately, as Begin has counted it.
	Spent(ctx context.Context) (map[string]sms.Spent, error)
	// Sticky returns which SIM the messages of those who are remembered leave
	// from, as Begin and Keep have noted it.
	Sticky(ctx context.Context) (map[sms.Mark]sms.Stick, error)
	// InDoubt returns the messages with a doubt that no report has settled.
	InDoubt(ctx context.Context) ([]uint64, error)
	Pending(ctx context.Context, yield func(sms.Waiting) error) error
	Awaiting(ctx context.Context, before time.Time, max int) ([]uint64, error)
	Message(ctx context.Context, id string) (*sms.Message, *sms.Status, error)
	ByNum(ctx context.Context, num uint64) (*sms.Message, *sms.Status, error)
	Messages(ctx context.Context, f sms.Filter) ([]sms.View, error)
	// Choose returns the messages in some states that a choice is for, oldest
	// first, and where to go on; 0: nowhere.
	Choose(ctx context.Context, c sms.Choice, states []sms.State) (found []*sms.Status, next uint64, err error)
	// History returns the events of a message that the journal still has.
	History(ctx context.Context, id string) ([]sms.Event, error)
	Received(ctx context.Context, f sms.Filter) ([]sms.Received, error)
	Flush(ctx context.Context) error
	Cursor(ctx context.Context, follower string) (uint64, error)
	Entries(ctx context.Context, after uint64, max int) ([]sms.Entry, error)
	// Last is the number of the journal's latest entry; Grown is closed when it grows.
	Last() uint64
	Grown() <-chan struct{}

	Counts(ctx context.Context) (sms.Queue, error)
	Used(ctx context.Context) (used, most int64, err error)
	Free() uint64
	Trim(ctx context.Context, keep sms.Retention, now time.Time) (dropped int, err error)
	// Compact makes the file smaller when most of it is free.
	Compact(ctx context.Context) (saved int64, err error)
	Audit(ctx context.Context) ([]string, error)
	Backup(ctx context.Context, w io.Writer) error
	// Damage says what a damaged state file has cost, while it is still kept.
	Damage(ctx context.Context) (string, error)
}

// A Sender carries messages over the ways of one edge.
type Sender interface {
	// Ways lists the edge's ways as they are now.
	Ways() []sms.Way
	// Send carries one message over one way. It does not queue: what it cannot
	// start at once it refuses. It returns when every segment has been taken or
	// one was refused; the refs name those taken, even when err is not nil.
	Send(ctx context.Context, way string, a *sms.Attempt) ([]sms.Ref, error)
}
