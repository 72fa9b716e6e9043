package broker_test

import (
	"io"
	"net"
	"runtime"
	"testing"

	"github.com/pigeon-sms/pigeon/mqtt/broker"
)

// clientMost is the budget of heap and stacks for a client that is connected and
// says nothing, in bytes, its own end of the line included.
const clientMost = 48 << 10

func TestClientMemory(t *testing.T) {
	const n = 250
	b := start(t, broker.Config{MaxClients: n}, forward)
	inUse := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc + m.StackInuse)
	}
	before := inUse()
	for i := range n {
		c, err := net.Dial("tcp", b.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		hello := append([]byte{0x10, 16, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 4}, 'c', byte('0'+i/100), byte('0'+i/10%10), byte('0'+i%10))
		if _, err := c.Write(hello); err != nil {
			t.Fatal(err)
		}
		var answer [4]byte
		if _, err := io.ReadFull(c, answer[:]); err != nil || answer[0] != 0x20 || answer[3] != 0 {
			t.Fatalf("connect %d: % x, %v", i, answer, err)
		}
	}
	each := (inUse() - before) / n
	t.Logf("%d bytes for each of %d clients", each, n)
	if each > clientMost {
		t.Errorf("a client that is connected takes %d bytes, want at most %d", each, clientMost)
	}
}
