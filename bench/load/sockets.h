/* TCP over loopback, as the load clients and the blaster need it. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include "measure.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static inline struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/* A blocking connection; waits up to `patience_ms` for a server that is still starting. */
static inline int connect_to(int port, int patience_ms) {
    struct sockaddr_in address = loopback(port);
    for (;; patience_ms -= 20) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0) die("socket: %s", strerror(errno));
        if (!connect(fd, (struct sockaddr *)&address, sizeof address)) {
            int on = 1;
            struct timeval patience = {.tv_sec = 10};
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
            return fd;
        }
        close(fd);
        if (patience_ms <= 0) die("connect to port %d: %s", port, strerror(errno));
        usleep(20000);
    }
}

static inline void set_nonblocking(int fd) {
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* Everything, on a socket that has room for it: requests are small and few are under way. */
static inline void send_all(int fd, const void *data, size_t length) {
    const char *at = data;
    while (length) {
        ssize_t sent = send(fd, at, length, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (sent < 0) die("send: %s", strerror(errno));
        at += sent;
        length -= (size_t)sent;
    }
}

/* Blocking: receives until the text holds `\r\n\r\n`; returns the bytes received. */
static inline size_t receive_head(int fd, char *text, size_t room) {
    size_t length = 0;
    while (length + 1 < room) {
        ssize_t got = recv(fd, text + length, room - 1 - length, 0);
        if (got <= 0) die("no complete HTTP head: %s", got ? strerror(errno) : "closed");
        length += (size_t)got;
        text[length] = 0;
        if (strstr(text, "\r\n\r\n")) return length;
    }
    die("HTTP head is longer than %zu bytes", room);
    return 0;
}

#endif
