package cancellation_test

import (
	"context"
	"testing"

	"github.com/simmer-go/simmer/sync/cancellation"
)

// Unit: one look whether to stop.
func BenchmarkIsCancelled(b *testing.B) {
	b.Run("Token", func(b *testing.B) {
		tok := cancellation.New().Child()
		b.ReportAllocs()
		for b.Loop() {
			if tok.IsCancelled() {
				b.Fatal("cancelled")
			}
		}
	})
	b.Run("context", func(b *testing.B) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		b.ReportAllocs()
		for b.Loop() {
			if ctx.Err() != nil {
				b.Fatal("cancelled")
			}
		}
	})
}

// Unit: one child of a token that lives on, made and given up.
func BenchmarkChild(b *testing.B) {
	b.Run("Token", func(b *testing.B) {
		parent := cancellation.New()
		b.ReportAllocs()
		for b.Loop() {
			parent.Child().Close(nil)
		}
	})
	b.Run("context", func(b *testing.B) {
		parent, cancel := context.WithCancel(context.Background())
		defer cancel()
		b.ReportAllocs()
		for b.Loop() {
			_, stop := context.WithCancel(parent)
			stop()
		}
	})
}

// Unit: one tree of a token and a hundred children, made and cancelled.
func BenchmarkCancelTree(b *testing.B) {
	const children = 100
	b.Run("Token", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			parent := cancellation.New()
			for range children {
				parent.Child()
			}
			parent.Cancel(nil)
		}
	})
	b.Run("context", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			parent, cancel := context.WithCancel(context.Background())
			for range children {
				_, stop := context.WithCancel(parent)
				_ = stop
			}
			cancel()
		}
	})
}

// Unit: one wait that begins and is given up, as a select's losing branch is.
func BenchmarkWait(b *testing.B) {
	tok, h := cancellation.New(), newHand()
	var w cancellation.Waiter
	b.ReportAllocs()
	for b.Loop() {
		tok.PollCancelled(&h.cx, &w)
		w.Drop(nil)
	}
}
