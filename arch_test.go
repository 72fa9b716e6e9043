package pigeon_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/pigeon-sms/pigeon"

// mayImport lists, for each package, what of ours it may import. Commands may
// import anything; a package that is not here may not exist. Test files may
// import what they like.
var mayImport = map[string][]string{
	"sms":            {},
	"gateway":        {"sms"},
	"store":          {"sms"},
	"store/cutfs":    {}, // for tests: not even store
	"modem":          {"sms", "modem/line", "modem/profile", "modem/tpdu", "modem/usb", "modem/power"},
	"modem/line":     {},
	"modem/profile":  {},
	"modem/tpdu":     {"sms"},
	"modem/usb":      {},
	"modem/power":    {},
	"modem/modemsim": {}, // not even sms: its codec must not be ours
	"smpp":           {"sms", "smpp/pdu", "smpp/receipt"},
	"smpp/pdu":       {},
	"smpp/receipt":   {"smpp/pdu"},
	"smpp/smscsim":   {"sms", "smpp/pdu", "smpp/receipt"},
	"mqtt":           {"sms", "mqtt/broker"},
	"mqtt/broker":    {},
	"web":            {"sms"},
}

// onlyIn lists the packages that know a library of somebody else's. A library
// that is not here may be imported anywhere.
var onlyIn = map[string][]string{
	"github.com/warthog618/modem":         {"modem/line"},
	"github.com/warthog618/sms":           {"sms", "modem/tpdu"},
	"go.bug.st/serial":                    {"modem/usb"},
	"github.com/eclipse/paho.mqtt.golang": {"mqtt"},
	"github.com/mochi-mqtt/server":        {"mqtt/broker"},
	"go.etcd.io/bbolt":                    {"store"},
	"github.com/hanwen/go-fuse":           {"store/cutfs"},
	"github.com/BurntSushi/toml":          {"cmd/pigeon"},
	"github.com/warthog618/go-gpiocdev":   {"modem/power"},
	"periph.io/x/conn":                    {"modem/power"},
}

// heaps are names under which things without an owner gather.
var heaps = []string{"util", "utils", "common", "helper", "helpers", "base", "types", "models", "manager", "misc", "shared", "internal", "pkg"}

// console are the functions that write where only a command may write.
var console = map[string][]string{
	"fmt":      {"Print", "Printf", "Println"},
	"os":       {"Stdout", "Stderr", "Exit"},
	"log/slog": {"Default", "SetDefault", "Debug", "Info", "Warn", "Error", "DebugContext", "InfoContext", "WarnContext", "ErrorContext"},
}

// A source is one Go file, by its path from the root, with slashes.
type source struct {
	path string
	file *ast.File
}

func (s source) dir() string  { return path.Dir(s.path) }
func (s source) test() bool   { return strings.HasSuffix(s.path, "_test.go") }
func (s source) cmd() bool    { return strings.HasPrefix(s.path, "cmd/") }
func (s source) root() bool   { return s.dir() == "." }
func (s source) name() string { return s.file.Name.Name }

// imports lists the paths the file imports, by the name each has in it.
func (s source) imports() map[string]string {
	all := make(map[string]string)
	for _, spec := range s.file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(p)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if name == "." || name == "_" {
			name += p
		}
		all[name] = p
	}
	return all
}

// readSources parses every Go file of the module. It asks no go command: what
// comes from a child process is served stale from the test cache. A folder with
// a go.mod is another module, and does not ship.
func readSources(t *testing.T) []source {
	t.Helper()
	var all []source
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && p != "." && (name[0] == '.' || name[0] == '_' || name == "testdata" || p == "build" || p == "dist") {
			return fs.SkipDir
		}
		if _, err := os.Stat(filepath.Join(p, "go.mod")); d.IsDir() && p != "." && err == nil {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(name) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(fset, p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		all = append(all, source{filepath.ToSlash(p), f})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no Go file was found")
	}
	return all
}

func TestArchitecture(t *testing.T) {
	for _, s := range readSources(t) {
		for _, fault := range faults(s) {
			t.Error(fault)
		}
	}
}

// faults returns what the rules have against a file.
func faults(s source) []string {
	var all []string
	add := func(format string, args ...any) {
		all = append(all, s.path+": "+fmt.Sprintf(format, args...))
	}
	_, placed := mayImport[s.dir()]
	if !placed && !s.cmd() && !(s.root() && s.test()) {
		add("package %s is not in the table of this test, so it may not exist", s.dir())
	}
	if word := path.Base(s.dir()); slices.Contains(heaps, word) || slices.Contains(heaps, s.name()) {
		add("a package is a thing; %s is a heap", word)
	}
	imports := s.imports()
	if !s.test() {
		for _, p := range imports {
			if fault := forbidden(s, p); fault != "" {
				add("imports %s: %s", p, fault)
			}
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		if !ok || x.Obj != nil { // Obj: a variable that hides the package
			return true
		}
		switch p := imports[x.Name]; {
		case p == "time" && sel.Sel.Name == "Sleep":
			add("time.Sleep: wait for what is awaited, so that the wait can be interrupted")
		case !s.cmd() && !s.test() && slices.Contains(console[p], sel.Sel.Name):
			add("%s.%s: only a command may; the log is passed in", x.Name, sel.Sel.Name)
		}
		return true
	})
	slices.Sort(all)
	return all
}

// forbidden says why a package may not import another; "" if it may.
func forbidden(s source, p string) string {
	if rest, ours := strings.CutPrefix(p, module+"/"); ours {
		switch {
		case s.cmd() || slices.Contains(mayImport[s.dir()], rest):
			return ""
		case strings.HasPrefix(rest, "cmd/"):
			return "nothing imports a command"
		}
		return "it is not among what " + s.dir() + " may import"
	}
	if p == "log" {
		return "the log is log/slog, passed in"
	}
	for library, rooms := range onlyIn {
		if (p == library || strings.HasPrefix(p, library+"/")) && !slices.Contains(rooms, s.dir()) {
			return "only " + strings.Join(rooms, " and ") + " may"
		}
	}
	return ""
}

// A rule that finds nothing is not known to work: each one is shown a file that
// breaks it.
func TestArchitectureRulesFindFaults(t *testing.T) {
	for _, tc := range []struct {
		name, path, src string
		want            string // in the fault; "": none
	}{
		{"a sibling", "mqtt/edge.go", `package mqtt; import "` + module + `/gateway"`, "may import"},
		{"the words", "mqtt/edge.go", `package mqtt; import "` + module + `/sms"`, ""},
		{"a sibling in a test", "mqtt/edge_test.go", `package mqtt_test; import "` + module + `/gateway"`, ""},
		{"a room inside", "modem/pool.go", `package modem; import "` + module + `/modem/line"`, ""},
		{"a room inside another's", "web/page.go", `package web; import "` + module + `/modem/line"`, "may import"},
		{"what a simulator helps to test", "modem/modemsim/sim.go", `package modemsim; import "` + module + `/modem"`, "may import"},
		{"our codec in a simulator", "modem/modemsim/sim.go", `package modemsim; import "` + module + `/sms"`, "may import"},
		{"a command", "web/page.go", `package web; import "` + module + `/cmd/pigeon"`, "nothing imports a command"},
		{"a command imports", "cmd/pigeon/run.go", `package main; import "` + module + `/store"`, ""},
		{"a new package", "core/core.go", `package core`, "may not exist"},
		{"the root", "pigeon.go", `package pigeon`, "may not exist"},
		{"the root's tests", "arch_test.go", `package pigeon_test`, ""},
		{"a heap", "sms/util/util.go", `package util`, "is a heap"},
		{"a library", "gateway/x.go", `package gateway; import "go.etcd.io/bbolt"`, "only store may"},
		{"a library's inside", "mqtt/x.go", `package mqtt; import "github.com/mochi-mqtt/server/v2"`, "only mqtt/broker may"},
		{"a library at home", "modem/tpdu/x.go", `package tpdu; import "github.com/warthog618/sms/encoding/tpdu"`, ""},
		{"a library of the same family", "modem/tpdu/x.go", `package tpdu; import "github.com/warthog618/modem/at"`, "only modem/line may"},
		{"a library in a test", "modem/x_test.go", `package modem_test; import "go.bug.st/serial"`, ""},
		{"a sleep", "gateway/x.go", `package gateway; import "time"; func f() { time.Sleep(1) }`, "time.Sleep"},
		{"a sleep in a test", "gateway/x_test.go", `package gateway; import "time"; func f() { time.Sleep(1) }`, "time.Sleep"},
		{"a sleep under another name", "gateway/x.go", `package gateway; import clock "time"; func f() { clock.Sleep(1) }`, "time.Sleep"},
		{"a sleep handed on", "gateway/x.go", `package gateway; import "time"; var f = time.Sleep`, "time.Sleep"},
		{"a wait", "gateway/x.go", `package gateway; import "time"; var f = time.NewTimer`, ""},
		{"a print", "web/x.go", `package web; import "fmt"; func f() { fmt.Println() }`, "only a command may"},
		{"a print to somewhere", "web/x.go", `package web; import "fmt"; var f = fmt.Fprintln`, ""},
		{"a print in a command", "cmd/pigeon/x.go", `package main; import "fmt"; func f() { fmt.Println() }`, ""},
		{"a variable called fmt", "web/x.go", `package web; import "fmt"; var _ = fmt.Errorf; func f(fmt struct{ Println int }) { _ = fmt.Println }`, ""},
		{"the global log", "web/x.go", `package web; import "log/slog"; func f() { slog.Info("") }`, "only a command may"},
		{"the old log", "web/x.go", `package web; import "log"`, "log/slog"},
		{"a log passed in", "web/x.go", `package web; import "log/slog"; func f(log *slog.Logger) { log.Info("") }`, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := parser.ParseFile(token.NewFileSet(), tc.path, tc.src, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(faults(source{tc.path, f}), "\n")
			if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
				t.Errorf("got fault %q, want %q", got, tc.want)
			}
		})
	}
}
