package gostack

import (
	"strconv"
	"strings"
)

// Goroutine is one goroutine of a dump.
type Goroutine struct {
	// ID is its number.
	ID uint64
	// State is what it does, such as "running" or "chan receive".
	State string
	// Text is its part of the dump: a header, and two lines for each function, the innermost first.
	Text string
}

// Split takes a dump apart, as runtime.Stack writes it. A part that is cut off at the end of the dump is left out.
func Split(dump []byte) (list []Goroutine) {
	parts := strings.Split(string(dump), "\n\n")
	if n := len(parts); n > 0 && !strings.HasSuffix(parts[n-1], "\n") {
		parts = parts[:n-1] // cut off
	}
	for _, text := range parts {
		if g, ok := parse(strings.TrimSuffix(text, "\n")); ok {
			list = append(list, g)
		}
	}
	return list
}

// parse reads the header of one goroutine: goroutine 7 [chan receive, 2 minutes]:
func parse(text string) (g Goroutine, ok bool) {
	header, _, _ := strings.Cut(text, "\n")
	rest, ok := strings.CutPrefix(header, "goroutine ")
	if !ok {
		return g, false
	}
	number, rest, _ := strings.Cut(rest, " ")
	id, err := strconv.ParseUint(number, 10, 64)
	_, rest, found := strings.Cut(rest, "[")
	if err != nil || !found {
		return g, false
	}
	state := rest
	if i := strings.IndexAny(rest, ",]"); i >= 0 {
		state = rest[:i]
	}
	return Goroutine{ID: id, State: state, Text: text}, true
}

// Calls reports whether a function whose full name is name, or a closure in it, is on the stack.
func (g *Goroutine) Calls(name string) bool {
	for text := g.Text; ; {
		i := strings.Index(text, "\n"+name)
		if i < 0 {
			return false
		}
		text = text[i+1+len(name):]
		if text != "" && (text[0] == '(' || text[0] == '.') {
			return true
		}
	}
}

// Innermost returns the full name of the function that the goroutine is in.
func (g *Goroutine) Innermost() string {
	_, rest, _ := strings.Cut(g.Text, "\n")
	line, _, _ := strings.Cut(rest, "\n")
	if i := strings.LastIndexByte(line, '('); i >= 0 {
		line = line[:i]
	}
	return line
}
