//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTokenFromBeforeRefusesTheWait(t *testing.T) {
	var s parkState
	require.True(t, s.waits())
	require.Equal(t, empty, s.notify())
	require.Equal(t, notified, s.notify(), "a second token is the same one")
	require.False(t, s.waits())
	require.False(t, s.enter(parked))
	require.True(t, s.leave())
	require.True(t, s.enter(parked), "a token counts once")
	require.False(t, s.leave())
}

func TestNotifySaysWhereTheWorkerWaits(t *testing.T) {
	for _, where := range []uint32{parked, parkedDriver} {
		var s parkState
		require.True(t, s.enter(where))
		require.True(t, s.waits())
		require.Equal(t, where, s.notify())
		require.Equal(t, notified, s.notify(), "only the first notifier signals")
		require.True(t, s.leave())
		require.Equal(t, empty, s.notify())
	}
}
