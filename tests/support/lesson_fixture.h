/* SPDX-License-Identifier: BSD-3-Clause */
// lesson_fixture.h - sessions over a fake worker, with lessons among some schools, and what was
// told to whom.
#ifndef TESTS_SUPPORT_LESSON_FIXTURE_H
#define TESTS_SUPPORT_LESSON_FIXTURE_H

#include <stdio.h>

#include "fake_worker.h"
#include "lessons/sessions.h"

#define FIXTURE_SCHOOLS 8
#define FIXTURE_NOTICES 64
#define FIXTURE_LESSONS 3

static const struct timetable_codec fixture_opus = {"opus", "opus/48000/2", "", 48000, 111};
static const struct timetable_codec fixture_h264 = {
	"h264", "H264/90000", "packetization-mode=1", 90000, 96};

struct told {
	char endpoint[TIMETABLE_ID_BYTES_MAX];
	enum sessions_notice notice;
	char join[JOIN_ID_BYTES];
	size_t receives;
};

struct fixture {
	struct fake_worker worker;
	struct timetable timetable;
	struct timetable_school schools[FIXTURE_SCHOOLS];
	struct timetable_endpoint endpoints[FIXTURE_SCHOOLS];
	char ids[FIXTURE_SCHOOLS][2][16];
	struct lesson_part parts[FIXTURE_LESSONS][FIXTURE_SCHOOLS];
	struct scheduled_lesson lessons[FIXTURE_LESSONS];
	const struct scheduled_lesson *holder[FIXTURE_SCHOOLS];
	struct sessions *sessions;
	// What was told of audio, by lesson: inbound of all, and outbound.
	struct flow_look looked[FIXTURE_LESSONS][2];
	struct told told[FIXTURE_NOTICES];
	size_t told_count;
	struct mono_time now;
};

static inline void
fixture_notify(void *context, const char *endpoint_id, enum sessions_notice notice,
	const struct join *join, const char *join_id, const char *reason)
{
	struct fixture *fixture = context;
	struct told *told = &fixture->told[fixture->told_count++ % FIXTURE_NOTICES];
	(void)reason;
	*told = (struct told){.notice = notice};
	snprintf(told->endpoint, sizeof told->endpoint, "%s", endpoint_id);
	snprintf(told->join, sizeof told->join, "%s", join_id);
	const struct join_outflow *outflow;
	if (join)
		TAILQ_FOREACH (outflow, &join->receives, join_link)
			told->receives++;
}

static inline void
fixture_looked(void *context, const struct flow_look *look)
{
	struct fixture *fixture = context;
	for (size_t i = 0; i < FIXTURE_LESSONS; i++) {
		struct flow_look *sum = &fixture->looked[i][look->is_outbound];
		if (look->kind != STREAM_AUDIO ||
			strcmp(fixture->lessons[i].lesson.id, look->lesson))
			continue;
		sum->packets += look->packets;
		sum->bytes += look->bytes;
		sum->expected += look->expected;
		sum->lost += look->lost;
	}
}

static inline const struct scheduled_lesson *
fixture_holder(void *context, const char *endpoint_id)
{
	struct fixture *fixture = context;
	for (size_t i = 0; i < FIXTURE_SCHOOLS; i++)
		if (!strcmp(fixture->endpoints[i].id, endpoint_id))
			return fixture->holder[i];
	return NULL;
}

static inline void
fixture_school(struct fixture *fixture, size_t index)
{
	snprintf(fixture->ids[index][0], sizeof fixture->ids[0][0], "school%zu", index);
	snprintf(fixture->ids[index][1], sizeof fixture->ids[0][1], "room%zu", index);
	fixture->schools[index] =
		(struct timetable_school){.id = fixture->ids[index][0], .name = "学校"};
	fixture->endpoints[index] = (struct timetable_endpoint){
		.id = fixture->ids[index][1],
		.school = &fixture->schools[index],
		.room = "101",
		.streams = {{STREAM_AUDIO, &fixture_opus}, {STREAM_TEACHER, &fixture_h264},
			{STREAM_STUDENTS, &fixture_h264}},
		.stream_count = 3,
		.profiles = {SRTP_AEAD_AES_128_GCM, SRTP_AES_CM_128_HMAC_SHA1_80},
		.profile_count = 2,
	};
}

static inline void
fixture_init_workers(struct fixture *fixture, uint32_t worker_count)
{
	memset(fixture, 0, sizeof *fixture);
	fake_workers_init(&fixture->worker, worker_count);
	fixture->now.ns = 1000 * NS_IN_S;
	fixture->timetable.policies.audio_dscp = 46;
	fixture->timetable.policies.video_dscp = 34;
	for (size_t i = 0; i < FIXTURE_SCHOOLS; i++)
		fixture_school(fixture, i);
	struct sessions_edges edges = {
		.engine = srtp_engine_libsrtp2(),
		.link = fake_worker_link(&fixture->worker),
		.notify = fixture_notify,
		.holder = fixture_holder,
		.looked = fixture_looked,
		.context = fixture,
	};
	fixture->sessions = sessions_create(&edges);
}

static inline void
fixture_init(struct fixture *fixture)
{
	fixture_init_workers(fixture, 1);
}

// Lets the workers act and control hear of it, until nothing is left to say.
static inline void
fixture_settle(struct fixture *fixture)
{
	do {
		fake_worker_work(&fixture->worker);
		sessions_step(fixture->sessions, fixture->now);
	} while (sessions_pending_count(fixture->sessions) > 0);
}

static inline void
fixture_fini(struct fixture *fixture)
{
	sessions_close(fixture->sessions);
	fixture_settle(fixture);
	sessions_destroy(fixture->sessions);
	fake_worker_fini(&fixture->worker);
}

static inline void
fixture_event(struct fixture *fixture, size_t lesson, enum scheduler_event_type type)
{
	struct scheduler_event event = {type, &fixture->lessons[lesson]};
	sessions_follow(fixture->sessions, &event, 1, fixture->now);
}

// Lesson `index` among the schools first..first+count-1 opens now: the first leads, the last
// `listeners` listen. Its bell rings in 60 s.
static inline void
fixture_plan(struct fixture *fixture, size_t index, size_t first, size_t count, size_t listeners)
{
	struct scheduled_lesson *scheduled = &fixture->lessons[index];
	memset(scheduled, 0, sizeof *scheduled);
	for (size_t i = 0; i < count; i++) {
		fixture->parts[index][i] = (struct lesson_part){
			.school = &fixture->schools[first + i],
			.endpoint = &fixture->endpoints[first + i],
			.role = i == 0                   ? LESSON_LEAD
				: i >= count - listeners ? LESSON_LISTEN
							 : LESSON_ASSIST,
		};
	}
	snprintf(scheduled->lesson.id, sizeof scheduled->lesson.id, "lesson%zu/2026-11-23", index);
	scheduled->lesson.title = "语文";
	scheduled->lesson.parts = fixture->parts[index];
	scheduled->lesson.part_count = count;
	scheduled->timetable = &fixture->timetable;
	scheduled->state = LESSON_OPEN;
	scheduled->live_at = mono_after_ns(fixture->now, 60 * NS_IN_S);
	scheduled->bell_at = mono_after_ns(fixture->now, 2460 * NS_IN_S);
	scheduled->end_at = mono_after_ns(fixture->now, 2580 * NS_IN_S);
}

static inline void
fixture_open(struct fixture *fixture, size_t index, size_t first, size_t count, size_t listeners)
{
	fixture_plan(fixture, index, first, count, listeners);
	for (size_t i = first; i < first + count; i++)
		fixture->holder[i] = &fixture->lessons[index];
	fixture_event(fixture, index, SCHEDULER_OPEN);
}

// The same, while the schools are in other lessons; who is free waits in this one.
static inline void
fixture_open_behind(struct fixture *fixture, size_t index, size_t first, size_t count)
{
	fixture_plan(fixture, index, first, count, 0);
	for (size_t i = first; i < first + count; i++)
		if (!fixture->holder[i])
			fixture->holder[i] = &fixture->lessons[index];
	fixture_event(fixture, index, SCHEDULER_OPEN);
}

static inline void
fixture_live(struct fixture *fixture, size_t index)
{
	fixture->now = fixture->lessons[index].live_at;
	fixture->lessons[index].state = LESSON_LIVE;
	fixture_event(fixture, index, SCHEDULER_LIVE);
}

static inline void
fixture_end(struct fixture *fixture, size_t index)
{
	fixture->lessons[index].state = LESSON_ENDED;
	for (size_t i = 0; i < FIXTURE_SCHOOLS; i++)
		if (fixture->holder[i] == &fixture->lessons[index])
			fixture->holder[i] = NULL;
	fixture_event(fixture, index, SCHEDULER_END);
}

static inline void
fixture_connect(struct fixture *fixture, size_t school, const char *held_join)
{
	sessions_connect(fixture->sessions, fixture->endpoints[school].id, held_join, fixture->now);
}

static inline const struct join *
fixture_join(struct fixture *fixture, size_t school)
{
	return sessions_join_of(fixture->sessions, fixture->endpoints[school].id);
}

// How often an endpoint was told something since fixture->told_count was set to 0.
static inline size_t
fixture_told(const struct fixture *fixture, size_t school, enum sessions_notice notice)
{
	size_t count = 0;
	for (size_t i = 0; i < fixture->told_count; i++)
		count += fixture->told[i].notice == notice &&
			 !strcmp(fixture->told[i].endpoint, fixture->endpoints[school].id);
	return count;
}

#endif
