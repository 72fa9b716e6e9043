// Package mqtt is the MQTT edge: requests come in as publications and are
// acknowledged when they are on disk; events, received messages and the state
// of the gateway go out. docs/mqtt.md is its reference for users.
//
// It works on a broker of the operator's, to which it connects for ever, or on
// the embedded one (package broker), in which it sits.
//
// # In
//
// Every request, by whichever broker, ends in (*Edge).take: topic, payload and
// flags in, an outcome out. From an external broker it comes through intake,
// which holds what cannot be committed yet and acknowledges in order; from the
// embedded one through the broker's hook, on the goroutine of the client that
// sent it. What take has to say is put in Edge.notices.
//
// # Out
//
//	follow     reads the journal after the cursor          ─┐
//	watch      waits for news of the modems                 │
//	watchInfo  looks at the counts, where the journal grew ─┼─▶ writer ─▶ broker
//	take       errors, answers, repeated events            ─┘
//
// The writer is the only one that publishes on a connection. It keeps at most
// Config.Window publications in flight and moves the journal's cursor up to
// the last entry before which everything has been acknowledged. The journal is
// the outbox: after a reconnect the writer begins again at the cursor.
//
// # Goroutines
//
// Run owns the connection and starts, for each that stands, follow, watch,
// watchInfo and (on an external broker) intake; the writer runs on Run's own goroutine.
// With the embedded broker Run also starts broker.Run. All are gone when Run
// returns. The client library has its own; a connection's end waits for them.
//
// # The client library
//
// paho's reconnecting, its stores and its resending are not used: each
// connection is a new client with nothing in it, so that what is sent again,
// and in which order, is decided here and from the journal.
package mqtt
