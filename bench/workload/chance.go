package workload

// seed is that of all rows that draw random numbers.
const seed = 0x9E3779B97F4A7C15

// xorshift is Marsaglia's generator with the shifts 13, 7, 17. Its state must not be 0.
type xorshift uint64

// next draws the next number.
func (x *xorshift) next() uint64 {
	*x ^= *x << 13
	*x ^= *x >> 7
	*x ^= *x << 17
	return uint64(*x)
}

// work computes for a time that grows with steps: it draws that many numbers from the seed x and returns the last. It is never
// inlined, so that its caller cannot leave it out.
//
//go:noinline
func work(x, steps uint64) uint64 {
	chance := xorshift(x)
	for range steps {
		chance.next()
	}
	return uint64(chance)
}

// low is what tasks return of their work, so that sums stay small: the lowest 16 bits.
func low(x uint64) uint64 { return x & 0xFFFF }
