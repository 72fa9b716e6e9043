package usb

import "strings"

// A uevent is what the kernel tells of one of its objects.
type uevent struct {
	action    string // "add", "remove", "bind", …
	path      string // below /sys
	subsystem string
}

// parseUevent reads a message of the form
//
//	add@/devices/…/ttyUSB0 NUL ACTION=add NUL DEVPATH=/devices/…/ttyUSB0 NUL SUBSYSTEM=usb-serial NUL …
//
// It is not ok if the message has another form, as those that udevd sends on to
// its own listeners have, or contradicts itself.
func parseUevent(b []byte) (uevent, bool) {
	head, rest, ok := strings.Cut(string(b), "\x00")
	if !ok {
		return uevent{}, false
	}
	action, path, ok := strings.Cut(head, "@")
	if !ok || action == "" || !strings.HasPrefix(path, "/") {
		return uevent{}, false
	}
	rest, ok = strings.CutSuffix(rest, "\x00")
	if !ok {
		return uevent{}, false // cut short
	}
	e := uevent{action: action, path: path}
	for pair := range strings.SplitSeq(rest, "\x00") {
		key, value, ok := strings.Cut(pair, "=")
		switch {
		case !ok, key == "",
			key == "ACTION" && value != action,
			key == "DEVPATH" && value != path:
			return uevent{}, false
		case key == "SUBSYSTEM":
			e.subsystem = value
		}
	}
	return e, e.subsystem != ""
}

// matters reports whether Scan may find something else after it.
func (e uevent) matters() bool {
	switch e.subsystem {
	case "usb", "usb-serial", "tty":
	default:
		return false
	}
	switch e.action {
	case "add", "remove", "bind", "unbind":
		return true
	}
	return false
}
