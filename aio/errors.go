package aio

import (
	"net"
	"os"
	"syscall"
)

// opError returns what package net returns for the same failure, or nil if err is nil.
func opError(op, network string, source, addr *net.TCPAddr, err error) error {
	if err == nil {
		return nil
	}
	e := &net.OpError{Op: op, Net: network, Err: err}
	if errno, ok := err.(syscall.Errno); ok {
		e.Err = os.NewSyscallError(op, errno)
	}
	if source != nil { // a nil *TCPAddr in the interface would not be nil
		e.Source = source
	}
	if addr != nil {
		e.Addr = addr
	}
	return e
}
