package stream

import (
	"io"

	"github.com/simmer-go/simmer/future"
)

// Closing is an item of a stream, or, with Closed, the note that there are no more.
type Closing[T any] struct {
	Item   T
	Closed bool
}

// NotifyClose returns a stream whose last item says that s has ended: for a [StreamMap], which else does not tell which of its streams
// have. (tokio-stream, StreamNotifyClose.)
func NotifyClose[T any](s Stream[T]) Stream[Closing[T]] { return &notifying[T]{from: from(s)} }

type notifying[T any] struct {
	from source[T]
	told bool
}

func (n *notifying[T]) PollNext(cx *future.Context) (item Closing[T], ready bool, err error) {
	if n.told {
		return item, true, io.EOF
	}
	if item.Item, ready, err = n.from.poll(cx); err == io.EOF {
		n.told = true
		return Closing[T]{Closed: true}, true, nil
	}
	return item, ready, err
}

func (n *notifying[T]) Drop(cx *future.Context) { n.from.drop(cx) }
