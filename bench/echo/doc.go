// Package echo compares TCP echo servers: on simmer, on goroutines, on tokio, and in C. Each server is a process of its own, and
// so is the one client that drives them all in turn.
//
// The client is a closed loop: each of its connections sends a message, waits until the whole of it has come back, checks every
// byte, and sends the next. It runs on one thread and epoll, so that it costs little beside the server, and needs Linux.
//
// A program that uses the package lends itself for the processes: it gives Suite the command line that starts it again, and calls
// Main when it is started so.
//
//	suite := echo.Suite{Self: []string{os.Args[0], "echo-process"}, Workers: 2}
//	for _, server := range suite.Own() {
//		result, err := suite.Measure(ctx, server, 50, 64, 2*time.Second)
//	}
//
// On a machine with two cores the client needs one, and then requests per second are as much its limit as the server's. The
// server's processor time per request is the figure to compare there.
package echo
