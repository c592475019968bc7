package httpget

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
)

// Response is a resource that a server is sending. It is read once, by one goroutine or task.
type Response struct {
	// Status is the status code.
	Status int
	// Name is the file name that the server proposes, as it came: do not trust it. Empty if there is none.
	Name string
	// Length is the number of bytes that the body has on the wire, -1 if the server does not say.
	Length int64
	// IsPacked says that the body is compressed on the wire: what Read gives has another length.
	IsPacked bool

	head *http.Response
	wire *wireBody
	body io.Reader
	conn net.Conn
}

func newResponse(head *http.Response, wire *wireBody, conn net.Conn) *Response {
	res := &Response{Status: head.StatusCode, Length: head.ContentLength, head: head, wire: wire, conn: conn}
	if _, params, err := mime.ParseMediaType(head.Header.Get("Content-Disposition")); err == nil {
		res.Name = params["filename"]
	}
	return res
}

// accept reports why the response is not the resource, and makes its body ready.
func (r *Response) accept() error {
	if r.Status < 200 || r.Status > 299 || r.Status == http.StatusPartialContent {
		return &StatusError{Code: r.Status}
	}
	switch encoding := strings.ToLower(strings.TrimSpace(r.head.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
		r.body = r.wire
	case "gzip", "x-gzip":
		r.body, r.IsPacked = &gzipBody{wire: r.wire}, true
	default:
		return fmt.Errorf("unsupported Content-Encoding %q", shorten(encoding))
	}
	return nil
}

// Read reads the resource, decoded. It returns io.EOF only when the whole body has come and its checks have passed.
func (r *Response) Read(p []byte) (int, error) { return r.body.Read(p) }

// Received returns the bytes of the body that have come from the wire, before decoding.
func (r *Response) Received() int64 { return r.wire.received }

// Close closes the connection. It does not read the rest of the body, as closing net/http's body would, and sends no TLS
// farewell, which could wait for a peer that does not listen.
func (r *Response) Close() error { return r.conn.Close() }

// wireBody is a body as it comes from the connection. It turns a body that ends too early into an [*EarlyCloseError].
type wireBody struct {
	r        io.Reader
	length   int64
	received int64
	err      error
}

func (b *wireBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.received += int64(n)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = &EarlyCloseError{text: b.tooShort()}
	}
	b.err = err
	return n, err
}

func (b *wireBody) tooShort() string {
	if b.length >= 0 {
		return fmt.Sprintf("server closed the connection after %d of %d bytes", b.received, b.length)
	}
	return fmt.Sprintf("server closed the connection in the middle of the body, after %d bytes", b.received)
}

// gzipBody decodes a body. It reads the gzip header at the first Read, since a body may be empty.
type gzipBody struct {
	wire *wireBody
	gz   *gzip.Reader
}

func (b *gzipBody) Read(p []byte) (int, error) {
	if b.gz == nil {
		gz, err := gzip.NewReader(b.wire)
		if err != nil {
			return 0, b.explain(err)
		}
		b.gz = gz
	}
	n, err := b.gz.Read(p)
	return n, b.explain(err)
}

// explain tells an error of the connection, which passes, from one of the encoding.
func (b *gzipBody) explain(err error) error {
	if err == nil || err == io.EOF || b.wire.err != nil && b.wire.err != io.EOF {
		return err
	}
	return fmt.Errorf("damaged gzip body: %v", err)
}
