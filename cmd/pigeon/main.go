// Command pigeon is the whole of Pigeon in one binary: the daemon ("pigeon
// run"), the simulators, and the commands that look at a running daemon and
// act through it.
//
// main reads the arguments and the signals and prints the error; each command
// is a function in a file of its own. Every command but run, simulate, config,
// audit and version does its work by asking the daemon over its HTTP API. The
// exit status is 0 when what was asked is done, 1 when it could not be done,
// and 2 when the command was written wrongly.
//
// The command starts no goroutine of its own outside run and simulate.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // zones, for a board that has none
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for a clean end. The second is not caught, and
	// ends the process: what is accepted is on disk.
	context.AfterFunc(ctx, stop)
	os.Exit(Main(ctx, processEnv(), os.Args[1:]))
}

// Main runs one command line and returns the exit status. It returns early
// when ctx is done.
func Main(ctx context.Context, e *env, args []string) int {
	out := &firstError{w: e.stdout}
	e.stdout = out
	err := dispatch(ctx, e, args)
	var help *helpError
	if errors.As(err, &help) {
		printHelp(e.stdout, help)
		err = nil
	}
	switch {
	case err == nil && out.first() == nil:
		return 0
	case errors.Is(err, errSaid):
		return 1
	case err == nil:
		err = fmt.Errorf("write to the standard output: %w", out.first())
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		err = errors.New("interrupted")
	}
	var usage *usageError
	if errors.As(err, &usage) {
		fmt.Fprintf(e.stderr, "pigeon: %s\n", visible(usage.Error()))
		return 2
	}
	for _, line := range visibleLines(err.Error()) { // several where several faults were found
		fmt.Fprintf(e.stderr, "pigeon: %s\n", line)
	}
	return 1
}

// errSaid ends a command with status 1 when its output has already said why.
var errSaid = errors.New("said already")

// dispatch finds the command that args name and runs it.
func dispatch(ctx context.Context, e *env, args []string) error {
	if len(args) == 0 {
		return &helpError{}
	}
	switch args[0] {
	case "help":
		return help(ctx, e, args[1:])
	case "-h", "-help", "--help":
		return &helpError{}
	case "-version", "--version":
		return cmdVersion(ctx, e, args[1:])
	}
	if strings.HasPrefix(args[0], "-") {
		return usagef("%q stands before the command: put the command first, as in \"pigeon status %s\"", args[0], args[0])
	}
	c, group := lookup(args)
	switch {
	case c != nil:
		return c.run(ctx, e, args[1:])
	case len(group) == 0:
		return unknown("command", args[0], names(), "pigeon help")
	case len(args) == 1:
		return usagef("%q needs another word: one of %s", args[0], strings.Join(group, ", "))
	case isHelp(args[1]):
		return &helpError{name: args[0]}
	}
	return unknown(args[0]+" command", args[1], group, "pigeon help "+args[0])
}

// help shows what "pigeon COMMAND -h" shows.
func help(ctx context.Context, e *env, args []string) error {
	for _, a := range args {
		if isHelp(a) {
			return &helpError{}
		}
	}
	if len(args) == 0 {
		return &helpError{}
	}
	c, group := lookup(args)
	switch {
	case c == nil && len(group) > 0 && len(args) == 1:
		return &helpError{name: args[0]}
	case c == nil:
		return dispatch(ctx, e, args)
	}
	words := strings.Fields(c.name)
	if len(args) > len(words) {
		return usagef("help of one command at a time: pigeon help %s", c.name)
	}
	return c.run(ctx, e, append(words[1:], "-h"))
}

func isHelp(arg string) bool { return arg == "-h" || arg == "-help" || arg == "--help" }
