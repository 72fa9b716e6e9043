package broker_test

import (
	"net"
	"net/url"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/pigeon-sms/pigeon/mqtt/broker"
)

func inside(b *broker.Broker) func(*url.URL, paho.ClientOptions) (net.Conn, error) {
	return func(*url.URL, paho.ClientOptions) (net.Conn, error) { return b.Join() }
}
