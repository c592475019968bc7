/*
 * A TCP echo server on one thread of C and epoll: what is left of a server when it has no runtime.
 *
 *	gcc -O2 -o cepoll cepoll.c
 *	./cepoll [--port N]
 *
 * It listens on 127.0.0.1 (port 0, the default, is a free one), prints "listening on ADDRESS", and serves until it is killed.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BUFFER = 16 << 10, /* what one read may bring: the same as in the other servers */
	EVENTS = 256,      /* taken at once */
	BACKLOG = 4096,
};

/* A connection. What it could not write waits in rest, and meanwhile nothing is read from it. */
struct conn {
	int fd;
	size_t from, to; /* rest[from..to) is to be written */
	char *rest;      /* NULL: nothing */
};

static int epoll;

static void fail(const char *what)
{
	fprintf(stderr, "cepoll: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Waits for readiness of one direction of a connection that is new to epoll, or not. */
static int watch(struct conn *c, int operation, unsigned events)
{
	struct epoll_event event = {.events = events, .data.ptr = c};
	return epoll_ctl(epoll, operation, c->fd, &event);
}

/* Closing takes the descriptor out of epoll. */
static void drop(struct conn *c)
{
	close(c->fd);
	free(c->rest);
	free(c);
}

/* Writes what it can of n bytes. Returns how much that was, or -1 if the connection is broken. */
static ssize_t put(struct conn *c, const char *bytes, size_t n)
{
	ssize_t written = write(c->fd, bytes, n);
	if (written < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return written;
}

/* Reads once and sends it back. Returns -1 if the connection is at its end. */
static int echo(struct conn *c)
{
	static char buffer[BUFFER];
	ssize_t n = read(c->fd, buffer, sizeof buffer);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	if (n == 0)
		return -1;
	ssize_t written = put(c, buffer, (size_t)n);
	if (written < 0)
		return -1;
	if (written == n)
		return 0;
	c->from = 0;
	c->to = (size_t)(n - written);
	c->rest = malloc(c->to);
	if (c->rest == NULL)
		return -1;
	memcpy(c->rest, buffer + written, c->to);
	return watch(c, EPOLL_CTL_MOD, EPOLLOUT);
}

/* Writes more of the rest, and turns to reading when nothing is left. */
static int flush(struct conn *c)
{
	ssize_t written = put(c, c->rest + c->from, c->to - c->from);
	if (written < 0)
		return -1;
	c->from += (size_t)written;
	if (c->from < c->to)
		return 0;
	free(c->rest);
	c->rest = NULL;
	return watch(c, EPOLL_CTL_MOD, EPOLLIN);
}

/* Accepts all that wait. Without descriptors it leaves them where they are. */
static void take(int listener)
{
	for (;;) {
		int on = 1;
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return;
		struct conn *c = calloc(1, sizeof *c);
		if (c == NULL) {
			close(fd);
			return;
		}
		c->fd = fd;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		if (watch(c, EPOLL_CTL_ADD, EPOLLIN) < 0)
			drop(c);
	}
}

static int listen_on(unsigned short port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		fail("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&address, size) < 0)
		fail("bind");
	if (listen(fd, BACKLOG) < 0)
		fail("listen");
	if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		fail("getsockname");
	printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

/* Returns the port of the command line. */
static unsigned short port_of(int argc, char **argv)
{
	char *end;
	if (argc == 1)
		return 0;
	if (argc == 3 && strcmp(argv[1], "--port") == 0) {
		long port = strtol(argv[2], &end, 10);
		if (*argv[2] != '\0' && *end == '\0' && port >= 0 && port <= 65535)
			return (unsigned short)port;
	}
	fprintf(stderr, "usage: cepoll [--port N]\n");
	exit(2);
}

int main(int argc, char **argv)
{
	struct epoll_event events[EVENTS];
	struct conn door = {.fd = listen_on(port_of(argc, argv))};
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0 || watch(&door, EPOLL_CTL_ADD, EPOLLIN) < 0)
		fail("epoll");
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);
		if (n < 0 && errno != EINTR)
			fail("epoll_wait");
		for (int i = 0; i < n; i++) {
			struct conn *c = events[i].data.ptr;
			if (c == &door)
				take(door.fd);
			else if ((c->rest == NULL ? echo(c) : flush(c)) < 0)
				drop(c);
		}
	}
}
