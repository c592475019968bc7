// Command channels lets waiters hand orders to one cook, who answers each of them.
//
// Orders go through an mpsc channel: many senders, one receiver, and room for a few, so that waiters who are faster than the
// cook wait. Each order carries a oneshot for its reply. The channel ends when the last waiter has closed its sender.
package main

import (
	"fmt"
	"os"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/sync/mpsc"
	"github.com/simmer-go/simmer/sync/oneshot"
)

// tables is how many waiters there are; each brings one order.
const tables = 4

// order is what a waiter asks for, and the way back.
type order struct {
	dish  string
	reply oneshot.Sender[string]
}

func main() {
	if err := simmer.Run(serve); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(cx *simmer.Context) error {
	orders, board := mpsc.New[order](2)
	var waiters []*simmer.JoinHandle[string]
	for table := range tables {
		waiter := orders.Clone()
		waiters = append(waiters, simmer.Go(cx, func(cx *simmer.Context) (string, error) {
			defer waiter.Close(cx)
			return ask(cx, waiter, fmt.Sprintf("soup %d", table))
		}))
	}
	orders.Close(cx) // the waiters have their own

	cook := simmer.Go(cx, func(cx *simmer.Context) (int, error) { return cook(cx, board) })
	for _, waiter := range waiters {
		served, err := waiter.Await(cx)
		if err != nil {
			return err
		}
		fmt.Println(served)
	}
	cooked, err := cook.Await(cx)
	fmt.Println("cooked:", cooked)
	return err
}

// ask sends one order and waits for its reply.
func ask(cx *simmer.Context, orders *mpsc.Sender[order], dish string) (string, error) {
	reply, served := oneshot.New[string]()
	if err := orders.Send(cx, order{dish, reply}); err != nil {
		return "", err
	}
	return served.Recv(cx)
}

// cook serves orders until nobody is left who could bring one, and returns how many there were.
func cook(cx *simmer.Context, board *mpsc.Receiver[order]) (cooked int, err error) {
	defer board.Drop(cx)
	for o := range board.All(cx) {
		if err := o.reply.Send(cx, "hot "+o.dish); err == nil { // else its waiter has gone
			cooked++
		}
	}
	return cooked, nil
}
