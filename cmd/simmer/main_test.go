package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// asCommand is the environment variable with which the test binary is the command itself. A command that is built apart would
// be none of the test's dependencies: after a change the go command would show old results.
const asCommand = "SIMMER_TEST_AS_COMMAND"

// program is the test binary.
var program string

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	var err error
	if program, err = os.Executable(); err != nil {
		panic(err)
	}
	os.Setenv(asCommand, "1") // for the processes that the tests start
	goleak.VerifyTestMain(m)
}

// process is a running command.
type process struct {
	*exec.Cmd
	pipe   io.Closer // stdout's
	stdout *bufio.Reader
	stderr bytes.Buffer
}

func start(t *testing.T, args ...string) *process {
	return startCommand(t, exec.Command(program, args...))
}

func startCommand(t *testing.T, cmd *exec.Cmd) *process {
	p := &process{Cmd: cmd}
	out, err := p.StdoutPipe()
	require.NoError(t, err)
	p.pipe, p.stdout = out, bufio.NewReader(out)
	p.Stderr = &p.stderr
	require.NoError(t, p.Start())
	t.Cleanup(func() { p.Process.Kill() })
	return p
}

// end waits for the process and returns its exit status and the rest of what it has printed.
func (p *process) end(t *testing.T) (status int, stdout string) {
	rest, err := io.ReadAll(p.stdout)
	require.NoError(t, err)
	p.Wait() // its error is the status
	return p.ProcessState.ExitCode(), string(rest)
}

// raw calls talk with each connection, after its first bytes, and closes it. It returns the server's address.
func raw(t *testing.T, talk func(net.Conn)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() { // ends when the listener is closed
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { // ends with talk
				defer conn.Close()
				conn.Read(make([]byte, 4096))
				talk(conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	return l.Addr().String()
}

// untilClosed waits for the other end.
func untilClosed(conn net.Conn) { conn.Read(make([]byte, 1)) }

// halfFile is the first half of a response.
var halfFile = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + strings.Repeat("x", 500_000)

// endSignals are those that end the command. It takes over from nohup that SIGHUP is ignored.
func endSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// unfinished returns the files of dir whose names are hidden.
func unfinished(t *testing.T, dir string) []string {
	files, err := filepath.Glob(filepath.Join(dir, ".*"))
	require.NoError(t, err)
	return files
}

// requireCancels sends signal to p, which fetches urls into dir, and checks that it ends as it should.
func requireCancels(t *testing.T, p *process, signal os.Signal, dir string, urls int) {
	began := time.Now()
	require.NoError(t, p.Process.Signal(signal))
	status, stdout := p.end(t)
	require.Less(t, time.Since(began), time.Second)
	require.Equal(t, 130, status)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
	require.Equal(t, urls, strings.Count(stdout, "  cancelled\n"), stdout)
	require.Contains(t, stdout, fmt.Sprintf("0 of %d file", urls))
	require.Contains(t, p.stderr.String(), "simmer: interrupted\n")
}

func TestSignalCancelsFetchWithinASecondAndCleansUp(t *testing.T) {
	for _, signal := range endSignals() {
		dir := t.TempDir()
		url := "http://" + raw(t, func(conn net.Conn) {
			io.WriteString(conn, halfFile)
			untilClosed(conn)
		})
		p := start(t, "fetch", "--out", dir, url+"/one", url+"/two")
		require.Eventually(t, func() bool { return len(unfinished(t, dir)) == 2 }, 10*time.Second, time.Millisecond)
		requireCancels(t, p, signal, dir, 2)
	}
}

func TestSignalCancelsFetchWhateverItWaitsFor(t *testing.T) {
	const fourth = 4 // the pause after the fourth try is 1.6 s
	for name, c := range map[string]struct {
		scheme string
		asked  int // connections after which the fetch waits
		talk   func(net.Conn)
	}{
		"TLS handshake": {"https", 1, untilClosed},
		"header":        {"http", 1, untilClosed},
		"rest of header": {"http", 1, func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Le")
			untilClosed(conn)
		}},
		"retry": {"http", fourth, func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, asked := t.TempDir(), make(chan struct{}, 100)
			address := raw(t, func(conn net.Conn) {
				asked <- struct{}{}
				c.talk(conn)
			})
			p := start(t, "fetch", "--out", dir, "--retries", "100", c.scheme+"://"+address+"/x")
			for range c.asked {
				<-asked
			}
			requireCancels(t, p, os.Interrupt, dir, 1)
		})
	}
}

func TestReaderThatGoesAwayDoesNotStopTheDownloads(t *testing.T) {
	dir, half, rest := t.TempDir(), make(chan struct{}), make(chan struct{})
	slow := raw(t, func(conn net.Conn) {
		io.WriteString(conn, halfFile)
		close(half)
		<-rest
		io.WriteString(conn, strings.Repeat("x", 500_000))
	})
	quick := raw(t, func(conn net.Conn) {
		<-half
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsoup")
	})
	p := start(t, "fetch", "--out", dir, "http://"+slow+"/slow", "http://"+quick+"/quick")
	require.NoError(t, p.pipe.Close())
	<-half
	require.Eventually(t, func() bool { // it is told of in vain
		_, err := os.Stat(filepath.Join(dir, "quick"))
		return err == nil
	}, 10*time.Second, time.Millisecond)
	close(rest)
	p.Wait()
	require.Zero(t, p.ProcessState.ExitCode(), p.ProcessState)
	require.Empty(t, unfinished(t, dir))
	require.FileExists(t, filepath.Join(dir, "slow"))
}

func TestFetchOfItsOwnServersEndsInTime(t *testing.T) {
	p := start(t, "fetch", "--out", t.TempDir())
	began := time.Now()
	status, stdout := p.end(t)
	require.Zero(t, status, p.stderr.String())
	require.Less(t, time.Since(began), 5*time.Second) // half a second on a quiet machine
	require.Contains(t, stdout, "3 files")
	require.NotContains(t, stdout, "\x1b", "no bars on a pipe")
}

func TestExitStatusIsTheProcess(t *testing.T) {
	for want, args := range map[int][]string{
		0: {"--help"},
		1: {"fetch", "--out", t.TempDir(), "nonsense"},
		2: {"cook"},
	} {
		status, _ := start(t, args...).end(t)
		require.Equal(t, want, status)
	}
}

// serveEcho starts an echo server on a free port and returns its address.
func serveEcho(t *testing.T) (*process, string) {
	p := start(t, "serve", "echo", "--addr", "127.0.0.1:0", "--workers", "2")
	line, err := p.stdout.ReadString('\n')
	require.NoError(t, err)
	match := regexp.MustCompile(`^listening on (127\.0\.0\.1:\d+)\n$`).FindStringSubmatch(line)
	require.NotNil(t, match, line)
	return p, match[1]
}

// client is a connection that has been echoed once, so that the server has a task for it.
func client(t *testing.T, address string) net.Conn {
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	echoes(t, conn)
	return conn
}

func echoes(t *testing.T, conn net.Conn) {
	_, err := io.WriteString(conn, "soup")
	require.NoError(t, err)
	got := make([]byte, 4)
	_, err = io.ReadFull(conn, got)
	require.NoError(t, err)
	require.Equal(t, "soup", string(got))
}

func TestEchoServerDrainsOpenConnections(t *testing.T) {
	for _, signal := range endSignals() {
		p, address := serveEcho(t)
		conn := client(t, address)
		require.NoError(t, p.Process.Signal(signal))
		require.Eventually(t, func() bool {
			probe, err := net.Dial("tcp", address)
			if err == nil {
				probe.Close()
			}
			return err != nil
		}, 5*time.Second, time.Millisecond) // accepts no more
		echoes(t, conn)
		began := time.Now()
		require.NoError(t, conn.Close())
		status, _ := p.end(t)
		require.Zero(t, status)
		require.Less(t, time.Since(began), 3*time.Second) // did not wait for the 5 s
		require.Contains(t, p.stderr.String(), "stopping: open connections may go on for up to 5s: ")
	}
}

func TestEchoServerClosesWhatIsOpenAfterFiveSeconds(t *testing.T) {
	p, address := serveEcho(t)
	conn := client(t, address)
	began := time.Now()
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	_, err := conn.Read(make([]byte, 1)) // waits until the server closes
	require.Error(t, err)
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
	status, _ := p.end(t)
	require.Zero(t, status)
	require.GreaterOrEqual(t, time.Since(began), 5*time.Second)
	require.Less(t, time.Since(began), 7*time.Second)
	require.Contains(t, p.stderr.String(), "closed connections that were still open: 1\n")
}

func TestSecondSignalEndsTheDraining(t *testing.T) {
	p, address := serveEcho(t)
	client(t, address)
	began := time.Now()
	require.NoError(t, p.Process.Signal(os.Interrupt))
	require.Eventually(t, func() bool { // the first is handled when nothing listens
		probe, err := net.Dial("tcp", address)
		if err == nil {
			probe.Close()
		}
		return err != nil
	}, 5*time.Second, time.Millisecond)
	require.NoError(t, p.Process.Signal(os.Interrupt))
	status, _ := p.end(t)
	require.Zero(t, status)
	require.Less(t, time.Since(began), 4*time.Second)
}

func TestIdleEchoServerEndsAtOnce(t *testing.T) {
	p, _ := serveEcho(t)
	began := time.Now()
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	status, _ := p.end(t)
	require.Zero(t, status)
	require.Less(t, time.Since(began), 3*time.Second)
	require.Empty(t, p.stderr.String())
}

func TestNohupKeepsTheEndOfTheTerminalFromEndingAFetch(t *testing.T) {
	halfway, rest := make(chan struct{}), make(chan struct{})
	url := "http://" + raw(t, func(conn net.Conn) {
		io.WriteString(conn, halfFile)
		close(halfway)
		<-rest
		io.WriteString(conn, strings.Repeat("x", 500_000))
	})
	p := startCommand(t, exec.Command("sh", "-c", `trap "" HUP; exec "$0" "$@"`, program, "fetch", "--out", t.TempDir(), url+"/x"))
	<-halfway
	require.NoError(t, p.Process.Signal(syscall.SIGHUP))
	close(rest)
	status, stdout := p.end(t)
	require.Zero(t, status, stdout)
}
