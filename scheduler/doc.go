// Package scheduler runs tasks: workers, one goroutine each, pull active tasks from work-stealing deques and poll them.
//
// Reading order: [Task] is what is polled; a [Worker] polls; a core is what a worker owns between polls and may hand to
// another goroutine; deque and injector are the queues; idle decides who sleeps and who is woken; [Scheduler] holds them
// together, starts and ends them. What comes from outside (clock, parking, reactor, timers) is in [Env].
//
// Two rooms beside the way: pinQueue holds the tasks that only one worker polls, and a watchdog, if [Watch] asks for one, takes
// the core of a worker whose poll blocks.
//
// Package runtime is the door for users; this package has no generic code and knows no results.
package scheduler
