package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/pigeon-sms/pigeon/sms"
)

// An accepted is the answer to a request that was taken.
type accepted struct {
	ID       string      `json:"id"`       // of the request
	Known    bool        `json:"known"`    // the id was known, and nothing new is sent
	Messages []sms.Event `json:"messages"` // where each recipient's message stands
}

// send takes a request in: 202 when it is on disk, 200 when it was before.
func (s *Server) send(w http.ResponseWriter, r *http.Request, origin string) error {
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	req, err := sms.ParseRequest(body)
	if err != nil {
		return err
	}
	req.Origin = origin
	ctx, cancel := call(r)
	defer cancel()
	answer, err := s.Gateway.Accept(ctx, req)
	if err != nil {
		return err
	}
	if len(answer.Events) == 0 {
		return fmt.Errorf("accept request %q: no event came back", req.ID)
	}
	first, status := answer.Events[0].ID, http.StatusAccepted
	if answer.Known {
		status = http.StatusOK
	}
	id := req.ID
	if id == "" {
		id = first
		if len(answer.Events) > 1 { // the first of several is id.1
			id = strings.TrimSuffix(id, ".1")
		}
	}
	w.Header().Set("Location", "/api/v1/messages/"+first)
	writeJSON(w, status, "application/json", accepted{id, answer.Known, answer.Events})
	return nil
}

// messages lists messages, newest first.
func (s *Server) messages(w http.ResponseWriter, r *http.Request) error {
	f, err := filter(r, "to", "state")
	if err != nil {
		return err
	}
	ctx, cancel := call(r)
	defer cancel()
	views, err := s.Gateway.Messages(ctx, f)
	if err != nil {
		return err
	}
	page := struct {
		Messages []sms.View `json:"messages"`
		Before   uint64     `json:"before,omitempty"` // asks for the next page
	}{Messages: append([]sms.View{}, views...)}
	if len(views) == f.Limit {
		page.Before = views[len(views)-1].Message.Num
	}
	writeJSON(w, http.StatusOK, "application/json", page)
	return nil
}

// message shows one message.
func (s *Server) message(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := call(r)
	defer cancel()
	view, err := s.Gateway.Message(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", view)
	return nil
}

// cancel takes a message that waits out of the queue.
func (s *Server) cancel(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := call(r)
	defer cancel()
	view, err := s.Gateway.Cancel(ctx, r.PathValue("id"))
	if err != nil {
		return conflict(err)
	}
	writeJSON(w, http.StatusOK, "application/json", view)
	return nil
}

// received lists received messages, newest first.
func (s *Server) received(w http.ResponseWriter, r *http.Request) error {
	f, err := filter(r, "from")
	if err != nil {
		return err
	}
	ctx, cancel := call(r)
	defer cancel()
	list, err := s.Gateway.Received(ctx, f)
	if err != nil {
		return err
	}
	page := struct {
		Received []sms.Received `json:"received"`
		Before   uint64         `json:"before,omitempty"` // asks for the next page
	}{Received: append([]sms.Received{}, list...)}
	if len(list) == f.Limit {
		page.Before = list[len(list)-1].Seq
	}
	writeJSON(w, http.StatusOK, "application/json", page)
	return nil
}
