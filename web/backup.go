package web

import (
	"context"
	"net/http"
	"time"
)

// backupLimit is for the next octets of a backup to be taken: a client that does
// not read keeps the store from using freed pages again.
const backupLimit = 30 * time.Second

// backup streams the state. One that cannot be finished breaks the connection,
// so that the client does not take it for whole.
func (s *Server) backup(life context.Context, w http.ResponseWriter, r *http.Request) error {
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Type", "application/octet-stream")
		return nil
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(life, cancel)()
	out := &slowWriter{w: w, control: http.NewResponseController(w)}
	err := s.Gateway.Backup(ctx, out)
	if err != nil && out.begun {
		s.log.Warn("backup not finished", "err", err)
		panic(http.ErrAbortHandler) // as net/http wants it
	}
	return err
}

// A slowWriter gives each write a time of its own, in place of one for all.
type slowWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	begun   bool
}

// Write sends some of the backup.
func (s *slowWriter) Write(p []byte) (int, error) {
	if !s.begun {
		s.begun = true
		s.w.Header().Set("Content-Type", "application/octet-stream")
		s.w.Header().Set("Content-Disposition", `attachment; filename="pigeon.db"`)
	}
	if err := s.control.SetWriteDeadline(time.Now().Add(backupLimit)); err != nil {
		return 0, err
	}
	return s.w.Write(p)
}
