/* SPDX-License-Identifier: BSD-3-Clause */
// kind.c - names of the kinds of stream.
#include "classroom/kind.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static const char *const kind_names[KIND_COUNT] = {
	[STREAM_AUDIO] = "audio",
	[STREAM_TEACHER] = "teacher",
	[STREAM_STUDENTS] = "students",
	[STREAM_SLIDES] = "slides",
};

const char *
kind_name(enum stream_kind kind)
{
	assert(kind < KIND_COUNT);
	return kind_names[kind];
}

int
kind_find(const char *name, enum stream_kind *kind_out)
{
	for (int i = 0; i < KIND_COUNT; i++) {
		if (strcmp(name, kind_names[i]) == 0) {
			*kind_out = (enum stream_kind)i;
			return 0;
		}
	}
	return -EINVAL;
}
