/* What the load clients measure with: the clock, a log-bucket histogram, a process's CPU and memory. */
#ifndef MEASURE_H
#define MEASURE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* 64 buckets per power of two: a percentile is good to 1.6 %. */
#define SUB_BITS 6
#define SUB_COUNT (1 << SUB_BITS)
#define BUCKETS ((64 - SUB_BITS) * SUB_COUNT)

typedef struct {
    uint64_t count;
    uint64_t highest;
    uint64_t bucket[BUCKETS];
} histogram;

static inline uint64_t now_ns(void) {
    struct timespec instant;
    clock_gettime(CLOCK_MONOTONIC, &instant);
    return (uint64_t)instant.tv_sec * 1000000000ull + (uint64_t)instant.tv_nsec;
}

static inline void histogram_add(histogram *h, uint64_t value) {
    unsigned index = (unsigned)value;
    if (value >= SUB_COUNT) {
        unsigned exponent = 63u - (unsigned)__builtin_clzll(value);
        unsigned shift = exponent - SUB_BITS;
        index = (shift + 1) * SUB_COUNT + (unsigned)((value >> shift) & (SUB_COUNT - 1));
    }
    h->bucket[index]++;
    h->count++;
    if (value > h->highest) h->highest = value;
}

static inline double histogram_ms(const histogram *h, double share) {
    uint64_t wanted = (uint64_t)(share * (double)h->count), seen = 0;
    for (unsigned index = 0; index < BUCKETS; index++) {
        seen += h->bucket[index];
        if (seen > wanted) {
            if (index < SUB_COUNT) return index / 1e6;
            unsigned shift = index / SUB_COUNT - 1;
            uint64_t low = (uint64_t)(SUB_COUNT + index % SUB_COUNT) << shift;
            return ((double)low + (double)(1ull << shift) / 2) / 1e6;
        }
    }
    return (double)h->highest / 1e6;
}

static void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static inline double own_cpu_s(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* User and system seconds of all threads of a process; 0 when it is gone. */
static inline double process_cpu_s(int pid) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = pid > 0 ? fopen(path, "r") : NULL;
    if (!file) return 0;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = 0;
    char *after_name = strrchr(text, ')');
    unsigned long user = 0, kernel = 0;
    if (!after_name || sscanf(after_name + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                              &user, &kernel) != 2)
        return 0;
    return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

/* A number that the kernel tells of a process, in KiB; 0 when it is gone. */
static inline long process_status_kib(int pid, const char *pattern) {
    char path[64], line[256];
    long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = pid > 0 ? fopen(path, "r") : NULL;
    if (!file) return 0;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, pattern, &kib) == 1) break;
    fclose(file);
    return kib;
}

/* The most memory that a process has held at once, and what it holds now. */
static inline long process_peak_kib(int pid) { return process_status_kib(pid, "VmHWM: %ld"); }
static inline long process_rss_kib(int pid) { return process_status_kib(pid, "VmRSS: %ld"); }

/* As many descriptors as this user may have. */
static inline void raise_descriptors(void) {
    struct rlimit limit;
    if (!getrlimit(RLIMIT_NOFILE, &limit)) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static inline void pin_to(int cpu) {
    if (cpu < 0) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set)) die("cannot pin to core %d", cpu);
}

/* The value of `--name value`, or the fallback; NULL as fallback makes it obligatory. */
static inline const char *option(int argc, char **argv, const char *name, const char *fallback) {
    for (int i = 1; i + 1 < argc; i += 2)
        if (!strcmp(argv[i], name)) return argv[i + 1];
    if (!fallback) die("%s is missing", name);
    return fallback;
}

/* A window of measuring: what was true at its start. */
typedef struct {
    uint64_t started_ns;
    double own_cpu, server_cpu;
} mark;

static inline mark mark_now(int server_pid) {
    return (mark){now_ns(), own_cpu_s(), process_cpu_s(server_pid)};
}

/* The members that every window has, without the closing brace. */
static inline void print_window(const mark *start, const mark *end, const histogram *h) {
    double seconds = (double)(end->started_ns - start->started_ns) / 1e9;
    printf("{\"seconds\":%.6f,\"count\":%llu,\"rate\":%.1f,\"p50_ms\":%.4f,\"p99_ms\":%.4f,"
           "\"max_ms\":%.4f,\"client_core\":%.3f,\"server_cpu_s\":%.3f",
           seconds, (unsigned long long)h->count, (double)h->count / seconds,
           histogram_ms(h, 0.50), histogram_ms(h, 0.99), (double)h->highest / 1e6,
           (end->own_cpu - start->own_cpu) / seconds, end->server_cpu - start->server_cpu);
}

#endif
