/* SPDX-License-Identifier: BSD-3-Clause */
// metrics.h - what /metrics says, in Prometheus' text format 0.0.4.
//
// Labels are bounded by the timetable and the code: school, kind, direction, reason, state, worker;
// never a lesson, an SSRC or an address.
#ifndef CONTROL_METRICS_H
#define CONTROL_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/http_server.h"
#include "ledger/ledger.h"
#include "lessons/lines.h"
#include "lessons/scheduler.h"
#include "lessons/sessions.h"
#include "platform/port.h"

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

struct metrics_input {
	const char *version;
	const char *engine;
	struct flow_memory flow_memory;
	bool is_ready;
	struct wall_time started_at;
	struct mono_time now;
	struct wall_time wall;
	const struct stats *board;
	struct sessions *sessions;
	size_t endpoints_known;
	size_t endpoints_connected;
	struct http_server_counters http;
	const struct scheduler *scheduler; // NULL: nothing is planned
	uint64_t reloads;
	uint64_t reload_failures;
	bool is_clock_synchronised;
	size_t unmapped_days;
	struct ledger_status ledger;
	const struct lines *lines;       // NULL: not looked at
	const struct port_stats *device; // NULL: not known
	uint64_t state_free_bytes;
	uint64_t state_size_bytes; // 0: not known
};

// The page, to be freed with free(); NULL where memory is lacking.
char *metrics_text(const struct metrics_input *input);

#endif
