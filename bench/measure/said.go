package measure

import (
	"strings"
	"sync"
)

const (
	keptBytes = 4 << 10 // of what a peer says
	keptLines = 3       // of that in a note: a panic says its reason at once, then where
	keptRunes = 200
)

// said keeps the beginning of what is written to it. Any goroutine.
type said struct {
	mu sync.Mutex

	text []byte
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, b[:min(len(b), keptBytes-len(s.text))]...)
	return len(b), nil
}

// beginning returns the first lines as one.
func (s *said) beginning() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for line := range strings.Lines(string(s.text)) {
		if line = strings.TrimSpace(line); line != "" && len(lines) < keptLines {
			lines = append(lines, line)
		}
	}
	all := []rune(strings.Join(lines, " | "))
	return string(all[:min(len(all), keptRunes)])
}
