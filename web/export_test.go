package web

import (
	"context"
	"net/http"
)

// Routes lists method and path of every route, for the comparison with the
// description.
func Routes() []string {
	var all []string
	for _, r := range new(Server).routes(context.Background(), "") {
		all = append(all, r.method+" "+r.path)
	}
	return all
}

// MaxStreams is how many event streams there may be.
const MaxStreams = maxStreams

// PageStyle is what the page's policy has the hash of.
var PageStyle = pageCSS

// Handler returns what the TCP door serves; life ends its event streams.
func (s *Server) Handler(life context.Context) http.Handler { return s.handler(life, door{}) }
