package configserver

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"embed"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/aio"
)

const (
	// requestTimeout bounds the wait for a request, so that a client that sends none holds no task.
	requestTimeout = 10 * time.Second
	// pieces is in how many parts a file is sent, pieceTime apart: a bar moves five times before it is full.
	pieces    = 6
	pieceTime = 15 * time.Millisecond
	// SendTime is how long a file is sent, at least, after the server's delay.
	SendTime = (pieces - 1) * pieceTime
)

//go:embed files
var files embed.FS

// form is how a file is sent.
type form int

const (
	withLength form = iota
	chunked
	packed
)

// Server serves one file.
type Server struct {
	// File is the file's name, which is also its path.
	File string
	// Delay is how long the server thinks before it answers.
	Delay time.Duration
	// URL is where the file is.
	URL string

	form form
	body []byte
}

// serve accepts connections until the listener is closed or the task is aborted. Its connections are its children: they end
// with it.
func (s *Server) serve(cx *simmer.Context, l *aio.Listener) error {
	defer l.Close()
	for {
		conn, err := l.Accept(cx)
		if err != nil {
			return err
		}
		simmer.Spawn(cx, aio.Serving(conn, s.answer))
	}
}

// answer serves one request.
func (s *Server) answer(cx *simmer.Context, conn *aio.Conn) (none struct{}, err error) {
	if err := conn.SetDeadline(time.Now().Add(requestTimeout)); err != nil {
		return none, err
	}
	std := conn.Std(cx)
	req, err := http.ReadRequest(bufio.NewReader(std))
	if err != nil {
		return none, err
	}
	if err := simmer.Sleep(cx, s.Delay); err != nil {
		return none, err
	}
	return none, s.response(cx, req).Write(std)
}

func (s *Server) response(cx *simmer.Context, req *http.Request) *http.Response {
	res := &http.Response{
		StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Request: req, Close: true, Header: http.Header{},
	}
	body := s.body
	switch {
	case req.Method != http.MethodGet && req.Method != http.MethodHead:
		res.StatusCode, body = http.StatusMethodNotAllowed, nil
		res.Header.Set("Allow", "GET, HEAD")
	case req.URL.Path != "/"+s.File:
		res.StatusCode, body = http.StatusNotFound, nil
	case s.form == packed && acceptsGzip(req):
		body = pack(body)
		res.Header.Set("Content-Encoding", "gzip")
	}
	res.Header.Set("Content-Type", "text/plain; charset=utf-8")
	//simmer:ignore cxkept the response is written in this body
	res.Body = io.NopCloser(&slowReader{cx: cx, rest: body, piece: len(body)/pieces + 1})
	res.ContentLength = int64(len(body))
	if s.form == chunked && res.StatusCode == http.StatusOK {
		res.ContentLength = -1
		res.TransferEncoding = []string{"chunked"}
	}
	return res
}

// acceptsGzip reports whether the client takes gzip: it is named, and not with a weight of zero.
func acceptsGzip(req *http.Request) bool {
	for offer := range strings.SplitSeq(req.Header.Get("Accept-Encoding"), ",") {
		coding, parameter, _ := strings.Cut(offer, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		weight, found := strings.CutPrefix(strings.TrimSpace(parameter), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		return !found || err == nil && q > 0
	}
	return false
}

func pack(body []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(body) // a bytes.Buffer takes everything
	w.Close()
	return out.Bytes()
}

// slowReader gives rest in pieces, and sleeps in the task of cx before each but the first.
type slowReader struct {
	cx    *simmer.Context
	rest  []byte
	piece int
	begun bool
}

func (r *slowReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	if r.begun {
		if err := simmer.Sleep(r.cx, pieceTime); err != nil {
			return 0, err
		}
	}
	r.begun = true
	n := copy(p[:min(len(p), r.piece)], r.rest)
	r.rest = r.rest[n:]
	return n, nil
}
