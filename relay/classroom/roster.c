/* SPDX-License-Identifier: BSD-3-Clause */
// roster.c - keeps one place, port pair and local SSRC for each received (endpoint, kind).
#include "classroom/roster.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

void
roster_init(struct roster *roster, const struct srtp_engine *engine, uint16_t first_port,
	uint32_t random)
{
	memset(roster, 0, sizeof *roster);
	roster->engine = engine;
	roster->next_local_ssrc = random;
	for (size_t i = 0; i < ROSTER_MAX; i++)
		roster->entries[i].port = (uint16_t)(first_port + i * ROSTER_PORTS_EACH);
}

void
roster_fini(struct roster *roster)
{
	roster_leave(roster);
}

static struct roster_entry *
find_place(struct roster *roster, const struct join_stream *stream)
{
	for (size_t i = 0; i < ROSTER_MAX; i++) {
		struct roster_entry *entry = &roster->entries[i];
		if (entry->used && entry->kind == stream->kind &&
			strcmp(entry->endpoint, stream->endpoint) == 0)
			return entry;
	}
	return NULL;
}

// A place never used, else the one unused for the longest. A join lists at most ROSTER_MAX streams,
// so that there always is one.
static struct roster_entry *
take_place(struct roster *roster, const struct join_stream *stream)
{
	struct roster_entry *best = NULL;
	for (size_t i = 0; i < ROSTER_MAX; i++) {
		struct roster_entry *entry = &roster->entries[i];
		if (!entry->used) {
			best = entry;
			break;
		}
		if (!entry->listed && (!best || entry->last_listed.ns < best->last_listed.ns))
			best = entry;
	}
	assert(best);

	if (best->used)
		downlink_leave(&best->downlink);
	downlink_init(&best->downlink, roster->engine, roster->next_local_ssrc++);
	best->used = true;
	best->kind = stream->kind;
	strcpy(best->endpoint, stream->endpoint);
	return best;
}

static int
apply_stream(struct roster_entry *entry, const struct join_stream *stream, bool is_fresh,
	struct mono_time now)
{
	struct downlink *downlink = &entry->downlink;
	strcpy(entry->school_name, stream->school_name);
	strcpy(entry->encoding, stream->encoding);
	strcpy(entry->fmtp, stream->fmtp);
	if (!downlink->context || downlink->ssrc != stream->ssrc)
		return downlink_join(downlink, stream);
	// The same stream: its key is the same, since a sender's SSRC and key change together. A
	// counter that works is newer than the list's.
	if (is_fresh || !downlink->reception.started || downlink_is_failing(downlink, now))
		return downlink_resume(downlink, stream);
	return 0;
}

int
roster_apply(struct roster *roster, const struct join *join, bool is_fresh, struct mono_time now)
{
	for (size_t i = 0; i < ROSTER_MAX; i++)
		roster->entries[i].listed = false;
	// First those that have a place, so that a newcomer takes none of theirs.
	for (size_t i = 0; i < join->receive_count; i++) {
		struct roster_entry *entry = find_place(roster, &join->receive[i]);
		if (entry)
			entry->listed = true;
	}

	int result = 0;
	for (size_t i = 0; i < join->receive_count; i++) {
		const struct join_stream *stream = &join->receive[i];
		struct roster_entry *entry = find_place(roster, stream);
		if (!entry)
			entry = take_place(roster, stream);
		entry->listed = true;
		entry->last_listed = now;
		if (apply_stream(entry, stream, is_fresh, now) != 0)
			result = -ENOMEM;
	}
	for (size_t i = 0; i < ROSTER_MAX; i++) {
		struct roster_entry *entry = &roster->entries[i];
		if (entry->used && !entry->listed)
			downlink_leave(&entry->downlink);
	}
	return result;
}

void
roster_leave(struct roster *roster)
{
	for (size_t i = 0; i < ROSTER_MAX; i++) {
		struct roster_entry *entry = &roster->entries[i];
		entry->listed = false;
		if (entry->used)
			downlink_leave(&entry->downlink);
	}
}

struct roster_entry *
roster_find(struct roster *roster, uint32_t ssrc)
{
	for (size_t i = 0; i < ROSTER_MAX; i++) {
		struct roster_entry *entry = &roster->entries[i];
		if (entry->listed && entry->downlink.context && entry->downlink.ssrc == ssrc)
			return entry;
	}
	return NULL;
}

bool
roster_is_failing(const struct roster *roster, struct mono_time now)
{
	for (size_t i = 0; i < ROSTER_MAX; i++) {
		const struct roster_entry *entry = &roster->entries[i];
		if (entry->listed && downlink_is_failing(&entry->downlink, now))
			return true;
	}
	return false;
}
