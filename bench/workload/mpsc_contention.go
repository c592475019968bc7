package workload

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/mpsc"
)

const (
	mpscSenders   = 5
	mpscPerSender = 1000
	mpscWide      = 1_000_000 // never full
	mpscNarrow    = 100       // often full
	// sumOfSenders and sumOfOne are the sums of what several senders send, and one alone.
	sumOfSenders = mpscSenders * mpscPerSender * (mpscPerSender - 1) / 2
	sumOfOne     = mpscMessages * (mpscMessages - 1) / 2
)

// lane is a channel of one kind, and how each runtime has senders on it.
type lane struct {
	name, title      string
	capacity         int                                               // 0: unbounded
	machines, bodies func(cx *future.Context) (rx *mpsc.Receiver[int]) // open the channel and spawn senders
	goes             func(many bool) uint64                            // the whole body for goroutines
}

// mpscContentionRows are those of several senders that are tasks of their own.
func mpscContentionRows() (rows []Workload) {
	for _, l := range []lane{
		boundedLane("bounded", "a bounded channel that is never full", mpscWide),
		boundedLane("bounded_full", "a bounded channel that is often full", mpscNarrow),
		{"unbounded", "an unbounded channel", 0, unboundedMachines, unboundedBodies, unboundedGo},
	} {
		rows = append(rows, mpscContention(l, false), mpscContention(l, true))
	}
	return rows
}

func boundedLane(name, title string, capacity int) lane {
	return lane{name, title, capacity, boundedMachines(capacity), boundedBodies(capacity), boundedGo(capacity)}
}

// MpscContentionFull has senders fill a channel again and again.
func MpscContentionFull() Workload {
	return mpscContention(boundedLane("bounded_full", "a bounded channel that is often full", mpscNarrow), false)
}

func mpscContention(l lane, many bool) Workload {
	return syncRow(manyAtATime(Workload{
		Name: "mpsc_contention_" + l.name, Unit: "one message",
		Title:  "Five tasks send 1,000 messages each on " + l.title,
		Source: mpscSource, Units: mpscMessages, Check: sumOfSenders,
		Constants: []Constant{{"senders", mpscSenders}, {"messages_of_each", mpscPerSender}, {"capacity", int64(l.capacity)}},
		Impls: []Impl{
			fromWorker("simmer", func(*runtime.Runtime) body { return &contended{open: l.machines, intake: intake{many: many}} }),
			fromBody(func(cx *future.Context) uint64 { return takeIn(cx, l.bodies(cx), many) }),
			onGo(func() uint64 { return l.goes(many) }),
		},
	}, many))
}

// manyAtATime is a row whose receiver receives many at a time, if it is to.
func manyAtATime(w Workload, many bool) Workload {
	if many {
		w.Name += "_recv_many"
		w.Title += ", received many at a time"
	}
	return w
}

// contended is the body that spawns senders and receives what they send.
type contended struct {
	open func(cx *future.Context) *mpsc.Receiver[int]
	intake
}

func (c *contended) Poll(cx *future.Context) (uint64, bool, error) {
	if c.rx == nil {
		c.rx = c.open(cx)
	}
	return c.intake.Poll(cx)
}

// intake receives all messages, one by one or many at a time, and is ready with their sum.
type intake struct {
	rx       *mpsc.Receiver[int]
	many     bool
	buffer   []int
	received int
	sum      uint64
}

func (t *intake) Poll(cx *future.Context) (uint64, bool, error) {
	take := t.takeEach
	if t.many {
		take = t.takeMany
	}
	ready, err := take(cx)
	if !ready {
		return 0, false, nil
	}
	must(err)
	t.rx.Drop(cx)
	sum := t.sum
	*t = intake{many: t.many}
	return sum, true, nil
}

func (t *intake) takeEach(cx *future.Context) (ready bool, err error) {
	for ; t.received < mpscMessages; t.received++ {
		v, ready, err := t.rx.PollRecv(cx)
		if !ready || err != nil {
			return ready, err
		}
		t.sum += uint64(v)
	}
	return true, nil
}

func (t *intake) takeMany(cx *future.Context) (ready bool, err error) {
	if t.buffer == nil {
		t.buffer = make([]int, mpscMessages)
	}
	for t.received < mpscMessages {
		n, ready, err := t.rx.PollRecvMany(cx, t.buffer[t.received:])
		if !ready || err != nil {
			return ready, err
		}
		t.received += n
	}
	t.sum = sumOf(t.buffer)
	return true, nil
}

func sumOf(messages []int) (sum uint64) {
	for _, v := range messages {
		sum += uint64(v)
	}
	return sum
}

// takeIn is intake as straight-line code.
func takeIn(cx *future.Context, rx *mpsc.Receiver[int], many bool) (sum uint64) {
	defer rx.Drop(cx)
	if !many {
		for range mpscMessages {
			v, err := rx.Recv(cx)
			must(err)
			sum += uint64(v)
		}
		return sum
	}
	buffer := make([]int, mpscMessages)
	for received := 0; received < mpscMessages; {
		n, err := rx.RecvMany(cx, buffer[received:])
		must(err)
		received += n
	}
	return sumOf(buffer)
}
