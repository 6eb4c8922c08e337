/* SPDX-License-Identifier: BSD-3-Clause */
// status.h - what the status file says, once a second.
#ifndef CLASSROOM_STATUS_H
#define CLASSROOM_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "classroom/seat.h"

// What the seat does not know.
struct status {
	bool connected;       // the control connection
	const char *endpoint; // "": not told yet
	const char *session;  // "": none
	uint64_t joins;
	uint64_t reconnects;
};

// "connecting", "waiting", "open", "live" or "grace": what the classroom is doing now.
const char *status_state(
	const struct status *status, const struct seat *seat, struct mono_time now);

// The file's text (JSON and a newline), or NULL where memory is out. The caller frees it.
char *status_text(const struct status *status, const struct seat *seat, struct mono_time now);

#endif
