package aio_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
)

// tokio: T142 tests/io_buf_reader.rs maybe_pending: a buffered reader goes on after each wait, whatever it is asked for
// tokio: T142 tests/io_buf_reader.rs test_short_reads: and with whatever comes
// tokio: T142 tests/io_buf_reader.rs one_byte_capacity_still_reads: also with hardly any buffer
// tokio: T142 tests/io_buf_writer.rs maybe_pending_buf_writer: so does a buffered writer, which writes all in order
func TestBufferedReadersAndWritersGoOnAfterEachWait(t *testing.T) {
	want := pattern(40_000)
	for _, size := range []int{1, 16, 4096} {
		withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
			writing := e.spawn(func(cx *future.Context) error {
				w := bufio.NewWriterSize(client.Std(cx), size)
				for rest, n := want, 1; len(rest) > 0; n = n%7 + 1 {
					n = min(n, len(rest))
					if _, err := w.Write(rest[:n]); err != nil {
						return err
					}
					if rest = rest[n:]; len(rest)%100 == 0 { // let the reader run dry
						if err := errors.Join(w.Flush(), future.Yield(cx)); err != nil {
							return err
						}
					}
				}
				return errors.Join(w.Flush(), client.CloseWrite())
			})
			r := bufio.NewReaderSize(server.Std(cx), size)
			var got []byte
			for b := make([]byte, 5); ; {
				n, err := r.Read(b)
				got = append(got, b[:n]...)
				if err == io.EOF {
					break
				}
				if err != nil {
					return err
				}
			}
			return errors.Join(writing.join(cx), expect(bytes.Equal(got, want), "got %d bytes, not the same", len(got)))
		})
	}
}
