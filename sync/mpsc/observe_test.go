package mpsc_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/sync/mpsc"
)

// observed is what the receiver says about its channel.
type observed struct {
	closed, empty bool
	len           int
}

// tokio: T100 tests/sync_mpsc.rs test_rx_is_closed_when_calling_close_with_sender: close is seen at once
// tokio: T100 tests/sync_mpsc.rs test_rx_is_closed_when_dropping_all_senders: and that the last sender went
// tokio: T100 tests/sync_mpsc.rs test_rx_is_not_closed_when_there_are_senders: a channel with a sender is open
// tokio: T100 tests/sync_mpsc.rs test_rx_is_not_closed_when_there_are_senders_and_buffer_filled: also when it is full
// tokio: T100 tests/sync_mpsc.rs test_rx_is_closed_when_there_are_no_senders_and_there_are_messages: values do not keep it open
// tokio: T100 tests/sync_mpsc.rs test_rx_is_closed_when_there_are_messages_and_close_is_called: nor after close
// tokio: T100 tests/sync_mpsc.rs test_rx_is_empty_when_no_messages_were_sent: a new channel is empty
// tokio: T100 tests/sync_mpsc.rs test_rx_is_not_empty_when_there_are_messages_in_the_buffer: one value and it is not
// tokio: T100 tests/sync_mpsc.rs test_rx_is_not_empty_when_the_buffer_is_full: nor when it is full
// tokio: T100 tests/sync_mpsc.rs test_rx_is_not_empty_when_all_but_one_messages_are_consumed: nor with one value left
// tokio: T100 tests/sync_mpsc.rs test_rx_is_empty_when_all_messages_are_consumed: it is again after the last
// tokio: T100 tests/sync_mpsc.rs test_rx_is_empty_all_senders_are_dropped_and_messages_consumed: also without senders
// tokio: T100 tests/sync_mpsc.rs test_rx_len_on_empty_channel: no values are counted
// tokio: T100 tests/sync_mpsc.rs test_rx_len_on_empty_channel_without_senders: nor without senders
// tokio: T100 tests/sync_mpsc.rs test_rx_len_on_filled_channel: all values are counted
// tokio: T100 tests/sync_mpsc.rs test_rx_len_on_filled_channel_without_senders: also without senders
// tokio: T100 tests/sync_mpsc.rs test_rx_len_when_consuming_all_messages: one less with each receive
// tokio: T100 tests/sync_mpsc.rs test_rx_len_when_close_is_called: close takes nothing away
// tokio: T100 tests/sync_mpsc.rs test_rx_len_when_close_is_called_before_dropping_sender: in either order
// tokio: T100 tests/sync_mpsc.rs test_rx_len_when_close_is_called_after_dropping_sender: in either order
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_is_closed_when_calling_close_with_sender: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_is_closed_when_dropping_all_senders: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_is_not_closed_when_there_are_senders: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_is_closed_when_there_are_no_senders_and_there_are_messages: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_is_closed_when_there_are_messages_and_close_is_called: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_is_empty_when_no_messages_were_sent: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_is_not_empty_when_there_are_messages_in_the_buffer: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_is_not_empty_when_all_but_one_messages_are_consumed: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_is_empty_when_all_messages_are_consumed: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_is_empty_all_senders_are_dropped_and_messages_consumed: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_len_on_empty_channel: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_len_on_empty_channel_without_senders: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_len_with_multiple_messages: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_len_with_multiple_messages_and_dropped_senders: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_len_when_consuming_all_messages: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_len_when_close_is_called: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_len_when_close_is_called_before_dropping_sender: the same without a bound
// tokio: T100 tests/sync_mpsc.rs test_rx_unbounded_len_when_close_is_called_after_dropping_sender: the same without a bound
// tokio: src/sync/tests/loom_mpsc.rs len_during_close_block_cap: the length is right at the end of a block
// tokio: src/sync/tests/loom_mpsc.rs len_during_close_block_cap_plus_1: and one value after it
// covers: F123
func TestTheReceiverObservesItsChannel(t *testing.T) {
	const capacity = 100
	for _, sent := range []int{0, 1, 10, 32, 33, 63, 64, 65, capacity} {
		for _, taken := range []int{0, 1, sent / 2, sent - 1, sent} {
			if taken < 0 || taken > sent {
				continue
			}
			for _, end := range []string{"", "close", "senders", "close senders", "senders close"} {
				t.Run(fmt.Sprintf("%d sent, %d taken, %q", sent, taken, end), func(t *testing.T) {
					forBoth(t, capacity, func(t *testing.T, s source) {
						s.fill(t, sent)
						s.take(t, taken)
						switch end {
						case "close":
							s.rx.Close(nil)
						case "senders":
							s.close()
						case "close senders":
							s.rx.Close(nil)
							s.close()
						case "senders close":
							s.close()
							s.rx.Close(nil)
						}
						left := sent - taken
						require.Equal(t, observed{end != "", left == 0, left}, observed{s.rx.IsClosed(), s.rx.IsEmpty(), s.rx.Len()})
					})
				})
			}
		}
	}
}

// tokio: T100 tests/sync_mpsc.rs test_rx_is_not_closed_when_there_are_permits_but_not_senders: a permit is as good as a sender
func TestAPermitKeepsTheChannelOpen(t *testing.T) {
	tx, rx := mpsc.New[int](10)
	permit, err := tx.TryReserve()
	require.NoError(t, err)
	tx.Close(nil)
	require.False(t, rx.IsClosed())
	permit.Release(nil)
	require.True(t, rx.IsClosed())
}

// tokio: T100 tests/sync_mpsc.rs test_is_empty_32_msgs: it is empty after each receive, across the ends of blocks
func TestEmptyAfterEachReceive(t *testing.T) {
	forBoth(t, 33, func(t *testing.T, s source) {
		for v := range 256 {
			require.NoError(t, s.send(nil, v))
			require.False(t, s.rx.IsEmpty())
			s.take(t, 1)
			require.True(t, s.rx.IsEmpty())
		}
	})
}
