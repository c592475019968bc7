// Package sy is the seam through which lock-free code reaches sync/atomic: a model-checking build can put other types here.
//
// The names are aliases, so they cost nothing and mix freely with sync/atomic.
package sy
