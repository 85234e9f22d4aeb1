/*
 * The limit in C: one thread, epoll, and a loop that writes to every peer, with no queue, no policy and no protection.
 *
 *     relay            one write a delivery
 *     relay coalescing one write a peer for all that one epoll_wait has brought
 *
 * Says "listening <port>", and ends with its standard input. Linux.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "accept_key.h"

#define IN_BYTES (1 << 18)
#define OUT_BYTES (1 << 20)
#define EVENTS 1024

struct peer {
    int fd;
    int open;
    int index; /* in peers, or -1 */
    unsigned char *left;
    size_t left_length;
};

static struct peer **peers;
static int peer_count, peer_room;
static unsigned char in[IN_BYTES], out[OUT_BYTES];
static size_t out_length;
static int coalescing;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void drop(struct peer *p) {
    close(p->fd);
    p->fd = -1;
    if (p->index >= 0) {
        peers[p->index] = peers[--peer_count];
        peers[p->index]->index = p->index;
        p->index = -1;
    }
}

/* Sockets are not blocking; waiting for one is right here, because there is nothing else to do. */
static int write_all(int fd, const unsigned char *bytes, size_t length) {
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EAGAIN) {
            struct pollfd writable = {.fd = fd, .events = POLLOUT};
            poll(&writable, 1, 1000);
        } else if (n < 0) {
            return -1;
        } else {
            bytes += n;
            length -= (size_t) n;
        }
    }
    return 0;
}

static void write_to_all(void) {
    for (int i = peer_count - 1; i >= 0; i--) {
        if (write_all(peers[i]->fd, out, out_length) < 0) {
            shutdown(peers[i]->fd, SHUT_RDWR); /* its end is noticed when it is read */
        }
    }
    out_length = 0;
}

static void relay(const unsigned char *payload, size_t length, const unsigned char *mask) {
    if (out_length + length + 10 > OUT_BYTES) {
        write_to_all();
    }
    unsigned char *o = out + out_length;
    *o++ = 0x81;
    if (length < 126) {
        *o++ = (unsigned char) length;
    } else {
        *o++ = 126;
        *o++ = (unsigned char) (length >> 8);
        *o++ = (unsigned char) length;
    }
    for (size_t i = 0; i < length; i++) {
        o[i] = payload[i] ^ mask[i & 3];
    }
    out_length = (size_t) (o - out) + length;
    if (!coalescing) {
        write_to_all();
    }
}

/* Returns how much of it is a handshake, 0 if it is not complete, -1 if it is none. */
static long handshake(struct peer *p, const unsigned char *bytes, size_t length) {
    static const char name[] = "Sec-WebSocket-Key:";
    const unsigned char *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (end == NULL) {
        return 0;
    }
    char head[4096], accept[32], answer[256];
    size_t head_length = (size_t) (end - bytes) + 4;
    if (head_length >= sizeof head) {
        return -1;
    }
    memcpy(head, bytes, head_length);
    head[head_length] = 0;
    char *key = strcasestr(head, name);
    if (key == NULL) {
        return -1;
    }
    key += sizeof name - 1;
    key += strspn(key, " ");
    accept_key(key, strcspn(key, " \r"), accept);
    int n = snprintf(answer, sizeof answer, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
    if (write_all(p->fd, (unsigned char *) answer, (size_t) n) < 0) {
        return -1;
    }
    if (peer_count == peer_room) {
        peer_room = peer_room * 2 + 64;
        peers = realloc(peers, (size_t) peer_room * sizeof *peers);
    }
    p->open = 1;
    p->index = peer_count;
    peers[peer_count++] = p;
    return (long) head_length;
}

/* Returns how much of it is a frame, 0 if it is not complete, -1 if it ends the connection. */
static long frame(struct peer *p, const unsigned char *bytes, size_t length) {
    if (length < 2) {
        return 0;
    }
    size_t payload = bytes[1] & 0x7f, header = payload < 126 ? 6 : 8;
    if (payload == 127) {
        return -1;
    }
    if (length < header) {
        return 0;
    }
    if (payload == 126) {
        payload = (size_t) bytes[2] << 8 | bytes[3];
    }
    if (length < header + payload) {
        return 0;
    }
    int opcode = bytes[0] & 0x0f;
    if (opcode == 1) {
        relay(bytes + header, payload, bytes + header - 4);
    } else if (opcode == 8) {
        static const unsigned char close_frame[] = {0x88, 2, 0x03, 0xe8};
        write_all(p->fd, close_frame, sizeof close_frame);
        return -1;
    }
    return (long) (header + payload);
}

/* Returns whether the peer stays. */
static int read_peer(struct peer *p) {
    memcpy(in, p->left, p->left_length);
    ssize_t n = read(p->fd, in + p->left_length, IN_BYTES - p->left_length);
    if (n <= 0) {
        return n < 0 && errno == EAGAIN;
    }
    size_t length = p->left_length + (size_t) n, at = 0;
    for (;;) {
        long used = p->open ? frame(p, in + at, length - at) : handshake(p, in + at, length - at);
        if (used < 0) {
            return 0;
        }
        if (used == 0) {
            break;
        }
        at += (size_t) used;
    }
    p->left_length = length - at;
    if (p->left_length > 0) {
        p->left = realloc(p->left, p->left_length);
        memcpy(p->left, in + at, p->left_length);
    }
    return 1;
}

static void accept_all(int server, int epoll) {
    for (;;) {
        int fd = accept4(server, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            return;
        }
        int yes = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        struct peer *p = calloc(1, sizeof *p);
        p->fd = fd;
        p->index = -1;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = p};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

static int listen_anywhere(int *port) {
    int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (server < 0 || bind(server, (struct sockaddr *) &address, size) < 0 || listen(server, 1024) < 0
            || getsockname(server, (struct sockaddr *) &address, &size) < 0) {
        fail("listen");
    }
    *port = ntohs(address.sin_port);
    return server;
}

int main(int argc, char **argv) {
    static char server_mark, input_mark;
    struct epoll_event events[EVENTS];
    int port, server = listen_anywhere(&port), epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &server_mark};
    epoll_ctl(epoll, EPOLL_CTL_ADD, server, &event);
    event.data.ptr = &input_mark;
    epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event);
    coalescing = argc > 1 && strcmp(argv[1], "coalescing") == 0;
    signal(SIGPIPE, SIG_IGN);
    printf("listening %d\n", port);
    fflush(stdout);
    for (;;) {
        int n = epoll_wait(epoll, events, EVENTS, -1);
        if (n < 0 && errno != EINTR) {
            fail("epoll_wait");
        }
        for (int i = 0; i < n; i++) {
            void *what = events[i].data.ptr;
            if (what == &input_mark) {
                char line[256];
                if (read(STDIN_FILENO, line, sizeof line) <= 0) {
                    return 0;
                }
            } else if (what == &server_mark) {
                accept_all(server, epoll);
            } else if (!read_peer(what)) {
                struct peer *p = what;
                drop(p);
                free(p->left);
                free(p);
            }
        }
        if (out_length > 0) {
            write_to_all();
        }
    }
}
