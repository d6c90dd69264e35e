/* Load client for WebSocket fan-out: subscribes N connections, then counts and times what arrives.
 *
 * The plan holds one line per connection: the text frame that subscribes it. When every connection
 * has its reply the server is told to begin with SIGUSR2. A delivery is a text frame with a member
 * `"t":<CLOCK_MONOTONIC ns>`, the instant at which it was published. With `--stalled N` the first N
 * connections are not read from in every second window, and for `--settle-ms` before it. One JSON
 * object on stdout.
 */
#include "frames.h"
#include <signal.h>
#include <sys/epoll.h>

#define EVENTS 256

static histogram latencies;
static uint64_t bytes, other_frames, replies;
static int measuring;
static long rss_warm;
static char last_reply[400];

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

static void on_text(connection *c, const unsigned char *payload, size_t length, uint64_t now) {
    (void)c;
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

static void open_connection(connection *c, int port, const char *path, const char *header,
                            const char *hello, const char *subscribe) {
    shake_hands(c, port, path, header);
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
