package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxCSV bounds a file of recipients, in octets: it is read whole, so that all
// its faults are told before anything is sent.
const maxCSV = 16 << 20

// A csvFile is a table of recipients.
type csvFile struct {
	columns []string // in small letters
	rows    []csvRow
	faults  []rowFault
	note    string // what a person should know of how it was read; empty: nothing
}

// A csvRow is one recipient.
type csvRow struct {
	n     int // from 1, without the heading and empty lines
	line  int // of the file
	cells []string
}

// A rowFault says why a row cannot be sent.
type rowFault struct {
	line int
	text string
}

// numberColumns are the names of the column with the recipient, as in a request.
var numberColumns = []string{"to", "number", "target", "recipient"}

// readCSV reads a table with a heading: separated by commas, semicolons or tabs,
// in UTF-8, UTF-16 with its mark, or else Windows-1252, which holds Latin-1.
func readCSV(b []byte) (*csvFile, error) {
	text, note := decodeText(b)
	f := &csvFile{note: note}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = delimiter(text), -1, true
	for {
		cells, err := r.Read()
		if err == io.EOF {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			if f.columns == nil {
				return nil, fmt.Errorf("line %d, the heading: %w", broken.Line, broken.Err)
			}
			f.rows = append(f.rows, csvRow{n: len(f.rows) + 1}) // it keeps the numbers of those behind it
			f.faults = append(f.faults, rowFault{broken.StartLine, broken.Err.Error()})
			continue
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		if f.columns == nil {
			if err := f.heading(cells); err != nil {
				return nil, err
			}
			continue
		}
		row := csvRow{n: len(f.rows) + 1, line: line, cells: cells}
		if len(cells) != len(f.columns) {
			f.faults = append(f.faults, rowFault{line, fmt.Sprintf("has %s, and the heading has %d", count(len(cells), "column"), len(f.columns))})
			row.line = 0
		}
		f.rows = append(f.rows, row)
	}
	switch {
	case f.columns == nil:
		return nil, errors.New("it is empty: it needs a heading such as to,name and a row for each recipient")
	case len(f.rows) == 0:
		return nil, errors.New("it has a heading and no rows")
	}
	return f, nil
}

// heading takes the names of the columns.
func (f *csvFile) heading(cells []string) error {
	for _, c := range cells {
		name := strings.ToLower(strings.TrimSpace(c))
		if slices.Contains(f.columns, name) && name != "" {
			return fmt.Errorf("two columns are called %q", name)
		}
		f.columns = append(f.columns, name)
	}
	if f.number() < 0 {
		return fmt.Errorf("no column is called to, number, target or recipient; there are: %s", strings.Join(f.columns, ", "))
	}
	return nil
}

// number is the column with the recipient, or -1.
func (f *csvFile) number() int {
	return slices.IndexFunc(f.columns, func(c string) bool { return slices.Contains(numberColumns, c) })
}

// delimiter is what stands most often in the first line, quoted text apart; of two
// that stand there as often, the one that is rarer in words.
func delimiter(text string) rune {
	counts, quoted := map[rune]int{}, false
	for _, r := range text {
		if r == '"' {
			quoted = !quoted
		}
		if !quoted && (r == '\n' || r == '\r') {
			break
		}
		if !quoted {
			counts[r]++
		}
	}
	best := ','
	for _, r := range ";\t" {
		if counts[r] > 0 && counts[r] >= counts[best] {
			best = r
		}
	}
	return best
}

// decodeText reads octets as text, and says so where it had to guess.
func decodeText(b []byte) (text, note string) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		b = b[3:]
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return wide(b[2:], 1, 0), ""
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return wide(b[2:], 0, 1), ""
	}
	if utf8.Valid(b) {
		return string(b), ""
	}
	var s strings.Builder
	for _, c := range b {
		if c >= 0x80 && c < 0xa0 {
			s.WriteRune(windows1252[c-0x80])
		} else {
			s.WriteRune(rune(c))
		}
	}
	return s.String(), "it is not UTF-8: it was read as Latin-1 (Windows-1252)"
}

// wide reads UTF-16, whose units have their high and low octets there.
func wide(b []byte, high, low int) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i+high])<<8 | uint16(b[2*i+low])
	}
	return string(utf16.Decode(units))
}

// windows1252 is what its octets from 0x80 to 0x9f mean, where Latin-1 has
// controls. Those without a meaning are U+FFFD, which no text is sent with.
var windows1252 = []rune("€\uFFFD‚ƒ„…†‡ˆ‰Š‹Œ\uFFFDŽ\uFFFD\uFFFD‘’“”•–—˜™š›œ\uFFFDžŸ")
