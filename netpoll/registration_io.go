package netpoll

import "github.com/simmer-go/simmer/future"

// maxTransfer bounds one read or write. Systems cut off longer ones on their own, at various lengths, and a cut must not be
// taken for a drained buffer.
const maxTransfer = 1 << 30

// PollIO calls op as soon as d is ready, and is ready with op's error. op is called with the descriptor kept open, must not
// block, and returns the system's bare error: after EINTR it is called again, after EAGAIN PollIO waits. Other errors than
// op's are [ErrClosed], or net.ErrClosed after Close.
func (g *Registration) PollIO(cx *future.Context, d Direction, op func(fd int) error) (_ struct{}, ready bool, err error) {
	if !cx.HasBudget() {
		return struct{}{}, false, nil
	}
	for seen, ready, err := g.poll(cx, d); ; seen, ready, err = g.again(cx, d, seen) {
		if !ready {
			return struct{}{}, false, nil
		}
		if err == nil {
			err = g.try(op)
		}
		if !wouldBlock(err) {
			cx.Spend()
			return struct{}{}, true, err
		}
	}
}

// try calls op until it is not interrupted.
func (g *Registration) try(op func(fd int) error) error {
	if !g.fd.acquire() {
		return g.ready.load().err()
	}
	defer g.fd.release()
	for {
		if err := op(g.fd.fd); !interrupted(err) {
			return err
		}
	}
}

// PollRead reads into b what is there, and is ready with its length: 0 without an error is the end of the stream. The error
// is the system's, [ErrClosed], or net.ErrClosed after Close. An empty b is ready at once.
//
// It is for byte streams (TCP, Unix, pipes). A read that does not fill b has drained them, which saves a second call that would
// say so, unless they have had urgent data: a read ends at its mark too. On systems with kqueue, which does not tell of urgent
// data, no call is saved. The end of the stream is remembered all the same. Use [Registration.PollIO] for all else, such as
// datagrams, terminals and packet pipes.
func (g *Registration) PollRead(cx *future.Context, b []byte) (n int, ready bool, err error) {
	return g.transfer(cx, Read, b)
}

// PollWrite writes the beginning of b that there is room for, and is ready with its length. The error is the system's,
// [ErrClosed], or net.ErrClosed after Close. An empty b is ready at once. Like [Registration.PollRead], it is for byte
// streams.
func (g *Registration) PollWrite(cx *future.Context, b []byte) (n int, ready bool, err error) {
	return g.transfer(cx, Write, b)
}

func (g *Registration) transfer(cx *future.Context, d Direction, b []byte) (n int, ready bool, err error) {
	if len(b) == 0 {
		return 0, true, nil
	}
	if !cx.HasBudget() {
		return 0, false, nil
	}
	b = b[:min(len(b), maxTransfer)]
	for seen, ready, err := g.poll(cx, d); ; seen, ready, err = g.again(cx, d, seen) {
		if !ready {
			return 0, false, nil
		}
		if err == nil {
			n, err = g.call(d, b)
		}
		if wouldBlock(err) {
			continue
		}
		if err == nil && n < len(b) && seen.shortIsAll(d) {
			g.ready.clear(d, seen) // a mark of urgent data that came since is an event, and so refuses it
		}
		cx.Spend()
		return n, true, err
	}
}

// call reads or writes once, uninterrupted.
func (g *Registration) call(d Direction, b []byte) (n int, err error) {
	if !g.fd.acquire() {
		return 0, g.ready.load().err()
	}
	for {
		if d == Read {
			n, err = sysRead(g.fd.fd, b)
		} else {
			n, err = sysWrite(g.fd.fd, b)
		}
		if !interrupted(err) {
			g.fd.release()
			return n, err
		}
	}
}
