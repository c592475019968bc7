package show

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/simmer-go/simmer/cmd/internal/fetch"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

const (
	// refresh is the time between two pictures: 20 a second look smooth and cost nothing.
	refresh = 50 * time.Millisecond
	// barWidth leaves room for names and numbers on 80 columns.
	barWidth = 30
	// maxShown is the longest part of a name that stands beside a bar.
	maxShown = 24
)

// Bars draws a bar for each download, on a terminal, until Stop.
//
// A goroutine looks at the downloads' counters 20 times a second. The tasks never wait for the picture.
type Bars struct {
	downloads []*fetch.Download
	container *mpb.Progress
	bars      []*mpb.Bar
	stop      chan struct{}
	wg        sync.WaitGroup
}

// NewBars begins to draw on out.
func NewBars(out io.Writer, downloads []*fetch.Download) *Bars {
	b := &Bars{
		downloads: downloads,
		container: mpb.New(mpb.WithOutput(out), mpb.WithRefreshRate(refresh), mpb.WithAutoRefresh()),
		stop:      make(chan struct{}),
	}
	for _, d := range downloads {
		b.bars = append(b.bars, b.container.New(0, // 0: the total is not known yet, and only the watcher completes the bar
			mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]"),
			mpb.BarWidth(barWidth),
			mpb.PrependDecorators(decor.Name(label(d), decor.WCSyncSpaceR)),
			mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return state(d) }, decor.WCSyncSpaceR)),
		))
	}
	b.wg.Go(b.watch) // ends when stop is closed
	return b
}

// Ended does nothing: the watcher sees it.
func (b *Bars) Ended(*fetch.Download) {}

// Stop draws the last picture and leaves it. The downloads have ended, or none has begun.
func (b *Bars) Stop() {
	close(b.stop)
	b.wg.Wait()
	for i, d := range b.downloads {
		if !b.update(i, d) {
			b.bars[i].Abort(true)
		}
	}
	b.container.Wait()
}

func (b *Bars) watch() {
	ticker := time.NewTicker(refresh)
	defer ticker.Stop()
	for {
		select {
		case <-b.stop:
			return
		case <-ticker.C:
			for i, d := range b.downloads {
				b.update(i, d)
			}
		}
	}
}

// update shows where d is, and reports whether that is the end.
func (b *Bars) update(i int, d *fetch.Download) (ended bool) {
	bar := b.bars[i]
	received, length := d.Wire()
	switch d.Phase() {
	case fetch.Done:
		bar.SetTotal(max(received, 1), true) // an empty file's bar is full too
		return true
	case fetch.Failed:
		bar.Abort(false)
		return true
	}
	if length > 0 {
		bar.SetTotal(length, false)
		bar.SetCurrent(min(received, length))
	}
	return false
}

// state is what stands behind the bar. All sizes are the file's, as in the table: the bar alone goes by the wire.
func state(d *fetch.Download) string {
	came, whole := d.Progress()
	switch d.Phase() {
	case fetch.Queued:
		return "waiting for its turn"
	case fetch.Connecting:
		return "waiting for the answer"
	case fetch.Retrying:
		return "failed, trying again"
	case fetch.Done:
		return fmt.Sprintf("%s in %d ms", size(came), millis(d.Took()))
	case fetch.Failed:
		return fmt.Sprintf("failed after %d ms", millis(d.Took()))
	}
	if whole < 0 {
		return size(came)
	}
	return fmt.Sprintf("%s of %s", size(came), size(whole))
}

// label is the name that stands before the bar.
func label(d *fetch.Download) string {
	name := []rune(printable(d.Name()))
	if len(name) > maxShown {
		return string(name[:maxShown-3]) + "..."
	}
	return string(name)
}
