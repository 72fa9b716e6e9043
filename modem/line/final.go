package line

import (
	"regexp"
	"strings"
)

var codedError = regexp.MustCompile(`(?i)^\+CM([SE]) ERROR\s*:?\s*(.*)$`)

// failures are the final results of modems that know better than V.250.
var failures = []string{
	"ERROR", "COMMAND NOT SUPPORT", "NOT SUPPORT", "TOO MANY PARAMETERS", "ABORTED", "NA",
}

// hangups end a call, and no other command: ZTE sticks say NO CARRIER unasked.
var hangups = []string{"NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE"}

// final reads a line as a final result, and returns it as the engine knows it.
func final(line string, c *command) (engine string, ok bool) {
	up := strings.ToUpper(line)
	switch {
	case up == "OK":
		return "OK", true
	case c.bare && (up == "0" || up == "4"):
		return "", false // a number is an answer here
	case up == "0": // after ATV0
		return "OK", true
	case up == "4":
		return "ERROR", true
	case strings.HasPrefix(up, "MODEM ERROR:"), strings.HasPrefix(up, "+EXT ERROR:"):
		return "ERROR", true
	}
	if m := codedError.FindStringSubmatch(line); m != nil {
		return "+CM" + strings.ToUpper(m[1]) + " ERROR: " + m[2], true
	}
	for _, f := range failures {
		if up == f {
			return "ERROR", true
		}
	}
	if c.call {
		for _, h := range hangups {
			if up == h {
				return "ERROR", true
			}
		}
	}
	return "", false
}

// split parts a final result from the line some modems glue to it:
// "OK+CMGL: 1,…", "ERROR+CNUM: …".
func split(line string) (first, rest string) {
	for _, f := range []string{"OK", "ERROR"} {
		if r, ok := strings.CutPrefix(line, f); ok && strings.HasPrefix(r, "+") {
			return f, r
		}
	}
	return line, ""
}

// unprompted takes a prompt that nobody waited for off the line it runs into.
// Text that starts with the sign stays as it is.
func unprompted(line string) string {
	rest := strings.TrimLeft(line, "> ")
	if rest == line || rest == "" {
		return line
	}
	if _, _, ok := named(rest); ok {
		return rest
	}
	if _, ok := final(rest, &command{bare: true}); ok {
		return rest
	}
	return line
}
