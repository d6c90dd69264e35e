/* Load client for HTTP: N keep-alive connections that send one request again and again.
 *
 * The request file holds the request's exact bytes. Each connection has one request outstanding;
 * its latency runs from sending to the last byte of the answer's body. One JSON object on stdout.
 */
#include "sockets.h"
#include <sys/epoll.h>

#define BUFFER (1 << 18)
#define HEAD 8192
#define EVENTS 256

typedef struct {
    int fd;
    int status;      /* of the answer under way, 0 while its head is incomplete */
    size_t body_left;
    size_t head_length;
    uint64_t sent_ns;
    int idle;
    char head[HEAD];
} connection;

static char buffer[BUFFER], *request;
static size_t request_length;
static histogram latencies;
static uint64_t body_bytes, refused, reconnects;
static char first_refusal[600];
static int port, poller, started;

static void begin(connection *c) {
    c->status = 0;
    c->head_length = 0;
    c->idle = 0;
    c->sent_ns = now_ns();
    send_all(c->fd, request, request_length);
}

/* The answer has come whole. Until all connections are open each sends one request only. */
static void finish(connection *c) {
    if (c->status / 100 == 2) histogram_add(&latencies, now_ns() - c->sent_ns);
    else refused++;
    if (started) begin(c);
    else c->idle = 1;
}

static void open_connection(connection *c) {
    c->fd = connect_to(port, 1000);
    if (started) set_nonblocking(c->fd);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event);
    begin(c);
}

/* Moves bytes into the head until it is complete; returns how many were taken. */
static size_t take_head(connection *c, const char *data, size_t length) {
    size_t before = c->head_length, room = HEAD - 1 - before;
    if (!room) die("an answer's head is longer than %d bytes", HEAD);
    size_t taken = length < room ? length : room;
    memcpy(c->head + before, data, taken);
    c->head[before + taken] = 0;
    char *end = strstr(c->head, "\r\n\r\n");
    if (!end) {
        c->head_length += taken;
        return taken;
    }
    c->head_length = (size_t)(end + 4 - c->head);
    char *declared = strcasestr(c->head, "\r\ncontent-length:");
    if (!declared || declared > end) die("an answer without a length: %s", c->head);
    c->status = atoi(c->head + 9);
    c->body_left = strtoull(declared + 17, NULL, 10);
    return c->head_length - before;
}

static void take(connection *c, const char *data, size_t length) {
    while (length) {
        if (!c->status) {
            size_t taken = take_head(c, data, length);
            data += taken;
            length -= taken;
            if (!c->status) return;
            if (!c->body_left) {
                finish(c);
                continue;
            }
        }
        size_t part = length < c->body_left ? length : c->body_left;
        if (c->status / 100 != 2 && !first_refusal[0])
            snprintf(first_refusal, sizeof first_refusal, "%d %.*s", c->status, (int)part, data);
        c->body_left -= part;
        body_bytes += part;
        data += part;
        length -= part;
        if (!c->body_left) finish(c);
    }
}

static void receive(connection *c) {
    ssize_t got = recv(c->fd, buffer, BUFFER, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got > 0) {
        take(c, buffer, (size_t)got);
        return;
    }
    close(c->fd);
    reconnects++;
    open_connection(c);
}

/* Opens one connection after the other, each answered once: a server takes in few connections while
 * it is busy, and waiting to be taken in is not what is measured. */
static void open_all(connection *all, int count) {
    for (int i = 0; i < count; i++) {
        open_connection(&all[i]);
        while (!all[i].idle) receive(&all[i]);
        set_nonblocking(all[i].fd);
    }
    started = 1;
    for (int i = 0; i < count; i++) begin(&all[i]);
}

static void run_until(uint64_t end_ns) {
    struct epoll_event events[EVENTS];
    for (uint64_t now = now_ns(); now < end_ns; now = now_ns()) {
        int ready = epoll_wait(poller, events, EVENTS, (int)((end_ns - now) / 1000000) + 1);
        for (int i = 0; i < ready; i++) receive(events[i].data.ptr);
    }
}

static void read_request(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) die("cannot read the request: %s", strerror(errno));
    request = malloc(65536);
    request_length = fread(request, 1, 65536, file);
    fclose(file);
}

static void print_text(const char *text) {
    putchar('"');
    for (; *text; text++) {
        unsigned char letter = (unsigned char)*text;
        if (letter == '"' || letter == '\\') printf("\\%c", letter);
        else if (letter < 32 || letter > 126) printf("\\u%04x", letter);
        else putchar(letter);
    }
    putchar('"');
}

int main(int argc, char **argv) {
    int count = atoi(option(argc, argv, "--connections", NULL));
    int windows = atoi(option(argc, argv, "--windows", "1"));
    int server = atoi(option(argc, argv, "--server-pid", "0"));
    uint64_t warmup_ns = strtoull(option(argc, argv, "--warmup-ms", "800"), NULL, 10) * 1000000;
    uint64_t window_ns = strtoull(option(argc, argv, "--window-ms", "1500"), NULL, 10) * 1000000;
    alarm((unsigned)atoi(option(argc, argv, "--deadline-s", "60")));
    pin_to(atoi(option(argc, argv, "--cpu", "-1")));
    port = atoi(option(argc, argv, "--port", NULL));
    read_request(option(argc, argv, "--request", NULL));

    poller = epoll_create1(0);
    connection *all = calloc((size_t)count, sizeof *all);
    open_all(all, count);
    printf("{\"connections\":%d,\"windows\":[", count);
    run_until(now_ns() + warmup_ns);
    uint64_t refused_in_all = refused;
    for (int i = 0; i < windows; i++) {
        memset(&latencies, 0, sizeof latencies);
        body_bytes = refused = 0;
        mark start = mark_now(server);
        run_until(start.started_ns + window_ns);
        mark end = mark_now(server);
        if (i) putchar(',');
        print_window(&start, &end, &latencies);
        printf(",\"refused\":%llu,\"body_bytes\":%.0f}", (unsigned long long)refused,
               latencies.count ? (double)body_bytes / (double)latencies.count : 0.0);
        refused_in_all += refused;
    }
    printf("],\"refused\":%llu,\"reconnects\":%llu,\"server_peak_kib\":%ld,\"first_refusal\":",
           (unsigned long long)refused_in_all, (unsigned long long)reconnects,
           process_peak_kib(server));
    print_text(first_refusal);
    puts("}");
    return 0;
}
