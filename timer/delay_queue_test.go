package timer

import (
	"io"
	"math"
	"runtime"
	"slices"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// desk is a queue with the task that waits for it, on a paused clock. What the tests port is the behaviour, not the rounding to
// whole milliseconds: deadlines are exact here.
type desk struct {
	t *testing.T
	*worker
	clock *Clock
	q     DelayQueue[string]
	as    *task
	woken bool
}

func newDesk(t *testing.T) *desk {
	w, clock := newWorker(t)
	return &desk{t: t, worker: w, clock: clock, as: w.idle()}
}

// insert adds an item that is due after d, counted from the beginning of the test.
func (d *desk) insert(v string, after time.Duration) Key {
	return d.q.InsertAt(d.ctx(), v, epoch.Add(after))
}

func (d *desk) ctx() *future.Context { return d.worker.as(d.as) }

// pass lets time pass, and fires what is due.
func (d *desk) pass(by time.Duration) {
	d.clock.Advance(by)
	d.isWoken()
}

// isWoken reports whether the task was woken since its last poll.
func (d *desk) isWoken() bool {
	d.apply()
	d.wheel.Turn(&d.local, d.clock.Nanos())
	d.woken = d.woken || slices.Contains(d.takeWoken(), d.as)
	return d.woken
}

func (d *desk) poll() (Item[string], bool, error) {
	if d.isWoken() {
		d.as.Begin()
		d.as.Idle()
		d.woken = false
	}
	item, ready, err := d.q.PollNext(d.worker.as(d.as))
	d.apply()
	return item, ready, err
}

func (d *desk) requirePending() {
	d.t.Helper()
	_, ready, err := d.poll()
	require.NoError(d.t, err)
	require.False(d.t, ready)
}

func (d *desk) requireItem(want string) Item[string] {
	d.t.Helper()
	item, ready, err := d.poll()
	require.NoError(d.t, err)
	require.True(d.t, ready)
	require.Equal(d.t, want, item.Value)
	return item
}

func (d *desk) requireEmpty() {
	d.t.Helper()
	_, ready, err := d.poll()
	require.True(d.t, ready)
	require.Equal(d.t, io.EOF, err)
	require.True(d.t, d.q.IsEmpty())
}

// covers: F110
// tokio: tokio-util/tests/time_delay_queue.rs single_immediate_delay: what is due is yielded, and then the queue is empty
func TestAnItemThatIsDueIsYieldedAtOnce(t *testing.T) {
	d := newDesk(t)
	d.requireEmpty()
	d.insert("foo", 0)
	d.requireItem("foo")
	d.requireEmpty()
}

// tokio: tokio-util/tests/time_delay_queue.rs multi_immediate_delays: all that is due, here in the order of insertion
func TestItemsOfOneInstantComeInTheOrderOfInsertion(t *testing.T) {
	d := newDesk(t)
	for _, v := range []string{"1", "2", "3", "4", "5", "6", "7"} {
		d.insert(v, 5*ms)
	}
	d.insert("0", 0)
	d.pass(5 * ms)
	for _, v := range []string{"0", "1", "2", "3", "4", "5", "6", "7"} {
		d.requireItem(v)
	}
	d.requireEmpty()
}

// tokio: tokio-util/tests/time_delay_queue.rs single_short_delay: the task is woken when the item is due, not before
func TestTheWaiterIsWokenWhenTheItemIsDue(t *testing.T) {
	d := newDesk(t)
	key := d.insert("foo", 5*ms)
	d.requirePending()
	d.pass(5*ms - 1)
	require.False(t, d.isWoken())
	d.requirePending()
	d.pass(1)
	require.True(t, d.isWoken())
	item := d.requireItem("foo")
	require.Equal(t, key, item.Key)
	require.Equal(t, epoch.Add(5*ms), item.Deadline)
	d.requireEmpty()
}

// tokio: tokio-util/tests/time_delay_queue.rs multi_delay_at_start: each at its time, however far apart, with one timer
func TestItemsOfManyDelaysComeAtTheirTimes(t *testing.T) {
	d := newDesk(t)
	delays := []time.Duration{1000, 2, 234, 262_144 + 9*4096, 60, 10}
	for _, n := range delays {
		d.insert(n.String(), n*ms)
	}
	d.requirePending()
	require.Equal(t, 1, d.count(), "one timer")
	slices.Sort(delays)
	for _, n := range delays {
		at, ok := d.wheel.Next(), d.clock.Jump(d.wheel.Next())
		require.True(t, ok)
		require.EqualValues(t, n*ms, at, "the clock stops nowhere else")
		require.True(t, d.isWoken())
		d.requireItem(n.String())
		if n != delays[len(delays)-1] {
			d.requirePending()
		}
	}
	d.requireEmpty()
}

// tokio: tokio-util/tests/time_delay_queue.rs insert_in_past_fires_immediately: a deadline that has passed is due
// tokio: tokio-util/tests/time_delay_queue.rs insert_in_past_after_poll_fires_immediately: and wakes the task that waits
func TestAnItemOfThePastIsYieldedAtOnce(t *testing.T) {
	d := newDesk(t)
	d.pass(10 * ms)
	d.insert("foo", 0)
	d.requireItem("foo")

	d.insert("foo", 200*ms)
	d.requirePending()
	d.pass(80 * ms)
	require.False(t, d.isWoken())
	d.insert("bar", 40*ms)
	require.True(t, d.isWoken())
	d.requireItem("bar")
	d.requirePending()
}

// tokio: tokio-util/tests/time_delay_queue.rs remove_entry: what was removed is not yielded
// tokio: tokio-util/tests/time_delay_queue.rs remove_expired_item: also what is due already
// tokio: tokio-util/tests/time_delay_queue.rs delay_queue_poll_expired_when_empty: and leaves an empty queue
// tokio: tokio-util/tests/time_delay_queue.rs wake_after_remove_last: whose waiter is woken
func TestARemovedItemIsNotYielded(t *testing.T) {
	d := newDesk(t)
	key := d.insert("foo", 5*ms)
	d.requirePending()
	v, ok := d.q.Remove(key)
	require.True(t, ok)
	require.Equal(t, "foo", v)
	require.True(t, d.isWoken())
	require.Zero(t, d.count(), "the timer is disarmed")
	d.requireEmpty()

	d.pass(time.Second)
	key = d.insert("bar", 0)
	v, ok = d.q.Remove(key)
	require.True(t, ok)
	require.Equal(t, "bar", v)
	d.requireEmpty()
}

// tokio: tokio-util/tests/time_delay_queue.rs wake_after_clear: the waiter finds the queue empty
func TestClearWakesTheWaiter(t *testing.T) {
	d := newDesk(t)
	keys := []Key{d.insert("foo", time.Second), d.insert("bar", 2*time.Second)}
	d.requirePending()
	require.False(t, d.isWoken())
	d.q.Clear()
	require.True(t, d.isWoken())
	d.requireEmpty()
	for _, key := range keys {
		_, ok := d.q.Remove(key)
		require.False(t, ok)
	}
	d.insert("baz", 3*time.Second)
	d.requirePending()
	d.pass(3 * time.Second)
	d.requireItem("baz")
}

// Its place is used again; until then it keeps no value.
func TestAnItemThatHasLeftIsNotKept(t *testing.T) {
	for name, leave := range map[string]func(q *DelayQueue[*[]byte], key Key){
		"removed": func(q *DelayQueue[*[]byte], key Key) { q.Remove(key) },
		"cleared": func(q *DelayQueue[*[]byte], _ Key) { q.Clear() },
	} {
		t.Run(name, func(t *testing.T) {
			var q DelayQueue[*[]byte]
			value := new([]byte)
			ref := weak.Make(value)
			leave(&q, q.Insert(nil, value, time.Second))
			runtime.GC()
			runtime.GC()
			require.True(t, ref.Value() == nil)
			runtime.KeepAlive(&q)
		})
	}
}

// tokio: tokio-util/tests/time_delay_queue.rs reset_entry: a later deadline holds
// tokio: tokio-util/tests/time_delay_queue.rs reset_later_after_slot_starts: also when the old one was near
// tokio: tokio-util/tests/time_delay_queue.rs reset_much_later: an earlier one holds too
// tokio: tokio-util/tests/time_delay_queue.rs reset_earlier_after_slot_starts: also when it is near
// tokio: tokio-util/tests/time_delay_queue.rs reset_twice: the last one holds
// tokio: tokio-util/tests/time_delay_queue.rs reset_to_past_wakes_pending_queue: one that has passed wakes the task at once
func TestTheLastDeadlineOfAnItemHolds(t *testing.T) {
	for name, c := range map[string]struct {
		first  time.Duration
		resets []time.Duration // 3 ms apart
		want   time.Duration
	}{
		"later":         {5 * ms, []time.Duration{10 * ms}, 10 * ms},
		"little later":  {100 * ms, []time.Duration{120 * ms}, 120 * ms},
		"earlier":       {200 * ms, []time.Duration{10 * ms}, 10 * ms},
		"earlier twice": {200 * ms, []time.Duration{50 * ms, 40 * ms}, 40 * ms},
		"to and fro":    {50 * ms, []time.Duration{100 * ms, 20 * ms, 70 * ms}, 70 * ms},
		"past":          {10 * time.Second, []time.Duration{-100 * ms}, 3 * ms},
		"past the past": {10 * time.Second, []time.Duration{-100 * ms, 9 * ms}, 9 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			key := d.insert("foo", c.first)
			d.requirePending()
			for i, at := range c.resets {
				d.pass(3 * ms)
				if i%2 == 0 {
					require.True(t, d.q.ResetAt(key, epoch.Add(at)))
				} else {
					require.True(t, d.q.Reset(key, at-time.Duration(d.clock.Nanos())))
				}
				deadline, ok := d.q.Deadline(key)
				require.True(t, ok)
				require.Equal(t, epoch.Add(at), deadline)
			}
			if rest := c.want - time.Duration(d.clock.Nanos()); rest > 0 {
				d.isWoken() // by a deadline that has passed and was moved
				d.requirePending()
				d.pass(rest - 1)
				require.False(t, d.isWoken())
				d.pass(1)
			}
			require.True(t, d.isWoken())
			d.requireItem("foo")
			d.requireEmpty()
		})
	}
}

// tokio: tokio-util/tests/time_delay_queue.rs repeatedly_reset_entry_inserted_as_expired: what was due may be put off
// tokio: tokio-util/tests/time_delay_queue.rs reset_inserted_expired: before anybody has polled, too
func TestAnItemThatWasDueMayBePutOff(t *testing.T) {
	d := newDesk(t)
	d.pass(time.Second)
	key := d.insert("foo", 900*ms)
	require.True(t, d.q.ResetAt(key, epoch.Add(1100*ms)))
	require.True(t, d.q.ResetAt(key, epoch.Add(1050*ms)))
	require.Equal(t, 1, d.q.Len())
	d.requirePending()
	d.pass(60 * ms)
	require.True(t, d.isWoken())
	d.requireItem("foo")
	require.Zero(t, d.q.Len())
	d.requireEmpty()
}

// tokio: tokio-util/tests/time_delay_queue.rs remove_at_timer_wheel_threshold: of two of one instant the other can be removed
func TestTheOtherOfTwoIsRemoved(t *testing.T) {
	d := newDesk(t)
	d.insert("foo", 64*ms)
	key := d.insert("bar", 64*ms)
	d.pass(80 * ms)
	d.requireItem("foo")
	v, ok := d.q.Remove(key)
	require.True(t, ok)
	require.Equal(t, "bar", v)
}

// tokio: tokio-util/tests/time_delay_queue.rs expires_before_last_insert: an earlier item that comes later is not held up
// tokio: tokio-util/tests/time_delay_queue.rs insert_before_first_after_poll: whether or not the queue is polled meanwhile
func TestAnEarlierItemThatComesLaterIsNotHeldUp(t *testing.T) {
	for _, polled := range []bool{true, false} {
		d := newDesk(t)
		d.insert("foo", 10*time.Second)
		d.requirePending()
		d.insert("bar", 600*ms)
		if polled {
			d.requirePending()
		}
		d.pass(600*ms - 1)
		require.False(t, d.isWoken())
		d.pass(1)
		require.True(t, d.isWoken())
		d.requireItem("bar")
		d.requirePending()
	}
}

// tokio: tokio-util/tests/time_delay_queue.rs multi_reset: several items are moved past each other
// tokio: tokio-util/tests/time_delay_queue.rs expire_first_key_when_reset_to_expire_earlier: the first becomes earlier
// tokio: tokio-util/tests/time_delay_queue.rs expire_second_key_when_reset_to_expire_earlier: the second becomes the first
// tokio: tokio-util/tests/time_delay_queue.rs reset_first_expiring_item_to_expire_later: the first becomes the second
func TestItemsAreMovedPastEachOther(t *testing.T) {
	type reset struct {
		item int
		at   time.Duration
	}
	for name, c := range map[string]struct {
		resets        []reset
		first, second string
		at            [2]time.Duration
	}{
		"several":              {[]reset{{0, 300}, {1, 350}, {0, 400}}, "two", "one", [2]time.Duration{350, 400}},
		"the first earlier":    {[]reset{{0, 100}}, "one", "two", [2]time.Duration{100, 250}},
		"the second earlier":   {[]reset{{1, 100}}, "two", "one", [2]time.Duration{100, 200}},
		"the first later":      {[]reset{{0, 300}}, "two", "one", [2]time.Duration{250, 300}},
		"both to one instant":  {[]reset{{1, 200}}, "one", "two", [2]time.Duration{200, 200}},
		"the last reset is it": {[]reset{{1, 200}, {0, 200}}, "two", "one", [2]time.Duration{200, 200}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			keys := []Key{d.insert("one", 200*ms), d.insert("two", 250*ms)}
			d.requirePending()
			for _, r := range c.resets {
				d.q.ResetAt(keys[r.item], epoch.Add(r.at*ms))
			}
			d.pass(c.at[0]*ms - 1)
			require.False(t, d.isWoken())
			d.pass(1)
			require.True(t, d.isWoken())
			d.requireItem(c.first)
			if c.at[1] > c.at[0] {
				d.requirePending()
				d.pass((c.at[1] - c.at[0]) * ms)
				require.True(t, d.isWoken())
			}
			d.requireItem(c.second)
			d.requireEmpty()
		})
	}
}

// tokio: tokio-util/tests/time_delay_queue.rs insert_after_ready_poll: what is put in between does not come before what is due
func TestItemsMayBePutInBetween(t *testing.T) {
	d := newDesk(t)
	for _, v := range []string{"1", "2", "3"} {
		d.insert(v, 100*ms)
	}
	d.requirePending()
	d.pass(100 * ms)
	require.True(t, d.isWoken())
	for _, v := range []string{"1", "2", "3"} {
		d.requireItem(v)
		d.insert("foo", 500*ms)
	}
	d.requirePending()
	require.Equal(t, 3, d.q.Len())
}

// tokio: tokio-util/tests/time_delay_queue.rs peek: the next item is shown before and after it has expired
func TestPeekShowsTheNextItem(t *testing.T) {
	d := newDesk(t)
	_, ok := d.q.Peek()
	require.False(t, ok)
	d.insert("foo", 5*ms)
	d.insert("bar", 0)
	d.insert("baz", 10*ms)
	for _, c := range []struct {
		value string
		pass  time.Duration
	}{{"bar", 6}, {"foo", 0}, {"baz", 5}} {
		item, ok := d.q.Peek()
		require.True(t, ok)
		require.Equal(t, c.value, item.Value)
		d.pass(c.pass * ms)
		again, _ := d.q.Peek()
		require.Equal(t, item, again)
		require.Equal(t, item, d.requireItem(c.value))
	}
	_, ok = d.q.Peek()
	require.False(t, ok)
}

// tokio: tokio-util/tests/time_delay_queue.rs item_expiry_greater_than_wheel: a queue may live for years
func TestAQueueLivesForYears(t *testing.T) {
	d := newDesk(t)
	for range 2 {
		d.pass((1 << 35) * ms)
		d.q.Insert(d.ctx(), "0", 0)
		d.requireItem("0")
	}
	d.q.Insert(d.ctx(), "1", ms)
	never := d.q.Insert(d.ctx(), "never", math.MaxInt64)
	d.q.Insert(d.ctx(), "past", math.MinInt64)
	d.requireItem("past")
	d.requirePending()
	d.pass(ms)
	d.requireItem("1")
	d.requirePending()
	_, ok := d.q.Remove(never)
	require.True(t, ok)
	d.requireEmpty()
}
