/* Load client for WebSocket fan-out: subscribes N connections, then counts and times what arrives.
 *
 * The plan holds one line per connection: the text frame that subscribes it. When every connection
 * has its reply the server is told to begin with SIGUSR2. A delivery is a text frame with a member
 * `"t":<CLOCK_MONOTONIC ns>`, the instant at which it was published. With `--stalled N` the first N
 * connections are not read from in every second window, and for `--settle-ms` before it. One JSON
 * object on stdout.
 */
#include "sockets.h"
#include <signal.h>
#include <sys/epoll.h>

#define BUFFER (1 << 20)
#define EVENTS 256

typedef struct {
    int fd;
    unsigned char *rest; /* the beginning of a frame whose end has not come yet */
    size_t rest_length;
} connection;

static unsigned char buffer[BUFFER];
static histogram latencies;
static uint64_t bytes, reads, other_frames, pings;
static uint64_t closed, replies;
static int measuring;
static long rss_warm;
static char last_reply[400], close_reason[200];

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

/* The stamp of an update, 0 for any other message. Updates look alike: try the last place first. */
static uint64_t stamp_of(const unsigned char *payload, size_t length) {
    static size_t hint;
    const unsigned char *at = NULL;
    if (hint + 4 < length && !memcmp(payload + hint, "\"t\":", 4)) at = payload + hint;
    if (!at) at = memmem(payload, length, "\"t\":", 4);
    if (!at) return 0;
    hint = (size_t)(at - payload);
    uint64_t stamp = 0;
    for (at += 4; at < payload + length && *at >= '0' && *at <= '9'; at++)
        stamp = stamp * 10 + (uint64_t)(*at - '0');
    return stamp;
}

static void on_text(const unsigned char *payload, size_t length, uint64_t now) {
    uint64_t stamp = measuring ? stamp_of(payload, length) : 0;
    if (stamp) {
        histogram_add(&latencies, now > stamp ? now - stamp : 0);
        bytes += length;
        return;
    }
    if (!measuring) {
        replies++;
        snprintf(last_reply, sizeof last_reply, "%.*s", (int)length, (const char *)payload);
    } else {
        other_frames++;
    }
}

static void on_frame(connection *c, unsigned char opcode, unsigned char *payload, size_t length,
                     uint64_t now) {
    if (opcode == 1) {
        on_text(payload, length, now);
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

static void open_connection(connection *c, int port, const char *path, const char *header,
                            const char *hello, const char *subscribe) {
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
    last_reply[0] = 0;
    if (hello[0]) send_frame(c->fd, 1, hello, strlen(hello));
    send_frame(c->fd, 1, subscribe, strlen(subscribe));
    while (!strstr(last_reply, ".subscribe.response")) {
        if (!receive(c)) die("closed before the subscription was answered: %s", close_reason);
        if (strstr(last_reply, "\"error\"")) die("not subscribed: %s", last_reply);
    }
    set_nonblocking(c->fd);
}

/* Opens them one after the other; `rss_warm` is the server's memory after the first few. */
static connection *open_all(int argc, char **argv, int count, int server) {
    int warm = atoi(option(argc, argv, "--warm", "0"));
    FILE *plan = fopen(option(argc, argv, "--plan", NULL), "r");
    connection *all = calloc((size_t)count, sizeof *all);
    char *line = NULL;
    size_t room = 0;
    if (!plan) die("cannot read the plan: %s", strerror(errno));
    for (int i = 0; i < count; i++) {
        ssize_t length = getline(&line, &room, plan);
        if (length <= 0) die("the plan has only %d lines", i);
        line[strcspn(line, "\n")] = 0;
        open_connection(&all[i], atoi(option(argc, argv, "--port", NULL)),
                        option(argc, argv, "--path", "/"), option(argc, argv, "--header", ""),
                        option(argc, argv, "--hello", ""), line);
        if (i + 1 == warm) rss_warm = process_rss_kib(server);
    }
    free(line);
    fclose(plan);
    return all;
}

static void run_until(int poller, uint64_t end_ns) {
    struct epoll_event events[EVENTS];
    for (uint64_t now = now_ns(); now < end_ns; now = now_ns()) {
        int wait_ms = (int)((end_ns - now) / 1000000) + 1;
        int ready = epoll_wait(poller, events, EVENTS, wait_ms);
        for (int i = 0; i < ready; i++) {
            connection *c = events[i].data.ptr;
            if (!receive(c)) {
                epoll_ctl(poller, EPOLL_CTL_DEL, c->fd, NULL);
                close(c->fd);
                closed++;
            }
        }
    }
}

/* Whether the first few connections are read from; what comes meanwhile stays in the buffers. */
static void set_reading(int poller, connection *all, int count, int reading) {
    for (int i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
        epoll_ctl(poller, reading ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, all[i].fd, &event);
    }
}

int main(int argc, char **argv) {
    int count = atoi(option(argc, argv, "--connections", NULL));
    int windows = atoi(option(argc, argv, "--windows", "1"));
    int server = atoi(option(argc, argv, "--server-pid", "0"));
    uint64_t warmup_ns = strtoull(option(argc, argv, "--warmup-ms", "800"), NULL, 10) * 1000000;
    uint64_t settle_ns = strtoull(option(argc, argv, "--settle-ms", "0"), NULL, 10) * 1000000;
    uint64_t window_ns = strtoull(option(argc, argv, "--window-ms", "1500"), NULL, 10) * 1000000;
    raise_descriptors();
    alarm((unsigned)atoi(option(argc, argv, "--deadline-s", "60")));
    pin_to(atoi(option(argc, argv, "--cpu", "-1")));

    uint64_t began = now_ns();
    connection *all = open_all(argc, argv, count, server);
    int poller = epoll_create1(0);
    int stalled = atoi(option(argc, argv, "--stalled", "0"));
    long rss_open = process_rss_kib(server);
    set_reading(poller, all, count, 1);
    printf("{\"connections\":%d,\"connect_s\":%.3f,\"windows\":[", count,
           (double)(now_ns() - began) / 1e9);
    measuring = 1;
    if (server > 0 && kill(server, SIGUSR2)) die("cannot tell process %d to begin", server);
    run_until(poller, now_ns() + warmup_ns);
    for (int i = 0; i < windows; i++) {
        if (stalled && i) { /* in every second window they do not read */
            set_reading(poller, all, stalled, i % 2 == 0);
            run_until(poller, now_ns() + settle_ns);
        }
        memset(&latencies, 0, sizeof latencies);
        bytes = reads = 0;
        mark start = mark_now(server);
        run_until(poller, start.started_ns + window_ns);
        mark end = mark_now(server);
        if (i) putchar(',');
        print_window(&start, &end, &latencies);
        printf(",\"message_bytes\":%.1f,\"messages_per_read\":%.2f,\"rss_kib\":%ld}",
               latencies.count ? (double)bytes / (double)latencies.count : 0.0,
               reads ? (double)latencies.count / (double)reads : 0.0, process_rss_kib(server));
    }
    printf("],\"closed\":%llu,\"other_frames\":%llu,\"pings\":%llu,\"server_peak_kib\":%ld,"
           "\"rss_warm_kib\":%ld,\"rss_open_kib\":%ld,\"rss_end_kib\":%ld}\n",
           (unsigned long long)closed, (unsigned long long)other_frames, (unsigned long long)pings,
           process_peak_kib(server), rss_warm, rss_open, process_rss_kib(server));
    if (closed) fprintf(stderr, "%llu connections were closed: %s\n", (unsigned long long)closed,
                        close_reason[0] ? close_reason : "without a reason");
    return 0;
}
