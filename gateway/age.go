package gateway

import (
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// Messages of one priority leave as they were accepted. Between priorities a
// message goes as if it had begun to wait earlier than it did, by the head start
// of its priority, so that what waits rises by itself: low has caught up with
// what is normal and new after Config.Ageing, normal with what is high and new
// after three times that. Nothing catches up with urgent. The moment is known when
// a message comes in, so nothing has to be sorted anew as time goes by.

// AgeingOff has a message wait for as long as one of a higher priority does.
const AgeingOff time.Duration = -1

// highOverNormal is how much longer than low normal waits until it rises: what is
// high was called so by somebody, what is normal by nobody.
const highOverNormal = 3

// headStart is what a priority below urgent is worth in time.
func headStart(p sms.Priority, ageing time.Duration) time.Duration {
	switch p {
	case sms.Low:
		return 0
	case sms.Normal:
		return ageing
	}
	return ageing + highOverNormal*ageing
}

// sooner reports whether a, of another priority than b, goes first.
func (q *queue) sooner(a, b *entry) bool {
	if a.priority == sms.Urgent || b.priority == sms.Urgent || q.ageing <= 0 {
		return a.priority > b.priority
	}
	x := a.since - steady(headStart(a.priority, q.ageing))
	y := b.since - steady(headStart(b.priority, q.ageing))
	if x == y {
		return a.priority > b.priority
	}
	return x < y
}
