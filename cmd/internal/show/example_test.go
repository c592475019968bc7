package show_test

import (
	"os"
	"time"

	"github.com/simmer-go/simmer/cmd/internal/fetch"
	"github.com/simmer-go/simmer/cmd/internal/show"
)

func Example() {
	batch := &fetch.Batch{Took: 310 * time.Millisecond, Downloads: []*fetch.Download{
		{Result: fetch.Result{File: "app.json", Status: 200, Bytes: 864, Took: 310 * time.Millisecond}},
		{Result: fetch.Result{File: "database.yaml", Status: 200, Bytes: 633, Took: 210 * time.Millisecond}},
	}}
	show.Table(os.Stdout, batch.Downloads)
	show.Total(os.Stdout, batch, false)
	// Output:
	// FILE           STATUS  BYTES   MS
	// app.json       200       864  310
	// database.yaml  200       633  210
	// 2 files, 1.5 KiB in 310 ms; one after the other: 520 ms (1.7 x)
}
