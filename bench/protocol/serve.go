package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Serve is a peer's life: it writes hello, then carries out requests from in one after the other and writes the answers to out,
// until in ends. run's error is answered as such; run need not set the ID. Serve returns nil at the end of in, and an error if
// in has what is no request or out cannot be written.
func Serve(in io.Reader, out io.Writer, hello Hello, run func(Request) (Answer, error)) error {
	requests, answers := json.NewDecoder(in), json.NewEncoder(out)
	if err := answers.Encode(hello); err != nil {
		return fmt.Errorf("protocol: hello: %w", err)
	}
	for {
		var request Request
		if err := requests.Decode(&request); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("protocol: request: %w", err)
		}
		if err := answers.Encode(answer(request, run)); err != nil {
			return fmt.Errorf("protocol: answer: %w", err)
		}
	}
}

func answer(request Request, run func(Request) (Answer, error)) Answer {
	failed := func(err error) Answer { return Answer{ID: request.ID, Error: err.Error()} }
	switch {
	case request.Op != OpRun:
		return failed(fmt.Errorf("unknown op %q", request.Op))
	case request.Iterations < 1:
		return failed(fmt.Errorf("iterations must be at least 1: %d", request.Iterations))
	}
	result, err := run(request)
	if err != nil {
		return failed(err)
	}
	result.ID = request.ID
	return result
}
