package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/pigeon-sms/pigeon/sms"
)

// printJSON writes v as one line of JSON.
func printJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, visibleJSON(b.Bytes()))
	return err
}

// clock shows a time on the operator's own clock, as short as it can be read.
func (e *env) clock(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	t, now := t.In(e.zone), e.now().In(e.zone)
	switch {
	case t.Year() == now.Year() && t.YearDay() == now.YearDay():
		return t.Format("15:04:05")
	case t.Year() == now.Year():
		return t.Format("2 Jan 15:04")
	}
	return t.Format("2 Jan 2006")
}

// full is clock with the date, for a page that shows one thing.
func (e *env) full(t time.Time) string { return t.In(e.zone).Format("2006-01-02 15:04:05") }

// A table is rows of cells under a heading. Every cell is made visible. One
// column, where people write, gives way to the others on a terminal.
type table struct {
	e    *env
	flex int // the column that is cut to fit; below 0: none is
	rows [][]string
}

func newTable(e *env, flex int, heading ...string) *table {
	return &table{e: e, flex: flex, rows: [][]string{heading}}
}

func (t *table) row(cells ...string) {
	for i, c := range cells {
		if cells[i] = visible(c); c == "" {
			cells[i] = "-"
		}
	}
	t.rows = append(t.rows, cells)
}

// print writes the table, or instead a sentence where it has no rows.
func (t *table) print(instead string) {
	if len(t.rows) == 1 {
		fmt.Fprintln(t.e.stdout, instead)
		return
	}
	t.fit()
	tw := tabwriter.NewWriter(t.e.stdout, 0, 0, 2, ' ', 0)
	for _, r := range t.rows {
		fmt.Fprintln(tw, strings.Join(r, "\t"))
	}
	tw.Flush()
}

// fit cuts the column that gives way, down to a width that still tells texts
// apart.
func (t *table) fit() {
	const least = 20 // runes
	if t.flex < 0 || t.e.width == 0 {
		return
	}
	room := t.e.width
	for col := range t.rows[0] {
		if col == t.flex {
			continue
		}
		var widest int
		for _, r := range t.rows {
			widest = max(widest, utf8.RuneCountInString(r[col]))
		}
		room -= widest + 2
	}
	for _, r := range t.rows {
		r[t.flex] = cut(r[t.flex], max(room, least))
	}
}

// A sheet is names and values, one below the other.
type sheet struct {
	tw *tabwriter.Writer
}

func newSheet(w io.Writer) *sheet {
	return &sheet{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
}

// line writes one value, unless it is empty.
func (s *sheet) line(name, value string) {
	if value != "" {
		fmt.Fprintf(s.tw, "%s\t%s\n", name, visible(value))
	}
}

func (s *sheet) print() { s.tw.Flush() }

// count is "1 segment", "2 segments".
func count[N int | uint64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.FormatUint(uint64(n), 10) + " " + thing + "s"
}

// octets is a number of octets in the largest unit that leaves it at least 1.
func octets(n uint64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	i := 0
	for ; n >= 1024 && i < len(units)-1; i++ {
		n /= 1024
	}
	return strconv.FormatUint(n, 10) + " " + units[i]
}

// body is what a message carries, for one line.
func body(text string, data []byte, port uint16) string {
	if len(data) == 0 {
		return text
	}
	return fmt.Sprintf("[%s to port %d]", count(len(data), "octet"), port)
}

// change tells what an event says, without its time and id.
func change(ev sms.Event) string {
	var b strings.Builder
	b.WriteString(string(ev.State))
	if ev.To != "" {
		fmt.Fprintf(&b, " to %s", ev.To)
	}
	if ev.Modem != "" {
		fmt.Fprintf(&b, " by %s", ev.Modem)
	}
	if ev.Sent > 0 && ev.Sent < ev.Segments {
		fmt.Fprintf(&b, ", %d of %s", ev.Sent, count(ev.Segments, "segment"))
	}
	if ev.Attempt > 1 {
		fmt.Fprintf(&b, ", attempt %d", ev.Attempt)
	}
	if why := reason(ev); why != "" {
		fmt.Fprintf(&b, ": %s", why)
	}
	return visible(b.String())
}

// reason is why a message stands where it does, as far as the event says.
func reason(ev sms.Event) string {
	var all []string
	if ev.Why != "" {
		all = append(all, ev.Why)
	}
	if f := ev.Error; f != nil {
		text := f.Text
		if f.Code != "" && f.Code != text {
			text = strings.TrimPrefix(f.Code+" "+text, " ")
		}
		if text != "" && text != ev.Why {
			all = append(all, text)
		}
	}
	return strings.Join(all, "; ")
}
