package fetch

import (
	"cmp"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/cmd/internal/httpget"
)

// Phase is how far a download has come.
type Phase int32

// The phases, in order, but that a retried download goes back to Connecting.
const (
	Queued     Phase = iota // not begun
	Connecting              // asked, no answer yet
	Receiving               // the body is coming
	Retrying                // a try has failed, and it waits before the next
	Done                    // the file is complete
	Failed                  // given up, timed out or cancelled
)

// Download is one URL, and what becomes of it.
//
// Ownership. Its task writes the atomic fields and any goroutine may read them through the methods. The other fields are written
// before Run begins or, Result, by the goroutine of Run.
type Download struct {
	// URL is the address as it is shown: without the password.
	URL string
	// Result is how the download ended. It is set before Run reports it.
	Result Result

	url      *url.URL
	err      error  // why it cannot even begin
	name     string // of its file, unless the server proposes another
	phase    atomic.Int32
	length   atomic.Int64 // on the wire
	received atomic.Int64 // from the wire
	came     atomic.Int64 // of the file
	isPacked atomic.Bool
	took     atomic.Int64
	commit   atomic.Pointer[simmer.JoinHandle[Result]] // nil until the file is to get its name
}

// Result is how a download ended.
type Result struct {
	// File is the name of the file in the directory: one that is complete, or that would have been made.
	File string
	// Status is the HTTP status of the last answer, 0 if there was none.
	Status int
	// Bytes is the size of the complete file.
	Bytes int64
	// Took is the time from the download's begin to its end, with all tries.
	Took time.Duration
	// Err is why there is no file, or nil.
	Err error
}

func newDownload(raw string, names *names) *Download {
	d := &Download{}
	d.length.Store(-1)
	d.url, d.err = httpget.ParseURL(raw)
	if d.err != nil {
		d.URL = withoutPassword(raw, d.url)
		d.name = cmp.Or(d.URL, `""`)
		return d
	}
	d.URL = d.url.Redacted()
	d.name = names.take(nameOf(d.url))
	return d
}

// withoutPassword returns raw, which was rejected, as it may be shown. u is what it was parsed to, or nil. Where no login was
// found in it, all before an @ may be one.
func withoutPassword(raw string, u *url.URL) string {
	if u != nil && u.User != nil {
		return u.Redacted()
	}
	at := strings.LastIndexByte(raw, '@')
	if at < 0 {
		return raw
	}
	begin := 0
	if i := strings.Index(raw[:at], "//"); i >= 0 {
		begin = i + len("//")
	}
	return raw[:begin] + "xxxxx" + raw[at:]
}

// Name returns the name that the file has unless the server proposes another, or the URL if it is malformed. Any goroutine.
func (d *Download) Name() string { return d.name }

// Phase returns how far the download has come. Any goroutine.
func (d *Download) Phase() Phase { return Phase(d.phase.Load()) }

// Progress returns the bytes of the file that have come, with chunks and compression undone, and how many there will be: -1 if nobody
// has said, and for a compressed body, whose header tells another number. At the end the first is Result.Bytes. Any goroutine.
func (d *Download) Progress() (came, whole int64) {
	whole = d.length.Load()
	if d.isPacked.Load() {
		whole = -1
	}
	return d.came.Load(), whole
}

// Wire returns the bytes of the body that have come from the wire, and how many there will be, -1 if nobody has said: how far the
// download is, but not what the file has. Any goroutine.
func (d *Download) Wire() (received, length int64) { return d.received.Load(), d.length.Load() }

// Took returns the time from begin to end, 0 until then. Any goroutine.
func (d *Download) Took() time.Duration { return time.Duration(d.took.Load()) }

func (d *Download) enter(p Phase) { d.phase.Store(int32(p)) }

// restart forgets what an earlier try has brought.
func (d *Download) restart() {
	d.received.Store(0)
	d.came.Store(0)
	d.length.Store(-1)
	d.isPacked.Store(false)
	d.enter(Connecting)
}
