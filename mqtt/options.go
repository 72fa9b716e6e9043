package mqtt

import (
	"net/url"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/pigeon-sms/pigeon/mqtt/broker"
)

// options are the client library's settings that are the same for every
// connection.
func (e *Edge) options() *paho.ClientOptions {
	o := paho.NewClientOptions()
	o.SetProtocolVersion(4) // MQTT 3.1.1, and no falling back to 3.1
	o.SetAutoReconnect(false)
	o.SetConnectRetry(false)
	o.SetConnectTimeout(dialLimit)
	o.SetWriteTimeout(writeLimit)
	o.SetKeepAlive(e.cfg.KeepAlive)
	o.SetPingTimeout(pingLimit)
	o.SetOrderMatters(true)
	o.SetAutoAckDisabled(true)
	o.SetStore(forgetful{})
	o.SetBinaryWill(e.topics.state(), []byte(offline), 1, true)
	if e.broker != nil {
		o.AddBroker("pipe://inside")
		o.SetClientID(broker.InsideID)
		o.SetCleanSession(true)
		return o
	}
	// The broker keeps what comes in while we are away, and what was not
	// acknowledged.
	o.SetCleanSession(false)
	o.SetClientID(e.cfg.ClientID)
	u, err := url.Parse(e.cfg.URL)
	if err != nil {
		return o // dial says so
	}
	if e.cfg.Username != "" {
		u.User = nil // the library would prefer it
		o.SetUsername(e.cfg.Username)
		o.SetPassword(string(e.cfg.Password))
	}
	o.AddBroker(u.String())
	return o
}

// forgetful is the client library's store, of which nothing is asked: what is
// sent again after a reconnect comes from the journal.
type forgetful struct{}

func (forgetful) Open()                             {}
func (forgetful) Put(string, packets.ControlPacket) {}
func (forgetful) Get(string) packets.ControlPacket  { return nil }
func (forgetful) All() []string                     { return nil }
func (forgetful) Del(string)                        {}
func (forgetful) Close()                            {}
func (forgetful) Reset()                            {}
