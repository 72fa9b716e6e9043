package gateway

import (
	"fmt"
	"testing"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// crowd is a queue of so many messages to as many people: half wait for their
// time, an eighth each is low and high, and all expire.
func crowd(n int, now time.Time) *queue {
	q := newQueue(nil)
	q.ageing = 10 * time.Minute
	for i := range n {
		q.add(member(i+1, now), now)
	}
	return q
}

func member(num int, now time.Time) *sms.Waiting {
	w := &sms.Waiting{
		Num: uint64(num), Priority: sms.Normal, Since: now.Add(time.Duration(num) * time.Millisecond), Segments: 1,
		To: sms.Number(fmt.Sprintf("+4477%08d", num)), Expires: now.Add(72*time.Hour + time.Duration(num*7919%1_000_003)*time.Millisecond),
	}
	switch num % 8 {
	case 0:
		w.Priority = sms.Low
	case 1:
		w.Priority = sms.High
	case 2, 3, 4, 5:
		w.Due = now.Add(time.Hour + time.Duration(num*104_729%1_000_003)*time.Millisecond)
	}
	return w
}

// BenchmarkNextDue is one message's way through the queue, with so many others
// waiting: one comes in, what is due is moved to its line, the first is picked and
// leaves. It also gives how much longer that takes among a million than among a
// thousand.
func BenchmarkNextDue(b *testing.B) {
	perMessage := map[int]float64{}
	for _, n := range []int{1_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
			q, num := crowd(n, now), n
			for b.Loop() {
				num++
				q.add(member(num, now), now)
				now = now.Add(time.Millisecond)
				q.ripen(now)
				_ = q.wake()
				if e := q.pick("a", ready); e != nil {
					q.remove(e)
				}
			}
			perMessage[n] = float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			if n == 1_000_000 && perMessage[1_000] > 0 {
				b.ReportMetric(perMessage[n]/perMessage[1_000], "times-1000")
			}
		})
	}
}
