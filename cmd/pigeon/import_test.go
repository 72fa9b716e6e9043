package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// guestList writes a file of recipients.
func guestList(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "guests.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadCSV(t *testing.T) {
	for _, tc := range []struct{ name, in, want, note string }{
		{"commas", "to,name\n1,Ann\n", "to name: 2 1 Ann", ""},
		{"semicolons of a spreadsheet, with its mark", "\ufeffNumber;Name, first\r\n1;\"Ann; Bo\"\r\n\r\n2;Cy\r\n", "number name, first: 2 1 Ann; Bo, 4 2 Cy", ""},
		{"tabs", "to\tname\n1\tAnn, Bo\n", "to name: 2 1 Ann, Bo", ""},
		{"a cell of two lines", "to,name\n1,\"Ann\nBo\"\n2,Cy\n", "to name: 2 1 Ann\nBo, 4 2 Cy", ""},
		{"Latin-1", "to,name\n1,Zo\xeb \x80\n", "to name: 2 1 Zoë €", "it is not UTF-8: it was read as Latin-1 (Windows-1252)"},
		{"UTF-16", "\xff\xfet\x00o\x00\n\x001\x00\n\x00", "to: 2 1", ""},
		{"one column", "to\n1\n", "to: 2 1", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := readCSV([]byte(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			var rows []string
			for _, r := range f.rows {
				rows = append(rows, fmt.Sprint(r.line, " ", strings.Join(r.cells, " ")))
			}
			if got := strings.Join(f.columns, " ") + ": " + strings.Join(rows, ", "); got != tc.want || f.note != tc.note || len(f.faults) > 0 {
				t.Errorf("got %q, %q, %v; want %q, %q", got, f.note, f.faults, tc.want, tc.note)
			}
		})
	}
}

func TestReadCSVRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                  "it is empty",
		"to,name\n":         "no rows",
		"name,age\nAnn,3\n": "no column is called to, number, target or recipient; there are: name, age",
		"to,a,A\n1,2,3\n":   `two columns are called "a"`,
	} {
		if _, err := readCSV([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", in, err, want)
		}
	}
}

func FuzzReadCSV(f *testing.F) {
	for _, s := range []string{"to,name\n1,Ann\n", "\ufeffto;a\n\"1\";x\n", "to\t\n\"\n", "\xff\xfet\x00o\x00", "to\n\xe9\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		table, err := readCSV(b)
		if err != nil {
			return
		}
		for i, r := range table.rows {
			if r.n != i+1 || r.line > 0 && len(r.cells) != len(table.columns) {
				t.Errorf("row %d of %q is %+v", i+1, b, r)
			}
		}
	})
}

func TestTemplate(t *testing.T) {
	columns := []string{"to", "name", "time"}
	for text, want := range map[string]string{
		"Dear {name}, {{at}} {Time}": "Dear Ann, {at} 18:00",
		"plain":                      "plain",
		"{name}":                     "Ann",
	} {
		tmpl, err := parseTemplate(text, columns)
		if err != nil || tmpl.fill([]string{"1", " Ann ", "18:00"}) != want {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	for _, text := range []string{"{nmae}", "{name", "name}", "{}"} {
		if _, err := parseTemplate(text, columns); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func TestTariffs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.toml")
	write := func(s string) {
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("[[tariff]]\nprefix = \"+44\"\nprice = 0.04\ncurrency = \"GBP\"\n[[tariff]]\nprefix = \"+447700\"\nprice = 0.0005\ncurrency = \"EUR\"\n")
	all, err := readTariffs(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := tariffOf(all, "+447700900123"); !ok || got.Currency != "EUR" {
		t.Errorf("got %v, want the longest prefix", got)
	}
	if got, ok := tariffOf(all, "+4915123456"); ok {
		t.Errorf("got %v, want none", got)
	}
	for micros, want := range map[int64]string{40_000: "0.04", 500: "0.0005", 12_000_000: "12.00"} {
		if got := money(micros); got != want {
			t.Errorf("%d: got %s, want %s", micros, got, want)
		}
	}
	write("[[tariff]]\nprefix = \"44x\"\nprice = -1\npice = 2\n")
	if _, err := readTariffs(path); err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("got %v, want four faults", err)
	}
}

// A dry run tells every fault at once, and what the rest would cost.
func TestImportDryRun(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /modems": say(200, `{"modems":[{"name":"north","country":"44"}]}`)})
	guests := guestList(t, "number,name\n07700 900123,Ann\nabc,Bo\n+447700900125,Zoë ☃\n1,2,3\n+4915123456789,Di\n")
	tariffs := filepath.Join(t.TempDir(), "t.toml")
	if err := os.WriteFile(tariffs, []byte("[[tariff]]\nprefix = \"+44\"\nprice = 0.04\ncurrency = \"GBP\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"send", "--csv", guests, "--dry-run", "--tariff", tariffs, "--state", server.dir, "Dear {name}"}
	out := "LINE  TO              SEGMENTS  ENCODING  COST      TEXT\n" +
		"2     +447700900123   1         gsm7      0.04 GBP  Dear Ann\n" +
		"4     +447700900125   1         ucs2      0.04 GBP  Dear Zoë ☃\n" +
		"6     +4915123456789  1         gsm7      -         Dear Di\n" +
		"3 messages, 3 segments, 2 in gsm7, 1 in ucs2; 0.08 GBP; no tariff for 1\n"
	faults := "pigeon: " + guests + ":3: to: has a letter, \"a\": a message goes to a number, not to a name\npigeon: " + guests + ":5: has 3 columns, and the heading has 2\n"
	d := newDesk(t)
	d.want(t, 1, out, faults+"pigeon: 2 rows cannot be sent: correct the file, or leave them out with --skip-bad. Nothing was sent\n", args...)
	d.want(t, 0, out, faults, append(args, "--skip-bad")...)
	server.wantAsked(t, "GET /api/v1/modems", "GET /api/v1/modems")
}

// Nothing is sent while a row is bad, two rows with one id among them.
func TestImportOfABadFileSendsNothing(t *testing.T) {
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /modems": say(200, `{"modems":[]}`), "POST /messages": taken("x")})
	d := newDesk(t)
	guests := guestList(t, "to,id\n+447700900123,a\n+447700900124,a\n+447700900125,\n")
	code := d.run(t.Context(), "send", "--csv", guests, "--state", server.dir, "Hello")
	for _, want := range []string{":3: the id a stands in line 2 too", ":4: id: is empty", "2 rows cannot be sent"} {
		if code != 1 || !strings.Contains(d.err.String(), want) {
			t.Errorf("got %d and %q, want %q", code, d.err.String(), want)
		}
	}
	server.wantAsked(t, "GET /api/v1/modems")
}

// A queue that is full is waited for, and an interruption says how to go on.
func TestImportWaitsAndIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	full := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "0")
		refuse(503, "", "the queue is full; send it again later")(w, r)
	}
	last := func(w http.ResponseWriter, r *http.Request) { cancel(); full(w, r) }
	server := newStandIn(t, map[string]http.HandlerFunc{"GET /modems": say(200, `{"modems":[]}`), "POST /messages": inOrder(taken("j-1"), full, taken("j-2"), last)})
	d := newDesk(t)
	d.tty = true
	guests := guestList(t, "to\n+447700900123\n+447700900124\n+447700900125\n")
	code := d.run(ctx, "send", "--csv", guests, "--job", "j", "--state", server.dir, "Hello")
	if want := "interrupted: 2 of 3 are queued: run the same again with --job j to go on"; code != 1 || !strings.Contains(d.err.String(), want) || !strings.Contains(d.err.String(), "the queue is full") {
		t.Errorf("got %d and %q, want %q", code, d.err.String(), want)
	}
	if !strings.HasPrefix(d.out.String(), "\r[##########....................] 1 of 3 queued, job j") {
		t.Errorf("got %q, want a bar", d.out.String())
	}
}

func TestRate(t *testing.T) {
	for in, want := range map[string]float64{"5": 5, "30/m": 0.5, "1800/h": 0.5, "2/s": 2} {
		if got, err := parseRate(in); err != nil || got != want {
			t.Errorf("%s: got %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "0", "-1", "1/d", "NaN", "x"} {
		if _, err := parseRate(in); err == nil {
			t.Errorf("%q was taken", in)
		}
	}
}

// The real daemon takes a file twice and sends it once.
func TestImportIntoTheRealDaemon(t *testing.T) {
	l := start(t, stateDir(t), 0, ports)
	defer l.end()
	guests := guestList(t, "to;name\n+447700900123;Ann\n+447700900124;Bo\n+447700900125;Cy\n")
	d := newDesk(t)
	args := []string{"send", "--csv", guests, "--rate", "1000", "--state", l.dir, "Dear {name}"}
	if code := d.run(t.Context(), args...); code != 0 || !strings.HasPrefix(d.out.String(), "3 of 3 queued, job csv-") {
		t.Fatalf("got %d, %q, %q", code, d.out.String(), d.err.String())
	}
	if code := d.run(t.Context(), args...); code != 0 || !strings.Contains(d.out.String(), ", 3 of them before") {
		t.Errorf("again: got %d, %q, %q", code, d.out.String(), d.err.String())
	}
	d.run(t.Context(), "messages", "--state", "queued", "--state", l.dir)
	var texts []string
	for _, line := range strings.Split(d.out.String(), "\n") {
		if i := strings.Index(line, "Dear "); i >= 0 {
			texts = append(texts, strings.Fields(line[i:])[1])
		}
	}
	if want := []string{"Cy", "Bo", "Ann"}; !slices.Equal(texts, want) {
		t.Errorf("got messages %q, want %q", texts, want)
	}
}
