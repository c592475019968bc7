package workload

import "slices"

// syncRows are those of channels, locks and notifications.
func syncRows() []Workload {
	return slices.Concat(
		mpscRows(), []Workload{RequestReply()}, watchRows(), broadcastRows(),
		semaphoreRows(), mutexRows(), rwlockRows(), notifyRows(),
	)
}

// syncRow fills in what the rows of channels and locks have in common. Those with a form for outside are driven in both ways.
func syncRow(w Workload) Workload {
	w.Group, w.Metric = "sync", Time
	w.Elsewhere = []string{"tokio"}
	for _, impl := range w.Impls {
		if impl.Name == "simmer" && impl.outside != nil {
			w.Elsewhere = append(w.Elsewhere, "tokio-outside")
			return alsoOutside(w)
		}
	}
	return w
}
