package configserver

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/runtime"
	"github.com/stretchr/testify/require"
)

// The listener is closed at the moment in which a connection's task is made: serve ends, and the task is aborted before its
// first poll.
func TestConnectionOfATaskThatNeverBeganIsClosed(t *testing.T) {
	var l *aio.Listener
	armed := false // on the one worker
	rt, err := simmer.New(simmer.Config{Workers: 1, Hooks: runtime.Hooks{OnSpawn: func(runtime.TaskMeta) {
		if armed {
			l.Close()
		}
	}}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	client, err := simmer.BlockOn(context.Background(), rt, simmer.Async(func(cx *simmer.Context) (client net.Conn, err error) {
		if l, err = aio.Listen(cx, "tcp", "127.0.0.1:0"); err != nil {
			return nil, err
		}
		if client, err = net.Dial("tcp", l.Addr().String()); err != nil { // waits in the listener's queue
			return nil, err
		}
		armed = true
		require.ErrorIs(t, new(Server).serve(cx, l), net.ErrClosed)
		return client, nil
	}))
	require.NoError(t, err)
	defer client.Close()
	require.NoError(t, client.SetDeadline(time.Now().Add(5*time.Second)))
	_, err = client.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}
