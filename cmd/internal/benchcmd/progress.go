package benchcmd

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/simmer-go/simmer/bench/measure"
)

// progress shows how far the measuring is. A line said meanwhile stands above the bar.
type progress interface {
	measure.Observer
	// stop leaves the picture as it is.
	stop()
}

var (
	_ progress = (*bar)(nil)
	_ progress = (*lines)(nil)
)

const (
	nameWidth = 38 // of the longest name of a workload
	barWidth  = 22 // leaves room for names and times on 80 columns
	// refresh is the time between two pictures. Drawing costs the time that is measured, so there are few.
	refresh = 500 * time.Millisecond
)

// bar is the progress on a terminal.
type bar struct {
	out       io.Writer
	container *mpb.Progress
	bar       *mpb.Bar
	row       atomic.Value // string
	estimate  estimate
}

func (b *bar) Begin(expected time.Duration) {
	b.container = mpb.New(mpb.WithOutput(b.out), mpb.WithRefreshRate(refresh), mpb.WithAutoRefresh())
	b.row.Store("")
	b.estimate.begin(expected)
	b.bar = b.container.New(expected.Milliseconds(),
		mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]"),
		mpb.BarWidth(barWidth),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return b.row.Load().(string) }, decor.WC{W: nameWidth, C: decor.DindentRight})),
		mpb.AppendDecorators(decor.Percentage(decor.WC{W: 5}), decor.Any(func(decor.Statistics) string { return b.left() })),
	)
}

func (b *bar) left() string {
	left, ok := b.estimate.left()
	if !ok {
		return " left --:--"
	}
	return " left " + clock(left)
}

func (b *bar) Row(name string) { b.row.Store(name) }

func (b *bar) Did(part time.Duration) {
	b.estimate.did(part)
	b.bar.IncrInt64(part.Milliseconds())
}

func (b *bar) stop() {
	if b.bar != nil {
		b.bar.Abort(true)
		b.container.Wait()
	}
}

// lines is the progress elsewhere: a line for each workload.
type lines struct {
	out      io.Writer
	estimate estimate
}

func (l *lines) Begin(expected time.Duration) { l.estimate.begin(expected) }

func (l *lines) Row(name string) {
	left, ok := l.estimate.left()
	if !ok {
		fmt.Fprintln(l.out, name)
		return
	}
	fmt.Fprintf(l.out, "%-*s about %v left\n", nameWidth, name, left.Round(time.Second))
}

func (l *lines) Did(part time.Duration) { l.estimate.did(part) }

func (l *lines) stop() {}
