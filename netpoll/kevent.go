//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// kevent is the memory of the system's struct kevent, declared as integers. unix.Kevent_t would do, but on most systems it
// declares udata, where the token is, as a pointer, and the collector would follow it.
type kevent struct {
	_   [0]uint64 // aligns
	mem [unsafe.Sizeof(unix.Kevent_t{}) / 4]uint32
}

func makeKevent(fd, filter, flags int, gen uint32) (ev kevent) {
	unix.SetKevent(ev.fields(), fd, filter, flags)
	*ev.udata() = uintptr(gen)
	return ev
}

// fields gives names to the memory. Udata is reached through udata only.
func (ev *kevent) fields() *unix.Kevent_t {
	// Safe because the sizes agree and the alignment suffices.
	return (*unix.Kevent_t)(unsafe.Pointer(ev))
}

func (ev *kevent) udata() *uintptr {
	// Safe because udata is as wide as a pointer on every system, and is never loaded as one.
	return (*uintptr)(unsafe.Pointer(&ev.fields().Udata))
}

// event translates.
func (ev *kevent) event() event {
	f := ev.fields()
	return event{fd: uint32(f.Ident), gen: uint32(*ev.udata()), bits: kqueueBits(int(f.Filter), int(f.Flags))}
}

// system is the slice as x/sys wants it.
func system(evs []kevent) []unix.Kevent_t {
	// Safe because the sizes agree, and the collector goes by the type that the memory was allocated with.
	return unsafe.Slice((*unix.Kevent_t)(unsafe.Pointer(unsafe.SliceData(evs))), len(evs))
}
