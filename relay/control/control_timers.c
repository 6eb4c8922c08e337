/* SPDX-License-Identifier: BSD-3-Clause */
// control_timers.c - what the control plane does by itself: bells, acknowledgements, heartbeats,
// reloads.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <event2/event.h>

#include "control/parts.h"
#include "platform/clock.h"
#include "platform/log.h"

#define LESSONS_EVERY_MS 100 // the wall clock may be set at any time
#define ACKS_BUSY_MS 20      // while messages are under way
#define ACKS_IDLE_MS 200

static void
timer_set(struct event *timer, int64_t ns)
{
	struct timeval delay = {
		.tv_sec = ns / NS_IN_S,
		.tv_usec = ns % NS_IN_S / NS_IN_US,
	};
	event_add(timer, &delay);
}

// A disk that is full is asked again with the next look.
static void
journal_write(struct control *control)
{
	if (control->is_journal_due)
		control->is_journal_due =
			journal_save(control->journal, control->scheduler, clock_wall()) != 0;
}

void
control_step(struct control *control)
{
	struct scheduler_event events[CONTROL_EVENTS_MAX];
	bool has_changed = false;
	size_t count;
	do {
		struct mono_time now = clock_mono();
		int result = scheduler_step(
			control->scheduler, clock_wall(), now, events, CONTROL_EVENTS_MAX, &count);
		if (result) {
			log_error("lessons cannot be planned: %s", strerror(-result));
			return;
		}
		has_changed |= count > 0;
		recording_follow(control->recording, events, count, clock_wall(), now);
		sessions_follow(control->sessions, events, count, now);
	} while (count == CONTROL_EVENTS_MAX);
	if (has_changed)
		control->is_journal_due = control->lessons_changed = true;
	journal_write(control);
}

// At the scheduler's next moment to the millisecond: the bell opens the gates.
static void
on_lesson_timer(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	struct control *control = argument;
	control_step(control);
	checks_step(control);
	struct mono_time now = clock_mono();
	int64_t ns = mono_since_ns(scheduler_next(control->scheduler, clock_wall(), now), now);
	if (ns > LESSONS_EVERY_MS * NS_IN_MS)
		ns = LESSONS_EVERY_MS * NS_IN_MS;
	if (ns < NS_IN_MS)
		ns = NS_IN_MS;
	timer_set(control->lesson_timer, ns);
}

static void
on_ack_timer(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	struct control *control = argument;
	sessions_step(control->sessions, clock_mono());
	bool is_busy = sessions_pending_count(control->sessions) > 0;
	timer_set(control->ack_timer, (is_busy ? ACKS_BUSY_MS : ACKS_IDLE_MS) * NS_IN_MS);
}

void
control_flow_looked(void *context, const struct flow_look *look)
{
	struct control *control = context;
	if (control->recording)
		recording_looked(control->recording, look);
	control_throughput_looked(control, look);
}

static void
on_second_timer(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	struct control *control = argument;
	struct mono_time now = clock_mono();
	presence_heartbeat(control->presence);
	if (control->exceptions_are_due)
		control_exceptions_follow(control);
	sessions_sample(control->sessions, now);
	if (lines_look(control->lines, control->sessions, control->edges.link.stats, now))
		log_error("out of memory: some schools' lines are not looked at");
	workers_look(&control->workers, control->edges.link.stats, now);
	recording_step(control->recording, clock_wall(), now);
	control_throughput_look(control, clock_wall(), now);
	alarms_look(&control->alarms, scheduler_timetable(control->scheduler), clock_wall(), now);
	api_events_second(control);
}

static void
on_ledger_event(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	struct control *control = argument;
	ledger_dispatch(control->lesson_ledger);
}

static void
on_stop_signal(evutil_socket_t number, short what, void *argument)
{
	(void)what;
	log_info("stopping: %s", strsignal(number));
	control_stop(argument);
}

static void
on_reload_signal(evutil_socket_t number, short what, void *argument)
{
	(void)number, (void)what;
	control_reload(argument, NULL);
}

// The timetable that the check found good. Returns 0, or -errno with the reason.
static int
timetable_take_over(struct control *control, char *reason, size_t reason_bytes)
{
	struct config *config = control->config;
	struct file_error error = {0};
	struct timetable *fresh = NULL;
	struct table_marks marks;
	int result = timetable_load_marked(config->timetable_path, &fresh, &marks, &error);
	if (!result)
		result = civil_zone_set(fresh->policies.zone);
	if (result) {
		timetable_release(fresh);
		if (*error.file)
			snprintf(reason, reason_bytes, "%s:%u: %s", error.file, error.line,
				error.reason);
		else
			snprintf(reason, reason_bytes, "%s", strerror(-result));
		return result;
	}
	const struct table_marks before = config->marks;
	config->marks = marks;
	control_audit_reload(control,
		control->reload_request ? control->reload_request->name : "SIGHUP", &before);
	control_timetable_adopt(control, fresh);
	return 0;
}

void
control_reload_checked(void *context, const char *error)
{
	struct control *control = context;
	char reason[FILE_ERROR_FILE_BYTES + FILE_ERROR_REASON_BYTES + 16];
	if (!error && timetable_take_over(control, reason, sizeof reason))
		error = reason;
	struct http_request *request = control->reload_request;
	control->reload_request = NULL;
	if (error) {
		control->reload_failures++;
		log_error("not reloaded, the old timetable stays: %s", error);
		if (request)
			http_respond_error(request, 422, "%s", error);
	} else {
		size_t count = control_lessons_today(control);
		alarms_expire(&control->alarms);
		control->reloads++;
		json_t *differ = view_differences(control->scheduler);
		log_info("timetable reloaded: %zu lessons today; %zu that run finish by the plan "
			 "they opened with",
			count, json_array_size(differ));
		if (request)
			http_respond_json(request, 200,
				json_pack("{s:I, s:O}", "lessons_today", (json_int_t)count,
					"differ", differ));
		json_decref(differ);
	}
	if (control->reload_again) {
		control->reload_again = false;
		control_reload(control, NULL);
	}
}

// A certificate that was renewed counts for new connections; a broken one leaves the old.
static void
certificate_reload(struct control *control)
{
	char error[TLS_ERROR_BYTES], before[TLS_FINGERPRINT_TEXT_BYTES];
	snprintf(before, sizeof before, "%s", tls_fingerprint(control->tls));
	if (tls_reload(control->tls, control->config->state_directory, error)) {
		log_error("the old certificate stays: %s", error);
	} else if (strcmp(before, tls_fingerprint(control->tls))) {
		log_info("control port certificate, SHA-256: %s", tls_fingerprint(control->tls));
		control_audit(control, "localhost", before, tls_fingerprint(control->tls),
			"certificate reloaded");
	}
}

void
control_reload(struct control *control, struct http_request *request)
{
	certificate_reload(control);
	int result = reload_start(control->reload);
	if (!result) {
		control->reload_request = request;
		return;
	}
	if (request)
		http_respond_error(request, result == -EBUSY ? 409 : 503,
			"cannot be reloaded now: %s; try again", strerror(-result));
	else if (result == -EBUSY)
		control->reload_again = true;
	else
		log_error("not reloaded: the check cannot be started: %s", strerror(-result));
}

int
control_timers_create(struct control *control)
{
	struct event_base *base = control->base;
	control->lesson_timer = evtimer_new(base, on_lesson_timer, control);
	control->ack_timer = evtimer_new(base, on_ack_timer, control);
	control->second_timer = event_new(base, -1, EV_PERSIST, on_second_timer, control);
	control->signals[0] = evsignal_new(base, SIGTERM, on_stop_signal, control);
	control->signals[1] = evsignal_new(base, SIGINT, on_stop_signal, control);
	control->signals[2] = evsignal_new(base, SIGHUP, on_reload_signal, control);
	control->ledger_event = event_new(base, ledger_event_fd(control->lesson_ledger),
		EV_READ | EV_PERSIST, on_ledger_event, control);
	for (size_t i = 0; i < CONTROL_SIGNALS; i++)
		if (!control->signals[i])
			return -ENOMEM;
	return control->lesson_timer && control->ack_timer && control->second_timer &&
			       control->ledger_event
		       ? 0
		       : -ENOMEM;
}

int
control_timers_start(struct control *control)
{
	alarms_look(&control->alarms, scheduler_timetable(control->scheduler), clock_wall(),
		clock_mono());
	timer_set(control->lesson_timer, 0);
	timer_set(control->ack_timer, ACKS_BUSY_MS * NS_IN_MS);
	timer_set(control->second_timer, PRESENCE_HEARTBEAT_MS * NS_IN_MS);
	for (size_t i = 0; i < CONTROL_SIGNALS; i++)
		if (event_add(control->signals[i], NULL))
			return -EIO;
	return event_add(control->ledger_event, NULL) ? -EIO : 0;
}

void
control_timers_destroy(struct control *control)
{
	struct event *events[] = {control->lesson_timer, control->ack_timer, control->second_timer,
		control->ledger_event, control->signals[0], control->signals[1],
		control->signals[2]};
	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		if (events[i])
			event_free(events[i]);
}
