package main

import (
	"context"
	"slices"
	"strings"
)

// A command is a row of the table: what a user can ask for.
type command struct {
	name  string // one word, or two where the first is a group's
	args  string // what follows the name, as help shows it
	short string // one line
	long  string // paragraphs
	run   func(ctx context.Context, e *env, args []string) error
}

// commands is the table, in the order help shows it. A run is called with what
// follows the name's first word, so that a group's function sees its second.
func commands() []command {
	return []command{
		{"run", "[--config FILE] [--state DIR] [--simulate N]", "the daemon", helpRun, cmdRun},

		{"send", "NUMBER[,NUMBER…] TEXT…", "queue a message, and follow it with --wait", helpSend, cmdSend},
		{"messages", "", "list messages and where they stand, newest first", helpMessages, cmdMessages},
		{"show", "ID", "show one message whole, and what happened to it", helpShow, cmdShow},
		{"cancel", "ID…", "take back messages that have not been sent", helpCancel, cmdCancel},
		{"resend", "ID…", "send messages again that have ended badly", helpResend, cmdResend},
		{"edit", "ID", "change a message that waits for its first attempt", helpEdit, cmdEdit},
		{"inbox", "", "list received messages, newest first", helpInbox, cmdInbox},
		{"events", "", "the journal: every change, as it happens with --follow", helpEvents, cmdEvents},

		{"modems", "", "list the modems: state, operator, signal, counters", helpModems, cmdModems},
		{"modem", "NAME restart|trace|ussd|balance", "restart a modem, look at its wire, ask its network", helpModem, cmdModem},
		{"status", "", "the daemon on one screen", helpStatus, cmdStatus},
		{"doctor", "", "what stops sending, and the cure of each", helpDoctor, cmdDoctor},
		{"audit", "[--repair]", "check every invariant of the store, and repair it", helpAudit, cmdAudit},
		{"backup", "FILE", "copy the state, while the daemon runs", helpBackup, cmdBackup},

		{"config check", "[FILE]", "all faults of a configuration, with file, line and key", helpConfigCheck, cmdConfig},
		{"config example", "", "print a commented configuration", helpConfigExample, cmdConfig},
		{"simulate modem", "", "a modem without a radio, on a pty", helpSimulateModem, cmdSimulate},
		{"version", "", "version, commit, Go version, board", helpVersion, cmdVersion},
	}
}

// lookup returns the command that the first words of args name, or else the
// second words of the group that the first one names.
func lookup(args []string) (c *command, group []string) {
	for _, c := range commands() {
		words := strings.Fields(c.name)
		if len(words) <= len(args) && slices.Equal(words, args[:len(words)]) {
			return &c, nil
		}
		if len(words) == 2 && words[0] == args[0] {
			group = append(group, words[1])
		}
	}
	return nil, group
}

// find returns the command with exactly this name.
func find(name string) (command, bool) {
	for _, c := range commands() {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

// names lists the first words of all commands.
func names() []string {
	all := []string{"help"}
	for _, c := range commands() {
		word, _, _ := strings.Cut(c.name, " ")
		if !slices.Contains(all, word) {
			all = append(all, word)
		}
	}
	return all
}
