package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
)

const (
	helpConfigCheck = `Reads a configuration as the daemon would and prints every fault at once, each
with file, line and key. Without FILE it checks /etc/pigeon/pigeon.toml. The
exit status is 0 when the daemon would take it.`
	helpConfigExample = `Prints a commented configuration: every key with what it means, its unit and its
default. An empty file is a valid configuration too.`
)

//go:embed pigeon.toml
var exampleConfig string

// cmdConfig checks a configuration or prints the example.
func cmdConfig(_ context.Context, e *env, args []string) error {
	if args[0] == "example" {
		f := newFlags("config example")
		if _, err := f.parse(args[1:], 0, 0); err != nil {
			return err
		}
		_, err := fmt.Fprint(e.stdout, exampleConfig)
		return err
	}
	f := newFlags("config check")
	dir := f.String("state", "", "the state `DIR`ectory the daemon would use")
	asJSON := f.Bool("json", false, "print JSON")
	rest, err := f.parse(args[1:], 0, 1)
	if err != nil {
		return err
	}
	path := e.configFile()
	if len(rest) == 1 {
		path = rest[0]
	}
	state, err := e.stateDir(*dir)
	if err != nil {
		return err
	}
	host, _ := os.Hostname() // an empty name is a fault that is told
	_, wrong := loadConfig(path, state, host)
	if *asJSON {
		faults := []fault{}
		var list *faultList
		switch {
		case errors.As(wrong, &list):
			faults = list.faults
		case wrong != nil:
			faults = append(faults, fault{Text: wrong.Error()})
		}
		err := printJSON(e.stdout, struct {
			File   string  `json:"file,omitempty"`
			OK     bool    `json:"ok"`
			Faults []fault `json:"faults"`
		}{path, wrong == nil, faults})
		if err != nil {
			return err
		}
	}
	switch {
	case wrong != nil:
		return wrong
	case *asJSON:
	case path == "":
		fmt.Fprintf(e.stdout, "there is no %s: the daemon runs on its defaults\n", defaultConfigFile)
	default:
		fmt.Fprintf(e.stdout, "%s: good\n", path)
	}
	return nil
}
