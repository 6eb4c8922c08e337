/* SPDX-License-Identifier: BSD-3-Clause */
// checks.h - inside the control port: the connection checks, the one that runs and the last ones.
#ifndef CONTROL_CHECKS_H
#define CONTROL_CHECKS_H

#include <jansson.h>

#include "lessons/check.h"
#include "platform/delay.h"
#include "timetable/text.h"
#include "timetable/words.h"

#define CHECKS_MAX 100 // kept, in memory; the oldest gives way
#define CHECK_SCHOOLS 2
#define CHECK_MARGIN_MS 60000 // from a check's end until a lesson of its schools opens
#define CHECK_NAME_BYTES TIMETABLE_TEXT_BYTES_MAX

struct control;
struct checks;

enum check_state {
	CHECK_RUNNING,
	CHECK_DONE,
	CHECK_CUT_LESSON, // a lesson of one of the schools opened
	CHECK_CUT_ENDED,  // somebody ended its session
};

struct check_school {
	char id[TIMETABLE_ID_BYTES_MAX];
	char name[CHECK_NAME_BYTES];
	char endpoint[TIMETABLE_ID_BYTES_MAX];
	bool was_connected; // its program, to the control port, at some moment
	struct check_meter meter;
};

struct check {
	char session[LESSON_ID_BYTES_MAX];
	char by[64]; // who asked for it
	enum check_state state;
	bool is_partner_chosen; // the second school was not named
	struct wall_time started_at;
	struct wall_time ended_at;
	struct mono_time began;
	struct check_school schools[CHECK_SCHOOLS];
	uint64_t delays_before[DELAY_BUCKETS];
	struct delay_summary delay; // the relay's own
};

// NULL where memory is lacking.
struct checks *checks_create(void);
void checks_destroy(struct checks *checks);

size_t checks_count(const struct checks *checks);
const struct check *checks_get(const struct checks *checks, size_t index); // 0 is the newest
const struct check *checks_find(const struct checks *checks, const char *id);
// The last one that an endpoint was in, or NULL.
const struct check *checks_of_endpoint(const struct checks *checks, const char *endpoint);
const char *check_id(const struct check *check);

// Begins one between two endpoints, which both are free. Returns 0, -EBUSY (one runs, or they are
// in a lesson), -EPROTONOSUPPORT (no SRTP profile in common), or an error of the scheduler.
int checks_begin(struct control *control, const struct timetable_school *const schools[2],
	const char *const endpoints[2], const char *by, bool is_partner_chosen,
	const struct check **out);

// Looks at the one that runs; ends it where it is over or a lesson opens. Some times a second.
void checks_step(struct control *control);

// CHECK of relay/control/README.md.
json_t *view_check(const struct check *check, struct mono_time now);

// What it found of one endpoint, in short, as an ENDPOINT tells it.
json_t *view_check_result(const struct check *check, const char *endpoint);

// The end-to-end delay as far as the relay sees it, from the first school to the second: half of
// both round trips and its own. Negative: not known.
double check_delay_ms(const struct check *check);

// One page of A4.
void check_page(
	const struct check *check, enum language language, const char *county, struct text *out);

#endif
