// Package crowd keeps those who wait on one channel: many receivers that all want the same news, and those who wait for all
// receivers to leave.
//
// A [Crowd] has a place for each receiver, with a slot for its waker. To wait is one atomic store in the receiver's own
// memory; to wake all is a walk over the places, without a lock. A list of waiters under a mutex costs each of them the
// lock and two links at each wait.
//
// A [Lobby] is that list: for waits that are rare, and whose number nobody knows beforehand.
package crowd
