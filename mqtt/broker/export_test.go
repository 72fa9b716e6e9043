package broker

import (
	"log/slog"
	"net"
)

// What tests see of the inside.

const (
	HelloLimit  = helloLimit
	WriteLimit  = writeLimit
	MostClients = defaultClients
)

func NewConn(c net.Conn) (net.Conn, error) { return newConn(c) }

func Quiet(h slog.Handler) slog.Handler { return quiet{h} }
