/* WebSocket frames over TCP, as the load clients need them: each says in `on_text` what a text is. */
#ifndef FRAMES_H
#define FRAMES_H

#include "sockets.h"

#define BUFFER (1 << 20)

typedef struct {
    int fd;
    unsigned char *rest; /* the beginning of a frame whose end has not come yet */
    size_t rest_length;
} connection;

static unsigned char buffer[BUFFER];
static uint64_t reads, pings, closed;
static char close_reason[200];

/* A whole text of the server, read at that instant. */
static void on_text(connection *c, const unsigned char *payload, size_t length, uint64_t now);

static void send_frame(int fd, unsigned char opcode, const void *payload, size_t length) {
    unsigned char *frame = malloc(length + 14), mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    size_t head = 2;
    frame[0] = 0x80 | opcode;
    if (length < 126) {
        frame[1] = 0x80 | (unsigned char)length;
    } else if (length < 65536) {
        frame[1] = 0x80 | 126;
        frame[2] = (unsigned char)(length >> 8);
        frame[3] = (unsigned char)length;
        head = 4;
    } else {
        die("a frame of %zu bytes is too long to send", length);
    }
    memcpy(frame + head, mask, 4);
    for (size_t i = 0; i < length; i++)
        frame[head + 4 + i] = ((const unsigned char *)payload)[i] ^ mask[i & 3];
    send_all(fd, frame, head + 4 + length);
    free(frame);
}

static void on_frame(connection *c, unsigned char opcode, unsigned char *payload, size_t length,
                     uint64_t now) {
    if (opcode == 1) {
        on_text(c, payload, length, now);
    } else if (opcode == 9) {
        pings++;
        send_frame(c->fd, 10, payload, length);
    } else if (opcode == 8) {
        closed++;
        if (!close_reason[0] && length >= 2)
            snprintf(close_reason, sizeof close_reason, "%d %.*s", payload[0] << 8 | payload[1],
                     (int)(length - 2), (const char *)payload + 2);
    } else if (opcode != 10) {
        die("unexpected frame with opcode %d", opcode);
    }
}

/* Handles every complete frame and returns the number of bytes used. */
static size_t parse(connection *c, unsigned char *data, size_t length) {
    size_t used = 0;
    uint64_t now = now_ns();
    while (length - used >= 2) {
        unsigned char *frame = data + used;
        size_t head = 2;
        uint64_t size = frame[1] & 0x7f;
        if (!(frame[0] & 0x80) || (frame[1] & 0x80)) die("a fragmented or masked frame");
        if (size == 126) {
            if (length - used < 4) break;
            size = (uint64_t)frame[2] << 8 | frame[3];
            head = 4;
        } else if (size == 127) {
            if (length - used < 10) break;
            size = 0;
            for (int i = 2; i < 10; i++) size = size << 8 | frame[i];
            head = 10;
        }
        if (size > BUFFER / 2) die("a frame of %llu bytes", (unsigned long long)size);
        if (length - used < head + size) break;
        on_frame(c, frame[0] & 0x0f, frame + head, size, now);
        used += head + size;
    }
    return used;
}

/* One read and what it completes; false when the connection has ended. */
static int receive(connection *c) {
    if (c->rest_length) memcpy(buffer, c->rest, c->rest_length);
    ssize_t got = recv(c->fd, buffer + c->rest_length, BUFFER / 2, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 1;
    if (got <= 0) return 0;
    reads++;
    size_t length = c->rest_length + (size_t)got, used = parse(c, buffer, length);
    c->rest_length = length - used;
    if (c->rest_length) {
        c->rest = realloc(c->rest, c->rest_length);
        memcpy(c->rest, buffer + used, c->rest_length);
    }
    return 1;
}

/* Blocking: connects and shakes hands; what came behind the head is kept. */
static void shake_hands(connection *c, int port, const char *path, const char *header) {
    char text[4096];
    c->fd = connect_to(port, 20000);
    int length = snprintf(text, sizeof text,
                          "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s\r\n",
                          path, port, header, header[0] ? "\r\n" : "");
    send_all(c->fd, text, (size_t)length);
    size_t got = receive_head(c->fd, text, sizeof text);
    if (strncmp(text, "HTTP/1.1 101", 12)) die("the handshake was refused: %s", text);
    char *rest = strstr(text, "\r\n\r\n") + 4;
    c->rest_length = got - (size_t)(rest - text);
    c->rest = malloc(c->rest_length + 1);
    memcpy(c->rest, rest, c->rest_length);
}

#endif
