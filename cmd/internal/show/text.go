package show

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// printable replaces what a terminal would take for a command. Names and reasons may quote what a server sent.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

// size is a number of bytes for people.
func size(n int64) string {
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n)/1024, 0
	units := []string{"KiB", "MiB", "GiB", "TiB"}
	for value >= 1023.95 && unit < len(units)-1 { // 1023.95 would be rounded to 1024.0
		value, unit = value/1024, unit+1
	}
	return fmt.Sprintf("%.1f %s", value, units[unit])
}

// millis is d in whole milliseconds, the table's unit.
func millis(d time.Duration) int64 { return d.Round(time.Millisecond).Milliseconds() }
