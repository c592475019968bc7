package workload

import (
	"strings"
	"time"
)

// Small returns w, or the same workload with less to do: the race detector takes seconds for some, and others last as long as their
// sleeps.
func Small(w Workload) Workload {
	const (
		fewYields = 10
		fewTicks  = 5
		fewTasks  = 10
		fewSkewed = 200
		fewValues = 4
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
	case "mpsc_create_100000":
		return mpscCreate(hugeRoom, fewTasks, makeHuge)
	case "skewed":
		return skewed(fewSkewed, skewedSum(fewSkewed))
	}
	for channel, row := range map[string]func(delivery) Workload{"watch": watchRow, "broadcast": broadcastRow} {
		if strings.HasPrefix(w.Name, channel) {
			return row(delivery{fewValues, w.Units / deliveries})
		}
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

// skewedSum is the check of skewed for so many tasks, computed without any task.
func skewedSum(tasks int) (check uint64) {
	chance := xorshift(seed)
	for range tasks {
		check += skewedWork(chance.next())
	}
	return check
}

// LatenessOf is lateness.
var LatenessOf = lateness

// MixSum is mixSum of all clients.
func MixSum() uint64 { return mixSum(mixClients) }

// SkewedSum is skewedSum of all tasks.
func SkewedSum() uint64 { return skewedSum(skewedTasks) }
