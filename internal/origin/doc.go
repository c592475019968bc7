// Package origin remembers in one word where a task comes from: the function of its body, or the type of its future.
package origin
