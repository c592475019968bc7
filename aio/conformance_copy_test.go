package aio_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
)

// copying starts two tasks that copy between the inner ends of two connections, and send each end on.
func copying(e *executor, a, b *aio.Conn) (there, back *task) {
	one := func(from, to *aio.Conn) *task {
		return e.spawn(func(cx *future.Context) error {
			_, err := io.Copy(to.Std(cx), from.Std(cx))
			return errors.Join(err, to.CloseWrite())
		})
	}
	return one(a, b), one(b, a)
}

// withRelay runs a body on the outer ends of two connections whose inner ends are copied into each other.
func withRelay(t *testing.T, body func(cx *future.Context, e *executor, left, right *aio.Conn, there, back *task) error) {
	t.Helper()
	mustRun(t, func(cx *future.Context, e *executor) error {
		left, innerLeft, err := pair(cx, e)
		if err != nil {
			return err
		}
		right, innerRight, err := pair(cx, e)
		if err != nil {
			return err
		}
		for _, c := range []*aio.Conn{left, innerLeft, right, innerRight} {
			defer c.Close()
		}
		there, back := copying(e, innerLeft, innerRight)
		return body(cx, e, left, right, there, back)
	})
}

// tokio: T139 tests/io_copy_bidirectional.rs test_basic_transfer: what comes on one side goes out on the other
// tokio: T139 tests/io_copy_bidirectional.rs test_transfer_after_close: one side goes on after the end of the other
// covers: F161
func TestCopiesGoOnAfterTheEndOfOneSide(t *testing.T) {
	withRelay(t, func(cx *future.Context, e *executor, left, right *aio.Conn, there, back *task) error {
		if err := errors.Join(left.WriteAll(cx, []byte("question")), left.CloseWrite()); err != nil {
			return err
		}
		got, err := readAll(cx, right)
		if err != nil || string(got) != "question" {
			return fmt.Errorf("right got %q, %w", got, err)
		}
		if err := there.join(cx); err != nil {
			return err
		}
		if back.header.IsComplete() {
			return errors.New("both sides have ended")
		}
		if err := errors.Join(right.WriteAll(cx, []byte("late answer")), right.CloseWrite()); err != nil {
			return err
		}
		got, err = readAll(cx, left)
		return errors.Join(err, back.join(cx), expect(string(got) == "late answer", "left got %q", got))
	})
}

// tokio: T139 tests/io_copy_bidirectional.rs blocking_one_side_does_not_block_other: a side that nobody reads does not stop the other one
// tokio: T139 tests/io_copy_bidirectional.rs immediate_exit_on_write_error: and ends with an error when its peer is gone
func TestACopyThatIsStuckDoesNotStopTheOther(t *testing.T) {
	withRelay(t, func(cx *future.Context, e *executor, left, right *aio.Conn, there, back *task) error {
		filling := e.spawn(func(cx *future.Context) error { return fill(cx, left) }) // right does not read
		for !filling.header.IsIdle() || !there.header.IsIdle() {
			if err := future.Yield(cx); err != nil {
				return err
			}
		}
		const rounds = 50
		b := make([]byte, 4)
		for range rounds {
			if err := right.WriteAll(cx, []byte("ping")); err != nil {
				return err
			}
			if _, err := io.ReadFull(left.Std(cx), b); err != nil {
				return err
			}
		}
		if err := right.Close(); err != nil {
			return err
		}
		if err := there.join(cx); err == nil {
			return errors.New("a copy to a peer that is gone has not failed")
		}
		filling.abort()
		return expect(filling.join(cx) == errAborted, "the filling has ended by itself")
	})
}
