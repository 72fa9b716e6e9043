package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

const helpVersion = `Prints the version, the commit it was built from and when that was made, the Go
version, and the board it runs on, where the board tells.`

// The Makefile has the linker set these.
var (
	buildVersion = "devel"
	buildCommit  = ""
	buildDate    = "" // of the commit, RFC 3339, UTC
)

// A versionAnswer is what version prints.
type versionAnswer struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Date     string `json:"date,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Board    string `json:"board,omitempty"`
}

// cmdVersion prints what this binary is and where it runs.
func cmdVersion(_ context.Context, e *env, args []string) error {
	f := newFlags("version")
	asJSON := f.Bool("json", false, "print JSON")
	if _, err := f.parse(args, 0, 0); err != nil {
		return err
	}
	v := version()
	v.Board = e.board()
	if *asJSON {
		return printJSON(e.stdout, v)
	}
	fmt.Fprintf(e.stdout, "pigeon %s\n", v.Version)
	s := newSheet(e.stdout)
	s.line("commit", strings.TrimSpace(v.Commit+" "+v.Date))
	s.line("go", v.Go+" "+v.Platform)
	s.line("board", v.Board)
	s.print()
	return nil
}

// version is what the linker and the Go command left in the binary.
func version() versionAnswer {
	v := versionAnswer{
		Version: buildVersion, Commit: buildCommit, Date: buildDate,
		Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && v.Commit == "":
			v.Commit = s.Value
		case s.Key == "vcs.time" && v.Date == "":
			v.Date = s.Value
		case s.Key == "GOARM":
			v.Platform += "v" + s.Value[:1]
		}
	}
	return v
}

// built is when the program was made: a clock that is earlier is wrong. Zero
// where the binary does not tell.
func (v versionAnswer) built() time.Time {
	t, err := time.Parse(time.RFC3339, v.Date)
	if err != nil {
		return time.Time{}
	}
	return t
}

// board is the name the device tree gives the board, or "".
func (e *env) board() string {
	b, err := os.ReadFile(filepath.Join(e.root, "proc/device-tree/model"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(strings.TrimRight(string(b), "\x00"))
}
