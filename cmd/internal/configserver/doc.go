// Package configserver is three small web servers with a configuration file each, to be fetched from.
//
// They listen on loopback and run as tasks: a connection is a body that reads its request with net/http's ReadRequest over
// aio, sleeps as long as its server is slow, and writes net/http's Response. Each sends its file in a way of its own:
// with a length, in chunks, or packed with gzip.
package configserver
