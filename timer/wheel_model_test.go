package timer

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// model runs two workers beside a plain list of deadlines.
type model struct {
	t       *testing.T
	exact   bool
	now     func() int64
	advance func(int64)
	workers [2]*worker
	timers  []*modelTimer
}

type modelTimer struct {
	delay    *Delay
	task     *task
	worker   *worker // that has armed it
	deadline int64
}

func newModel(t *testing.T, exact bool) *model {
	m := &model{t: t, exact: exact}
	var k *kitchen
	if exact {
		c := NewPausedClock(epoch)
		k = newKitchen(c)
		m.now, m.advance = c.Nanos, func(d int64) { c.Advance(time.Duration(min(d, centuries-c.Nanos()))) }
	} else {
		c := &manualClock{}
		k = newKitchen(c)
		m.now, m.advance = c.Nanos, func(d int64) { c.nanos = min(saturatingAdd(c.nanos, d), centuries) }
	}
	for i := range m.workers {
		m.workers[i] = k.worker(t)
		m.workers[i].stage.chunk = 2
	}
	return m
}

// span makes a duration of any magnitude from two bytes: up to 292 years.
func span(a, b byte) int64 { return max(1, int64(uint64(a|1)<<55>>(b%63))) }

// centuries bounds the model's time, so that deadlines behind it saturate and never come.
const centuries = math.MaxInt64 / 2

// step does one operation.
func (m *model) step(op, a, b, c byte) {
	w := m.workers[a%2]
	if op%8 < 2 || len(m.timers) == 0 {
		m.arm(w, span(b, c))
		return
	}
	i := int(b) % len(m.timers)
	timer := m.timers[i]
	switch op % 8 {
	case 2: // dropped in a poll of either worker
		timer.delay.Drop(w.as(timer.task))
		m.remove(i)
	case 3: // dropped by an ordinary goroutine
		timer.delay.Drop(nil)
		m.remove(i)
	case 4:
		timer.delay.Reset(time.Duration(span(c, b)))
		timer.deadline = saturatingAdd(m.now(), span(c, b))
	case 5: // polled by another task
		timer.task = w.idle()
		_, ready, err := timer.delay.Poll(w.as(timer.task))
		require.NoError(m.t, err)
		require.Equal(m.t, timer.deadline <= m.now(), ready) // its tick may not be over
		if ready {
			m.remove(i)
		}
	case 6:
		m.apply(w)
		m.advance(span(b, c|32))
		m.turn()
	case 7:
		m.advance(span(b, c))
		m.turn()
	}
	if c%4 == 0 {
		m.apply(w)
	}
}

func (m *model) arm(w *worker, d int64) {
	timer := &modelTimer{delay: After(time.Duration(d)), task: w.idle(), worker: w, deadline: saturatingAdd(m.now(), d)}
	_, ready, err := timer.delay.Poll(w.as(timer.task))
	require.NoError(m.t, err)
	require.False(m.t, ready, "early")
	m.timers = append(m.timers, timer)
}

func (m *model) remove(i int) { m.timers = append(m.timers[:i], m.timers[i+1:]...) }

// apply hands a stage to a wheel, now and then to the other worker's.
func (m *model) apply(w *worker) {
	if m.now()%5 == 0 {
		m.workers[0].wheel.Apply(w.stage)
		return
	}
	w.wheel.Apply(w.stage)
}

// turn turns both wheels and compares who was woken with the list.
func (m *model) turn() {
	now := m.now()
	for _, w := range m.workers {
		m.apply(w)
	}
	for _, w := range m.workers {
		for rounds := 0; ; rounds++ {
			w.wheel.Turn(&w.local, now)
			if w.wheel.Next() > now {
				break
			}
			require.Less(m.t, rounds, 64, "Next stays in the past")
		}
	}
	woken := make(map[*task]bool)
	for _, w := range m.workers {
		for _, t := range w.takeWoken() {
			require.False(m.t, woken[t], "woken twice")
			woken[t] = true
		}
	}
	next := min(m.workers[0].wheel.Next(), m.workers[1].wheel.Next())
	rest := m.timers[:0]
	for _, timer := range m.timers {
		if !woken[timer.task] {
			require.Greater(m.t, m.latest(timer.deadline), now, "late: due at %d", timer.deadline)
			require.LessOrEqual(m.t, next, m.latest(timer.deadline), "the worker would oversleep")
			rest = append(rest, timer)
			continue
		}
		require.LessOrEqual(m.t, timer.deadline, now, "early")
		require.True(m.t, timer.delay.IsElapsed())
		_, ready, err := timer.delay.Poll(m.workers[0].as(timer.task))
		require.NoError(m.t, err)
		require.True(m.t, ready)
		delete(woken, timer.task)
	}
	require.Empty(m.t, woken, "a dropped or moved timer has fired")
	m.timers = rest
}

// latest returns the time by which a timer must have fired.
func (m *model) latest(deadline int64) int64 {
	if m.exact {
		return deadline
	}
	return startOf(tickOf(deadline) + 1)
}

func (m *model) run(ops []byte) {
	for len(ops) >= 4 {
		m.step(ops[0], ops[1], ops[2], ops[3])
		ops = ops[4:]
	}
	m.turn()
}

// tokio: src/runtime/time/tests/mod.rs poll_process_levels: timers of all levels fire when they are due
// tokio: src/runtime/time/tests/mod.rs poll_process_levels_targeted: in whatever steps the time passes
func TestWheelFiresLikeASortedList(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 1))
		ops := make([]byte, 4*400)
		for i := range ops {
			ops[i] = byte(r.Uint32())
		}
		newModel(t, true).run(ops)
		newModel(t, false).run(ops)
	}
}

func FuzzWheel(f *testing.F) {
	f.Add(true, []byte{0, 0, 1, 40, 7, 0, 1, 39})
	f.Add(false, []byte{0, 0, 1, 40, 4, 0, 0, 45, 7, 0, 1, 30})
	f.Fuzz(func(t *testing.T, exact bool, ops []byte) {
		newModel(t, exact).run(ops[:min(len(ops), 4000)])
	})
}

var _ future.Clock = (*manualClock)(nil)
