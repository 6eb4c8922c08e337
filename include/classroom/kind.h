/* SPDX-License-Identifier: BSD-3-Clause */
// kind.h - the kinds of stream a classroom knows, and their names in files and JSON.
#ifndef CLASSROOM_KIND_H
#define CLASSROOM_KIND_H

#include "platform/messages.h"

#define KIND_COUNT 4 // STREAM_AUDIO .. STREAM_SLIDES: what carries media
#define KIND_NAME_BYTES_MAX 16

// "audio", "teacher", "students" or "slides".
const char *kind_name(enum stream_kind kind);

// Returns 0, or -EINVAL where no kind has this name.
int kind_find(const char *name, enum stream_kind *kind_out);

#endif
