// SPDX-License-Identifier: BSD-3-Clause
// checks.c - runs the connection checks: one session at a time, looked at ten times a second.
#include "control/checks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/parts.h"
#include "control/school_scope.h"
#include "lessons/join_stats.h"
#include "platform/clock.h"
#include "platform/log.h"

#define TITLE "现场检测"
#define MINUTES 1 // of the session, should nobody end it
#define ID_SKIP (sizeof "adhoc/" - 1)

struct checks {
	struct check *items[CHECKS_MAX]; // a ring
	size_t added;                    // in all
};

struct checks *
checks_create(void)
{
	return calloc(1, sizeof(struct checks));
}

void
checks_destroy(struct checks *checks)
{
	for (size_t i = 0; checks && i < CHECKS_MAX; i++)
		free(checks->items[i]);
	free(checks);
}

size_t
checks_count(const struct checks *checks)
{
	return checks->added < CHECKS_MAX ? checks->added : CHECKS_MAX;
}

const struct check *
checks_get(const struct checks *checks, size_t index)
{
	return checks->items[(checks->added - 1 - index) % CHECKS_MAX];
}

const struct check *
checks_find(const struct checks *checks, const char *id)
{
	for (size_t i = 0; i < checks_count(checks); i++)
		if (!strcmp(check_id(checks_get(checks, i)), id))
			return checks_get(checks, i);
	return NULL;
}

const struct check *
checks_of_endpoint(const struct checks *checks, const char *endpoint)
{
	for (size_t i = 0; i < checks_count(checks); i++)
		for (size_t j = 0; j < CHECK_SCHOOLS; j++)
			if (!strcmp(checks_get(checks, i)->schools[j].endpoint, endpoint))
				return checks_get(checks, i);
	return NULL;
}

const char *
check_id(const struct check *check)
{
	return check->session + ID_SKIP;
}

// The newest, where it runs.
static struct check *
running(const struct checks *checks)
{
	struct check *last = checks->added ? checks->items[(checks->added - 1) % CHECKS_MAX] : NULL;
	return last && last->state == CHECK_RUNNING ? last : NULL;
}

static void
end(struct control *control, struct check *check, enum check_state state)
{
	struct worker_stats worker;
	stats_read_workers(control->edges.link.stats, &worker);
	delay_summarise(check->delays_before, worker.delays, &check->delay);
	for (size_t i = 0; i < CHECK_SCHOOLS; i++)
		check_line_judge(&check->schools[i].meter.lines[LINE_UP], NULL);
	for (size_t i = 0; i < CHECK_SCHOOLS; i++)
		check_line_judge(&check->schools[i].meter.lines[LINE_DOWN],
			&check->schools[1 - i].meter.lines[LINE_UP]);
	check->state = state;
	check->ended_at = clock_wall();
	if (scheduler_end(control->scheduler, check->session) == 0)
		control_step(control);
	log_info("%s: %s", check_id(check), state == CHECK_DONE ? "done" : "ended early");
}

static void
add(struct checks *checks, struct check *check)
{
	struct check **place = &checks->items[checks->added++ % CHECKS_MAX];
	free(*place);
	*place = check;
}

int
checks_begin(struct control *control, const struct timetable_school *const schools[2],
	const char *const endpoints[2], const char *by, bool is_partner_chosen,
	const struct check **out)
{
	const struct scheduled_lesson *scheduled;
	struct worker_stats worker;
	struct check *check = running(control->checks) ? NULL : calloc(1, sizeof *check);
	if (!check)
		return running(control->checks) ? -EBUSY : -ENOMEM;
	int result = scheduler_open_check(control->scheduler, endpoints, CHECK_SCHOOLS, MINUTES,
		TITLE, clock_wall(), clock_mono(), &scheduled);
	if (result) {
		free(check);
		return result;
	}
	snprintf(check->session, sizeof check->session, "%s", scheduled->lesson.id);
	snprintf(check->by, sizeof check->by, "%s", by);
	check->is_partner_chosen = is_partner_chosen;
	check->started_at = clock_wall();
	check->began = scheduled->live_at;
	for (size_t i = 0; i < CHECK_SCHOOLS; i++) {
		struct check_school *school = &check->schools[i];
		snprintf(school->id, sizeof school->id, "%s", schools[i]->id);
		snprintf(school->name, sizeof school->name, "%s", schools[i]->name);
		snprintf(school->endpoint, sizeof school->endpoint, "%s", endpoints[i]);
		check_meter_init(&school->meter);
	}
	stats_read_workers(control->edges.link.stats, &worker);
	memcpy(check->delays_before, worker.delays, sizeof check->delays_before);
	add(control->checks, check);
	*out = check;
	control_audit_session(control, by, check->session, "opened", "");
	control_step(control);
	const struct session *session = sessions_find(control->sessions, check->session);
	if (session && session->profile)
		return 0;
	end(control, check, CHECK_CUT_ENDED);
	control->checks->added--;
	return -EPROTONOSUPPORT;
}

// --- while it runs

static void
uplink_count(const struct stats *board, const struct join *join, struct check_counts *out)
{
	for (size_t i = 1; i < join->stream_count; i++) {
		struct inflow_stats flow;
		join_stats_inflow(board, &join->streams[i], &flow);
		if (flow.packets == 0)
			continue;
		out->sent += flow.expected;
		out->received += flow.packets;
		out->bytes += flow.bytes;
		if (flow.last_packet_ns > out->at.ns)
			out->at.ns = flow.last_packet_ns;
		if (flow.jitter_us > out->jitter_us)
			out->jitter_us = flow.jitter_us;
		out->is_known = true;
	}
}

// What a receiver got is what it expected less what it lost; that its numbers begin anywhere does
// not matter to a difference. What was sent counts up to the number that it reports. A check's
// packets are all of one size.
static void
downlink_count(const struct stats *board, const struct join *join, struct check_counts *out)
{
	const struct join_outflow *outflow = NULL;
	TAILQ_FOREACH (outflow, &join->receives, join_link) {
		struct outflow_stats flow;
		join_stats_outflow(board, outflow, &flow);
		if (flow.packets == 0 || flow.report_count == 0)
			continue;
		out->sent += flow.reported_sent;
		out->bytes += flow.bytes / flow.packets * flow.reported_sent;
		out->received +=
			(uint64_t)((int64_t)flow.reported_highest_seq - flow.reported_lost);
		if (flow.reported_ns > out->at.ns)
			out->at.ns = flow.reported_ns;
		if (flow.reported_jitter_us > out->jitter_us)
			out->jitter_us = flow.reported_jitter_us;
		out->is_known = true;
	}
}

static void
school_look(const struct control *control, const struct session *session,
	struct check_school *school, int64_t elapsed_ms)
{
	const struct stats *board = control->edges.link.stats;
	const struct presence_entry *entry = presence_find(control->presence, school->endpoint);
	const struct join *join = session_join_find(session, school->endpoint);
	struct check_look look = {.elapsed_ms = elapsed_ms};
	school->was_connected |= entry && entry->stream;
	if (join) {
		struct leg_stats leg;
		join_stats_leg(board, join, &leg);
		look.is_up = leg.is_up;
		look.rtt_us = leg.rtt_us;
		uplink_count(board, join, &look.lines[LINE_UP]);
		downlink_count(board, join, &look.lines[LINE_DOWN]);
	}
	check_meter_look(&school->meter, &look);
}

// Whether a lesson has opened that one of the schools takes part in.
static bool
is_in_the_way(const struct control *control, const struct check *check)
{
	for (size_t i = 0; i < scheduler_running_count(control->scheduler); i++) {
		const struct lesson *lesson = &scheduler_running_get(control->scheduler, i)->lesson;
		if (!scheduler_is_check(lesson) &&
			(school_takes_part(lesson, check->schools[0].id) ||
				school_takes_part(lesson, check->schools[1].id)))
			return true;
	}
	return false;
}

void
checks_step(struct control *control)
{
	struct check *check = running(control->checks);
	if (!check)
		return;
	const struct session *session = sessions_find(control->sessions, check->session);
	int64_t elapsed_ms = mono_since_ns(clock_mono(), check->began) / NS_IN_MS;
	if (is_in_the_way(control, check)) {
		end(control, check, CHECK_CUT_LESSON);
		return;
	}
	if (!session) {
		end(control, check, CHECK_CUT_ENDED);
		return;
	}
	for (size_t i = 0; i < CHECK_SCHOOLS; i++)
		school_look(control, session, &check->schools[i], elapsed_ms);
	if (elapsed_ms >= CHECK_MS)
		end(control, check, CHECK_DONE);
}
