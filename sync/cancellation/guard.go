package cancellation

import "github.com/simmer-go/simmer/future"

// DropGuard cancels a token when it is dropped: defer g.Drop(cx) makes sure that nothing that was started under the token
// outlives a function, however that ends. It belongs to one task or goroutine at a time. (DropGuard of tokio-util,
// sync/cancellation_token/guard.rs.)
type DropGuard struct{ token *Token }

// Guard returns a guard of t.
func (t *Token) Guard() *DropGuard { return &DropGuard{token: t} }

// Drop cancels the token, unless the guard was disarmed. Again: nothing. cx may be nil.
func (g *DropGuard) Drop(cx *future.Context) {
	if t := g.Disarm(); t != nil {
		t.Cancel(cx)
	}
}

// Disarm makes Drop do nothing, and returns the token; nil if the guard was dropped or disarmed before.
func (g *DropGuard) Disarm() *Token {
	t := g.token
	g.token = nil
	return t
}
