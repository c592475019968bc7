// Command results asks five servers at the same time and handles each of the ways in which a task can end.
//
// A task's result has two layers. The inner one is its own: a value, or an error that it has returned. The outer one is a
// *simmer.JoinError, which says that the task has not returned at all: it has panicked, or it was cancelled.
package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/simmer-go/simmer"
)

// servers is how many are asked. Each takes responseTime; all together take no longer.
const (
	servers      = 5
	responseTime = 50 * time.Millisecond
)

func main() {
	if err := simmer.Run(fetchAll); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// fetchAll starts all tasks before it awaits the first, and reports them in the order of their start.
func fetchAll(cx *simmer.Context) error {
	var handles []*simmer.JoinHandle[string]
	for id := range servers {
		handles = append(handles, simmer.Go(cx, func(cx *simmer.Context) (string, error) {
			return fetchResource(cx, id)
		}))
	}
	for _, handle := range handles {
		data, err := handle.Await(cx)
		fmt.Println(describe(data, err))
	}
	return nil
}

// fetchResource stands for a request over the network. Every third server is down.
func fetchResource(cx *simmer.Context, id int) (string, error) {
	if err := simmer.Sleep(cx, responseTime); err != nil {
		return "", err
	}
	if id%3 == 0 {
		return "", fmt.Errorf("server %d is down", id)
	}
	return fmt.Sprintf("data from %d", id), nil
}

// describe tells the four ways of ending apart. Ignoring the JoinError would hide panics.
func describe(data string, err error) string {
	var join *simmer.JoinError
	switch {
	case err == nil:
		return "Success: " + data
	case errors.As(err, &join) && join.IsPanic():
		return fmt.Sprintf("Task panicked: %v", join.Panic())
	case errors.As(err, &join):
		return "Task was cancelled"
	}
	return "App error: " + err.Error()
}
