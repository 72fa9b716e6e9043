package main

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"
)

var (
	tableLine = regexp.MustCompile(`^\s*\[\s*([A-Za-z0-9_.-]+)\s*\]`)
	arrayLine = regexp.MustCompile(`^\s*\[\[\s*([A-Za-z0-9_.-]+)\s*\]\]`)
	keyLine   = regexp.MustCompile(`^\s*([A-Za-z0-9_.-]+)\s*=`)
)

// locate finds the line of every key of a TOML text, so that a fault found
// after parsing can still say where it is. Keys in arrays of tables carry
// their row, from 0: "modem[1].port". It reads lines, not TOML: a line inside a
// multi-line string that looks like a key can at most lead a fault astray.
func locate(text string) map[string]int {
	lines, rows, table := map[string]int{}, map[string]int{}, ""
	for i, line := range strings.Split(text, "\n") {
		name := ""
		if m := arrayLine.FindStringSubmatch(line); m != nil {
			table = fmt.Sprintf("%s[%d]", m[1], rows[m[1]])
			rows[m[1]]++
			name = table
		} else if m := tableLine.FindStringSubmatch(line); m != nil {
			table = m[1]
			if array, rest, inside := strings.Cut(table, "."); inside && rows[array] > 0 { // within the latest row
				table = fmt.Sprintf("%s[%d].%s", array, rows[array]-1, rest)
			}
			name = table
		} else if m := keyLine.FindStringSubmatch(line); m != nil {
			if name = m[1]; table != "" {
				name = table + "." + name
			}
		}
		if name != "" && lines[name] == 0 {
			lines[name] = i + 1
		}
	}
	return lines
}

// knownKeys lists every key the configuration file may have.
func knownKeys() []string { return keysOf(reflect.TypeFor[file](), "") }

func keysOf(t reflect.Type, prefix string) []string {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var keys []string
	for i := range t.NumField() {
		f := t.Field(i)
		key := prefix + f.Tag.Get("toml")
		keys = append(keys, key)
		ft := f.Type
		for ft.Kind() == reflect.Slice || ft.Kind() == reflect.Pointer {
			ft = ft.Elem()
		}
		if ft.Kind() == reflect.Struct {
			keys = append(keys, keysOf(ft, key+".")...)
		}
	}
	return keys
}

// d is a configured duration for a part.
func d(x duration) time.Duration { return time.Duration(x) }
