/* A server that does nothing but send: it finds the ceiling of ws_load.c.
 *
 * It accepts N WebSocket connections, answers one subscription each, and from SIGUSR2 on writes
 * `batch` stamped updates to every socket that has room, in one send per socket and round.
 */
#include "sockets.h"
#include <signal.h>

#define DIGITS 19

typedef struct {
    int fd;
    char *rest; /* what the last send did not take */
    size_t rest_length;
} connection;

static void welcome(int fd) {
    static const char accepted[] =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    static const char reply[] = "{\"type\":\"blast.subscribe.response\"}";
    char text[8192], frame[2 + sizeof reply];
    receive_head(fd, text, sizeof text);
    send_all(fd, accepted, sizeof accepted - 1);
    if (recv(fd, text, sizeof text, 0) <= 0) die("no subscription came");
    frame[0] = (char)0x81;
    frame[1] = (char)(sizeof reply - 1);
    memcpy(frame + 2, reply, sizeof reply - 1);
    send_all(fd, frame, 1 + sizeof reply);
    set_nonblocking(fd);
}

static connection *accept_all(int port, int count) {
    struct sockaddr_in address = loopback(port);
    connection *all = calloc((size_t)count, sizeof *all);
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024))
        die("cannot listen on port %d: %s", port, strerror(errno));
    for (int i = 0; i < count; i++) {
        all[i].fd = accept(listener, NULL, NULL);
        if (all[i].fd < 0) die("accept: %s", strerror(errno));
        setsockopt(all[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        welcome(all[i].fd);
    }
    close(listener);
    return all;
}

/* `batch` frames of `size` bytes in a row; the stamp is rewritten before each round. */
static size_t build(char *frames, int batch, int size) {
    char *at = frames;
    for (int i = 0; i < batch; i++) {
        int head = size < 126 ? 2 : 4;
        at[0] = (char)0x81;
        at[1] = (char)(size < 126 ? size : 126);
        if (head == 4) {
            at[2] = (char)(size >> 8);
            at[3] = (char)size;
        }
        memset(at + head, 'x', (size_t)size);
        memcpy(at + head, "{\"t\":", 5);
        at += head + size;
    }
    return (size_t)(at - frames);
}

static void stamp(char *frames, int batch, size_t length) {
    char digits[DIGITS + 1];
    size_t step = length / (size_t)batch, head = step < 128 ? 2 : 4;
    snprintf(digits, sizeof digits, "%0*llu", DIGITS, (unsigned long long)now_ns());
    for (int i = 0; i < batch; i++) memcpy(frames + (size_t)i * step + head + 5, digits, DIGITS);
}

/* Sends what is owed first; true when the socket took something, exits when the client is gone. */
static int push(connection *c, const char *frames, size_t length) {
    const char *data = c->rest_length ? c->rest : frames;
    size_t wanted = c->rest_length ? c->rest_length : length;
    ssize_t sent = send(c->fd, data, wanted, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EAGAIN) return 0;
    if (sent < 0) exit(0);
    size_t left = wanted - (size_t)sent;
    if (left) {
        if (!c->rest) c->rest = malloc(length);
        memmove(c->rest, data + sent, left);
    }
    c->rest_length = left;
    return 1;
}

int main(int argc, char **argv) {
    int count = atoi(option(argc, argv, "--connections", NULL));
    int batch = atoi(option(argc, argv, "--batch", "1"));
    int size = atoi(option(argc, argv, "--size", "168")), signal_number;
    sigset_t signals;
    alarm((unsigned)atoi(option(argc, argv, "--deadline-s", "60")));
    pin_to(atoi(option(argc, argv, "--cpu", "-1")));
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR2);
    sigprocmask(SIG_BLOCK, &signals, NULL);

    connection *all = accept_all(atoi(option(argc, argv, "--port", NULL)), count);
    char *frames = malloc((size_t)batch * ((size_t)size + 4));
    size_t length = build(frames, batch, size);
    sigwait(&signals, &signal_number);
    for (;;) {
        int moved = 0;
        stamp(frames, batch, length);
        for (int i = 0; i < count; i++) moved += push(&all[i], frames, length);
        if (!moved) usleep(200);
    }
}
