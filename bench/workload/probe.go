package workload

// Probe is a row whose figure is not a time per operation: a latency, or memory.
type Probe struct {
	Name  string
	Unit  string
	Impls []ProbeImpl
}

// ProbeImpl is a probe on one runtime.
type ProbeImpl struct {
	Name string
	// Measure returns the samples of one measurement: many for a latency, one for memory. Memory must be measured in a process
	// that has done nothing else.
	Measure func() []float64
}

// Probes returns the probes that belong to the core table.
func Probes() []Probe {
	return []Probe{IdleWake(), ParkedMemory(), SleepingMemory(), RetainedChildren()}
}
