package scheduler

import goruntime "runtime"

// rescue has another worker go on with everything but w's n-th poll, which blocks, and reports whether it could: not if the
// poll has ended meanwhile, or has left its core itself. w's deque and LIFO slot stay w's own, because the poll may be about to
// push to them; what is in them is stolen, and what comes later w gives away itself. The caller owns via, an empty deque.
// (Tokio has no such thing.)
//
// Order. The poll pushes to its deque or its LIFO slot (P1) and then loads revoked (P2); rescue stores revoked, makes the fence
// and then looks at the two. P2 pairs with R1 of pollMark: a task that is not stolen here is given away there.
func (s *Scheduler) rescue(w *Worker, n uint32, via *deque) bool {
	s.revoking.Lock()
	defer s.revoking.Unlock()
	m := &w.mark
	if !m.isIn(n) {
		return false
	}
	m.revoked.Store(1) // R1
	s.env.Watch.Fence()
	if !m.isIn(n) { // R2
		m.revoked.Store(0)
		return false
	}
	s.becomeShell(w)
	s.handOff(w)
	s.rob(w, via)
	return true
}

// rob moves what is in the queues of a worker without a core to where every worker finds it.
func (s *Scheduler) rob(w *Worker, via *deque) {
	var batch taskQueue
	if t := w.lifo.steal(); t != nil {
		batch.Push(&t.Header)
	}
	for w.deque.len() > 0 {
		t, _ := w.deque.stealInto(via)
		for one := via.pop(); one != nil; one = via.pop() {
			batch.Push(&one.Header)
		}
		if t != nil {
			batch.Push(&t.Header)
		} else {
			goruntime.Gosched() // another thief is at work, and lets nobody else near
		}
	}
	via.forget()
	if batch.Len() > 0 {
		s.injector.append(&batch)
		s.notify(false)
	}
}

// endPoll ends the part of a poll in which the core is not touched. If that was taken away meanwhile, the worker has no core
// any more and is a shell. Owner only.
func (w *Worker) endPoll() {
	if w.mark.end() {
		w.askForCore()
	}
}

// askForCore waits for the verdict of who has revoked the core.
func (w *Worker) askForCore() {
	w.sched.revoking.Lock()
	defer w.sched.revoking.Unlock()
	if w.mark.revoked.Load() != 0 {
		w.core = nil
	}
}
