package workload

import "time"

// Small returns w, or the same workload with less to do: the race detector takes seconds for some, and others last as long as their
// sleeps.
func Small(w Workload) Workload {
	const (
		fewYields = 10
		fewTicks  = 5
		fewTasks  = 10
		period    = 5 * time.Millisecond
	)
	switch w.Name {
	case "yield_many":
		return yieldMany(fewYields)
	case "ct_yield_many":
		return sisterOnOneThread(yieldMany(fewYields))
	case "rescue":
		return rescue(fewTicks)
	case "sleep_steady":
		return periodicSleeps(w.Name, w.Title, lightSleepers, steadySleeps, period)
	case "sleep_light":
		return periodicSleeps(w.Name, w.Title, lightSleepers, lightSleeps, period)
	case "timeout_yield_1000tasks":
		return inTasks(w, aroundYield, fewTasks, timeoutsOfEach)
	case "mix":
		return mix(fewTasks, mixSum(fewTasks))
	}
	return w
}

// mixSum is the check of mix for so many clients, computed without any task.
func mixSum(clients int) (check uint64) {
	for number := range clients {
		chance := mixChance(number)
		for range mixRequests {
			parsed, sum := work(chance.next(), mixParse), uint64(0)
			for j := range uint64(mixBackends) {
				sum += mixAnswered(parsed + j)
			}
			check += mixRendered(sum)
		}
	}
	return check
}

// MixSum is mixSum of all clients.
func MixSum() uint64 { return mixSum(mixClients) }
