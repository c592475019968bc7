package runtime

// jobQueue holds jobs, first come first served. The zero queue is empty. Not for concurrent use. Its memory follows what waits.
type jobQueue struct {
	jobs  []job
	taken int // of jobs, from the front
}

// smallQueue is the number of jobs for which an array is kept.
const smallQueue = 1024

func (q *jobQueue) length() int { return len(q.jobs) - q.taken }

// waiting returns the jobs in their order. They are the queue's.
func (q *jobQueue) waiting() []job { return q.jobs[q.taken:] }

func (q *jobQueue) push(j job) {
	if len(q.jobs) == cap(q.jobs) && q.taken > len(q.jobs)/2 {
		q.closeUp()
	}
	q.jobs = append(q.jobs, j)
}

// pop takes the first job out, and returns nil if there is none.
func (q *jobQueue) pop() job {
	if q.length() == 0 {
		return nil
	}
	j := q.jobs[q.taken]
	q.jobs[q.taken] = nil
	q.taken++
	if q.length() == 0 {
		q.closeUp()
	}
	return j
}

// closeUp moves the jobs to the front, of a new array if this one is much larger than they need.
func (q *jobQueue) closeUp() {
	waiting := q.waiting()
	if cap(q.jobs) <= smallQueue {
		kept := copy(q.jobs, waiting)
		clear(q.jobs[kept:])
		q.jobs = q.jobs[:kept]
	} else {
		q.jobs = append([]job(nil), waiting...)
	}
	q.taken = 0
}

// take empties the queue and returns what was in it.
func (q *jobQueue) take() []job {
	jobs := q.waiting()
	*q = jobQueue{}
	return jobs
}
