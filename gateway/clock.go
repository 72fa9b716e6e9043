package gateway

import "time"

// believed returns a time a message was given, unless it lies before the
// program was built: then it was reckoned on a board without a clock before
// anybody had told it the time, and says nothing. A message without an expiry
// ends by Config.Attempts.
func (c Config) believed(t time.Time) time.Time {
	if t.Before(c.Built) {
		return time.Time{}
	}
	return t
}
