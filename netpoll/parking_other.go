//go:build !linux && !darwin && !freebsd && !netbsd && !openbsd && !dragonfly

package netpoll

import "github.com/simmer-go/simmer/future"

// Parking makes idle workers wait in the reactor. It is not there on this system.
type Parking struct{}

// NewParking returns [ErrUnsupported].
func NewParking(*Reactor, future.Clock, int) (*Parking, error) { return nil, ErrUnsupported }

// Park does nothing: there is no Parking.
func (p *Parking) Park(int, *future.Local, int64) {}

// Unpark does nothing: there is no Parking.
func (p *Parking) Unpark(int, bool) {}

// Close does nothing: there is no Parking.
func (p *Parking) Close() error { return nil }

func (p *Parking) event(int, int) {}
