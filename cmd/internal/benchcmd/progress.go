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
	// longest is the longest time that is told.
	longest = 100 * 365 * 24 * time.Hour
)

// bar is the progress on a terminal.
type bar struct {
	out       io.Writer
	container *mpb.Progress
	bar       *mpb.Bar
	row       atomic.Value // string
}

func (b *bar) Begin(expected time.Duration) {
	b.container = mpb.New(mpb.WithOutput(b.out), mpb.WithRefreshRate(refresh), mpb.WithAutoRefresh())
	b.row.Store("")
	b.bar = b.container.New(expected.Milliseconds(),
		mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]"),
		mpb.BarWidth(barWidth),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return b.row.Load().(string) }, decor.WC{W: nameWidth, C: decor.DindentRight})),
		mpb.AppendDecorators(decor.Percentage(decor.WC{W: 5}), decor.Name(" left "), decor.AverageETA(decor.ET_STYLE_MMSS)),
	)
}

func (b *bar) Row(name string) { b.row.Store(name) }

func (b *bar) Did(part time.Duration) { b.bar.IncrInt64(part.Milliseconds()) }

func (b *bar) stop() {
	if b.bar != nil {
		b.bar.Abort(true)
		b.container.Wait()
	}
}

// lines is the progress elsewhere: a line for each workload.
type lines struct {
	out            io.Writer
	start          time.Time
	expected, done time.Duration
}

func (l *lines) Begin(expected time.Duration) { l.start, l.expected = time.Now(), expected }

func (l *lines) Row(name string) {
	fmt.Fprintf(l.out, "%-*s about %v left\n", nameWidth, name, l.left().Round(time.Second))
}

func (l *lines) Did(part time.Duration) { l.done += part }

func (l *lines) stop() {}

// left guesses the time that is left from how the expectation held so far.
func (l *lines) left() time.Duration {
	rest := max(l.expected-l.done, 0)
	if l.done == 0 {
		return rest
	}
	guess := rest.Seconds() * time.Since(l.start).Seconds() / l.done.Seconds()
	return time.Duration(min(guess, longest.Seconds()) * float64(time.Second))
}
