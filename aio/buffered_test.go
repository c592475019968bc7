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
	for size, length := range map[int]int{1: 40_000, 16: 40_000, 1 << 16: 8 << 20} { // the last fills the socket's buffers
		want := pattern(length)
		withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
			writing := e.spawn(func(cx *future.Context) error {
				w := bufio.NewWriterSize(client.Std(cx), size)
				for rest, n := want, 1; len(rest) > 0; n = n%7 + 1 {
					piece := min(n*(1+size/8), len(rest))
					if _, err := w.Write(rest[:piece]); err != nil {
						return err
					}
					if rest = rest[piece:]; n == 7 && size < 1<<16 { // let the reader run dry
						if err := errors.Join(w.Flush(), future.Yield(cx)); err != nil {
							return err
						}
					}
				}
				return errors.Join(w.Flush(), client.CloseWrite())
			})
			got, err := readAllIn(bufio.NewReaderSize(server.Std(cx), size), 5+size/8)
			return errors.Join(err, writing.join(cx), expect(bytes.Equal(got, want), "got %d bytes, not the same", len(got)))
		})
	}
}

// readAllIn reads pieces of a length until the end.
func readAllIn(r io.Reader, length int) (all []byte, err error) {
	for b := make([]byte, length); ; {
		n, err := r.Read(b)
		all = append(all, b[:n]...)
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return all, err
		}
	}
}
