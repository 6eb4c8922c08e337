/* SPDX-License-Identifier: BSD-3-Clause */
// agent.h - the classroom at work: what the relay says becomes media, commands and a status file.
#ifndef CLASSROOM_AGENT_H
#define CLASSROOM_AGENT_H

#include <stddef.h>

#include "classroom/settings.h"

// Runs until SIGTERM or SIGINT, then ends media and commands. Returns 0, or -errno where it could
// not start, with the reason in why[0..why_bytes).
int agent_run(const struct settings *settings, const char *token, char *why, size_t why_bytes);

#endif
