package broadcast_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/sync/broadcast"
)

// script is a short way to write what happens to a channel with the receivers a and b, one word a step:
//
//	s7    7 is sent                    x     the sender closes
//	b     b subscribes                 ab    b is a's Resubscribe
//	a7    a receives 7                 aE aC a finds the channel empty, closed
//	aL2   a has lagged by 2            a#3   a's Len is 3           #3 the sender's Len is 3
func script(t *testing.T, capacity int, steps string) {
	t.Helper()
	tx, a := broadcast.New[int](capacity)
	receivers := map[byte]*broadcast.Receiver[int]{'a': a}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		require.NoError(t, err)
		return n
	}
	for _, step := range strings.Fields(steps) {
		rx, rest := receivers[step[0]], step[1:]
		switch {
		case step == "b":
			receivers['b'] = tx.Subscribe()
		case step == "ab":
			receivers['b'] = a.Resubscribe()
		case step == "x":
			tx.Close(nil)
		case step[0] == 's':
			n, err := tx.Send(nil, number(rest))
			require.NoError(t, err, step)
			require.Equal(t, len(receivers), n, step)
		case step[0] == '#':
			require.Equal(t, number(rest), tx.Len(), step)
			require.Equal(t, number(rest) == 0, tx.IsEmpty(), step)
		case rest[0] == '#':
			require.Equal(t, number(rest[1:]), rx.Len(), step)
			require.Equal(t, number(rest[1:]) == 0, rx.IsEmpty(), step)
		default:
			v, err := rx.TryRecv()
			switch rest[0] {
			case 'E':
				require.Equal(t, broadcast.ErrEmpty, err, step)
			case 'C':
				require.Equal(t, broadcast.ErrClosed, err, step)
			case 'L':
				require.Equal(t, &broadcast.LaggedError{Skipped: uint64(number(rest[1:]))}, err, step)
			default:
				require.NoError(t, err, step)
				require.Equal(t, number(rest), v, step)
			}
		}
	}
}

// covers: F127 F128 F130
func TestScripts(t *testing.T) {
	for name, c := range map[string]struct {
		capacity int
		steps    string
	}{
		// tokio: tests/sync_broadcast.rs send_try_recv_bounded: what is sent is received once
		"one receiver": {16, "aE s1 a1 aE"},
		// tokio: tests/sync_broadcast.rs send_two_recv: each receiver gets each value
		"two receivers": {16, "b aE bE s1 a1 b1 aE bE"},
		// tokio: tests/sync_broadcast.rs lagging_rx: who was too slow is told how many were lost, and goes on with the oldest left
		"lagging": {2, "b s1 s2 a1 s3 bL1 b2 a2 a3 s4 s5 bL1 s6 bL1"},
		// tokio: tests/sync_broadcast.rs single_capacity_recvs: a channel of one value
		"one slot": {1, "s1 a1 aE"},
		// tokio: tests/sync_broadcast.rs single_capacity_recvs_after_drop_1: the value is received after the end of the sender
		"one slot, closed": {1, "s1 x a1 aC"},
		// tokio: tests/sync_broadcast.rs single_capacity_recvs_after_drop_2: so is the lag
		"one slot, overwritten, closed": {1, "s1 s2 x aL1 a2 aC"},
		// tokio: T105 tests/sync_broadcast.rs dropping_sender_does_not_overwrite: closing takes no slot
		"closing takes no slot": {2, "s1 s2 x a1 a2 aC"},
		// tokio: tests/sync_broadcast.rs lagging_receiver_recovers_after_wrap_closed_1: lag, what is left, end
		"recovers, closed": {2, "s1 s2 s3 x aL1 a2 a3 aC"},
		// tokio: tests/sync_broadcast.rs lagging_receiver_recovers_after_wrap_closed_2: lag by a whole round
		"recovers after a round, closed": {2, "s1 s2 s3 s4 x aL2 a3 a4 aC"},
		// tokio: tests/sync_broadcast.rs lagging_receiver_recovers_after_wrap_open: lag, what is left, empty
		"recovers, open": {2, "s1 s2 s3 aL1 a2 a3 aE"},
		// tokio: tests/sync_broadcast.rs receiver_len_with_lagged: Len counts what is lost too; three is rounded up to four
		"len with lag": {3, "s10 s20 s30 s40 a#4 a10 s50 s60 a#5 aL1"},
		// tokio: T106 tests/sync_broadcast.rs resubscribe_points_to_tail: the new receiver gets what is sent from then on
		"resubscribe": {3, "s1 ab bE a1 s2 b2 s3 a2 a3 aE b3 bE"},
		// tokio: T106 tests/sync_broadcast.rs resubscribe_lagged: the new receiver has not lagged
		"resubscribe of one that lags": {1, "s1 s2 ab aL1 bE a2 aE bE"},
		// tokio: T106 tests/sync_broadcast.rs resubscribe_to_closed_channel: closed at once
		"resubscribe to a closed channel": {2, "x ab bC"},
		// tokio: tests/sync_broadcast.rs sender_len: what some receiver has still to receive
		"the sender's len": {4, "b #0 s1 s2 s3 #3 a1 a2 #3 b1 #2 s4 s5 s6 #4"},
		// tokio: tests/sync_broadcast.rs slow_receiver_within_capacity_does_not_lag: slow is not too slow
		"slow within the capacity": {2, "b s1 s2 a1 a2 aE b1 b2 bE"},
		// tokio: tests/sync_broadcast.rs capacity_overflow_reports_lagged_then_oldest_retained: lag, then the oldest that is left
		"overflow": {2, "s10 s20 s30 aL1 a20 a30 aE"},
		// tokio: tests/sync_broadcast.rs lagged_count_matches_number_of_overwritten_messages: every lost value counts
		"the count": {4, "s1 s2 s3 s4 a1 s5 s6 s7 s8 aL3 a5 a6 a7 a8 aE"},
		// tokio: tests/sync_broadcast.rs lag_uses_power_of_two_buffer_length: a capacity of three is four
		"rounded up": {3, "s1 s2 s3 s4 a#4 a1 s5 a#4 s6 a#5 aL1 a3 a4 a5 a6 aE"},
		// tokio: tests/sync_broadcast.rs lag_catch_up_then_lag_again: the second lag counts from where the receiver was then
		"lag, catch up, lag": {2, "s1 s2 s3 aL1 a2 a3 aE s4 s5 s6 aL1 a5 a6 aE"},
		// tokio: tests/sync_broadcast.rs lag_is_per_receiver: who keeps up does not lag
		"lag is each receiver's own": {2, "b s1 s2 a1 a2 s3 s4 a3 a4 bL2 b3 b4 bE aE"},
		// tokio: tests/sync_broadcast.rs lag_again_before_reading_retained_messages: a lag after a lag
		"lag upon lag": {2, "s1 s2 s3 aL1 s4 s5 s6 aL3 a5 a6 aE"},
		// tokio: tests/sync_broadcast.rs single_slot_capacity_lag_semantics: each value but the last is lost
		"lag of one slot": {1, "s1 a1 s2 s3 aL1 a3 aE"},
		// tokio: tests/sync_broadcast.rs receiver_len_after_lag_error_advances_cursor: after the lag Len counts what is left
		"len after lag": {2, "s1 s2 s3 s4 a#4 aL2 a#2 a3 a#1 a4 a#0"},
	} {
		t.Run(name, func(t *testing.T) { script(t, c.capacity, c.steps) })
	}
}
