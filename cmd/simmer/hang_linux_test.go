package main

import (
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fullListener returns a port at which connecting hangs: its queue has room for one connection, which is there.
func fullListener(t *testing.T) (port int) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	t.Cleanup(func() { syscall.Close(fd) })
	require.NoError(t, syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	require.NoError(t, syscall.Listen(fd, 0))
	address, err := syscall.Getsockname(fd)
	require.NoError(t, err)
	port = address.(*syscall.SockaddrInet4).Port
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return port
}

// isConnecting reports whether somebody waits to be connected to the port.
func isConnecting(t *testing.T, port int) bool {
	table, err := os.ReadFile("/proc/net/tcp")
	require.NoError(t, err)
	const synSent = "02"
	return strings.Contains(string(table), fmt.Sprintf(" 0100007F:%04X %s ", port, synSent))
}

func TestSignalCancelsAFetchThatCannotConnect(t *testing.T) {
	dir, port := t.TempDir(), fullListener(t)
	p := start(t, "fetch", "--out", dir, fmt.Sprintf("http://127.0.0.1:%d/x", port))
	require.Eventually(t, func() bool { return isConnecting(t, port) }, 10*time.Second, time.Millisecond)
	requireCancels(t, p, os.Interrupt, dir, 1)
}
