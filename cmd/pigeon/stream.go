package main

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
)

// maxLine bounds a line of an event stream, in octets: the longest message of
// 255 segments with its PDUs, as JSON, several times over.
const maxLine = 1 << 20

// A streamed is one event of an event stream, as the HTML standard §9.2 has it.
type streamed struct {
	id   uint64 // the last id seen: the journal's seq
	kind string // kindMessage, kindReceived
	data []byte
}

// readStream reads an event stream, calls each for every event in it, and
// returns each's first error, or else why the stream ended: io.EOF at its end.
// after is the id of an event without one.
func readStream(r io.Reader, after uint64, each func(streamed) error) error {
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, maxLine)
	sc.Split(scanStreamLine)
	s := streamed{id: after}
	var some bool // of data
	for sc.Scan() {
		line := sc.Bytes()
		if len(line) == 0 {
			if some {
				if err := each(s); err != nil {
					return err
				}
			}
			s, some = streamed{id: s.id}, false
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "id":
			if id, err := strconv.ParseUint(string(value), 10, 64); err == nil {
				s.id = id
			}
		case "event":
			s.kind = string(value)
		case "data":
			if some {
				s.data = append(s.data, '\n')
			}
			if len(s.data)+len(value) > maxLine {
				return bufio.ErrTooLong
			}
			s.data, some = append(s.data, value...), true
		}
	}
	if err := sc.Err(); err != nil {
		return err
	}
	return io.EOF
}

// scanStreamLine splits at LF, CR and CR LF.
func scanStreamLine(data []byte, atEOF bool) (advance int, token []byte, err error) {
	i := bytes.IndexAny(data, "\r\n")
	switch {
	case i < 0 && atEOF:
		return len(data), nil, nil // a line without its end is dropped
	case i < 0:
		return 0, nil, nil
	case data[i] == '\n':
		return i + 1, data[:i], nil
	case i+1 < len(data) && data[i+1] == '\n':
		return i + 2, data[:i], nil
	case i+1 < len(data) || atEOF:
		return i + 1, data[:i], nil
	}
	return 0, nil, nil // a CR at the end may be half of a CR LF
}
