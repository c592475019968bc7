//go:build unix

package runtime_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/mpsc"
)

// tokio: T160 tests/process_kill_on_drop.rs kill_on_drop: the process that a task has started ends with it
// tokio: T160 tests/process_smoke.rs simple: and the task gets the state of one that has ended by itself
// covers: F186 F187 F188
func TestAProcessEndsWithItsTask(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	code, err := do(t, rt, func(cx *future.Context) (int, error) {
		return runtime.SpawnBlocking(cx, func(ctx context.Context) (int, error) {
			cmd := exec.CommandContext(ctx, "sh", "-c", "exit 2")
			_ = cmd.Run() // the state tells
			return cmd.ProcessState.ExitCode(), nil
		}).Await(cx)
	})
	require.NoError(t, err)
	require.Equal(t, 2, code)

	output, input, err := os.Pipe()
	require.NoError(t, err)
	defer output.Close()
	require.NoError(t, output.SetReadDeadline(time.Now().Add(patience)))
	running := make(chan none)
	h := runtime.SpawnBlocking(rt, func(ctx context.Context) (none, error) {
		defer input.Close()
		cmd := exec.CommandContext(ctx, "sh", "-c", "echo begun; exec sleep 1000")
		cmd.Stdout = input
		if err := cmd.Start(); err != nil {
			return none{}, err
		}
		close(running)
		return none{}, cmd.Wait()
	})
	receive(t, running)
	lines := bufio.NewReader(output)
	begun, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "begun\n", begun)
	h.Abort()
	rest, err := io.ReadAll(lines) // ends when nobody has the pipe open, the process neither
	require.NoError(t, err)
	require.Empty(t, rest)
	_, err = result(t, h)
	require.Error(t, err)
}

// tokio: T159 tests/signal_twice.rs twice: each signal reaches the task that waits for signals
// tokio: T159 tests/signal_drop_recv.rs drop_then_get_a_signal: also after another one has stopped waiting
// covers: F185
func TestSignalsReachATaskThroughAChannel(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	listen := func() (rx *mpsc.Receiver[os.Signal], stop func()) {
		signals, over := make(chan os.Signal, 1), make(chan none)
		signal.Notify(signals, syscall.SIGUSR1)
		tx, rx := mpsc.New[os.Signal](1)
		go func() { // ends with stop
			defer close(over)
			defer tx.Close(nil)
			for s := range signals {
				if tx.SendBlocking(context.Background(), s) != nil {
					return
				}
			}
		}()
		return rx, func() {
			signal.Stop(signals)
			close(signals)
			<-over
		}
	}
	first, stopFirst := listen()
	stopFirst()
	_, err := first.TryRecv(nil)
	require.ErrorIs(t, err, mpsc.ErrClosed)
	rx, stop := listen()
	defer stop()
	must(t, rt, func(cx *future.Context) {
		for range 2 {
			require.NoError(t, syscall.Kill(syscall.Getpid(), syscall.SIGUSR1))
			got, err := rx.Recv(cx)
			require.NoError(t, err)
			require.Equal(t, syscall.SIGUSR1, got)
		}
	})
}

// tokio: src/signal/ctrl_c.rs ctrl_c: an interrupt ends what a goroutine blocks on
// covers: F184
func TestAnInterruptEndsWhatAGoroutineBlocksOn(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	_, err := runtime.BlockOn(ctx, rt, future.Async(func(cx *future.Context) (none, error) {
		require.NoError(t, syscall.Kill(syscall.Getpid(), syscall.SIGINT))
		return none{}, never(cx)
	}))
	require.ErrorIs(t, err, context.Canceled)
}
