package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAllAreDownloadedAtTheSameTime(t *testing.T) {
	const n = 8
	var waiting sync.WaitGroup
	waiting.Add(n)
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		waiting.Done()
		waiting.Wait() // hangs unless all ask before any is answered
		fmt.Fprint(w, r.URL.Path)
	})
	var urls []string
	for i := range n {
		urls = append(urls, fmt.Sprintf("%s/%d.txt", url, i))
	}
	b, dir := run(t, Options{Timeout: 10 * time.Second}, urls...)
	for i, d := range b.Downloads {
		require.NoError(t, d.Result.Err)
		require.Equal(t, Done, d.Phase())
		require.Equal(t, fmt.Sprintf("%d.txt", i), d.Result.File)
		require.Equal(t, fmt.Sprintf("/%d.txt", i), read(t, filepath.Join(dir, d.Result.File)))
		require.Equal(t, Result{File: d.Result.File, Status: 200, Bytes: 6, Took: d.Took()}, d.Result)
	}
	require.Len(t, filesIn(t, dir), n)
}

func TestSequentialIsOneAfterTheOther(t *testing.T) {
	var inside, most atomic.Int32
	var order []string
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), inside.Add(1)))
		order = append(order, r.URL.Path) // the race detector objects if two are inside
		inside.Add(-1)
	})
	run(t, Options{Sequential: true}, url+"/a", url+"/b", url+"/c")
	require.EqualValues(t, 1, most.Load())
	require.Equal(t, []string{"/a", "/b", "/c"}, order)
}

func TestFailureDoesNotStopTheOthers(t *testing.T) {
	good := text(t, "soup")
	missing := serve(t, http.NotFound)
	refused := refusing(t)
	var ended []*Download
	b, dir := run(t, Options{Ended: func(d *Download) { ended = append(ended, d) }},
		"no url", "ftp://host/x", refused+"/r", missing+"/m", good+"/good")
	var reasons []string
	for _, d := range b.Downloads[:4] {
		require.Equal(t, Failed, d.Phase())
		require.Zero(t, d.Result.Bytes)
		reasons = append(reasons, d.Result.Err.Error())
	}
	require.Equal(t, "malformed URL: it does not begin with http:// or https://", reasons[0])
	require.Equal(t, `unsupported scheme "ftp": only http and https are fetched`, reasons[1])
	require.Contains(t, reasons[2], "connection refused")
	require.Equal(t, "404 Not Found", reasons[3])
	require.Equal(t, 404, b.Downloads[3].Result.Status)
	require.NoError(t, b.Downloads[4].Result.Err)
	require.Equal(t, 4, b.Failed())
	require.ElementsMatch(t, b.Downloads, ended)
	require.Equal(t, []string{"good"}, filesIn(t, dir))
}

// refusing returns the URL of a port on which nobody listens.
func refusing(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return "http://" + l.Addr().String()
}

func TestPassingFailuresAreRetriedAndOthersAreNot(t *testing.T) {
	var asked atomic.Int32
	flaky := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) <= 2 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, "at last")
	})
	result, _ := one(t, Options{Retries: 2, Backoff: time.Millisecond}, flaky)
	require.NoError(t, result.Err)
	require.EqualValues(t, 3, asked.Load())

	asked.Store(-7) // fails nine times
	result, dir := one(t, Options{Retries: 2, Backoff: time.Millisecond}, flaky)
	require.EqualError(t, result.Err, "503 Service Unavailable")
	require.Equal(t, 503, result.Status)
	require.EqualValues(t, -4, asked.Load())
	require.Empty(t, filesIn(t, dir))

	asked.Store(0)
	denied := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusForbidden)
	})
	result, _ = one(t, Options{Retries: 5, Backoff: time.Millisecond}, denied)
	require.EqualError(t, result.Err, "403 Forbidden")
	require.EqualValues(t, 1, asked.Load())
}

func TestEarlyCloseIsRetriedFromTheBegin(t *testing.T) {
	var asked atomic.Int32
	url := raw(t, func(conn net.Conn) {
		if asked.Add(1) == 1 {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nwrong")
			return
		}
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\ncomplete")
	})
	result, dir := one(t, Options{Retries: 1}, url+"/x")
	require.NoError(t, result.Err)
	require.Equal(t, []string{"x"}, filesIn(t, dir))
	require.Equal(t, "complete", read(t, filepath.Join(dir, "x")))
}

func TestIncompleteBodyLeavesNoFile(t *testing.T) {
	for answer, want := range map[string]string{
		"":              "server closed the connection before its response",
		"what?\r\n\r\n": `malformed HTTP response "what?"`,
		"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + strings.Repeat("x", 200_000): "server closed the connection after 200000 of 300000 bytes",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsoup\r\n":               "server closed the connection in the middle of the body, after 4 bytes",
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno gzip":                         "damaged gzip body: unexpected EOF",
	} {
		url := raw(t, func(conn net.Conn) { io.WriteString(conn, answer) })
		result, dir := one(t, Options{}, url+"/x")
		require.EqualError(t, result.Err, want)
		require.Empty(t, filesIn(t, dir))
	}
}

func TestTimeoutCoversTheWholeDownloadAndItsRetries(t *testing.T) {
	silent := raw(t, untilClosed)
	slow := raw(t, func(conn net.Conn) {
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"+strings.Repeat("x", 100_000))
		untilClosed(conn)
	})
	failing := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	began := time.Now()
	b, dir := run(t, Options{Timeout: 100 * time.Millisecond, Retries: 1_000_000, Backoff: time.Millisecond}, silent, slow, failing)
	require.Less(t, time.Since(began), 10*time.Second)
	for _, d := range b.Downloads {
		require.EqualError(t, d.Result.Err, "timed out after 100ms")
		require.GreaterOrEqual(t, d.Result.Took, 100*time.Millisecond)
	}
	require.Empty(t, filesIn(t, dir))
}

func TestCancelRemovesWhatIsUnfinishedAndKeepsWhatIsDone(t *testing.T) {
	halfway := make(chan struct{})
	half := raw(t, func(conn net.Conn) {
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"+strings.Repeat("x", 500_000))
		close(halfway)
		untilClosed(conn)
	})
	silent := raw(t, untilClosed)
	done := make(chan struct{})
	dir := t.TempDir()
	b := New([]string{text(t, "soup") + "/soup", half + "/half", silent + "/silent"}, Options{Dir: dir, Ended: func(d *Download) {
		if d.Result.Err == nil {
			close(done)
		}
	}})
	cause := errors.New("the guest has left")
	ctx, cancel := context.WithCancelCause(context.Background())
	go func() { // ends when the test has come half way
		<-halfway
		<-done
		require.Eventually(t, func() bool { return len(filesIn(t, dir)) == 2 }, 5*time.Second, time.Millisecond) // half is being written
		cancel(cause)
	}()
	require.Equal(t, cause, b.Run(ctx, runtimeFor(t)))
	require.NoError(t, b.Downloads[0].Result.Err)
	for _, d := range b.Downloads[1:] {
		require.EqualError(t, d.Result.Err, "cancelled")
		require.Equal(t, Failed, d.Phase())
	}
	require.Equal(t, []string{"soup"}, filesIn(t, dir))
}

func TestCancelledSequenceReportsWhatNeverBegan(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	silent := raw(t, func(conn net.Conn) {
		cancel()
		untilClosed(conn)
	})
	b := New([]string{silent, silent, silent}, Options{Dir: t.TempDir(), Sequential: true})
	require.ErrorIs(t, b.Run(ctx, runtimeFor(t)), context.Canceled)
	require.Equal(t, 3, b.Failed())
	require.Zero(t, b.Downloads[2].Took())
}

func TestUnusableDirectoryIsOneErrorForAll(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	b := New([]string{"http://127.0.0.1:1/x"}, Options{Dir: filepath.Join(file, "below")})
	err := b.Run(context.Background(), runtimeFor(t))
	require.ErrorContains(t, err, "cannot make the output directory")
	require.Equal(t, Queued, b.Downloads[0].Phase())
}

func TestFinalNameThatCannotBeTakenFailsOneDownload(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "taken", "x"), 0o777))
	url := text(t, "soup")
	b, _ := run(t, Options{Dir: dir, Retries: 3, Backoff: time.Hour}, url+"/taken", url+"/free")
	require.ErrorContains(t, b.Downloads[0].Result.Err, "cannot write the file: ")
	require.NoError(t, b.Downloads[1].Result.Err)
	require.Equal(t, []string{"free", "taken"}, filesIn(t, dir))
}

func TestPanicIsReportedAsOne(t *testing.T) {
	b := New([]string{text(t, "soup")}, Options{Dir: t.TempDir()})
	b.Downloads[0].url = nil // a program error
	require.NoError(t, b.Run(context.Background(), runtimeFor(t)))
	require.ErrorContains(t, b.Downloads[0].Result.Err, "internal error: task")
}

func TestNoDownloadsAreDoneAtOnce(t *testing.T) {
	b, _ := run(t, Options{})
	require.Zero(t, b.Failed())
	b, _ = run(t, Options{Sequential: true})
	require.Zero(t, b.Failed())
}

func TestPasswordOfARejectedURLIsNotShown(t *testing.T) {
	for raw, want := range map[string]string{
		"ftp://user:secret@host/x":        "ftp://user:xxxxx@host/x",
		"http://user:secret@host:99999/x": "http://user:xxxxx@host:99999/x",
		"http://user:sec/ret@host/x":      "http://xxxxx@host/x",
		"http://user:sec%ret@host/x":      "http://xxxxx@host/x",
		"user:secret@host/x":              "xxxxx@host/x",
		"//user:secret@host/x":            "//user:xxxxx@host/x",
		"http://user:secret@host/x y":     "http://user:xxxxx@host/x%20y",
		"ftp://host/x":                    "ftp://host/x",
		"":                                "",
	} {
		d := New([]string{raw}, Options{}).Downloads[0]
		require.Equal(t, want, d.URL, raw)
		for _, shown := range []string{d.URL, d.Name(), fmt.Sprint(d.err)} {
			require.NotContains(t, shown, "sec")
			require.NotContains(t, shown, "ret")
		}
	}
}
