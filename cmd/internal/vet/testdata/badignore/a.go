// Package badignore has comments that name no analyzer.
package badignore

import "github.com/simmer-go/simmer/future"

func typed(cx *future.Context, room chan int) {
	room <- 1 //simmer:ignore blokking it has room // want `this comment switches nothing off: no analyzer "blokking"; there are cxcapture`
	/* // want `names no analyzer, and switches none off: there are cxcapture` */ room <- 1 //simmer:ignore
	//simmer:ignore badignore as well // want `no analyzer "badignore"`
	room <- 1 //simmer:ignore blocking it has room
	//simmer:ignored is another word
	_ = cx
}
