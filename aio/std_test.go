package aio_test

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
)

// tokio: T143 tests/io_write_all.rs write_all: all is written, however little fits at a time
// tokio: T143 tests/io_read_to_end.rs read_to_end: and read to the end
// covers: F153 F157 F158 F170
func TestStdWritesEverything(t *testing.T) {
	want := pattern(8 << 20)
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		send := e.spawn(func(cx *future.Context) error {
			n, err := client.Std(cx).Write(want)
			return errors.Join(err, expect(n == len(want), "wrote %d", n), client.CloseWrite())
		})
		got, err := io.ReadAll(server.Std(cx))
		return errors.Join(err, send.join(cx), expect(bytes.Equal(got, want), "got %d bytes, not the same", len(got)))
	})
}

// tokio: T143 tests/io_lines.rs lines_inherent: a reader yields lines, and the end
// covers: F159 F160
func TestStdServesBufferedLinesWithOneWorker(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		serve := e.spawn(func(cx *future.Context) error {
			std := server.Std(cx)
			lines := bufio.NewScanner(std)
			for lines.Scan() {
				if _, err := fmt.Fprintf(std, "%s!\n", lines.Text()); err != nil {
					return err
				}
			}
			return lines.Err()
		})
		std := client.Std(cx)
		r := bufio.NewReader(std)
		for _, word := range []string{"a", "bb", "ccc"} {
			if _, err := fmt.Fprintln(std, word); err != nil {
				return err
			}
			if line, err := r.ReadString('\n'); err != nil || line != word+"!\n" {
				return fmt.Errorf("got %q, %v", line, err)
			}
		}
		return errors.Join(std.Close(), serve.join(cx))
	})
}

// certificate returns a certificate for "localhost" and the pool that trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestTLSAndHTTPRunOnStd(t *testing.T) {
	cert, pool := certificate(t)
	body := strings.Repeat("a body of some length ", 10_000)
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		serve := e.spawn(func(cx *future.Context) error {
			conn := tls.Server(server.Std(cx), &tls.Config{Certificates: []tls.Certificate{cert}})
			defer conn.Close()
			req, err := http.ReadRequest(bufio.NewReader(conn))
			if err != nil {
				return err
			}
			sent, err := io.ReadAll(req.Body)
			if err != nil {
				return err
			}
			resp := http.Response{ProtoMajor: 1, ProtoMinor: 1, StatusCode: http.StatusOK, ContentLength: -1, TransferEncoding: []string{"chunked"},
				Body: io.NopCloser(bytes.NewReader(sent))}
			return resp.Write(conn)
		})
		conn := tls.Client(client.Std(cx), &tls.Config{RootCAs: pool, ServerName: "localhost"})
		req, err := http.NewRequest(http.MethodPost, "https://localhost/echo", strings.NewReader(body))
		if err != nil {
			return err
		}
		if err := req.Write(conn); err != nil {
			return err
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), req)
		if err != nil {
			return err
		}
		got, err := io.ReadAll(resp.Body)
		return errors.Join(err, serve.join(cx), resp.Body.Close(), conn.Close(), expect(string(got) == body, "got %d bytes", len(got)))
	})
}

// A task that is aborted inside crypto/tls gets an error there; tls.Conn's locks are free again and its Close works.
func TestAbortInsideTLSIsAnErrorAndNoPanic(t *testing.T) {
	cert, pool := certificate(t)
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		var readErr, again, closeErr error
		unwound := true
		reading := e.spawn(func(cx *future.Context) error {
			conn := tls.Client(client.Std(cx), &tls.Config{RootCAs: pool, ServerName: "localhost"})
			defer func() { closeErr = conn.Close() }()
			if err := conn.Handshake(); err != nil {
				return err
			}
			_, readErr = conn.Read(make([]byte, 1))
			_, again = conn.Read(make([]byte, 1))
			unwound = false
			return future.Yield(cx)
		})
		peer := tls.Server(server.Std(cx), &tls.Config{Certificates: []tls.Certificate{cert}})
		if err := peer.Handshake(); err != nil {
			return err
		}
		aborted := make(chan struct{})
		go waitIdle(func() { reading.abort(); close(aborted) }, reading)
		if err := reading.join(cx); err != errAborted {
			return fmt.Errorf("the task ended with %v", err)
		}
		<-aborted
		var netErr net.Error
		if !errors.Is(readErr, future.ErrCancelled) || !errors.As(readErr, &netErr) || !errors.Is(again, future.ErrCancelled) {
			return fmt.Errorf("read returned %v, then %v", readErr, again)
		}
		_, err := peer.Read(make([]byte, 1)) // the alert that Close has sent
		return errors.Join(closeErr, expect(err == io.EOF, "peer got %v", err), expect(!unwound, "a read has unwound"))
	})
}

func TestStdInAnAbortedBodyFailsCleanly(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		var inDefer, write, own error
		sleeping := e.spawn(func(cx *future.Context) error {
			defer func() {
				std := client.Std(cx)
				_, write = std.Write([]byte("bye"))
				_, inDefer = std.Read(make([]byte, 1))
				_, own = client.Read(cx, make([]byte, 1))
			}()
			_, err := client.Read(cx, make([]byte, 1))
			return err
		})
		aborted := make(chan struct{})
		go waitIdle(func() { sleeping.abort(); close(aborted) }, sleeping)
		err := sleeping.join(cx)
		<-aborted
		if err != errAborted || write != nil {
			return fmt.Errorf("task: %v, write: %v", err, write)
		}
		for _, err := range []error{inDefer, own} {
			var op *net.OpError
			if !errors.Is(err, future.ErrCancelled) || !errors.As(err, &op) {
				return fmt.Errorf("read in a deferred call: %v", err)
			}
		}
		if err := client.Close(); err != nil {
			return err
		}
		got, err := readAll(cx, server)
		return errors.Join(err, expect(string(got) == "bye", "got %q", got))
	})
}
