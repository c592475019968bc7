package netpoll

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClearIsRefusedAfterAnEvent(t *testing.T) {
	var x readiness
	x.add(readable)
	seen := x.load()
	x.add(readable)
	x.clear(Read, seen)
	require.True(t, x.load().has(Read), "the second event was lost")

	x.clear(Read, x.load())
	require.False(t, x.load().has(Read))
}

// tokio: T136 tests/io_async_fd.rs clear_ready_matching_clears_ready: one direction is cleared, the other one stays
func TestClearLeavesTheOtherDirection(t *testing.T) {
	var x readiness
	x.add(readable | writable)
	x.clear(Read, x.load())
	require.False(t, x.load().has(Read))
	require.True(t, x.load().has(Write))
}

func TestClosedBitsAreNeverCleared(t *testing.T) {
	var x readiness
	x.add(readable | writable | readClosed | writeClosed)
	x.clear(Read, x.load())
	x.clear(Write, x.load())
	require.True(t, x.load().has(Read))
	require.True(t, x.load().has(Write))
}

func TestAShortReadIsAllUntilThereWasUrgentData(t *testing.T) {
	var x readiness
	x.add(readable | writable)
	require.True(t, x.load().shortIsAll(Read))
	x.add(urgent)
	for range 2 {
		require.False(t, x.load().shortIsAll(Read))
		require.True(t, x.load().shortIsAll(Write))
		x.clear(Read, x.load())
		x.clear(Write, x.load())
	}
	require.False(t, x.load().has(Read), "urgent data alone is nothing to read")
}

func TestTickWrapsWithoutTouchingOtherBits(t *testing.T) {
	var x readiness
	x.w.Store(uint32(tickMask | regClosed))
	before := x.load()
	x.add(readable)
	require.Equal(t, regClosed|readable, x.load())
	require.False(t, before.sameTick(x.load()))
}

// FuzzReadiness compares the word with a model: two sets and a count of events.
func FuzzReadiness(f *testing.F) {
	f.Add([]byte{1, 16, 33, 4, 32, 12, 48, 200, 64, 65})
	f.Add([]byte{15, 16, 32, 33, 63})
	f.Add([]byte{3, 33, 32, 15, 48, 1, 16, 17})
	f.Fuzz(func(t *testing.T, ops []byte) {
		type model struct {
			bits   Ready
			events int
		}
		var x readiness
		var m model
		x.w.Store(uint32(tickMask)) // near wrap-around
		seen, seenAt := x.load(), m.events
		for _, op := range ops {
			switch arg := Ready(op & 15); op >> 4 & 3 {
			case 0:
				x.add(arg)
				m.bits |= arg
				m.events++
			case 1:
				seen, seenAt = x.load(), m.events
			case 2:
				d := Direction(arg & 1)
				x.clear(d, seen)
				if seenAt == m.events {
					m.bits &^= d.clearable()
				}
			case 3:
				reason := regClosed << (arg & 1)
				first := x.shut(reason)
				require.Equal(t, m.bits&reason == 0, first)
				m.bits |= reason
			}
			now := x.load()
			require.Equal(t, m.bits, now&^tickMask)
			require.Equal(t, seenAt == m.events, now.sameTick(seen))
			require.Equal(t, m.bits&(readable|readClosed) != 0, now.has(Read))
			require.Equal(t, m.bits&(writable|writeClosed) != 0, now.has(Write))
		}
	})
}
