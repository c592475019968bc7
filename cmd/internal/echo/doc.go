// Package echo is a TCP server that sends back what it receives, for load tests: one task for each connection, a state machine
// written by hand, which holds a buffer only while it has bytes to send.
package echo
