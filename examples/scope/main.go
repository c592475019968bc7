// Command scope cooks a menu: all dishes at the same time, and none at all if one of them fails.
//
// A scope waits for all tasks that were started in it. The first failure aborts the others: they end at their next wait, their
// deferred calls run, and only then does the scope return that failure.
package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/runtime"
)

// dish is what is cooked, and how long that takes. Burnt dishes fail at the end.
type dish struct {
	name    string
	takes   time.Duration
	isBurnt bool
}

func main() {
	err := simmer.Run(func(cx *simmer.Context) error {
		good := []dish{{"soup", 20 * time.Millisecond, false}, {"salad", time.Millisecond, false}}
		menu, err := cook(cx, good)
		fmt.Println(menu, err)

		menu, err = cook(cx, append(good, dish{"toast", time.Millisecond, true}, dish{"stew", time.Hour, false}))
		fmt.Println(menu, err)
		return nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var errBurnt = errors.New("is burnt")

// cook returns the names of the dishes when all are done, in the order of the menu.
func cook(cx *simmer.Context, dishes []dish) (menu []string, err error) {
	menu = make([]string, len(dishes))
	err = runtime.Scope(cx, func(n *runtime.Nursery) error {
		for i, d := range dishes {
			n.Go(cx, func(cx *simmer.Context) error {
				if err := simmer.Sleep(cx, d.takes); err != nil {
					return err
				}
				if d.isBurnt {
					return fmt.Errorf("the %s %w", d.name, errBurnt)
				}
				menu[i] = d.name
				return nil
			})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return menu, nil
}
