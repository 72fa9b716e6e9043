package mqtt_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/pigeon-sms/pigeon/mqtt"
	"github.com/pigeon-sms/pigeon/sms"
)

func seqOf(t *testing.T, m *packets.PublishPacket) uint64 {
	t.Helper()
	ev := decode[sms.Event](t, m.Payload)
	if want := "pigeon/office/message/" + ev.ID; m.TopicName != want || m.Qos != 1 {
		t.Errorf("event %d: got topic %s at QoS %d, want %s at 1", ev.Seq, m.TopicName, m.Qos, want)
	}
	return ev.Seq
}

func cursorOf(c *core) uint64 { return at(c, func() uint64 { return c.cursor }) }

func TestCursorNeverPassesWhatIsNotAcknowledged(t *testing.T) {
	bubble(t, mqtt.Config{Window: 4}, func(t *testing.T, e *mqtt.Edge, c *core, p *peer) {
		if connect := p.accept(); connect.CleanSession || connect.ClientIdentifier != "pigeon-office" || connect.WillTopic != "pigeon/office/state" ||
			string(connect.WillMessage) != "offline" || !connect.WillRetain || connect.ProtocolVersion != 4 {
			t.Errorf("CONNECT: got %v, want a lasting session of pigeon-office with a will on its state", connect)
		}
		p.quiet() // the state is told
		c.happen(10)
		var ids []uint16
		for want := uint64(1); want <= 4; want++ {
			m := p.next()
			if got := seqOf(t, m); got != want {
				t.Fatalf("published: got %d, want %d", got, want)
			}
			ids = append(ids, m.MessageID)
		}
		p.quiet() // no more than the window

		p.ack(ids[1], ids[2]) // not the first
		after(time.Second)
		p.quiet()
		if got := cursorOf(c); got != 0 {
			t.Errorf("cursor: got %d, want 0 while 1 is not acknowledged", got)
		}
		p.ack(ids[0])
		for want := uint64(5); want <= 7; want++ {
			if got := seqOf(t, p.next()); got != want {
				t.Fatalf("published: got %d, want %d", got, want)
			}
		}
		after(time.Second)
		if got := cursorOf(c); got != 3 {
			t.Errorf("cursor: got %d, want 3", got)
		}

		// The connection breaks: from 4 on everything comes again, in order.
		p.conn.Close()
		p.accept()
		for want := uint64(4); want <= 10; want++ {
			m := p.next()
			if got := seqOf(t, m); got != want {
				t.Fatalf("published again: got %d, want %d", got, want)
			}
			p.ack(m.MessageID)
		}
		after(time.Second)
		if got := cursorOf(c); got != 10 {
			t.Errorf("cursor: got %d, want 10", got)
		}
	})
}

func TestCursorFollowsTheAcknowledgements(t *testing.T) {
	bubble(t, mqtt.Config{}, func(t *testing.T, e *mqtt.Edge, c *core, p *peer) {
		c.happen(100)
		p.accept()
		for n := range 100 {
			m := p.next()
			if got := cursorOf(c); got > uint64(n) {
				t.Fatalf("cursor at %d, and %d are acknowledged", got, n)
			}
			p.ack(m.MessageID)
		}
		after(time.Second)
		moves := at(c, func() []uint64 { return slices.Clone(c.moves) })
		if !slices.IsSorted(moves) || moves[len(moves)-1] != 100 {
			t.Errorf("cursor moves: got %v, want them up to 100", moves)
		}
	})
}

func TestStopWaitsForAcknowledgementsAndSaysOffline(t *testing.T) {
	bubble(t, mqtt.Config{}, func(t *testing.T, e *mqtt.Edge, c *core, p *peer) {
		c.happen(1)
		p.accept()
		m := p.next()
		conn := p.conn
		go func() { // as the edge stops
			for pub := range p.pubs {
				if string(pub.Payload) == "offline" && pub.TopicName == "pigeon/office/state" && pub.Retain {
					ack := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
					for _, ack.MessageID = range []uint16{m.MessageID, pub.MessageID} {
						_ = ack.Write(conn)
					}
					if err := <-p.gone; err != nil {
						t.Errorf("the connection ended with %v, want a DISCONNECT", err)
					}
					if got := cursorOf(c); got != 1 {
						t.Errorf("cursor: got %d, want 1", got)
					}
					return
				}
			}
		}()
	})
}

func TestBrokerThatNeverAcknowledgesIsLeft(t *testing.T) {
	bubble(t, mqtt.Config{}, func(t *testing.T, e *mqtt.Edge, c *core, p *peer) {
		c.happen(1)
		p.accept()
		p.next()
		begun := time.Now()
		<-p.gone
		if took := time.Since(begun).Round(time.Second); took != mqtt.StallLimit {
			t.Errorf("left after %v, want %v", took, mqtt.StallLimit)
		}
		p.accept()
		if got := seqOf(t, p.next()); got != 1 {
			t.Errorf("published again: got %d, want 1", got)
		}
	})
}

func TestBrokerThatStopsReadingIsLeft(t *testing.T) {
	bubble(t, mqtt.Config{}, func(t *testing.T, e *mqtt.Edge, c *core, p *peer) {
		conn := <-p.conns
		for range 2 { // CONNECT and SUBSCRIBE, and then no more
			m, err := packets.ReadPacket(conn)
			if err != nil {
				t.Fatal(err)
			}
			ack := packets.NewControlPacket(packets.Connack)
			if s, is := m.(*packets.SubscribePacket); is {
				suback := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
				suback.MessageID, suback.ReturnCodes = s.MessageID, []byte{1, 1}
				ack = suback
			}
			if err := ack.Write(conn); err != nil {
				t.Fatal(err)
			}
		}
		begun := time.Now()
		p.accept()
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("left after %v, want a few seconds", took)
		}
	})
}

func TestIdleConnectionStands(t *testing.T) {
	bubble(t, mqtt.Config{}, func(t *testing.T, e *mqtt.Edge, c *core, p *peer) {
		p.accept()
		p.quiet()
		after(time.Hour)
		c.happen(1)
		p.ack(p.next().MessageID)
		after(time.Hour)
		p.quiet()
		if n := p.dials.Load(); n != 1 {
			t.Errorf("connected %d times in two hours, want 1", n)
		}
	})
}

func TestReceivedMessagesArePublished(t *testing.T) {
	bubble(t, mqtt.Config{}, func(t *testing.T, e *mqtt.Edge, c *core, p *peer) {
		c.receive(sms.Received{ID: "r1", From: "+447700900456", Text: "hi", Modem: "north", Parts: 1})
		p.accept()
		m := p.next()
		rx := decode[sms.Received](t, m.Payload)
		if m.TopicName != "pigeon/office/received" || rx.Seq != 1 || rx.Text != "hi" {
			t.Errorf("got %s %+v, want r1 on received", m.TopicName, rx)
		}
		p.ack(m.MessageID)
		after(time.Second)
		if got := cursorOf(c); got != 1 {
			t.Errorf("cursor: got %d, want 1", got)
		}
	})
}

func TestMissingBrokerIsTriedEverMoreSeldom(t *testing.T) {
	bubble(t, mqtt.Config{}, func(t *testing.T, e *mqtt.Edge, c *core, p *peer) {
		synctest.Wait()
		(<-p.conns).Close() // the first
		p.away.Store(true)
		after(time.Hour)
		synctest.Wait()
		if n := p.dials.Load(); n < 120 || n > 260 { // a pause is 15 to 30 s after the first few
			t.Errorf("tried %d times in an hour, want 120 to 260", n)
		}
		if l := e.Links()[0]; l.Up || l.State != "connecting" || l.Why != "connection refused" {
			t.Errorf("link: got %+v, want connecting, connection refused", l)
		}
		p.away.Store(false)
		p.accept()
		synctest.Wait()
		if l := e.Links()[0]; !l.Up {
			t.Errorf("link: got %+v, want it up", l)
		}
	})
}

// A flood that cannot be stored is held up to a limit, the rest left to the
// broker, and the connection stays up meanwhile.
func TestFloodDuringStoreTroubleIsBoundedAndKeepsItsOrder(t *testing.T) {
	bubble(t, mqtt.Config{}, func(t *testing.T, e *mqtt.Edge, c *core, p *peer) {
		const sent = mqtt.MostHeld + 500
		trouble := true
		c.mu.Lock()
		c.before = storeTrouble(c, &trouble)
		c.mu.Unlock()
		p.accept()
		p.ackAll()
		request := func(i int) string { return fmt.Sprintf(`{"id":"%d","to":"+447700900123","text":"x"}`, i) }
		for i := 1; i <= sent; i++ {
			p.publish(uint16(i), "pigeon/office/send", request(i), false, false)
		}
		after(5 * time.Minute) // pings are answered, so the connection stands
		if l := e.Links()[0]; !l.Up || len(p.acks) > 0 {
			t.Fatalf("link: got %+v with %d acknowledged, want it up and none", l, len(p.acks))
		}
		c.mu.Lock()
		trouble = false
		c.mu.Unlock()

		// What was held is taken and acknowledged in order; then the edge comes
		// back for the rest.
		seen := func(from, to int) {
			t.Helper()
			for want := from; want <= to; want++ {
				if got := <-p.acks; int(got) != want {
					t.Fatalf("acknowledged: got %d, want %d", got, want)
				}
			}
		}
		seen(1, mqtt.MostHeld)
		if err := <-p.gone; err != nil {
			t.Errorf("the connection ended with %v, want a DISCONNECT", err)
		}
		p.accept()
		p.ackAll()
		for i := mqtt.MostHeld + 1; i <= sent; i++ {
			p.publish(uint16(i), "pigeon/office/send", request(i), true, false)
		}
		seen(mqtt.MostHeld+1, sent)
		rs := c.accepted()
		if len(rs) != sent {
			t.Fatalf("accepted: got %d, want %d", len(rs), sent)
		}
		for i, r := range rs {
			if r.ID != fmt.Sprint(i+1) {
				t.Fatalf("accepted %d: got id %s", i+1, r.ID)
			}
		}
	})
}

func TestRequestWithoutIDIsTakenOnceWhenDeliveredAgain(t *testing.T) {
	bubble(t, mqtt.Config{}, func(t *testing.T, e *mqtt.Edge, c *core, p *peer) {
		const topic, payload = "pigeon/office/send/447700900123", "hello"
		p.accept()
		p.publish(7, topic, payload, false, false)
		<-p.acks
		p.conn.Close()
		p.accept()
		p.publish(7, topic, payload, true, false) // the acknowledgement was lost
		<-p.acks
		if n := len(c.accepted()); n != 1 {
			t.Errorf("accepted after the redelivery: got %d, want 1", n)
		}
		p.publish(7, topic, payload, false, false) // the same words anew, and the id came round
		<-p.acks
		rs := c.accepted()
		if len(rs) != 2 || rs[0].Fingerprint != rs[1].Fingerprint {
			t.Errorf("accepted after a new one: got %d, want 2 of one fingerprint", len(rs))
		}
	})
}
