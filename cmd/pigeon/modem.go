package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/pigeon-sms/pigeon/sms"
	"github.com/pigeon-sms/pigeon/web"
)

const helpModem = `Acts on one modem, by its name in "pigeon modems".

"restart" makes it take a step of the recovery it would otherwise climb by
itself, the first where --step names none: reinitialise (close, open, start
anew), radio (off and on), reset (the maker's command), usb (off the bus and on
again), port (USB power) or power (its GPIO line). What is being sent is finished
first. What came of it stands in "pigeon events".

"balance" asks the network what the SIM has left, with the code and the menus of
[modem.balance] in the configuration, and prints it.

"trace" prints the last 64 KiB of its wire, both ways, and with --follow goes on as
lines come, over restarts of the daemon, until interrupted. Texts and numbers are
masked unless --clear is given; a PIN always is.

"ussd CODE" sends a code such as '*100#' to the network and prints the reply.
After a menu the next CODE is the choice, for three minutes. "ussd --cancel" ends
the menu, or the wait for a reply; where there is nothing to end it does nothing.`

// restartWait is how long a restart may take. The daemon gives up before.
const restartWait = web.RestartLimit + answerLimit

// cmdModem acts on one modem.
func cmdModem(ctx context.Context, e *env, args []string) error {
	f := newClientFlags("modem")
	step := f.String("step", "", "restart: the `STEP` to take")
	follow := f.Bool("follow", false, "trace: go on with each line as it comes")
	clear := f.Bool("clear", false, "trace: show texts and numbers")
	off := f.Bool("cancel", false, "ussd: end the menu or the wait for a reply")
	rest, err := f.parse(args, 2, 3)
	if err != nil {
		return err
	}
	path := "/modems/" + url.PathEscape(rest[0])
	switch rest[1] {
	case "balance", "restart", "trace":
		if len(rest) > 2 {
			return usagef("%q takes no %q", rest[1], rest[2])
		}
	case "ussd":
		switch {
		case *off && len(rest) > 2:
			return usagef("\"ussd --cancel\" takes no CODE: leave out %q", rest[2])
		case !*off && len(rest) < 3:
			return usagef(`"ussd" needs a CODE, '*100#' say`)
		}
	default:
		return unknown("modem command", rest[1], []string{"balance", "restart", "trace", "ussd"}, "pigeon modem -h")
	}
	for flag, word := range map[string]string{"step": "restart", "clear": "trace", "follow": "trace", "cancel": "ussd"} {
		if f.given(flag) && rest[1] != word {
			return usagef("--%s is for %q, and not for %q", flag, word, rest[1])
		}
	}
	c, err := f.connect(e)
	if err != nil {
		return err
	}
	if *off {
		return cancelUSSD(ctx, e, f, c, rest[0], path)
	}
	if rest[1] == "ussd" {
		return ussd(ctx, e, f, c, path, rest[2])
	}
	if rest[1] == "balance" {
		return balance(ctx, e, f, c, path)
	}
	if rest[1] == "restart" {
		a, err := c.callWithin(ctx, restartWait, http.MethodPost, path+"/restart", nil, map[string]string{"step": *step})
		if err != nil {
			return err
		}
		if f.json {
			return a.print(e.stdout)
		}
		fmt.Fprintf(e.stdout, "%s has taken the step; \"pigeon modems\" tells how it is\n", visible(rest[0]))
		return nil
	}
	return showTrace(ctx, e, f, c, path, *clear, *follow)
}

// balance has a modem ask what its SIM has left, and prints it.
func balance(ctx context.Context, e *env, f *clientFlags, c *client, path string) error {
	a, err := c.callWithin(ctx, balanceWait, http.MethodPost, path+"/balance", nil, nil)
	if err != nil {
		return err
	}
	if f.json {
		return a.print(e.stdout)
	}
	var b sms.Balance
	if err := a.read(&b); err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, visible(purse(&b)))
	return nil
}

// balanceWait is how long a balance may take. The daemon gives up before.
const balanceWait = web.BalanceLimit + answerLimit

// ussd has a modem ask the network, and prints the reply.
func ussd(ctx context.Context, e *env, f *clientFlags, c *client, path, code string) error {
	a, err := c.callWithin(ctx, ussdWait, http.MethodPost, path+"/ussd", nil, map[string]string{"code": code})
	if err != nil {
		return err
	}
	if f.json {
		return a.print(e.stdout)
	}
	var said struct {
		Reply string
		More  bool
	}
	if err := a.read(&said); err != nil {
		return err
	}
	for l := range strings.Lines(said.Reply) {
		fmt.Fprintln(e.stdout, visible(strings.TrimRight(l, "\n")))
	}
	if said.More {
		fmt.Fprintln(e.stderr, "the network waits for an answer: give it as the next CODE")
	}
	return nil
}

// cancelUSSD ends a modem's dialogue with the network.
func cancelUSSD(ctx context.Context, e *env, f *clientFlags, c *client, name, path string) error {
	a, err := c.callWithin(ctx, ussdWait, http.MethodDelete, path+"/ussd", nil, nil)
	if err != nil {
		return err
	}
	if f.json {
		return a.print(e.stdout)
	}
	fmt.Fprintf(e.stdout, "%s: the dialogue is ended\n", visible(name))
	return nil
}

// ussdWait is how long a code may take. The daemon gives up before.
const ussdWait = web.USSDLimit + answerLimit
