package netpoll

import (
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/internal/sy"
)

// useCount lets a resource be closed beside its users: it is given back when the last of them has let go. The zero
// useCount is open and unused. Without it, a read beside a close could read from another connection that the kernel has
// given the same descriptor number. (internal/poll's fdMutex, without its locks.)
//
// Ownership. Any goroutine, through the transitions below.
//
// Order. All transitions are read-modify-writes of one word, so there is one last one. Only the caller to whom release
// has reported true touches the resource after that.
//
//	word           meaning                    next
//	n              open, n users              acquire, release, close
//	closed | n     closed, n users            release
//	closed         closed, given back         -
type useCount struct{ w sy.Uint32 }

const countClosed = 1 << 31

// acquire makes the caller a user. It reports false, and changes nothing, after close.
func (c *useCount) acquire() bool {
	for {
		s := c.w.Load()
		if s&countClosed != 0 {
			return false
		}
		if c.w.CompareAndSwap(s, s+1) {
			return true
		}
	}
}

// release ends one use. It reports true to one caller: the last user after close, who gives the resource back.
func (c *useCount) release() (last bool) {
	s := c.w.Add(^uint32(0))
	invariant.Check(s&^countClosed != countClosed-1, "a descriptor was released more often than acquired")
	return s == countClosed
}

// close refuses further users and makes the caller a last one, who must release. It reports false, and changes nothing,
// the second time.
func (c *useCount) close() bool {
	for {
		s := c.w.Load()
		if s&countClosed != 0 {
			return false
		}
		if c.w.CompareAndSwap(s, (s+1)|countClosed) {
			return true
		}
	}
}
