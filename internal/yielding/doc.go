// Package yielding locks mutexes that workers share with ordinary goroutines.
//
// A sync.Mutex spins for some microseconds and then has its goroutine sleep. That is dear between a goroutine that goes on running and
// a worker: whom it wakes it makes runnable on its own processor, where another thread has to steal it, after a pause of 3 us by the
// program and of 60 to 100 by the clock; and a mutex that somebody has waited for for a millisecond is handed over, a switch of goroutines
// for each locking. A goroutine that notified 200 waiters of two workers, again and again, spent four fifths of the time on that. Who
// gives way some times finds the lock free in nearly all cases.
//
// Between workers it is not the better way: where one sleeps for a moment, the other does the work alone, without taking cache lines to
// and fro. Waiters of a semaphore and of channels were up to four times slower with it.
package yielding
