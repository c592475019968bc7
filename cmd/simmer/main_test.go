package main_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
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

// program is the built command.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "simmer")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "simmer")
	if out, err := exec.Command("go", "build", "-race", "-o", program, ".").CombinedOutput(); err != nil {
		panic(string(out))
	}
	status := m.Run()
	os.RemoveAll(dir)
	if status == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
	}
	os.Exit(status)
}

// process is a running command.
type process struct {
	*exec.Cmd
	stdout *bufio.Reader
	stderr bytes.Buffer
}

func start(t *testing.T, args ...string) *process {
	p := &process{Cmd: exec.Command(program, args...)}
	out, err := p.StdoutPipe()
	require.NoError(t, err)
	p.stdout = bufio.NewReader(out)
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

// stuck serves connections that send half of a body and wait until the client has gone. It sends on asked for each.
func stuck(t *testing.T) (url string, asked chan struct{}) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	asked = make(chan struct{}, 10)
	var wg sync.WaitGroup
	wg.Go(func() { // ends when the listener is closed
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { // ends when the client has gone
				defer conn.Close()
				conn.Read(make([]byte, 4096))
				fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n%s", strings.Repeat("x", 500_000))
				asked <- struct{}{}
				conn.Read(make([]byte, 1))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	return "http://" + l.Addr().String(), asked
}

// unfinished returns the files of dir whose names are hidden.
func unfinished(t *testing.T, dir string) []string {
	files, err := filepath.Glob(filepath.Join(dir, ".*"))
	require.NoError(t, err)
	return files
}

func TestSignalCancelsFetchWithinASecondAndCleansUp(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		dir := t.TempDir()
		url, asked := stuck(t)
		p := start(t, "fetch", "--out", dir, url+"/one", url+"/two")
		<-asked
		<-asked
		require.Eventually(t, func() bool { return len(unfinished(t, dir)) == 2 }, 10*time.Second, time.Millisecond)
		began := time.Now()
		require.NoError(t, p.Process.Signal(signal))
		status, stdout := p.end(t)
		require.Less(t, time.Since(began), time.Second)
		require.Equal(t, 130, status)
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, entries)
		require.Equal(t, 2, strings.Count(stdout, "  cancelled\n"), stdout)
		require.Contains(t, stdout, "0 of 2 files")
		require.Contains(t, p.stderr.String(), "simmer: interrupted\n")
	}
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
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
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
