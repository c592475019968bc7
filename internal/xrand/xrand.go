package xrand

import "math/bits"

// Source is a xorshift32 generator (Marsaglia, "Xorshift RNGs", 2003). Not for concurrent use.
type Source struct{ s uint32 }

// New returns a source that is determined by seed.
func New(seed uint64) Source {
	s := uint32(seed) ^ uint32(seed>>32)*0x9e3779b9
	if s == 0 {
		s = 0x6d2b79f5
	}
	return Source{s: s}
}

// Uint32n returns a number in [0, n). n must be positive.
func (r *Source) Uint32n(n uint32) uint32 {
	r.s ^= r.s << 13
	r.s ^= r.s >> 17
	r.s ^= r.s << 5
	hi, _ := bits.Mul32(r.s, n) // Lemire's range reduction
	return hi
}
