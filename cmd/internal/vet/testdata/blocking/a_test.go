package blocking

import "github.com/simmer-go/simmer/future"

func inTests(_ *future.Context, t *task) { <-t.in } // not reported in a test file
