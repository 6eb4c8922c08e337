/* SPDX-License-Identifier: BSD-3-Clause */
// recording.c - the lessons that run, told to the ledger's recorder, and its rows to the ledger.
#include "control/recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_known.h"
#include "ledger/recorder.h"
#include "platform/clock.h"
#include "platform/file_keeper.h"
#include "platform/log.h"
#include "timetable/lessons_list.h"

#define STATE_BYTES_MAX (64 * 1024 * 1024)
#define DAY_MS (CIVIL_DAY_S * MS_IN_S)
// A lesson is told of within the minute of its bell; a restart tells of those again.
#define PLAN_AGAIN_MS (2 * 60 * MS_IN_S)
#define PLAN_BACK_MS (3600 * MS_IN_S) // a wall clock that was set back so far
#define SILENCE_NS NS_IN_S

struct recording_desk {
	struct ledger *ledger;
	const struct scheduler *scheduler;
	struct recorder *recorder;
	struct file_keeper *keeper;
	char path[PATH_MAX];
	struct wall_time planned_until; // lessons whose bell rang before have been told
	struct wall_time planned_from;  // and here that began: before it nothing is told
	bool has_past;                  // there was a state of the last run
	struct mono_time looked_at;
	struct mono_time began_at;
	struct mono_time saved_at;
	bool is_ready; // the ledger has said what rows there are
	bool is_failing;
};

static void
minute_post(void *context, const struct ledger_minute *row)
{
	struct recording_desk *desk = context;
	int result = ledger_post_minutes(desk->ledger, row, 1);
	if (result)
		log_error("ledger: a minute of %s is lost: %s", row->lesson, strerror(-result));
}

static void
entry_post(void *context, const struct ledger_entry *row)
{
	struct recording_desk *desk = context;
	int result = ledger_post_entry(desk->ledger, row, NULL, NULL);
	if (result)
		log_error("ledger: %s for %s, %s, is lost: %s", row->lesson, row->assisted,
			ledger_verdict_name(row->verdict), strerror(-result));
	else
		log_info("ledger: %s for %s: %s, %u of %u minutes live%s%s", row->lesson,
			row->assisted, ledger_verdict_name(row->verdict), row->live_minutes,
			row->planned_minutes, *row->reason ? ": " : "", row->reason);
}

static char *
file_read(const char *path, size_t *bytes_out)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	long bytes;
	if (!file)
		return NULL;
	if (!fseek(file, 0, SEEK_END) && (bytes = ftell(file)) >= 0 && bytes < STATE_BYTES_MAX &&
		!fseek(file, 0, SEEK_SET) && (text = malloc((size_t)bytes + 1)))
		*bytes_out = fread(text, 1, (size_t)bytes, file);
	fclose(file);
	return text;
}

// Where there is no such file, recording begins now.
static void
state_load(struct recording_desk *desk, struct wall_time wall, struct mono_time mono)
{
	size_t bytes = 0;
	struct wall_time until = wall;
	char *text = file_read(desk->path, &bytes);
	int result = text ? recorder_restore(desk->recorder, text, bytes, wall, mono) : -ENOENT;
	free(text);
	if (!result)
		until.ms = recorder_down_from(desk->recorder).ms - PLAN_AGAIN_MS;
	else
		recorder_started(desk->recorder, (struct wall_time){0}, wall);
	if (result && result != -ENOENT) {
		char aside[PATH_MAX + 8];
		snprintf(aside, sizeof aside, "%s.bad", desk->path);
		log_error("%s: cannot be understood; set aside as " RECORDING_FILE
			  ".bad: what was on when the relay ended may lack minutes",
			desk->path);
		if (rename(desk->path, aside))
			log_error("%s: cannot be renamed: %s", desk->path, strerror(errno));
	}
	if (until.ms < wall.ms - RECORDING_DAYS_MAX * DAY_MS)
		until.ms = wall.ms - RECORDING_DAYS_MAX * DAY_MS;
	desk->has_past = !result;
	desk->planned_until = desk->planned_from = until;
}

static void
entry_known(void *context, const char *lesson, const char *assisted)
{
	struct recording_desk *desk = context;
	recorder_known(desk->recorder, lesson, assisted);
}

static void
minute_known(void *context, const struct ledger_minute *row)
{
	struct recording_desk *desk = context;
	recorder_known_minute(desk->recorder, row);
}

// What rows there are is known, or never will be.
static void
resume(struct recording_desk *desk)
{
	if (!desk->is_ready)
		recorder_resume(desk->recorder);
	desk->is_ready = true;
}

static void
all_known(void *context, int result)
{
	if (result == -ECANCELED)
		return;
	if (result && result != -ENOENT)
		log_warning("the ledger's rows cannot be read: %s; some may come twice",
			strerror(-result));
	resume(context);
}

struct recording_desk *
recording_create(const struct config *config, struct ledger *ledger,
	const struct scheduler *scheduler, struct wall_time wall, struct mono_time mono)
{
	struct recording_desk *desk = calloc(1, sizeof *desk);
	const struct recorder_settings settings = {
		.live_seconds = config->ledger.live_seconds,
		.delivered_percent = config->ledger.delivered_percent,
		.partial_minutes = config->ledger.partial_minutes,
	};
	if (!desk)
		return NULL;
	const struct recorder_edges edges = {minute_post, entry_post, desk};
	desk->ledger = ledger;
	desk->scheduler = scheduler;
	desk->looked_at = desk->began_at = mono;
	desk->recorder = recorder_create(&settings, &edges);
	int bytes = snprintf(
		desk->path, sizeof desk->path, "%s/" RECORDING_FILE, config->state_directory);
	if (bytes < (int)sizeof desk->path)
		desk->keeper = file_keeper_create(desk->path, 0600);
	if (!desk->recorder || !desk->keeper) {
		file_keeper_destroy(desk->keeper);
		recorder_destroy(desk->recorder);
		free(desk);
		return NULL;
	}
	state_load(desk, wall, mono);
	char since[CIVIL_DATE_BYTES];
	civil_date_format(civil_date_add(civil_date_of(desk->planned_until), -1), since);
	const struct ledger_known_edges known = {entry_known, minute_known, all_known, desk};
	if (ledger_known_each(ledger, since, &known))
		resume(desk);
	return desk;
}

static void
save(struct recording_desk *desk, struct wall_time wall, struct mono_time mono)
{
	char *text = recorder_save(desk->recorder, wall, mono);
	if (text)
		file_keeper_put(desk->keeper, text);
	desk->saved_at = mono;
}

void
recording_destroy(struct recording_desk *desk, struct wall_time wall, struct mono_time mono)
{
	if (!desk)
		return;
	save(desk, wall, mono);
	file_keeper_destroy(desk->keeper);
	recorder_destroy(desk->recorder);
	free(desk);
}

static enum recorder_end
end_of(enum scheduler_end_reason reason)
{
	switch (reason) {
	case SCHEDULER_END_OPERATOR:
		return RECORDER_END_OPERATOR;
	case SCHEDULER_END_SUPERSEDED:
		return RECORDER_END_SUPERSEDED;
	case SCHEDULER_END_PLANNED:
		break;
	}
	return RECORDER_END_BELL;
}

void
recording_follow(struct recording_desk *desk, const struct scheduler_event *events, size_t count,
	struct wall_time wall, struct mono_time mono)
{
	for (size_t i = 0; i < count; i++) {
		const struct scheduled_lesson *scheduled = events[i].lesson;
		const struct lesson *lesson = &scheduled->lesson;
		int result = 0;
		if (scheduler_is_check(lesson))
			continue;
		if (events[i].type == SCHEDULER_END)
			recorder_end(
				desk->recorder, lesson->id, end_of(scheduled->end_reason), mono);
		else if (scheduled->state != LESSON_ENDED)
			result = recorder_run(desk->recorder, scheduled->timetable, lesson,
				scheduled->is_edited, scheduled->bell_at, wall, mono);
		if (result)
			log_error("%s is not recorded: %s", lesson->id, strerror(-result));
	}
}

void
recording_looked(void *context, const struct flow_look *look)
{
	struct recording_desk *desk = context;
	struct mono_time now = clock_mono();
	int64_t elapsed_ns = mono_since_ns(now, desk->looked_at);
	int64_t media_ns = look->packets > 0 ? elapsed_ns : 0;
	// Where the loop was held up, a stream may have ended long ago.
	int64_t silence_ns = look->last_packet_ns > 0 ? now.ns - look->last_packet_ns : 0;
	if (silence_ns > SILENCE_NS)
		media_ns -= silence_ns < media_ns ? silence_ns : media_ns;
	const struct recorder_look told = {
		.lesson = look->lesson,
		.school = look->school,
		.endpoint = look->endpoint,
		.to_school = look->to_school,
		.kind = look->kind,
		.is_outbound = look->is_outbound,
		.at = mono_after_ns(now, -elapsed_ns / 2),
		.packets = look->packets,
		.bytes = look->bytes,
		.expected = look->expected,
		.lost = look->lost,
		.jitter_us = look->jitter_us,
		.longest_gap_us = look->longest_gap_us,
		.rtt_us = look->rtt_us,
		.media_ns = media_ns,
	};
	recorder_look(desk->recorder, &told);
}

// From when on lessons are to be told of: a machine whose clock begins in 1970 and is set later has
// seen nothing of what lies between. Where there is no past, all begins with this start, by the
// clock as it is now.
static struct wall_time
plan_from(struct recording_desk *desk, struct wall_time wall, struct mono_time mono)
{
	int64_t ran_ms = mono_since_ns(mono, desk->began_at) / NS_IN_MS;
	struct wall_time from = desk->planned_until;
	if (!desk->has_past && wall.ms - ran_ms > desk->planned_from.ms + PLAN_BACK_MS)
		desk->planned_from.ms = wall.ms - ran_ms;
	if (from.ms < desk->planned_from.ms && wall.ms > desk->planned_from.ms)
		from = desk->planned_from;
	if (from.ms < wall.ms - RECORDING_DAYS_MAX * DAY_MS)
		from.ms = wall.ms - RECORDING_DAYS_MAX * DAY_MS;
	return from;
}

// Tells of each lesson of the plan, held or cancelled, whose opening bell has rung since.
static void
plan_tell(struct recording_desk *desk, struct wall_time wall, struct mono_time mono)
{
	struct timetable *timetable = scheduler_timetable(desk->scheduler);
	struct wall_time from = plan_from(desk, wall, mono);
	struct lesson_list list = {0};
	if (wall.ms < from.ms - PLAN_BACK_MS)
		desk->planned_until = wall;
	if (wall.ms / (60 * MS_IN_S) <= from.ms / (60 * MS_IN_S))
		return;
	int result = lessons_list_make(timetable, scheduler_exceptions(desk->scheduler),
		civil_date_of(from), civil_date_of(wall), &list);
	for (size_t i = 0; i < list.count && !result; i++) {
		const struct lesson *lesson = &list.lessons[i];
		if (lesson->start.ms > from.ms && lesson->start.ms <= wall.ms)
			result = recorder_plan(desk->recorder, timetable, lesson, wall, mono);
	}
	lesson_list_fini(&list);
	if (result)
		log_error("the ledger cannot be told of the plan: %s", strerror(-result));
	else
		desk->planned_until = wall;
}

static void
state_save(struct recording_desk *desk, struct wall_time wall, struct mono_time mono)
{
	size_t count = recorder_count(desk->recorder);
	int64_t every_s =
		count > 0 ? (int64_t)(count / RECORDING_LESSONS_A_SECOND) : RECORDING_IDLE_SAVE_S;
	// A look that comes a little early is this second's all the same.
	int64_t age_ns = mono_since_ns(mono, desk->saved_at) + NS_IN_S / 2;
	if (desk->saved_at.ns == 0 || age_ns >= every_s * NS_IN_S)
		save(desk, wall, mono);
	int result = file_keeper_result(desk->keeper);
	if (result && !desk->is_failing)
		log_error("%s: cannot be written: %s; lessons go on, a restart may lack minutes "
			  "of those that are on",
			desk->path, strerror(-result));
	if (!result && desk->is_failing)
		log_info("%s: written again", desk->path);
	desk->is_failing = result != 0;
}

void
recording_step(struct recording_desk *desk, struct wall_time wall, struct mono_time mono)
{
	struct ledger_status status;
	desk->looked_at = mono;
	if (!desk->is_ready && mono_since_ns(mono, desk->began_at) < RECORDING_PATIENCE_S * NS_IN_S)
		return;
	resume(desk);
	ledger_status_get(desk->ledger, &status);
	if (status.entries_held == 0 && status.minutes_held == 0)
		recorder_written(desk->recorder);
	plan_tell(desk, wall, mono);
	recorder_step(desk->recorder, wall, mono);
	state_save(desk, wall, mono);
}
