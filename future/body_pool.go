package future

// maxIdleBodies bounds the coroutines that a worker keeps for later: 256 of them cost 0.7 MiB.
const maxIdleBodies = 256

// bodyPool keeps a worker's idle coroutines, most recently used on top. Owner only.
type bodyPool struct {
	idle []*coroutine
	low  int // fewest idle since the last trim
}

func (p *bodyPool) get() *coroutine {
	n := len(p.idle)
	if n == 0 {
		return newCoroutine()
	}
	co := p.idle[n-1]
	p.idle[n-1] = nil
	p.idle = p.idle[:n-1]
	p.low = min(p.low, n-1)
	return co
}

func (p *bodyPool) put(co *coroutine) {
	if !p.keep(co) {
		co.stop()
	}
}

// keep is put, but reports false if there is no place for co.
func (p *bodyPool) keep(co *coroutine) bool {
	if len(p.idle) >= maxIdleBodies {
		return false
	}
	p.idle = append(p.idle, co)
	return true
}

// trim ends half of those that were idle throughout since the last trim.
func (p *bodyPool) trim() bool {
	p.drop((p.low + 1) / 2)
	p.low = len(p.idle)
	return p.low > 0
}

func (p *bodyPool) close() { p.drop(len(p.idle)) }

// drop ends the n that were used longest ago.
func (p *bodyPool) drop(n int) {
	for _, co := range p.idle[:n] {
		co.stop()
	}
	rest := copy(p.idle, p.idle[n:])
	clear(p.idle[rest:])
	p.idle = p.idle[:rest]
}
