package httpget

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
)

// StatusError is a response that is not the resource.
type StatusError struct {
	Code int
}

func (e *StatusError) Error() string { return statusText(e.Code) }

// statusText names a code in the standard's words, not the server's, which may be anything.
func statusText(code int) string {
	if text := http.StatusText(code); text != "" {
		return fmt.Sprintf("%d %s", code, text)
	}
	return fmt.Sprintf("status %d", code)
}

// EarlyCloseError is a server that has closed the connection before its response was complete.
type EarlyCloseError struct {
	text string
}

func (e *EarlyCloseError) Error() string { return e.text }

// passing are the system's errors that another try may not meet again.
var passing = []error{
	syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, syscall.ETIMEDOUT,
	syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EMFILE, syscall.ENFILE,
}

// Retryable reports whether the same request may succeed if it is sent again: the server could not be reached, hung up
// early, or failed by its own account (5xx). What the server has refused (4xx), sent damaged, or cannot prove stays so.
func Retryable(err error) bool {
	var status *StatusError
	var early *EarlyCloseError
	var dns *net.DNSError
	switch {
	case errors.As(err, &status):
		return status.Code >= 500
	case errors.As(err, &early):
		return true
	case errors.As(err, &dns):
		return !dns.IsNotFound
	}
	for _, target := range passing {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
