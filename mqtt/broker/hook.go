package broker

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
)

// A Publish is one PUBLISH of an outside client.
type Publish struct {
	Client  string // the client's identifier, whose packet id it is
	ID      uint16 // packet id; 0 at QoS 0
	QoS     byte
	Retain  bool
	Dup     bool // the client says that it may have sent this before
	Topic   string
	Payload []byte
}

// A Verdict says what becomes of a Publish.
type Verdict uint8

const (
	Forward  Verdict = iota // not the owner's: to its subscribers, as in any broker
	Taken                   // the owner has it safe: acknowledged, and forwarded to nobody
	Refused                 // not the client's to say: MQTT 5 is told so, 3.1.1 has no word for it
	Withheld                // not safe: not acknowledged; the client is let go, and sends it again when it is back
)

// An Owner decides what becomes of what outside clients publish.
type Owner interface {
	// Publish is called before p is acknowledged, on the goroutine of the
	// client that sent it; p's payload is the owner's to keep. ctx is done
	// when the broker stops.
	Publish(ctx context.Context, p *Publish) Verdict
	// Owns reports whether a topic is the owner's, so that nobody else may
	// leave a will there.
	Owns(topic string) bool
}

// InsideID is the client identifier of the daemon's own client. Nobody can
// come in under it from outside.
const InsideID = "pigeon (inside)"

// The doors a client comes in by, which the library calls listeners.
const (
	inside  = "inside" // Join
	outside = "tcp"
)

// hook is how the library asks: who may come in, and what becomes of what they
// say.
type hook struct {
	mochi.HookBase
	ctx      context.Context // Run's: an Owner's wait ends with it
	owner    Owner
	accounts []Account
	sessions int // clients known at most, here or away
	server   *mochi.Server
	log      *slog.Logger
	order    atomic.Int64
}

var errWithheld = errors.New("withheld")

// ID names the hook in the library's log.
func (h *hook) ID() string { return "pigeon" }

// Provides lists what the library should ask.
func (h *hook) Provides(b byte) bool {
	return bytes.IndexByte([]byte{mochi.OnConnectAuthenticate, mochi.OnACLCheck, mochi.OnPublish}, b) >= 0
}

// OnConnectAuthenticate says who may come in.
func (h *hook) OnConnectAuthenticate(cl *mochi.Client, pk packets.Packet) bool {
	if cl.Net.Listener == inside {
		return true
	}
	c := pk.Connect
	why := ""
	switch {
	case c.ClientIdentifier == InsideID:
		why = "it takes the daemon's own client identifier"
	case c.WillFlag && (h.owner.Owns(c.WillTopic) || strings.ContainsAny(c.WillTopic, "+#") || strings.HasPrefix(c.WillTopic, "$")):
		why = "it leaves a will where only the gateway speaks"
	case !known(h.accounts, c.Username, c.Password):
		why = "its name or password is wrong"
	case h.crowded(c.ClientIdentifier):
		why = "too many clients are known"
	default:
		return true
	}
	h.log.Warn("broker refused a client", "client", c.ClientIdentifier, "remote", cl.Net.Remote, "why", why)
	return false
}

// crowded reports whether one more client would be too many. A client that
// asked to be remembered counts while it is away.
func (h *hook) crowded(id string) bool {
	_, there := h.server.Clients.Get(id)
	return !there && h.server.Clients.Len() >= h.sessions
}

// known reports whether a name and password are an account's, in a time that
// does not tell which part was wrong. Without accounts everybody is known.
func known(accounts []Account, name, password []byte) bool {
	sum := func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }
	n, p := sum(name), sum(password)
	found := 0
	for _, a := range accounts {
		found |= subtle.ConstantTimeCompare(n, sum([]byte(a.Name))) & subtle.ConstantTimeCompare(p, sum([]byte(a.Password)))
	}
	return len(accounts) == 0 || found == 1
}

// OnACLCheck lets everybody who came in read everything; OnPublish decides
// about writing, because here a client's refused publication would cost it its
// connection, and an MQTT 5 topic alias would not have been looked up.
func (h *hook) OnACLCheck(*mochi.Client, string, bool) bool { return true }

// OnPublish shows the owner what an outside client says, before it is
// acknowledged.
//
// The library acts on ErrRejectPacket (no acknowledgement) and
// CodeSuccessIgnore (acknowledged, not forwarded), and for MQTT 5 at QoS 1 on a
// reason code. It ignores every other error: acknowledged and forwarded.
func (h *hook) OnPublish(cl *mochi.Client, pk packets.Packet) (packets.Packet, error) {
	// The library sorts what it sends again to a client that was away by the
	// second it came, so it comes back shuffled. Nothing else reads this field
	// while messages do not expire (see capabilities), so a count keeps the order.
	pk.Created = h.order.Add(1)
	if cl.Net.Listener == inside {
		return pk, nil
	}
	v := h.owner.Publish(h.ctx, &Publish{
		Client: cl.ID, ID: pk.PacketID,
		QoS: pk.FixedHeader.Qos, Retain: pk.FixedHeader.Retain, Dup: pk.FixedHeader.Dup,
		Topic: pk.TopicName, Payload: pk.Payload,
	})
	switch v {
	case Forward:
		if pk.FixedHeader.Retain && len(pk.Payload) > 0 {
			kept := h.server.Topics.Retained
			if _, there := kept.Get(pk.TopicName); !there && kept.Len() >= mostRetained {
				pk.FixedHeader.Retain = false
			}
		}
		return pk, nil
	case Refused:
		if cl.Properties.ProtocolVersion == 5 && pk.FixedHeader.Qos == 1 {
			return pk, packets.ErrNotAuthorized
		}
	case Withheld:
		cl.Stop(errWithheld)
		return pk, packets.ErrRejectPacket
	}
	return pk, packets.CodeSuccessIgnore
}
