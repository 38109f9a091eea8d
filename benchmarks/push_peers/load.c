/* The client of `make bench-push`: publishes to Redis and reads every tab, on one thread, in a few hundred cycles a
 * message, so that what is measured is the server. Built and called by load.py. Each message carries the mark "~T~" and
 * the nanosecond of its publication in 19 digits; what the server wraps around it is of no concern here. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define DIGITS 19
#define MARK 22 /* "~T~" and the digits */
#define CHUNK (256 * 1024)
#define ROOM 64 /* kept of the chunk before: more than a mark */

struct tab {
    int fd, engine, dead; /* engine: speaks Engine.IO, whose ping is the text "2" */
    uint64_t left;        /* payload bytes of the present frame that have not come yet */
    unsigned char head[10];
    int head_len, opcode, kept, small_len;
    uint64_t size;
    int64_t got;              /* marks */
    unsigned char small[128]; /* payload of a control frame */
    char keep[ROOM];
};

struct command { /* of one session: the whole PUBLISH, with what changes in fixed places */
    char *bytes;
    int64_t size, stamp_at, seq_at, seq, receipts;
};

struct result {
    int64_t receipts, published, dead, first_ns, last_ns, late_ns;
};

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void digits(char *at, int64_t value, int width) {
    for (int n = width - 1; n >= 0; n--, value /= 10) at[n] = '0' + value % 10;
}

static void answer(struct tab *tab, int opcode, const unsigned char *payload, int size) {
    unsigned char frame[140] = {0x80 | opcode, 0x80 | size, 0, 0, 0, 0}; /* masked with zeros */
    memcpy(frame + 6, payload, size);
    (void)!send(tab->fd, frame, 6 + size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void frame_ended(struct tab *tab) {
    if (tab->opcode == 9) answer(tab, 10, tab->small, tab->small_len);
    if (tab->opcode == 8) tab->dead = 1;
    if (tab->engine && tab->opcode == 1 && tab->size == 1 && tab->small[0] == '2') answer(tab, 1, (unsigned char *)"3", 1);
}

/* Frames from end to end (RFC 6455, section 5.2; a server's are not masked). */
static void walk(struct tab *tab, const unsigned char *data, size_t size) {
    while (size) {
        if (tab->left) {
            size_t some = tab->left < size ? tab->left : size;
            if (tab->size <= 125) {
                memcpy(tab->small + tab->small_len, data, some);
                tab->small_len += some;
            }
            tab->left -= some, data += some, size -= some;
            if (!tab->left) frame_ended(tab);
            continue;
        }
        tab->head[tab->head_len++] = *data++, size--;
        int code = tab->head_len > 1 ? tab->head[1] & 127 : -1;
        int need = code < 0 ? 2 : code == 126 ? 4 : code == 127 ? 10 : 2;
        if (tab->head_len < need) continue;
        tab->size = code < 126 ? code : 0;
        for (int n = 2; n < need; n++) tab->size = tab->size << 8 | tab->head[n];
        tab->opcode = tab->head[0] & 15;
        tab->left = tab->size, tab->head_len = 0, tab->small_len = 0;
        if (!tab->left) frame_ended(tab);
    }
}

/* Latencies of the marks in what came, and in what was cut off before it. */
static int64_t marks(struct tab *tab, char *chunk, size_t size, int64_t at, int64_t since, int64_t *out, int64_t room) {
    char *start = chunk - tab->kept, *end = chunk + size, *found;
    memcpy(start, tab->keep, tab->kept);
    int64_t count = 0;
    while ((found = memmem(start, end - start, "~T~", 3)) && end - found >= MARK) {
        int64_t sent = 0;
        for (int n = 3; n < MARK; n++) sent = sent * 10 + (found[n] - '0');
        if (sent >= since && count < room) out[count++] = at - sent;
        start = found + MARK;
    }
    if (found) start = found;
    else if (end - start > 2) start = end - 2;
    tab->kept = end - start;
    memcpy(tab->keep, start, tab->kept);
    return count;
}

/* Publishes commands[order[n]] when due[n] ns have passed; or, with a window, when fewer receipts than that are owed.
 * Ends when all came, or none for patience_ns. */
int run(struct tab *tabs, int tab_count, int redis, struct command *commands, const uint32_t *order, const int64_t *due,
        int64_t count, int64_t window, int64_t expected, int64_t patience_ns, int64_t *latencies, struct result *result) {
    int poll = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)-1}, events[256];
    epoll_ctl(poll, EPOLL_CTL_ADD, timer, &event);
    event.data.u64 = (uint64_t)-2;
    epoll_ctl(poll, EPOLL_CTL_ADD, redis, &event);
    for (int n = 0; n < tab_count; n++) {
        event.data.u64 = n;
        if (!tabs[n].dead) epoll_ctl(poll, EPOLL_CTL_ADD, tabs[n].fd, &event);
    }
    char *memory = malloc(ROOM + CHUNK), *chunk = memory + ROOM;
    char *out = malloc(1 << 22);
    int64_t out_from = 0, out_to = 0, owed = 0, next = 0, begin = now_ns(), last = begin;
    memset(result, 0, sizeof *result);
    while (result->receipts < expected) {
        int64_t now = now_ns();
        while (next < count && out_to < (1 << 21) && (window ? owed - result->receipts < window : begin + due[next] <= now)) {
            struct command *one = &commands[order[next]];
            if (!window && now - begin - due[next] > result->late_ns) result->late_ns = now - begin - due[next];
            char *copy = out + out_to;
            memcpy(copy, one->bytes, one->size);
            digits(copy + one->stamp_at, now_ns(), DIGITS);
            if (one->seq_at >= 0) digits(copy + one->seq_at, one->seq, 7);
            for (int64_t at = one->seq_at; one->seq_at >= 0;) { /* the number is in the header and in the message */
                char *again = memmem(copy + at + 7, one->size - at - 7, "9999999", 7);
                if (!again) break;
                digits(again, one->seq, 7);
                at = again - copy;
            }
            one->seq++;
            out_to += one->size, owed += one->receipts, next++;
            result->published++;
            last = now;
        }
        while (out_from < out_to) {
            ssize_t sent = send(redis, out + out_from, out_to - out_from, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (sent < 0) break;
            out_from += sent;
        }
        if (out_from == out_to) out_from = out_to = 0;
        int wait_ms = out_from < out_to ? 1 : 50;
        if (!window && next < count) {
            int64_t ahead = begin + due[next] - now_ns();
            struct itimerspec when = {.it_value = {ahead / 1000000000, ahead > 0 ? ahead % 1000000000 : 1}};
            if (ahead <= 0) when.it_value.tv_sec = 0, when.it_value.tv_nsec = 1;
            timerfd_settime(timer, 0, &when, NULL);
        }
        int ready = epoll_wait(poll, events, 256, wait_ms);
        for (int n = 0; n < ready; n++) {
            uint64_t which = events[n].data.u64;
            if (which == (uint64_t)-1) {
                uint64_t ticks;
                (void)!read(timer, &ticks, sizeof ticks);
            } else if (which == (uint64_t)-2) {
                if (recv(redis, chunk, CHUNK, MSG_DONTWAIT) == 0) goto end;
            } else {
                struct tab *tab = &tabs[which];
                ssize_t size = recv(tab->fd, chunk, CHUNK, MSG_DONTWAIT);
                int64_t at = now_ns();
                if (size == 0 || (size < 0 && errno != EAGAIN)) {
                    tab->dead = 1;
                    epoll_ctl(poll, EPOLL_CTL_DEL, tab->fd, NULL);
                }
                if (size <= 0) continue;
                int64_t came = marks(tab, chunk, size, at, begin, latencies + result->receipts, expected - result->receipts);
                walk(tab, (unsigned char *)chunk, size);
                if (!came) continue;
                tab->got += came;
                result->receipts += came;
                if (!result->first_ns) result->first_ns = at;
                result->last_ns = last = at;
            }
        }
        if (now_ns() - last > patience_ns && (window || next == count)) break;
    }
end:
    for (int n = 0; n < tab_count; n++) result->dead += tabs[n].dead;
    result->first_ns = begin;
    free(memory), free(out), close(poll), close(timer);
    return 0;
}

/* Reads and answers pings for a while: what a server sends at the beginning, and between the measurements. */
int idle(struct tab *tabs, int tab_count, int64_t for_ns) {
    static char chunk[CHUNK];
    int64_t until = now_ns() + for_ns;
    do {
        for (int n = 0; n < tab_count; n++) {
            ssize_t size;
            while (!tabs[n].dead && (size = recv(tabs[n].fd, chunk, CHUNK, MSG_DONTWAIT)) > 0)
                walk(&tabs[n], (unsigned char *)chunk, size);
            tabs[n].kept = 0;
        }
        usleep(20000);
    } while (now_ns() < until);
    return 0;
}
