package pdu_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pigeon-sms/pigeon/smpp/pdu"
)

// Segment borders mean nothing: however the stream is cut, the PDUs are the
// same (deviation 13).
func TestReaderFindsPDUs(t *testing.T) {
	var stream []byte
	var want [][]byte
	for _, g := range goldens {
		b := unhex(t, g.hex)
		want = append(want, b)
		stream = append(stream, b...)
	}
	long := pdu.DataSM{Header: pdu.Header{Sequence: 1}, TLVs: pdu.TLVs(nil).Append(pdu.TagMessagePayload, make([]byte, 65535))}
	b, err := long.AppendTo(nil, v34)
	if err != nil {
		t.Fatal(err)
	}
	want, stream = append(want, b, want[0]), append(append(stream, b...), want[0]...)
	for name, cut := range map[string]func(io.Reader) io.Reader{
		"whole": func(r io.Reader) io.Reader { return r }, "octet by octet": iotest.OneByteReader, "halves": iotest.HalfReader,
		"with its end": iotest.DataErrReader,
	} {
		t.Run(name, func(t *testing.T) {
			r := pdu.NewReader(cut(bytes.NewReader(stream)), pdu.LimitBound)
			for i, w := range want {
				got, err := r.Next()
				if err != nil {
					t.Fatalf("PDU %d: %v", i, err)
				}
				if !bytes.Equal(got, w) {
					t.Fatalf("PDU %d: got\n%x\nwant\n%x", i, got, w)
				}
			}
			if _, err := r.Next(); err != io.EOF || r.Partial() {
				t.Errorf("got %v at the end, want EOF", err)
			}
		})
	}
}

func TestReaderEnds(t *testing.T) {
	for _, tc := range []struct {
		name, stream string
		err          string
		answer       string // in hexadecimal
	}{
		{"half a length", "\x00\x00", "unexpected EOF", ""},
		{"half a PDU", "\x00\x00\x00\x11\x00\x00\x00\x15", "unexpected EOF", ""},
		{"a length of 0", "\x00\x00\x00\x00", "command_length 0 at octet 0: less than a header", "00000010800000000000000200000000"},
		{"a length of 15", "\x00\x00\x00\x0f", "command_length 15 at octet 0: less than a header", "00000010800000000000000200000000"},
		{"too long", "\x00\x01\x04\x01", "command_length 66561 at octet 0: more than 66560", "00000010800000000000000200000000"},
		{"too long, with a header", "\x00\x01\x04\x01\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x07", "command_length 66561 at octet 0: more than 66560", "00000010800000000000000200000007"},
		{"2 GiB", "\x80\x00\x00\x00\x12\x34\x56\x78\x00\x00\x00\x00\x00\x00\x00\x07", "command_length 2147483648 at octet 0: more than 66560", "00000010800000000000000200000000"},
		{"a browser", "GET / HTTP/1.1\r\n", "not SMPP: the peer speaks HTTP", ""},
		{"a web server", "HTTP/1.1 400", "not SMPP: the peer speaks HTTP", ""},
		{"SSH", "SSH-2.0-x", "not SMPP: the peer speaks SSH", ""},
		{"AMQP", "AMQP\x00\x00\x09\x01", "not SMPP: the peer speaks AMQP", ""},
		{"TLS", "\x16\x03\x01\x00\xa5", "not SMPP: the peer speaks TLS (a client's hello on a port without TLS)", ""},
		{"a TLS port", "\x15\x03\x01\x00\x02", "not SMPP: the peer speaks TLS (an alert: this port wants TLS)", ""},
		{"a probe for desktops", "\x03\x00\x00\x2f", "not SMPP: the peer speaks RDP", ""},
		{"a person", "\r\n\r\n", "not SMPP: the peer speaks text", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := pdu.NewReader(strings.NewReader(tc.stream), pdu.LimitBound)
			_, err := r.Next()
			if err == nil || err.Error() != tc.err {
				t.Fatalf("got %v, want %s", err, tc.err)
			}
			var header *pdu.HeaderError
			if errors.As(err, &header) {
				if got := header.AppendAnswer(nil); !bytes.Equal(got, unhex(t, tc.answer)) {
					t.Errorf("got answer %x, want %s", got, tc.answer)
				}
				if _, again := r.Next(); again != err {
					t.Errorf("got %v after %v", again, err)
				}
			}
		})
	}
}

// A deadline that passes within a PDU does not lose what had arrived.
func TestReaderGoesOnAfterTimeout(t *testing.T) {
	b := unhex(t, goldens[14].hex)
	r := pdu.NewReader(io.MultiReader(bytes.NewReader(b[:20]), iotest.TimeoutReader(iotest.OneByteReader(bytes.NewReader(b[20:])))), 100)
	if _, err := r.Next(); !errors.Is(err, iotest.ErrTimeout) {
		t.Fatalf("got %v, want a timeout", err)
	}
	if !r.Partial() || r.Buffered() {
		t.Error("half a PDU is not partial")
	}
	if got, err := r.Next(); err != nil || !bytes.Equal(got, b) {
		t.Errorf("got %x, %v", got, err)
	}
}

func TestReaderLimit(t *testing.T) {
	b := unhex(t, goldens[14].hex)
	r := pdu.NewReader(bytes.NewReader(bytes.Repeat(b, 3)), len(b))
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	if !r.Buffered() {
		t.Error("the second PDU is not buffered")
	}
	r.SetLimit(len(b) - 1)
	if _, err := r.Next(); err == nil {
		t.Error("a PDU above the limit was read")
	}
}

// A stream that gives nothing for ever is an error, not a loop.
func TestReaderDoesNotSpin(t *testing.T) {
	if _, err := pdu.NewReader(nothing{}, 100).Next(); err != io.ErrNoProgress {
		t.Errorf("got %v, want %v", err, io.ErrNoProgress)
	}
}

type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, nil }

// A length that is announced takes no memory before its octets have come.
func TestReaderAllocatesWhatArrives(t *testing.T) {
	start := "\x00\x01\x00\x00\x00\x00\x00\x04"
	n := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			pdu.NewReader(strings.NewReader(start), pdu.LimitBound).Next()
		}
	}).AllocedBytesPerOp()
	if n > 8192 {
		t.Errorf("got %d octets for a PDU that only says it is long", n)
	}
}
