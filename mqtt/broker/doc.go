// Package broker is the MQTT broker that runs inside the daemon when the
// configuration names no other: mochi-mqtt, held on a short rope.
//
// It speaks MQTT 3.1, 3.1.1 and 5 over TCP, keeps everything in memory, and
// adds three things. What an outside client publishes is shown to an Owner
// before it is acknowledged, so that a request can be on disk first. The
// daemon's own client joins through a pipe, under a name nobody outside can
// take. And everything is bounded: connections, packets, retained topics, what
// is kept for a client that is away, and the time a client may take to say who
// it is or to read what it is sent.
//
// Run accepts on its own goroutine and starts one for each connection, which
// Join does too; the library adds a writer for each and one for its tickers.
// Run returns when they are gone. The Owner is called on the goroutine of the
// client that published, so it may block that client and no other.
//
// The package relies on nothing but the standard library and mochi-mqtt, and
// does not know what a message is.
package broker
