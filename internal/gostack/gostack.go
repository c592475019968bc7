package gostack

import (
	"bytes"
	"runtime"
	"strconv"
)

// Inside reports whether the calling goroutine's stack has a function with one of the given full names, such as
// "runtime.gopanic".
func Inside(names ...string) bool {
	var pcs [64]uintptr
	for skip := 2; ; {
		n := runtime.Callers(skip, pcs[:])
		if n == 0 {
			return false
		}
		frames := runtime.CallersFrames(pcs[:n])
		for {
			f, more := frames.Next()
			for _, name := range names {
				if f.Function == name {
					return true
				}
			}
			if !more {
				break
			}
		}
		if n < len(pcs) {
			return false
		}
		skip += n
	}
}

// ID returns the calling goroutine's number, as stack dumps print it.
func ID() uint64 {
	var buf [64]byte
	text := buf[:runtime.Stack(buf[:], false)]
	text = bytes.TrimPrefix(text, []byte("goroutine "))
	if i := bytes.IndexByte(text, ' '); i > 0 {
		text = text[:i]
	}
	id, err := strconv.ParseUint(string(text), 10, 64)
	if err != nil {
		panic("simmer: goroutine header not understood: " + string(text))
	}
	return id
}
