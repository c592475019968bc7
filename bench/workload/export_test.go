package workload

// YieldManyWith is YieldMany with fewer yields: the race detector takes seconds for all of them.
var YieldManyWith = yieldMany
