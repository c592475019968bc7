//go:build !linux

package echo

func (l *load) run() (figures, error) { return figures{}, ErrUnsupported }
