/* Load client for orders over a WebSocket: so many connections with so many orders outstanding each.
 *
 * Every reply is counted, timed from the sending of its order, and followed by the next order. An
 * error frame, any other unexpected text, and a lost connection end the program. JSON on stdout.
 */
#include "frames.h"
#include <sys/epoll.h>

#define EVENTS 256
#define MOST_OUTSTANDING 64
#define ERROR "{\"type\":\"error\""
#define REPLY "{\"type\":\"orders.place.response\",\"id\":"

static connection *all;
static int outstanding;
static uint64_t (*sent_ns)[MOST_OUTSTANDING]; /* per connection: when each of its orders was sent */
static char orders[MOST_OUTSTANDING][2048];
static histogram latencies;

static void place(connection *c, int slot) {
    sent_ns[c - all][slot] = now_ns();
    send_frame(c->fd, 1, orders[slot], strlen(orders[slot]));
}

static void on_text(connection *c, const unsigned char *payload, size_t length, uint64_t now) {
    const size_t head = sizeof REPLY - 1;
    if (length > head && !memcmp(payload, REPLY, head)) {
        int slot = atoi((const char *)payload + head);
        uint64_t *sent = &sent_ns[c - all][slot < 0 || slot >= outstanding ? 0 : slot];
        if (slot < 0 || slot >= outstanding || !*sent) die("a reply to no order: id %d", slot);
        histogram_add(&latencies, now - *sent);
        *sent = 0;
        place(c, slot);
    } else {
        int refused = length >= sizeof ERROR - 1 && !memcmp(payload, ERROR, sizeof ERROR - 1);
        die("%s: %.*s", refused ? "an order was refused" : "an unexpected text", (int)length,
            (const char *)payload);
    }
}

/* The order of each slot as a text; the slot is the id by which its reply is known. */
static void write_orders(const char *path) {
    char payload[1024];
    FILE *file = fopen(path, "r");
    if (!file) die("cannot read the order: %s", strerror(errno));
    size_t length = fread(payload, 1, sizeof payload - 1, file);
    fclose(file);
    payload[length] = 0;
    for (int slot = 0; slot < outstanding; slot++)
        snprintf(orders[slot], sizeof orders[slot],
                 "{\"type\":\"orders.place\",\"id\":%d,\"payload\":%s}", slot, payload);
}

static void run_until(int poller, uint64_t end_ns) {
    struct epoll_event events[EVENTS];
    for (uint64_t now = now_ns(); now < end_ns; now = now_ns()) {
        int ready = epoll_wait(poller, events, EVENTS, (int)((end_ns - now) / 1000000) + 1);
        for (int i = 0; i < ready; i++)
            if (!receive(events[i].data.ptr) || closed)
                die("a connection was closed: %s", close_reason[0] ? close_reason : "no reason");
    }
}

int main(int argc, char **argv) {
    int count = atoi(option(argc, argv, "--connections", NULL));
    int port = atoi(option(argc, argv, "--port", NULL));
    int server = atoi(option(argc, argv, "--server-pid", "0"));
    uint64_t warmup_ns = strtoull(option(argc, argv, "--warmup-ms", "800"), NULL, 10) * 1000000;
    uint64_t window_ns = strtoull(option(argc, argv, "--window-ms", "1500"), NULL, 10) * 1000000;
    outstanding = atoi(option(argc, argv, "--outstanding", "1"));
    if (outstanding < 1 || outstanding > MOST_OUTSTANDING)
        die("--outstanding is %d, not 1 to %d", outstanding, MOST_OUTSTANDING);
    write_orders(option(argc, argv, "--order", NULL));
    raise_descriptors();
    alarm((unsigned)atoi(option(argc, argv, "--deadline-s", "60")));
    pin_to(atoi(option(argc, argv, "--cpu", "-1")));

    all = calloc((size_t)count, sizeof *all);
    sent_ns = calloc((size_t)count, sizeof *sent_ns);
    int poller = epoll_create1(0);
    for (int i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
        shake_hands(&all[i], port, option(argc, argv, "--path", NULL),
                    option(argc, argv, "--header", ""));
        set_nonblocking(all[i].fd);
        epoll_ctl(poller, EPOLL_CTL_ADD, all[i].fd, &event);
    }
    for (int i = 0; i < count; i++)
        for (int slot = 0; slot < outstanding; slot++) place(&all[i], slot);
    run_until(poller, now_ns() + warmup_ns);
    memset(&latencies, 0, sizeof latencies);
    mark start = mark_now(server);
    run_until(poller, start.started_ns + window_ns);
    mark end = mark_now(server);
    printf("{\"windows\":[");
    print_window(&start, &end, &latencies);
    printf("}],\"pings\":%llu,\"server_peak_kib\":%ld}\n", (unsigned long long)pings,
           process_peak_kib(server));
    return 0;
}
