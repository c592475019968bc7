package aio

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// inheritsOptions tells that an accepted connection has the options of its listener, which saves five calls each.
const inheritsOptions = true

// keepIdle is the option for the idle time before the first probe.
const keepIdle = unix.TCP_KEEPIDLE

// defaultBacklog is Linux's own default for somaxconn.
const defaultBacklog = 4096

// maxBacklog returns the longest queue of connections that the system keeps for a listener.
func maxBacklog() int {
	text, err := os.ReadFile("/proc/sys/net/core/somaxconn")
	if err != nil {
		return defaultBacklog
	}
	n, err := strconv.Atoi(string(bytes.TrimSpace(text)))
	if err != nil || n <= 0 {
		return defaultBacklog
	}
	return n
}
