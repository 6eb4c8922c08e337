/* SPDX-License-Identifier: BSD-3-Clause */
// reload.h - tries a configuration in a child process before this one reads it.
//
// The parser may hang or exit on what people write (`@include "."`, a FIFO): it does so in the
// child, within a time limit, while the event loop goes on.
#ifndef CONTROL_RELOAD_H
#define CONTROL_RELOAD_H

#include <stdint.h>

#define RELOAD_LIMIT_MS 5000
#define RELOAD_OUTPUT_BYTES 2048 // of the child's words, the rest is dropped

struct event_base;
struct reload;

// `error` is NULL where the child found nothing wrong, else what it said. Called from the event
// loop.
typedef void (*reload_done)(void *context, const char *error);

// Executes `program --check-config --config path`; NULL is /proc/self/exe. Returns NULL where
// memory is lacking.
struct reload *reload_create(struct event_base *base, const char *program, const char *path,
	int64_t limit_ms, reload_done done, void *context);

// Kills and reaps a child that still runs; `done` is not called any more.
void reload_destroy(struct reload *reload);

// Returns 0, -EBUSY where one is under way, or another -errno where no child could be made.
int reload_start(struct reload *reload);

#endif
