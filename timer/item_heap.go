package timer

// heapArity is the number of children of a node: a heap of fours has half the levels of one of twos, and the four that are
// compared stand in two cache lines.
const heapArity = 4

// itemHeap orders the items of a [DelayQueue] by deadline, and by age where these are the same.
type itemHeap struct {
	nodes []heapNode
	at    []int32 // by slot: where its item stands in nodes
	age   uint32
}

type heapNode struct {
	deadline int64
	age      uint32 // wraps: items that wait together are not 2^31 insertions apart
	slot     uint32
}

func (n *heapNode) before(other *heapNode) bool {
	if n.deadline != other.deadline {
		return n.deadline < other.deadline
	}
	return int32(n.age-other.age) < 0
}

// push adds an item. There must be a place for its slot in at.
func (h *itemHeap) push(deadline int64, slot uint32) {
	h.age++
	h.nodes = append(h.nodes, heapNode{})
	h.up(len(h.nodes)-1, heapNode{deadline: deadline, age: h.age, slot: slot})
}

// move changes an item's deadline: it becomes the youngest.
func (h *itemHeap) move(at int, deadline int64) {
	h.age++
	h.settle(at, heapNode{deadline: deadline, age: h.age, slot: h.nodes[at].slot})
}

// remove takes out the item at a place.
func (h *itemHeap) remove(at int) heapNode {
	removed := h.nodes[at]
	end := len(h.nodes) - 1
	last := h.nodes[end]
	h.nodes = h.nodes[:end]
	if at != end {
		h.settle(at, last)
	}
	return removed
}

// settle puts n into the hole at a place, or where it belongs above or below that.
func (h *itemHeap) settle(at int, n heapNode) {
	if at > 0 && n.before(&h.nodes[(at-1)/heapArity]) {
		h.up(at, n)
	} else {
		h.down(at, n)
	}
}

func (h *itemHeap) up(at int, n heapNode) {
	for at > 0 {
		parent := (at - 1) / heapArity
		if !n.before(&h.nodes[parent]) {
			break
		}
		h.put(at, h.nodes[parent])
		at = parent
	}
	h.put(at, n)
}

func (h *itemHeap) down(at int, n heapNode) {
	for {
		first := heapArity*at + 1
		if first >= len(h.nodes) {
			break
		}
		least := first
		for child := first + 1; child < min(first+heapArity, len(h.nodes)); child++ {
			if h.nodes[child].before(&h.nodes[least]) {
				least = child
			}
		}
		if !h.nodes[least].before(&n) {
			break
		}
		h.put(at, h.nodes[least])
		at = least
	}
	h.put(at, n)
}

func (h *itemHeap) put(at int, n heapNode) {
	h.nodes[at] = n
	h.at[n.slot] = int32(at)
}
