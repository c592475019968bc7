package runtime

import (
	"context"
	"iter"
	"maps"

	"github.com/simmer-go/simmer/future"
)

// JoinMap is a [JoinSet] whose tasks have keys. A task that comes under a key which is taken replaces the task that has it: that is
// aborted, and its result never seen, even if it has ended; a panic is logged then. The zero JoinMap is empty and ready. It belongs to one task, or
// goroutine, at a time; do not copy it after its first use, see [JoinSet]. (JoinMap of tokio-util, task/join_map.rs.)
type JoinMap[K comparable, V any] struct {
	group group[V, K]
	byKey map[K]*member[V, K]
}

// JoinedKey is how the task under a key has ended.
type JoinedKey[K comparable, V any] struct {
	Key K
	Joined[V]
}

// Spawn is [Spawn] into the map, under key.
func (m *JoinMap[K, V]) Spawn(on Spawner, key K, f future.Future[V]) AbortHandle {
	return m.Add(key, Spawn(on, f))
}

// Go is [Go] into the map, under key.
func (m *JoinMap[K, V]) Go(on Spawner, key K, body func(cx *future.Context) (V, error)) AbortHandle {
	return m.Add(key, Go(on, body))
}

// SpawnBlocking is [SpawnBlocking] into the map, under key.
func (m *JoinMap[K, V]) SpawnBlocking(on Spawner, key K, fn func(ctx context.Context) (V, error)) AbortHandle {
	return m.Add(key, SpawnBlocking(on, fn))
}

// Add puts h's task, however it was spawned, into the map, which takes its result: h is the map's from now on.
func (m *JoinMap[K, V]) Add(key K, h *JoinHandle[V]) AbortHandle {
	if old, ok := m.byKey[key]; ok {
		m.group.giveUp(old)
		old.handle.Abort()
	}
	if m.byKey == nil {
		m.byKey = make(map[K]*member[V, K])
	}
	m.byKey[key] = m.group.add(h, key)
	return h.AbortHandle()
}

// PollJoinNext is ready with the task of the map that has ended first, and takes it out. On an empty map it is ready with
// io.EOF. A poll that is not ready has taken nothing.
func (m *JoinMap[K, V]) PollJoinNext(cx *future.Context) (j JoinedKey[K, V], ready bool, err error) {
	ended, ready, err := m.group.poll(cx)
	if ended != nil {
		j = m.joined(ended)
	}
	return j, ready, err
}

func (m *JoinMap[K, V]) joined(ended *member[V, K]) JoinedKey[K, V] {
	key, j := m.group.join(ended)
	delete(m.byKey, key)
	return JoinedKey[K, V]{Key: key, Joined: j}
}

// PollNext is PollJoinNext: a map is a stream.
func (m *JoinMap[K, V]) PollNext(cx *future.Context) (JoinedKey[K, V], bool, error) {
	return m.PollJoinNext(cx)
}

// JoinNext waits, in a body, for the next task that ends, and takes it out of the map. On an empty map it returns io.EOF at
// once.
func (m *JoinMap[K, V]) JoinNext(cx *future.Context) (JoinedKey[K, V], error) {
	return future.AwaitPoll(cx, m.PollJoinNext, m.group.leave)
}

// JoinNextBlocking is JoinNext for ordinary goroutines. It returns ctx's cause if ctx ends first; the map is unchanged then.
func (m *JoinMap[K, V]) JoinNextBlocking(ctx context.Context) (JoinedKey[K, V], error) {
	return future.WaitPoll(ctx, m.PollJoinNext, m.group.leave)
}

// TryJoinNext is JoinNext without waiting, and without a budget. It reports false if no task has ended.
func (m *JoinMap[K, V]) TryJoinNext() (j JoinedKey[K, V], ok bool) {
	ended := m.group.next()
	if ended == nil {
		return j, false
	}
	return m.joined(ended), true
}

// All yields, in a body, the tasks as they end, by key, and takes them out, until the map is empty.
func (m *JoinMap[K, V]) All(cx *future.Context) iter.Seq2[K, Joined[V]] {
	return func(yield func(K, Joined[V]) bool) {
		for {
			j, err := m.JoinNext(cx)
			if err != nil || !yield(j.Key, j.Joined) {
				return
			}
		}
	}
}

// Abort aborts the task under key, which stays in the map, to be joined. It reports whether there is one.
func (m *JoinMap[K, V]) Abort(key K) bool {
	t, ok := m.byKey[key]
	if ok {
		t.handle.Abort()
	}
	return ok
}

// AbortMatching aborts the tasks whose keys match says, in no order. They stay in the map, to be joined.
func (m *JoinMap[K, V]) AbortMatching(match func(key K) bool) {
	for key, t := range m.byKey {
		if match(key) {
			t.handle.Abort()
		}
	}
}

// AbortAll aborts all tasks. They stay in the map, to be joined.
func (m *JoinMap[K, V]) AbortAll() { m.group.abortAll() }

// Shutdown aborts all tasks and waits, in a body, until they have ended. See [JoinSet.Shutdown].
func (m *JoinMap[K, V]) Shutdown(cx *future.Context) error {
	_, err := future.AwaitPoll(cx, m.PollShutdown, m.group.leave)
	return err
}

// PollShutdown is the poll of Shutdown.
func (m *JoinMap[K, V]) PollShutdown(cx *future.Context) (struct{}, bool, error) {
	m.group.beginShutdown()
	return pollRest(cx, func(cx *future.Context) (K, bool, error) {
		key, ready, err := m.group.pollDiscard(cx)
		if ready && err == nil {
			delete(m.byKey, key)
		}
		return key, ready, err
	})
}

// DetachAll takes all tasks out of the map and hands them to the runtime: nobody aborts them.
func (m *JoinMap[K, V]) DetachAll() {
	clear(m.byKey)
	m.group.detachAll()
}

// Close aborts all tasks and takes them out of the map, without waiting. The map is empty then, and can be used again. cx may
// be nil.
func (m *JoinMap[K, V]) Close(*future.Context) {
	clear(m.byKey)
	m.group.close()
}

// Drop is Close, for who holds the map as a stream.
func (m *JoinMap[K, V]) Drop(cx *future.Context) { m.Close(cx) }

// Keys yields the keys of the tasks that were not joined yet, in no order.
func (m *JoinMap[K, V]) Keys() iter.Seq[K] { return maps.Keys(m.byKey) }

// Contains reports whether there is a task under key that was not joined yet.
func (m *JoinMap[K, V]) Contains(key K) bool {
	_, ok := m.byKey[key]
	return ok
}

// Handle returns the handle that aborts the task under key, and tells its number; the zero one if there is no such task.
func (m *JoinMap[K, V]) Handle(key K) AbortHandle {
	if t, ok := m.byKey[key]; ok {
		return t.handle.AbortHandle()
	}
	return AbortHandle{}
}

// Len returns the number of tasks that were not joined yet, ended or not.
func (m *JoinMap[K, V]) Len() int { return len(m.group.members) }

// IsEmpty reports whether all tasks were joined.
func (m *JoinMap[K, V]) IsEmpty() bool { return m.Len() == 0 }
