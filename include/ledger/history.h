/* SPDX-License-Identifier: BSD-3-Clause */
// history.h - throughput.db in the state directory: what went through the relay, minute by minute,
// written and read by a thread of its own.
//
// No evidence, so not chained: a file that cannot be read is set aside as throughput.db.bad, and a
// fresh one begins. What cannot be written waits in memory, HISTORY_HELD_MAX minutes at most.
#ifndef LEDGER_HISTORY_H
#define LEDGER_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/drop_reasons.h"
#include "platform/units.h"
#include "timetable/timetable.h"

#define HISTORY_FILE "throughput.db"
#define HISTORY_DAYS 400
#define HISTORY_HELD_MAX 1440 // minutes in memory
#define HISTORY_QUERIES_MAX 16
#define HISTORY_ROWS_MAX 20000 // of one answer

// X(name): what is added up. The relay's own figures, then the device's.
#define HISTORY_SUMS(X)                                                                            \
	X(frames_in)                                                                               \
	X(ip_bytes_in) /* of what was authenticated */                                             \
	X(frames_out)                                                                              \
	X(ip_bytes_out)                                                                            \
	X(busy_ns)                                                                                 \
	X(device_packets_in)                                                                       \
	X(device_bytes_in) /* Ethernet frames without their checksum */                            \
	X(device_packets_out)                                                                      \
	X(device_bytes_out)                                                                        \
	X(device_missed)                                                                           \
	X(device_errors)                                                                           \
	X(device_no_buffers)

// X(name): what is so at the moment; of a longer stretch the highest.
#define HISTORY_MARKS(X)                                                                           \
	X(buffers_used)                                                                            \
	X(buffers)                                                                                 \
	X(link_mbit_s)

// X(name): the highest second of a stretch.
#define HISTORY_PEAKS(X)                                                                           \
	X(peak_ip_bytes_in_s)                                                                      \
	X(peak_ip_bytes_out_s)                                                                     \
	X(peak_frames_in_s)                                                                        \
	X(peak_busy_permille)

#define HISTORY_FIELD(name) uint64_t name;
struct history_figures {
	HISTORY_SUMS(HISTORY_FIELD)
	HISTORY_MARKS(HISTORY_FIELD)
	uint64_t drops[DROP_REASON_COUNT];
};

struct history_peaks {
	HISTORY_PEAKS(HISTORY_FIELD)
};
#undef HISTORY_FIELD

// Adds the sums, and keeps the higher marks.
void history_figures_add(struct history_figures *to, const struct history_figures *from);

// A school's media: RTP alone.
struct history_school {
	uint64_t packets_in; // from the school
	uint64_t bytes_in;   // IP length
	uint64_t packets_out;
	uint64_t bytes_out;
};

void history_school_add(struct history_school *to, const struct history_school *from);

struct history_school_row {
	char school[TIMETABLE_ID_BYTES_MAX];
	struct history_school figures;
};

struct history_minute {
	struct wall_time minute; // its beginning
	uint32_t ms;             // how much of it was looked at
	struct history_figures figures;
	struct history_peaks peaks;
	const struct history_school_row *schools; // those that had any
	size_t school_count;
};

struct history;

// All calls belong to the control thread. Returns NULL where memory or a thread is lacking.
struct history *history_create(const char *state_directory);

// Writes what waits, one attempt. NULL is fine.
void history_destroy(struct history *history);

// Readable when history_dispatch() has something to tell; owned by the history.
int history_event_fd(const struct history *history);
void history_dispatch(struct history *history);

// A minute, which is copied. Given twice (a restart within it) it adds up.
void history_post(struct history *history, const struct history_minute *minute);

struct history_question {
	struct wall_time from;  // inclusive
	struct wall_time until; // exclusive
	uint32_t step_s; // a multiple of 60; minutes are added up to stretches from `from` on
	char school[TIMETABLE_ID_BYTES_MAX]; // "": the relay's own
	int32_t zone_s;                      // east of UTC, where days begin
};

// A stretch of an answer; of a school only `ms` and its figures.
struct history_row {
	struct wall_time at; // its beginning
	uint64_t ms;         // how much of it was looked at
	struct history_figures figures;
	struct history_peaks peaks;
	struct history_school school;
};

// A day's peak second and its 95th percentile of the minutes' means (nearest rank), in bytes a
// second. A school has no peak second: there it is the highest minute's mean.
struct history_day {
	struct wall_time day; // its beginning
	uint64_t peak_in, p95_in;
	uint64_t peak_out, p95_out;
};

struct history_answer {
	struct history_question question;
	struct history_row *rows; // by time; stretches without a minute are left out
	size_t row_count;
	struct history_day *days;
	size_t day_count;
	int result; // 0, or -errno: then there are none
};

// Called from history_dispatch() or history_destroy(), exactly once; the answer is valid during the
// call.
typedef void (*history_answered_fn)(void *context, const struct history_answer *answer);

// -EINVAL (a step that is no minutes, or more than HISTORY_ROWS_MAX stretches), -ENOMEM, -ENOBUFS
// (HISTORY_QUERIES_MAX): refused; `answered` is not called.
int history_ask(struct history *history, const struct history_question *question,
	history_answered_fn answered, void *context);

// How it is: 0, or -errno of the last attempt to write; and how many minutes wait.
int history_state(struct history *history, size_t *held_out);

#endif
