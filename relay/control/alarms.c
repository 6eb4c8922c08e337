/* SPDX-License-Identifier: BSD-3-Clause */
// alarms.c - what somebody must see to before it spoils lessons: the machine's clock, make-up days
// without a mapping, a token that two machines use.
#include "control/alarms.h"

#include <string.h>

#include "platform/clock.h"
#include "platform/log.h"

#define CLOCK_TEXT                                                                                 \
	"the machine's clock is not synchronised: every bell may ring wrong; see `timedatectl`, "  \
	"and start an NTP client such as systemd-timesyncd or chrony"
#define DAY_TEXT                                                                                   \
	"no lessons will be held on this make-up day: say in calendar.csv which date it runs as"

#define COPIED_TEXT                                                                                \
	"two machines use this endpoint's token in turns and throw each other out: make a token "  \
	"for each, and revoke this one"

void
alarms_init(struct alarms *alarms, bool (*clock_is_synchronised)(void))
{
	*alarms = (struct alarms){
		.clock_is_synchronised =
			clock_is_synchronised ? clock_is_synchronised : clock_is_kept,
		.is_synchronised = true,
	};
}

static void
clock_look(struct alarms *alarms, struct wall_time wall)
{
	bool is_synchronised = alarms->clock_is_synchronised();
	if (is_synchronised == alarms->is_synchronised)
		return;
	alarms->is_synchronised = is_synchronised;
	if (is_synchronised) {
		log_info("the machine's clock is synchronised again");
		return;
	}
	alarms->unsynchronised_since = wall;
	log_warning("%s", CLOCK_TEXT);
}

static bool
is_told(const struct alarms *alarms, struct civil_date date)
{
	for (size_t i = 0; i < alarms->day_count; i++)
		if (alarms->days[i].days == date.days)
			return true;
	return false;
}

static size_t
days_find(const struct timetable *timetable, struct wall_time wall,
	struct calendar_alarm found[ALARMS_DAYS_MAX])
{
	size_t count = calendar_alarms(timetable, civil_date_of(wall), found, ALARMS_DAYS_MAX);
	return count < ALARMS_DAYS_MAX ? count : ALARMS_DAYS_MAX;
}

static void
days_look(struct alarms *alarms, const struct timetable *timetable, struct wall_time wall)
{
	struct calendar_alarm found[ALARMS_DAYS_MAX];
	size_t count = days_find(timetable, wall, found);
	for (size_t i = 0; i < count; i++) {
		char date[CIVIL_DATE_BYTES];
		if (is_told(alarms, found[i].date))
			continue;
		civil_date_format(found[i].date, date);
		log_warning("%s: %s", date, DAY_TEXT);
	}
	for (size_t i = 0; i < count; i++)
		alarms->days[i] = found[i].date;
	alarms->day_count = count;
}

void
alarms_look(struct alarms *alarms, const struct timetable *timetable, struct wall_time wall,
	struct mono_time mono)
{
	if (alarms->has_looked && !mono_reached(mono, alarms->look_at))
		return;
	alarms->has_looked = true;
	alarms->look_at = mono_after_ns(mono, ALARMS_LOOK_S * NS_IN_S);
	clock_look(alarms, wall);
	days_look(alarms, timetable, wall);
}

void
alarms_expire(struct alarms *alarms)
{
	alarms->has_looked = false;
}

static void
copied_append(json_t *array, const struct copied_tokens *copied, struct wall_time wall)
{
	for (size_t i = 0; i < copied->count; i++) {
		const struct copied_token *token = &copied->list[i];
		char text[CIVIL_UTC_BYTES];
		if (!copied_token_is_alarm(token, wall))
			continue;
		civil_format_utc((struct wall_time){token->since.ms / MS_IN_S * MS_IN_S}, text);
		json_array_append_new(
			array, json_pack("{s:s, s:s, s:s, s:s}", "kind", "copied_token", "since",
				       text, "endpoint", token->endpoint, "text", COPIED_TEXT));
	}
}

json_t *
alarms_list(const struct alarms *alarms, const struct timetable *timetable, struct wall_time wall)
{
	struct calendar_alarm found[ALARMS_DAYS_MAX];
	size_t count = days_find(timetable, wall, found);
	char text[CIVIL_UTC_BYTES];
	json_t *array = json_array();
	if (!alarms->is_synchronised) {
		struct wall_time since = alarms->unsynchronised_since;
		since.ms -= since.ms % MS_IN_S;
		civil_format_utc(since, text);
		json_array_append_new(
			array, json_pack("{s:s, s:s, s:s}", "kind", "clock_unsynchronised", "since",
				       text, "text", CLOCK_TEXT));
	}
	for (size_t i = 0; i < count; i++) {
		civil_date_format(found[i].date, text);
		json_array_append_new(array, json_pack("{s:s, s:s, s:s?, s:i, s:s}", "kind",
						     "unmapped_make_up_day", "date", text, "school",
						     found[i].school ? found[i].school->id : NULL,
						     "line", (int)found[i].line, "text", DAY_TEXT));
	}
	copied_append(array, &alarms->copied, wall);
	return array;
}
