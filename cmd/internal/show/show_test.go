package show_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/cmd/internal/fetch"
	"github.com/simmer-go/simmer/cmd/internal/show"
	"github.com/stretchr/testify/require"
)

// ended makes a download that has ended with r.
func ended(r fetch.Result) *fetch.Download {
	return &fetch.Download{URL: "http://h/" + r.File, Result: r}
}

var batch = &fetch.Batch{
	Took: 210 * time.Millisecond,
	Downloads: []*fetch.Download{
		ended(fetch.Result{File: "app.json", Status: 200, Bytes: 12_345, Took: 209_600 * time.Microsecond}),
		ended(fetch.Result{File: "menü.yaml", Status: 404, Took: 90 * time.Millisecond, Err: errors.New("404 Not Found")}),
		ended(fetch.Result{File: "x", Took: 1200 * time.Millisecond, Err: errors.New("bell\aand \x1b[2J clear")}),
	},
}

func TestTableShowsEachDownloadAndReasons(t *testing.T) {
	var out bytes.Buffer
	show.Table(&out, batch.Downloads)
	require.Equal(t, ""+
		"FILE       STATUS  BYTES    MS\n"+
		"app.json   200     12345   210\n"+
		"menü.yaml  404         -    90  404 Not Found\n"+
		"x          -           -  1200  bell?and ?[2J clear\n", out.String())
}

func TestTotalStandsBesideTheTimeOneAfterTheOther(t *testing.T) {
	total := func(b *fetch.Batch, sequential bool) string {
		var out bytes.Buffer
		show.Total(&out, b, sequential)
		return out.String()
	}
	require.Equal(t, "1 of 3 files, 12.1 KiB in 210 ms\n", total(batch, false), "times of failures do not compare")
	came := func(took time.Duration) *fetch.Download { return ended(fetch.Result{Bytes: 1024, Took: took}) }
	all := &fetch.Batch{Took: 210 * time.Millisecond, Downloads: []*fetch.Download{came(210 * time.Millisecond), came(90 * time.Millisecond)}}
	require.Equal(t, "2 files, 2.0 KiB in 210 ms; one after the other: 300 ms (1.4 x)\n", total(all, false))
	require.Equal(t, "1 of 3 files, 12.1 KiB in 210 ms, one after the other\n", total(batch, true))
	single := &fetch.Batch{Took: time.Millisecond, Downloads: batch.Downloads[:1]}
	require.Equal(t, "1 file, 12.1 KiB in 1 ms\n", total(single, false))
}

func TestSizesAreRoundedToTheUnitThatFits(t *testing.T) {
	for bytes, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1<<20 - 1: "1.0 MiB", 1 << 20: "1.0 MiB", 5 << 30: "5.0 GiB", 1 << 50: "1024.0 TiB",
	} {
		var out strings.Builder
		show.Total(&out, &fetch.Batch{Downloads: []*fetch.Download{ended(fetch.Result{Bytes: bytes})}}, false)
		require.Equal(t, "1 file, "+want+" in 0 ms\n", out.String())
	}
}

func TestLinesGoToOutAndFailuresToErr(t *testing.T) {
	var out, err bytes.Buffer
	lines := show.Lines{Out: &out, Err: &err}
	for _, d := range batch.Downloads {
		lines.Ended(d)
	}
	lines.Stop()
	require.Equal(t, "done app.json 200 12345 B 210 ms\n", out.String())
	require.Equal(t, "failed http://h/menü.yaml: 404 Not Found\nfailed http://h/x: bell?and ?[2J clear\n", err.String())
}

func TestBarsFollowTheDownloadsToTheirEnd(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/missing":
			http.NotFound(w, r)
		case "/empty":
		default:
			w.Header().Set("Content-Length", "2048")
			fmt.Fprint(w, strings.Repeat("x", 1024))
			w.(http.Flusher).Flush()
			<-release
			fmt.Fprint(w, strings.Repeat("x", 1024))
		}
	}))
	defer server.Close()
	rt, err := simmer.New(simmer.Config{Workers: 2})
	require.NoError(t, err)
	defer rt.Close()
	b := fetch.New([]string{
		server.URL + "/file", server.URL + "/missing", server.URL + "/empty", server.URL + "/" + strings.Repeat("long", 20), "\x1b[2J",
	}, fetch.Options{Dir: t.TempDir()})

	screen := &screen{want: "1.0 KiB of 2.0 KiB", seen: release}
	bars := show.NewBars(screen, b.Downloads)
	require.NoError(t, b.Run(context.Background(), rt)) // hangs unless the bars have shown one half
	for _, d := range b.Downloads {
		bars.Ended(d)
	}
	bars.Stop()
	last := screen.text[strings.LastIndex(screen.text, "file "):]
	require.Regexp(t, `^file +\[=+\] 2.0 KiB in \d+ ms`, last)
	require.Regexp(t, `(?m)^missing +\[ *\] failed after \d+ ms`, last)
	require.Regexp(t, `(?m)^empty +\[=+\] 0 B in \d+ ms`, last)
	require.Regexp(t, `(?m)^longlonglonglonglongl\.\.\. +\[=+\] 2.0 KiB in \d+ ms`, last)
	require.Contains(t, last, "?[2J")
}

func TestTheSizesOfAPackedDownloadAreThoseOfItsFile(t *testing.T) {
	release := make(chan struct{})
	var packed bytes.Buffer
	pack := gzip.NewWriter(&packed)
	io.WriteString(pack, strings.Repeat("x", 3<<10))
	require.NoError(t, pack.Flush())
	first := packed.Len()
	io.WriteString(pack, strings.Repeat("y", 2<<10))
	require.NoError(t, pack.Close())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		if r.URL.Path == "/said" {
			w.Header().Set("Content-Length", strconv.Itoa(packed.Len()))
		}
		w.Write(packed.Bytes()[:first])
		w.(http.Flusher).Flush()
		<-release
		w.Write(packed.Bytes()[first:])
	}))
	defer server.Close()
	rt, err := simmer.New(simmer.Config{Workers: 2})
	require.NoError(t, err)
	defer rt.Close()
	b := fetch.New([]string{server.URL + "/said", server.URL + "/chunked"}, fetch.Options{Dir: t.TempDir()})
	screen := &screen{want: "] 3.0 KiB", seen: release}
	bars := show.NewBars(screen, b.Downloads)
	require.NoError(t, b.Run(context.Background(), rt)) // hangs unless a bar has shown what has come of the file
	bars.Stop()
	require.NotContains(t, screen.text, " of ", "the header tells the length on the wire")
	require.NotRegexp(t, `[1-9]\d* B`, screen.text)
	last := screen.text[strings.LastIndex(screen.text, "said "):]
	require.Regexp(t, `(?m)^said +\[=+\] 5.0 KiB in \d+ ms`, last)
	require.Regexp(t, `(?m)^chunked +\[=+\] 5.0 KiB in \d+ ms`, last)
	for _, d := range b.Downloads {
		came, _ := d.Progress()
		require.Equal(t, d.Result.Bytes, came)
	}
}

func TestBarsOfDownloadsThatNeverBeganVanish(t *testing.T) {
	screen := &screen{}
	bars := show.NewBars(screen, fetch.New([]string{"http://h/x"}, fetch.Options{}).Downloads)
	bars.Stop() // must not wait for an end that never comes
}

// screen is a terminal that remembers everything, and closes seen when it has shown want.
type screen struct {
	text string
	want string
	seen chan struct{}
}

func (s *screen) Write(p []byte) (int, error) {
	s.text += string(p)
	if s.seen != nil && strings.Contains(s.text, s.want) {
		close(s.seen)
		s.seen = nil
	}
	return len(p), nil
}
