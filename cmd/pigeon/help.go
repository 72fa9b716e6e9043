package main

import (
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// A helpError ends a command that was asked for its help: text on the standard
// output, exit status 0.
type helpError struct {
	name  string        // a command's, a group's, or "" for all of them
	flags *flag.FlagSet // the command's
}

// Error names what the help is of; nobody is shown it.
func (e *helpError) Error() string { return "help of " + e.name }

const helpTop = `Pigeon sends and receives text messages through USB GSM modems, for programs
that speak MQTT or HTTP and for people who type.

`

const helpBottom = `
First steps:
  pigeon run --simulate auto             start it; with no modem plugged in, two are simulated
  pigeon send --wait +447700900123 Hello queue a message and see it delivered
  pigeon status                          see how it stands

Commands reach the daemon through pigeon.sock in its state directory (--state
DIR), or over HTTP with --url URL or PIGEON_URL, and the token in PIGEON_TOKEN.
"pigeon COMMAND -h" tells more. Exit status: 0 done, 1 failed, 2 wrong usage.
`

// printHelp writes what was asked for.
func printHelp(w io.Writer, h *helpError) {
	c, ok := find(h.name)
	if !ok {
		printCommands(w, h.name)
		return
	}
	form := "pigeon " + c.name
	if c.args != "" {
		form += " " + c.args
	}
	if h.flags != nil && !strings.Contains(c.args, "[--") {
		form += " [FLAG…]"
	}
	fmt.Fprintf(w, "Usage: %s\n\n%s\n", form, strings.TrimSpace(c.long))
	if h.flags != nil {
		printFlags(w, h.flags)
	}
}

// printCommands lists all commands, or those of one group.
func printCommands(w io.Writer, group string) {
	if group == "" {
		fmt.Fprint(w, helpTop, "Usage: pigeon COMMAND [ARGUMENT…] [FLAG…]\n\n")
	} else {
		fmt.Fprintf(w, "Usage: pigeon %s COMMAND [FLAG…]\n\n", group)
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range commands() {
		if group == "" || strings.HasPrefix(c.name, group+" ") {
			fmt.Fprintf(tw, "  %s\t%s\n", c.name, c.short)
		}
	}
	if group == "" {
		fmt.Fprint(tw, "  help [COMMAND]\tthis, or the help of one command\n")
	}
	tw.Flush()
	if group == "" {
		fmt.Fprint(w, helpBottom)
	}
}

func printFlags(w io.Writer, fs *flag.FlagSet) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	var some bool
	fs.VisitAll(func(f *flag.Flag) {
		if !some {
			fmt.Fprint(w, "\nFlags:\n")
			some = true
		}
		value, usage := flag.UnquoteUsage(f)
		if f.DefValue != "" && f.DefValue != "0" && f.DefValue != "0s" && f.DefValue != "false" {
			usage += " (default " + f.DefValue + ")"
		}
		if isBool(f) {
			value = ""
		}
		fmt.Fprintf(tw, "  --%s\t%s\n", strings.TrimSpace(f.Name+" "+value), usage)
	})
	tw.Flush()
}
