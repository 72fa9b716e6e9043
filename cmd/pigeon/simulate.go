package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/modem/modemsim"
)

const helpSimulateModem = `Runs modems without a radio, each on a pseudo-terminal with a stable name
(DIR/modem0, DIR/modem1, …), and the network behind them. Any software that
drives a modem can open them, Pigeon too:

  [[modem]]
  name = "test"
  port = "DIR/modem0"

Commands are read from the standard input, and from the control socket where one
is named, one a line; "help" lists them. They let texts come in ("modem0: deliver
+447700900123 hello"), tell what the network took ("messages"), and make things go
wrong ("fault silence", "fault error 38 2", "modem1: fault hangup 5s") until
"clear" ends it.

--lifelike gives the modems the times and the chatter of their family: slow to
boot, slow to register, gone from the bus when they are reset.`

// cmdSimulate runs simulated modems.
func cmdSimulate(ctx context.Context, e *env, args []string) error {
	f := newFlags("simulate modem")
	cfg := modemsim.Config{}
	count := f.limit("count", 2, 100, "how many modems: `N`")
	f.StringVar(&cfg.Dir, "dir", "", "the `DIR`ectory of their names; default: a new one below the temporary directory")
	f.StringVar(&cfg.Control, "control", "", "a unix `SOCKET` that takes commands")
	f.StringVar(&cfg.Modem.Family, "family", "", "the `FAMILY` they belong to: "+strings.Join(modemsim.Families(), ", "))
	f.BoolVar(&cfg.Modem.Lifelike, "lifelike", false, "take the family's own times")
	f.StringVar(&cfg.Modem.PIN, "pin", "", "the `PIN` their SIMs ask for; default: none")
	f.DurationVar(&cfg.Modem.Latency, "latency", 300*time.Millisecond, "how long sending a segment takes")
	f.DurationVar(&cfg.Modem.BootTime, "boot", 0, "from a restart to the first answer")
	f.DurationVar(&cfg.Network.ReportDelay, "reports", time.Second, "how long delivery reports take")
	f.BoolVar(&cfg.Network.Loopback, "loopback", true, "deliver what is sent to one of their numbers")
	verbose := f.Bool("verbose", false, "log what a developer wants to know")
	if _, err := f.parse(args[1:], 0, 0); err != nil {
		return err
	}
	cfg.Count = *count
	if cfg.Dir == "" {
		dir, err := os.MkdirTemp("", "pigeon-modems-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		cfg.Dir = dir
	}
	if err := cfg.Validate(); err != nil {
		return usagef("%v", err)
	}
	level := slog.LevelInfo
	if *verbose {
		level = slog.LevelDebug
	}
	sim := modemsim.New(cfg, slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: level})))

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- sim.Run(ctx) }()
	select {
	case <-sim.Ready():
	case err := <-done:
		return err
	}
	for i, m := range sim.Modems() {
		fmt.Fprintf(e.stdout, "%s  %s\n", sim.Links()[i], m.Number())
	}
	// The standard input cannot be interrupted: its reader ends with the process.
	go converse(sim, e.stdin, e.stdout)
	select {
	case <-ctx.Done():
	case err := <-done:
		return err
	}
	return <-done
}

// converse takes commands until the input ends; the modems go on.
func converse(sim *modemsim.Sim, in io.Reader, out io.Writer) { _ = sim.Converse(in, out) }
