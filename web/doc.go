// Package web is the HTTP edge: the API under /api/v1, described by
// /api/v1/openapi.json and docs/http.md, health for supervisors, and a status
// page for people. It turns HTTP into calls of the core and back, and settles
// nothing itself.
//
// Run serves two doors. The TCP one asks for an account, or, where there is
// none, serves only loopback and only requests that name it so. The unix socket
// lies in the state directory, belongs to the daemon's user, and asks for
// nothing. Run starts one goroutine for each door; net/http adds one for each
// connection, at most maxConns, and all of them are gone when Run returns. An
// event stream lives in its connection's goroutine; there are at most
// maxStreams.
//
// Relied on: an answer of 202 is written after the gateway's Accept returned,
// which is after the commit.
package web
