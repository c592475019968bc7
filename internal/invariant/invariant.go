package invariant

// Check panics with msg if ok is false and Enabled is true; otherwise it costs nothing.
func Check(ok bool, msg string) {
	if Enabled && !ok {
		panic("simmer: invariant broken: " + msg)
	}
}
