// Package meet is for tests: it has the two sides of a race begin at the same moment, again and again. Where a rule about the order of
// two steps is broken, some meeting falls between them.
package meet
