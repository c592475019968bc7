package workload

import "sync"

// takeFromChannel is takeIn with goroutines.
func takeFromChannel(c <-chan int, many bool) (sum uint64) {
	if !many {
		for range mpscMessages {
			sum += uint64(<-c)
		}
		return sum
	}
	buffer := make([]int, mpscMessages)
	for received := 0; received < mpscMessages; {
		received += takeThere(c, buffer[received:])
	}
	return sumOf(buffer)
}

// takeThere waits for a message and then moves as many as there are and fit.
func takeThere(c <-chan int, buffer []int) int {
	buffer[0] = <-c
	for n := 1; n < len(buffer); n++ {
		select {
		case buffer[n] = <-c:
		default:
			return n
		}
	}
	return len(buffer)
}

// boundedGo is the body with a channel, which is no larger than it need be: it would be zeroed each time.
func boundedGo(capacity int) func(many bool) uint64 {
	return func(many bool) uint64 {
		c := make(chan int, min(capacity, mpscMessages))
		for range mpscSenders {
			go func() {
				for i := range mpscPerSender {
					c <- i
				}
			}()
		}
		return takeFromChannel(c, many)
	}
}

// goQueue is an unbounded channel: a slice under a mutex, and a channel that tells the receiver of the first message in it.
type goQueue struct {
	mu       sync.Mutex
	messages []int
	isFilled chan none

	taken []int // receiver only
	at    int
}

func newGoQueue() *goQueue { return &goQueue{isFilled: make(chan none, 1)} }

func (q *goQueue) send(v int) {
	q.mu.Lock()
	q.messages = append(q.messages, v)
	isFirst := len(q.messages) == 1
	q.mu.Unlock()
	if isFirst {
		select {
		case q.isFilled <- none{}:
		default:
		}
	}
}

// fill takes all messages there are, once the last ones were received.
func (q *goQueue) fill() {
	for q.at == len(q.taken) {
		q.mu.Lock()
		q.taken, q.messages, q.at = q.messages, q.taken[:0], 0
		q.mu.Unlock()
		if len(q.taken) == 0 {
			<-q.isFilled
		}
	}
}

// take is takeIn from the queue.
func (q *goQueue) take(many bool) (sum uint64) {
	if !many {
		for range mpscMessages {
			q.fill()
			sum += uint64(q.taken[q.at])
			q.at++
		}
		return sum
	}
	buffer := make([]int, mpscMessages)
	for received := 0; received < mpscMessages; {
		q.fill()
		n := copy(buffer[received:], q.taken[q.at:])
		q.at += n
		received += n
	}
	return sumOf(buffer)
}

// unboundedGo is the body with a queue.
func unboundedGo(many bool) uint64 {
	q := newGoQueue()
	for range mpscSenders {
		go func() {
			for i := range mpscPerSender {
				q.send(i)
			}
		}()
	}
	return q.take(many)
}
