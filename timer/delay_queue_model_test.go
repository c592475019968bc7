package timer

import (
	"cmp"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// modelItem is what the model knows of an item. The model is a slice, sorted by deadline and then by age.
type modelItem struct {
	value    int
	key      Key
	deadline time.Duration
	age      int
}

// FuzzDelayQueue runs a queue beside the model: no item is lost, doubled, or out of order, the waiter is woken when the first
// one is due, and old keys name nothing.
func FuzzDelayQueue(f *testing.F) {
	f.Add([]byte{0, 5, 6, 0, 5, 10, 6, 0, 6, 0})
	f.Add([]byte{0, 9, 0, 3, 1, 0, 2, 7, 6, 0, 5, 200, 6, 0, 6, 0, 6, 0, 3, 0, 4, 0})
	r := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		data := make([]byte, 2+r.IntN(200))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w, clock := newWorker(t)
		var q DelayQueue[int]
		var items []modelItem
		var old []Key
		as, waits, values := w.idle(), false, 0
		sorted := func() {
			slices.SortFunc(items, func(a, b modelItem) int {
				return cmp.Or(cmp.Compare(a.deadline, b.deadline), cmp.Compare(a.age, b.age))
			})
		}
		due := func() bool {
			return len(items) == 0 || items[0].deadline <= time.Duration(clock.Nanos())
		}
		for ; len(data) >= 2; data = data[2:] {
			arg := time.Duration(data[1])
			pick := func() int { return int(data[1]) % len(items) }
			switch data[0] % 8 {
			case 0: // far apart and close together
				values++
				d := arg << (data[0] >> 3)
				key := q.Insert(w.as(as), values, d)
				items = append(items, modelItem{values, key, time.Duration(clock.Nanos()) + d, values})
			case 1:
				if len(items) > 0 {
					i := pick()
					v, ok := q.Remove(items[i].key)
					require.True(t, ok)
					require.Equal(t, items[i].value, v)
					old = append(old, items[i].key)
					items = slices.Delete(items, i, i+1)
				}
			case 2:
				if len(items) > 0 {
					i := pick()
					values++
					require.True(t, q.Reset(items[i].key, arg))
					items[i].deadline, items[i].age = time.Duration(clock.Nanos())+arg, values
				}
			case 3:
				for _, key := range append(old, Key{}, Key{id: 1 << 60, slot: 1 << 30}) {
					_, removed := q.Remove(key)
					_, found := q.Get(key)
					require.False(t, removed || found || q.Reset(key, 1) || q.ResetAt(key, epoch))
				}
			case 4:
				q.Compact()
				if data[1]%8 == 0 {
					q.Reserve(int(arg))
					require.GreaterOrEqual(t, q.Capacity(), len(items)+int(arg))
				}
			case 5:
				clock.Advance(arg << (data[0] >> 3))
			case 6:
				item, ready, err := q.PollNext(w.as(as))
				waits = !ready
				switch {
				case len(items) == 0:
					require.Equal(t, io.EOF, err)
				case due():
					require.True(t, ready)
					require.Equal(t, items[0].value, item.Value)
					require.Equal(t, items[0].key, item.Key)
					require.Equal(t, epoch.Add(items[0].deadline), item.Deadline)
					old, items = append(old, item.Key), items[1:]
				default:
					require.False(t, ready)
				}
			case 7:
				q.Drop(w.as(as))
				waits = false
			}
			sorted()
			require.Equal(t, len(items), q.Len())
			if len(items) > 0 {
				item, _ := q.Peek()
				require.Equal(t, items[0].key, item.Key)
			}
			w.turn()
			w.takeWoken()
			if waits {
				require.Equal(t, due(), !as.IsIdle(), "the waiter is woken when there is something for it, not otherwise")
			}
			if !as.IsIdle() {
				waits = false
				as.Begin()
				as.Idle()
			}
			require.LessOrEqual(t, w.count(), 1, "one timer")
		}
		clock.Advance(1 << 50)
		for _, want := range items {
			item, ready, err := q.PollNext(w.as(as))
			require.NoError(t, err)
			require.True(t, ready)
			require.Equal(t, want.value, item.Value)
		}
		require.True(t, q.IsEmpty())
	})
}

// tokio: tokio-util/tests/time_delay_queue.rs compact_expire_empty: the memory of items that were yielded is given back
// tokio: tokio-util/tests/time_delay_queue.rs compact_remove_empty: so is that of items that were removed
func TestCompactGivesMemoryBack(t *testing.T) {
	d := newDesk(t)
	d.insert("foo", 10*ms)
	key := d.insert("bar", 20*ms)
	d.pass(10 * ms)
	d.requireItem("foo")
	d.q.Remove(key)
	d.q.Compact()
	require.Zero(t, d.q.Len())
	require.Zero(t, d.q.Capacity())
	d.q.Reserve(3)
	require.GreaterOrEqual(t, d.q.Capacity(), 3)
	before := d.q.Capacity()
	for range 3 {
		d.insert("foo", 0)
	}
	require.Equal(t, before, d.q.Capacity())
}

// tokio: tokio-util/tests/time_delay_queue.rs compact_remove_remapped_keys: keys stay good
// tokio: tokio-util/tests/time_delay_queue.rs compact_change_deadline: for resets too
func TestKeysSurviveCompact(t *testing.T) {
	d := newDesk(t)
	d.insert("foo1", 10*ms)
	d.insert("foo2", 10*ms)
	key3, key4 := d.insert("foo3", 20*ms), d.insert("foo4", 20*ms)
	d.pass(10 * ms)
	d.requireItem("foo1")
	d.requireItem("foo2")
	d.q.Compact()
	d.insert("foo5", 20*ms)
	key6 := d.insert("foo6", 20*ms)
	require.True(t, d.q.ResetAt(key4, epoch.Add(30*ms)))
	require.True(t, d.q.ResetAt(key6, epoch.Add(30*ms)))
	d.pass(10 * ms)
	d.requireItem("foo3")
	d.requireItem("foo5")
	d.requirePending()
	_, ok := d.q.Get(key3)
	require.False(t, ok)
	item, ok := d.q.Get(key4)
	require.True(t, ok)
	require.Equal(t, Item[string]{Value: "foo4", Key: key4, Deadline: epoch.Add(30 * ms)}, item)
	v, ok := d.q.Remove(key4)
	require.True(t, ok)
	require.Equal(t, "foo4", v)
	d.pass(10 * ms)
	d.requireItem("foo6")
	d.requireEmpty()
}

// tokio: tokio-util/tests/time_delay_queue.rs remove_after_compact: the key of an item that is gone names nothing
// tokio: tokio-util/tests/time_delay_queue.rs remove_after_compact_poll: whether it was removed or yielded; no panic here
func TestOldKeysNameNothing(t *testing.T) {
	d := newDesk(t)
	removed, yielded := d.insert("foo", 10*ms), d.insert("bar", 5*ms)
	d.insert("baz", 20*ms)
	d.q.Remove(removed)
	d.pass(5 * ms)
	d.requireItem("bar")
	requireNothing := func() {
		t.Helper()
		for _, key := range []Key{removed, yielded, {}} {
			_, ok := d.q.Remove(key)
			require.False(t, ok)
			_, ok = d.q.Deadline(key)
			require.False(t, ok)
			require.False(t, d.q.Reset(key, 0))
			require.False(t, d.q.ResetAt(key, epoch))
		}
	}
	requireNothing()
	d.insert("same place", 10*ms)
	d.insert("same place", 10*ms)
	requireNothing()
	d.q.Clear()
	d.q.Compact()
	requireNothing()
	d.insert("after compact", 10*ms)
	requireNothing()
}

func TestBodiesWaitForItems(t *testing.T) {
	w, clock := newWorker(t)
	var q DelayQueue[int]
	var got []int
	var at []time.Duration
	done := w.body(func(cx *future.Context) error {
		for i := range 4 {
			q.Insert(cx, i, time.Duration(4-i)*time.Second)
		}
		for item := range q.All(cx) {
			if got = append(got, item.Value); item.Value == 3 {
				break
			}
		}
		for item := range q.All(cx) {
			got = append(got, item.Value)
			at = append(at, Now(cx).Sub(epoch))
		}
		_, err := q.Next(cx)
		require.Equal(t, io.EOF, err)
		return nil
	})
	w.runAll(clock)
	require.True(t, done.done)
	require.Equal(t, []int{3, 2, 1, 0}, got)
	require.Equal(t, []time.Duration{2 * time.Second, 3 * time.Second, 4 * time.Second}, at)
	require.Zero(t, w.count())
}

func TestANextThatIsAbortedLeavesNoTimerAndLosesNoItem(t *testing.T) {
	d := newDesk(t)
	d.insert("foo", time.Second)
	f := future.Async(func(cx *future.Context) (Item[string], error) { return d.q.Next(cx) })
	other := d.idle()
	_, ready, _ := f.Poll(d.worker.as(other))
	require.False(t, ready)
	d.apply()
	require.Equal(t, 1, d.count())
	future.Drop(d.worker.as(other), f)
	d.apply()
	require.Zero(t, d.count())
	d.pass(time.Second)
	require.Empty(t, d.takeWoken())
	d.requireItem("foo")
}

func TestTheTaskThatPolledAQueueLastIsWoken(t *testing.T) {
	d := newDesk(t)
	d.insert("foo", time.Second)
	other := d.idle()
	_, ready, _ := d.q.PollNext(d.worker.as(other))
	require.False(t, ready)
	d.requirePending()
	d.pass(time.Second)
	require.True(t, d.isWoken())
	d.requireItem("foo")
}

func TestAQueueThatIsAlwaysDueYields(t *testing.T) {
	w, _ := newWorker(t)
	var q DelayQueue[int]
	cx := w.as(w.idle())
	items := 0
	for range 10 * future.Budget {
		q.Insert(cx, 1, 0)
		if _, ready, _ := q.PollNext(cx); !ready {
			break
		}
		items++
	}
	require.Equal(t, future.Budget, items)
	require.True(t, w.local.TakeAgain())

	var empty DelayQueue[int]
	cx = w.as(w.idle())
	for items = 0; items < 10*future.Budget; items++ {
		if _, ready, _ := empty.PollNext(cx); !ready {
			break
		}
	}
	require.Equal(t, future.Budget, items)
}

func TestAQueueWithoutTimersFailsAndKeepsItsItems(t *testing.T) {
	var q DelayQueue[string]
	q.Insert(nil, "later", time.Hour)
	q.InsertAt(nil, "now", time.Now())
	cx := future.NewContext(nil, nil)
	item, ready, err := q.PollNext(&cx)
	require.NoError(t, err)
	require.True(t, ready)
	require.Equal(t, "now", item.Value)
	_, ready, err = q.PollNext(&cx)
	require.True(t, ready)
	require.ErrorIs(t, err, future.ErrNoWorker)

	w, clock := newWorker(t)
	clock.Advance(24 * time.Hour)
	as := w.idle()
	_, ready, err = q.PollNext(w.as(as)) // what is left of the hour follows this clock
	require.NoError(t, err)
	require.False(t, ready)
	w.apply()
	clock.Advance(59 * time.Minute)
	require.Zero(t, w.turn())
	clock.Advance(time.Minute)
	require.Equal(t, 1, w.turn())
	item, ready, err = q.PollNext(w.as(as))
	require.NoError(t, err)
	require.True(t, ready)
	require.Equal(t, "later", item.Value)

	q.Insert(nil, "never", time.Hour)
	w.wheel.Close(&w.local)
	_, ready, err = q.PollNext(w.as(as))
	require.False(t, ready)
	require.NoError(t, err)
	w.apply()
	_, ready, err = q.PollNext(w.as(as))
	require.True(t, ready)
	require.ErrorIs(t, err, ErrClosed)
	require.Equal(t, 1, q.Len())
	q.Drop(nil)
}

func TestAQueueThatMovesToAnotherRuntimeKeepsWhatIsLeft(t *testing.T) {
	bothWays(t, func(t *testing.T, from, to *worker, advance func(d time.Duration)) {
		var q DelayQueue[int]
		fromTask, toTask := from.idle(), to.idle()
		q.Insert(from.as(fromTask), 1, 10*time.Second)
		_, ready, _ := q.PollNext(from.as(fromTask))
		require.False(t, ready)
		from.apply()
		advance(4 * time.Second)
		_, ready, _ = q.PollNext(to.as(toTask))
		require.False(t, ready)
		to.apply()
		from.turn()
		require.Zero(t, from.count(), "it left a timer behind")
		require.Contains(t, from.takeWoken(), fromTask, "who has waited there")
		item, _ := q.Peek()
		require.Equal(t, to.clock.Now().Add(6*time.Second), item.Deadline)
		advance(6*time.Second - 1)
		require.Zero(t, to.turn())
		advance(1)
		require.Equal(t, 1, to.turn())
		_, ready, err := q.PollNext(to.as(toTask))
		require.NoError(t, err)
		require.True(t, ready)
	})
}

func TestASteadyQueueAllocatesNothing(t *testing.T) {
	w, clock := newWorker(t)
	var q DelayQueue[int]
	keys := [4]Key{}
	requireNoAllocs(t, w, clock, func(cx *future.Context) error {
		for i := range keys {
			keys[i] = q.Insert(cx, i, time.Hour)
		}
		q.Reset(keys[1], time.Minute)
		q.Remove(keys[1])
		q.Remove(keys[2])
		q.Remove(keys[3])
		_, err := q.Next(cx)
		return err
	})
}
