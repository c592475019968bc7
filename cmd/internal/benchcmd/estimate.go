package benchcmd

import (
	"fmt"
	"sync"
	"time"
)

const (
	// planWeight is how much of the plan counts as much as what was seen: some samples. The first ones are the slowest, so they
	// alone would tell too much.
	planWeight = time.Second
	// longest is the longest time that is told.
	longest = 100 * 365 * 24 * time.Hour
)

// estimate is the time that a run has left: at first as it was planned, and then as long as the parts have taken that are done. Any
// goroutine.
type estimate struct {
	mu sync.Mutex

	start, last    time.Time // of the run, and of the end of the last part
	expected, done time.Duration
	part           time.Duration // the last one's planned time; the one that runs is taken to be like it
}

func (e *estimate) begin(expected time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	e.start, e.last, e.expected = now, now, expected
}

func (e *estimate) did(part time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.done, e.part = e.done+part, part
	e.last = time.Now()
}

// left returns the time that is left. It runs down while a part runs, and stands when that takes longer than it should. It reports
// false while nobody knows: the first part, or the last one, takes longer than all that is left should.
func (e *estimate) left() (left time.Duration, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	rest := max(e.expected-e.done, 0)
	if rest == 0 {
		return 0, true
	}
	running := rest // no more of it is over
	if e.part > 0 {
		running = min(e.part, rest)
	}
	left = max(e.scale(rest)-time.Since(e.last), e.scale(rest-running))
	return max(left, 0), left > 0
}

// scale is what planned time comes to at the pace so far. mu held.
func (e *estimate) scale(planned time.Duration) time.Duration {
	pace := (e.last.Sub(e.start) + planWeight).Seconds() / (e.done.Seconds() + planWeight.Seconds())
	return time.Duration(min(planned.Seconds()*pace, longest.Seconds()) * float64(time.Second))
}

// clock is d as a clock shows it, on up to eight columns.
func clock(d time.Duration) string {
	s := int64(d.Round(time.Second).Seconds())
	switch hours := s / 3600; {
	case hours == 0:
		return fmt.Sprintf("%02d:%02d", s/60, s%60)
	case hours < 100:
		return fmt.Sprintf("%02d:%02d:%02d", hours, s/60%60, s%60)
	default:
		return fmt.Sprintf("%d d", hours/24)
	}
}
