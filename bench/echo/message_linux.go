package echo

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// headerSize is where connection and request stand, as far as there is room: so an answer to somebody else is not taken for one's own.
const headerSize = 8

// message is the bytes of all requests. They differ in their headers only, so that a thousand connections share one place in the
// cache.
type message struct{ bytes []byte }

func newMessage(size int) message {
	m := message{bytes: make([]byte, size)}
	seed := [32]byte{}
	rand.NewChaCha8(seed).Read(m.bytes) // no pattern: what is missing or doubled is seen
	return m
}

// of returns the bytes of a connection's request, until the next call.
func (m message) of(c *conn) []byte {
	var header [headerSize]byte
	binary.LittleEndian.PutUint32(header[:], c.number)
	binary.LittleEndian.PutUint32(header[4:], c.index)
	copy(m.bytes, header[:])
	return m.bytes
}

// compare tells whether these are the next bytes that the connection must get back.
func (m message) compare(c *conn, got []byte) error {
	// No more than was sent: an answer cannot overtake its request.
	if rest := m.of(c)[c.got:c.written]; len(got) > len(rest) {
		return fmt.Errorf("request %d: %d bytes came back after the last one", c.number, len(got)-len(rest))
	} else if !bytes.Equal(got, rest[:len(got)]) {
		return fmt.Errorf("request %d: the bytes from %d to %d came back wrong", c.number, c.got, c.got+len(got))
	}
	return nil
}
