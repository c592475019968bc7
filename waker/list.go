package waker

// List keeps the wakers of many waiters, first come first served. The zero List is empty. Not for concurrent use: the
// structure that owns it holds its lock around every call, and wakes what it got after it has let the lock go.
type List struct {
	head, tail *Node
	n          int
}

// Node is one waiter's place in a [List]. The zero Node is ready, and is in no list. The waiter owns its memory.
type Node struct {
	w          Waker
	next, prev *Node
	list       *List
}

// Add puts n at the end, to be woken through w. If n is in the list it keeps its place and only its waker changes.
// n must not be in another list. mu held.
func (l *List) Add(n *Node, w Waker) {
	n.w = w
	if n.list == l {
		return
	}
	if n.list != nil {
		panic("waker: node is already in another list")
	}
	n.list, n.prev = l, l.tail
	if l.tail == nil {
		l.head = n
	} else {
		l.tail.next = n
	}
	l.tail = n
	l.n++
}

// Has reports whether n is in the list. mu held.
func (l *List) Has(n *Node) bool { return n.list == l }

// Remove takes n out and reports whether it was in the list. mu held.
func (l *List) Remove(n *Node) bool {
	if n.list != l {
		return false
	}
	if n.prev == nil {
		l.head = n.next
	} else {
		n.prev.next = n.next
	}
	if n.next == nil {
		l.tail = n.prev
	} else {
		n.next.prev = n.prev
	}
	*n = Node{}
	l.n--
	return true
}

// Pop takes out the first waiter and returns its waker, the zero Waker if there is none. mu held.
func (l *List) Pop() Waker {
	n := l.head
	if n == nil {
		return Waker{}
	}
	w := n.w
	l.Remove(n)
	return w
}

// Len returns the number of waiters. mu held.
func (l *List) Len() int { return l.n }
