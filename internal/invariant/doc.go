// Package invariant checks what must always hold, in builds that can afford it: -race or -tags invariants.
package invariant
