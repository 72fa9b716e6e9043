package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// readAll reads a stream and shows each event as "id kind data".
func readAll(r io.Reader) (string, error) {
	var b strings.Builder
	err := readStream(r, 7, func(s streamed) error {
		fmt.Fprintf(&b, "%d %s %q;", s.id, s.kind, s.data)
		return nil
	})
	return b.String(), err
}

func TestReadStream(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"one", "id: 8\nevent: event\ndata: {}\n\n", `8 event "{}";`},
		{"two", "id: 8\ndata: a\n\nid: 9\ndata: b\n\n", `8  "a";9  "b";`},
		{"without an id", "data: a\n\n", `7  "a";`},
		{"the id stays", "id: 8\ndata: a\n\ndata: b\n\n", `8  "a";8  "b";`},
		{"the kind does not", "event: x\ndata: a\n\ndata: b\n\n", `7 x "a";7  "b";`},
		{"comments", ": hello\n\n: again\n\nid: 8\n:\ndata: a\n\n", `8  "a";`},
		{"no data, no event", "id: 8\nevent: x\n\ndata: a\n\n", `8  "a";`},
		{"empty data", "data:\n\n", `7  "";`},
		{"many lines", "data: a\ndata: b\ndata:c\n\n", `7  "a\nb\nc";`},
		{"one space goes", "data:  a\n\n", `7  " a";`},
		{"a field without a colon", "data\n\n", `7  "";`},
		{"unknown fields", "retry: 10\nfoo: bar\ndata: a\n\n", `7  "a";`},
		{"carriage returns", "id: 8\r\ndata: a\r\n\r\nid: 9\rdata: b\r\r\n", `8  "a";9  "b";`},
		{"a bad id", "id: x\ndata: a\n\n", `7  "a";`},
		{"cut short", "id: 8\ndata: a\n\nid: 9\ndata: b\n", `8  "a";`},
		{"cut in a line", "id: 8\ndata: a\n\ndata: b", `8  "a";`},
		{"nothing", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for name, r := range map[string]io.Reader{"whole": strings.NewReader(tc.in), "by the octet": iotest.OneByteReader(strings.NewReader(tc.in))} {
				got, err := readAll(r)
				if got != tc.want || err != io.EOF {
					t.Errorf("%s: got %s and error %v, want %s and EOF", name, got, err, tc.want)
				}
			}
		})
	}
}

func TestReadStreamEndsWithItsReader(t *testing.T) {
	cause := errors.New("hung up")
	_, err := readAll(io.MultiReader(strings.NewReader("data: a\n\n"), iotest.ErrReader(cause)))
	if !errors.Is(err, cause) {
		t.Errorf("got error %v, want %v", err, cause)
	}
	stop := errors.New("enough")
	err = readStream(strings.NewReader("data: a\n\ndata: b\n\n"), 0, func(streamed) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("got error %v, want %v", err, stop)
	}
}

func TestReadStreamIsBounded(t *testing.T) {
	for name, in := range map[string]string{
		"a line":     "data: " + strings.Repeat("x", maxLine+1) + "\n\n",
		"many lines": strings.Repeat("data: "+strings.Repeat("x", 1000)+"\n", 1100) + "\n",
	} {
		if got, err := readAll(strings.NewReader(in)); err == io.EOF || got != "" {
			t.Errorf("%s: got %.40s and error %v, want an error", name, got, err)
		}
	}
}

func FuzzReadStream(f *testing.F) {
	for _, s := range []string{"id: 8\nevent: event\ndata: {}\n\n", "data: a\r\ndata\r\r\n", ":\n\nid\nid: 18446744073709551616\n\n", "\n\n\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		whole, err := readAll(strings.NewReader(s))
		if err == nil {
			t.Fatal("got no error, want why the stream ended")
		}
		pieces, _ := readAll(iotest.OneByteReader(strings.NewReader(s)))
		if whole != pieces {
			t.Errorf("got %s in one piece and %s in many", whole, pieces)
		}
	})
}
