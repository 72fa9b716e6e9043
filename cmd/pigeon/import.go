package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pigeon-sms/pigeon/sms"
)

// importFlags are those of send --csv.
type importFlags struct {
	file, job, tariff string
	dry, skipBad      bool
	rate              float64 // rows a second; 0: as fast as they are taken
}

func (i *importFlags) define(f *flags) {
	f.StringVar(&i.file, "csv", "", "send to each row of `FILE`; all words are the text then")
	f.StringVar(&i.job, "job", "", "with --csv: the `NAME` that ids begin with, NAME-1 and so on; default: made of the file and the text")
	f.StringVar(&i.tariff, "tariff", "", "with --csv --dry-run: a `FILE` of [[tariff]] tables with prefix, price of a segment, currency")
	f.BoolVar(&i.dry, "dry-run", false, "with --csv: send nothing, and show rows, segments and cost")
	f.BoolVar(&i.skipBad, "skip-bad", false, "with --csv: leave out rows that cannot be sent; else nothing is sent")
	f.Func("rate", "with --csv: at most `N` rows a second, or 30/m, 500/h", func(s string) (err error) {
		i.rate, err = parseRate(s)
		return err
	})
}

// parseRate reads a number of rows a second, a minute or an hour.
func parseRate(s string) (float64, error) {
	number, unit, _ := strings.Cut(s, "/")
	per := map[string]float64{"": 1, "s": 1, "m": 60, "h": 3600}[unit]
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || per == 0 || !(n > 0 && n <= 1e6) {
		return 0, errors.New("it is a number of rows like 5, 30/m or 500/h")
	}
	return n / per, nil
}

// An outgoing row is one that can be sent.
type outgoing struct {
	row     csvRow
	request sendRequest
	message *sms.Message
	coding  sms.Coding
}

// send sends a text to every row of a table, or shows what it would send.
func (i *importFlags) send(ctx context.Context, e *env, f *clientFlags, r sendRequest, words []string) error {
	b, err := readSome(i.file)
	if err != nil {
		return err
	}
	table, err := readCSV(b)
	if err != nil {
		return fmt.Errorf("%s: %w", i.file, err)
	}
	if table.note != "" {
		e.say(visible(i.file) + ": " + table.note)
	}
	text := ""
	if len(words) > 0 {
		if text, err = e.text(words); err != nil {
			return err
		}
	}
	if i.job == "" {
		sum := sha256.Sum256(append(append(b, 0), text...))
		i.job = "csv-" + hex.EncodeToString(sum[:6])
	}
	c, err := f.connect(e)
	if err != nil {
		return err
	}
	rows, err := i.build(table, r, text, c.home(ctx), e.now())
	if err != nil {
		return fmt.Errorf("%s: %w", i.file, err)
	}
	for _, fault := range table.faults {
		e.say(fmt.Sprintf("%s:%d: %s", visible(i.file), fault.line, visible(fault.text)))
	}
	if i.dry {
		err = i.show(e, f.json, rows)
	}
	switch n := len(table.faults); {
	case err != nil:
		return err
	case n > 0 && !i.skipBad:
		return fmt.Errorf("%s cannot be sent: correct the file, or leave them out with --skip-bad. Nothing was sent", count(n, "row"))
	case i.dry:
		return nil
	}
	feed := feeder{e: e, client: c, json: f.json, job: i.job, rate: i.rate, all: len(rows)}
	return feed.run(ctx, rows)
}

// readSome reads a file that is not too large.
func readSome(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxCSV {
		return nil, fmt.Errorf("%s has more than %d MiB: split it", path, maxCSV>>20)
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// home is the country that all SIMs of the daemon agree on, by which it reads
// national numbers; none where it does not tell.
func (c *client) home(ctx context.Context) sms.Country {
	var list struct{ Modems []sms.Way }
	a, err := c.get(ctx, "/modems", nil)
	if err != nil || a.read(&list) != nil {
		return sms.Country{} // the daemon has the last word on numbers anyway
	}
	code := ""
	for _, w := range list.Modems {
		if w.Country != "" && code != "" && w.Country != code {
			return sms.Country{}
		}
		if w.Country != "" {
			code = w.Country
		}
	}
	home, _ := sms.CountryOf(code)
	return home
}

// build makes a request of every row, and enters the faults of those it cannot
// make one of.
func (i *importFlags) build(t *csvFile, r sendRequest, text string, home sms.Country, now time.Time) ([]outgoing, error) {
	fill := func(cells []string) string { return strings.TrimSpace(cells[slices.Index(t.columns, "text")]) }
	switch {
	case text != "":
		parts, err := parseTemplate(text, t.columns)
		if err != nil {
			return nil, err
		}
		fill = parts.fill
	case !slices.Contains(t.columns, "text"):
		return nil, errors.New("there is no text: write one behind the flags, or add a column called text")
	}
	to, id := t.number(), slices.Index(t.columns, "id")
	var rows []outgoing
	seen := map[string]int{} // id to line
	for _, row := range t.rows {
		if row.line == 0 {
			continue // its fault is known
		}
		one := r
		one.To, one.Text = []string{strings.TrimSpace(row.cells[to])}, fill(row.cells)
		one.ID = fmt.Sprintf("%s-%d", i.job, row.n)
		if id >= 0 {
			one.ID = strings.TrimSpace(row.cells[id])
		}
		m, coding, err := one.check(home, now)
		switch {
		case err != nil:
		case seen[one.ID] > 0:
			err = fmt.Errorf("the id %s stands in line %d too", one.ID, seen[one.ID])
		}
		if err != nil {
			t.faults = append(t.faults, rowFault{row.line, err.Error()})
			continue
		}
		seen[one.ID] = row.line
		rows = append(rows, outgoing{row, one, m, coding})
	}
	slices.SortStableFunc(t.faults, func(a, b rowFault) int { return a.line - b.line })
	return rows, nil
}

// check says what the daemon would say to a request.
func (r sendRequest) check(home sms.Country, now time.Time) (*sms.Message, sms.Coding, error) {
	if r.ID == "" {
		return nil, "", &sms.FieldError{Field: "id", Text: "is empty"}
	}
	full := sms.Request{ID: r.ID, To: r.To, Text: r.Text, From: r.From, Route: r.Route, Encoding: sms.Encoding(r.Encoding),
		Flash: r.Flash, Priority: r.Priority, SendAt: r.SendAt, Expires: r.Expires, Receipt: r.Receipt, OnDoubt: sms.OnDoubt(r.OnDoubt), MaxSegments: r.MaxSegments}
	ms, err := full.Messages(now, home)
	if err != nil {
		return nil, "", err
	}
	_, coding, err := sms.Count(ms[0].Text, ms[0].Encoding)
	return ms[0], coding, err
}

// show prints what would be sent.
func (i *importFlags) show(e *env, asJSON bool, rows []outgoing) error {
	var tariffs []tariff
	if i.tariff != "" {
		var err error
		if tariffs, err = readTariffs(i.tariff); err != nil {
			return err
		}
	}
	t := newTable(e, 5, "LINE", "TO", "SEGMENTS", "ENCODING", "COST", "TEXT")
	sum, segments, free := costs{}, map[sms.Coding]int{}, 0
	for _, o := range rows {
		m, cost := o.message, ""
		segments[o.coding] += m.Segments
		rate, ok := tariffOf(tariffs, m.To)
		if ok {
			micros := rate.micros() * int64(m.Segments)
			sum[rate.Currency] += micros
			cost = money(micros) + " " + rate.Currency
		} else {
			free++
		}
		if !asJSON {
			t.row(strconv.Itoa(o.row.line), string(m.To), strconv.Itoa(m.Segments), string(o.coding), cost, m.Text)
			continue
		}
		if err := printJSON(e.stdout, map[string]any{"line": o.row.line, "id": m.ID, "to": m.To, "segments": m.Segments, "encoding": o.coding, "cost": cost, "text": m.Text}); err != nil {
			return err
		}
	}
	if asJSON {
		return nil
	}
	t.print("no row can be sent")
	line := fmt.Sprintf("%s, %s", count(len(rows), "message"), count(segments[sms.CodingGSM7]+segments[sms.CodingUCS2], "segment"))
	for _, c := range []sms.Coding{sms.CodingGSM7, sms.CodingUCS2} {
		if segments[c] > 0 {
			line += fmt.Sprintf(", %d in %s", segments[c], c)
		}
	}
	if len(sum) > 0 {
		line += "; " + sum.String()
	}
	if len(tariffs) > 0 && free > 0 {
		line += fmt.Sprintf("; no tariff for %d", free)
	}
	_, err := fmt.Fprintln(e.stdout, line)
	return err
}

// A feeder hands rows to the daemon, one after the other: they leave in the order
// of the file, and where it was interrupted is one place.
type feeder struct {
	e      *env
	client *client
	json   bool
	job    string
	rate   float64
	all    int

	taken, known int
	shown        time.Time
}

// run returns when every row is on the daemon's disk.
func (f *feeder) run(ctx context.Context, rows []outgoing) error {
	began := time.Now()
	for n, o := range rows {
		if f.rate > 0 {
			if err := sleep(ctx, time.Until(began.Add(time.Duration(float64(n)/f.rate*float64(time.Second))))); err != nil {
				return f.stopped()
			}
		}
		if err := f.hand(ctx, &o.request); err != nil {
			f.end()
			if ctx.Err() != nil {
				return f.stopped()
			}
			return fmt.Errorf("line %d: %w; %d of %d are queued: run the same again with --job %s to go on, what is queued is not sent twice", o.row.line, sendError(err), f.taken, f.all, f.job)
		}
		f.progress(false)
	}
	f.progress(true)
	f.end()
	return nil
}

// stopped says where an interruption leaves the job.
func (f *feeder) stopped() error {
	f.end()
	return fmt.Errorf("interrupted: %d of %d are queued: run the same again with --job %s to go on, what is queued is not sent twice", f.taken, f.all, f.job)
}

// hand gives one row to the daemon, and waits while that has no room.
func (f *feeder) hand(ctx context.Context, r *sendRequest) error {
	for said := false; ; {
		a, err := f.client.submit(ctx, r)
		var p *problem
		if errors.As(err, &p) && p.Status == http.StatusServiceUnavailable {
			if !said {
				f.end()
				f.e.say(p.Error() + "; waiting")
				said = true
			}
			if err := sleep(ctx, max(p.retry, time.Second)); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		var taken sendAnswer
		if err := a.read(&taken); err != nil {
			return err
		}
		f.taken++
		if taken.Known {
			f.known++
		}
		if f.json {
			return a.print(f.e.stdout)
		}
		return nil
	}
}

// progressEvery is how often a terminal is told, and the log of a script.
const (
	progressEvery = 200 * time.Millisecond
	progressLog   = 10 * time.Second
	progressBar   = 30 // columns
)

// progress tells how far it has come: on a terminal in one line that is written
// over, and otherwise in a line now and then.
func (f *feeder) progress(last bool) {
	every := progressLog
	if f.e.tty {
		every = progressEvery
	}
	if f.json || !last && time.Since(f.shown) < every {
		return
	}
	first := f.shown.IsZero()
	f.shown = time.Now()
	line := fmt.Sprintf("%d of %d queued, job %s", f.taken, f.all, f.job)
	if f.known > 0 {
		line += fmt.Sprintf(", %d of them before", f.known)
	}
	switch {
	case f.e.tty:
		done := progressBar * f.taken / max(1, f.all)
		fmt.Fprintf(f.e.stdout, "\r[%s%s] %s", strings.Repeat("#", done), strings.Repeat(".", progressBar-done), line)
	case last || !first:
		fmt.Fprintln(f.e.stdout, line)
	}
}

// end ends the line that is written over.
func (f *feeder) end() {
	if f.e.tty && !f.json && !f.shown.IsZero() {
		fmt.Fprintln(f.e.stdout)
		f.shown = time.Time{}
	}
}
