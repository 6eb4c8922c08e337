/* SPDX-License-Identifier: BSD-3-Clause */
// parts.h - the inside of struct control, for the files that make it up: control.c and api_*.c.
#ifndef CONTROL_PARTS_H
#define CONTROL_PARTS_H

#include "control/alarms.h"
#include "control/checks.h"
#include "control/config.h"
#include "control/control.h"
#include "control/journal.h"
#include "control/listeners.h"
#include "control/presence.h"
#include "control/recording.h"
#include "control/reload.h"
#include "control/views.h"
#include "control/workers.h"
#include "http/http_server.h"
#include "http/tls.h"
#include "http/tokens.h"
#include "ledger/ledger.h"
#include "ledger/ledger_plan.h"
#include "lessons/lines.h"
#include "lessons/scheduler.h"
#include "lessons/sessions.h"

#define CONTROL_INSTANCE_BYTES 33
#define CONTROL_EVENTS_MAX 64 // of the scheduler, taken at once
#define CONTROL_SIGNALS 3
#define CONTROL_LESSON_TEXT_BYTES 1024

struct event;
struct event_base;
struct ledger_work;
struct throughput_desk;
struct capture_desk;

struct control {
	struct config *config;
	struct control_edges edges; // strings are its own
	char instance[CONTROL_INSTANCE_BYTES];
	struct wall_time started_at;
	struct wall_time loaded_at; // the timetable
	bool is_running;

	struct event_base *base;
	struct tls *tls;
	struct tokens *tokens;
	struct http_server *server;
	struct scheduler *scheduler;
	struct ledger_plan *ledger;
	bool exceptions_are_due; // they could not be read from the ledger yet
	struct ledger *lesson_ledger;
	struct ledger_work *ledger_work; // of api_ledger_store.c
	struct event *ledger_event;
	struct recording_desk *recording;
	struct throughput_desk *throughput; // of api_throughput.c
	struct capture_desk *captures;      // of api_captures.c; NULL: there was none
	struct journal *journal;
	bool is_journal_due; // something changed that is not on the disk yet
	struct sessions *sessions;
	struct presence *presence;
	struct checks *checks;
	struct reload *reload;
	struct http_request *reload_request; // waits for the reload that runs; NULL: nobody
	bool reload_again;                   // SIGHUP came while one ran
	uint64_t reloads;
	uint64_t reload_failures;

	struct alarms alarms;

	struct listeners *listeners;
	json_t *alarms_told;            // to the listeners, a second ago; NULL: none
	bool lessons_changed;           // since the listeners were told
	struct civil_date lessons_date; // the day that they were told of

	struct event *lesson_timer; // at the scheduler's next moment
	struct event *ack_timer;
	struct event *second_timer;
	struct event *signals[CONTROL_SIGNALS];

	struct workers workers; // of the last second

	struct lines *lines; // each school's uplink and downlink, of the last second
};

// Moves the lessons to now, tells endpoints and worker, writes the journal.
void control_step(struct control *control);

// flow_looked, of the control: tells whom it concerns.
void control_flow_looked(void *control, const struct flow_look *look);

// The events of control_timers.c. 0 or -errno.
int control_timers_create(struct control *control);
int control_timers_start(struct control *control);
void control_timers_destroy(struct control *control);

// Starts a reload. `request` (or NULL) is answered when it has ended.
void control_reload(struct control *control, struct http_request *request);

// What a view is made with, now.
struct view control_view(const struct control *control);

size_t control_lessons_today(const struct control *control);

// Writes a row of the audit log; where that fails, the log has it. `who` is a token's name, or
// "localhost"; `before` and `after` are what changed, as text.
void control_audit(struct control *control, const char *who, const char *before, const char *after,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

// A lesson that runs, as the audit log tells it; "" where it does not run.
void control_lesson_text(
	const struct control *control, const char *id, char text[CONTROL_LESSON_TEXT_BYTES]);

// An audit row of a session that was "opened", "ended", ..., and was as `before` says.
void control_audit_session(struct control *control, const char *who, const char *id,
	const char *what, const char *before);

// An audit row of a reload, with the versions of the files that differ from `before`.
void control_audit_reload(
	struct control *control, const char *who, const struct table_marks *before);

// Plans with the ledger's exceptions from the next step on. 0 or an error of the ledger: then it is
// tried again each second.
int control_exceptions_follow(struct control *control);

// Plans by a new timetable, whose reference is taken over, and moves the lessons to now.
void control_timetable_adopt(struct control *control, struct timetable *fresh);

// The HTTP status of a change that the ledger could not keep: 507 where the disk is full, else 503.
int control_ledger_status(int result);

// The reload's end, called from the event loop.
void control_reload_checked(void *context, const char *error);

// Each adds its routes to the control port. 0 or -errno.
int api_status_route(struct control *control);
int api_lessons_route(struct control *control);
int api_live_route(struct control *control);
int api_plan_route(struct control *control);
int api_timetable_route(struct control *control);
int api_exceptions_route(struct control *control);
int api_ledger_store_route(struct control *control);
int api_ledger_route(struct control *control);
int api_audit_route(struct control *control);
int api_sessions_route(struct control *control);
int api_events_route(struct control *control);
int api_school_route(struct control *control);
int api_openapi_route(struct control *control);
int api_checks_route(struct control *control);
int api_tokens_route(struct control *control);
int api_sign_route(struct control *control);
int api_throughput_route(struct control *control);
int api_captures_route(struct control *control);
int api_endpoint_route(struct control *control);
int api_export_route(struct control *control);

// api_throughput.c: keeps what goes through the relay. Open: 0 or -ENOMEM. Looked: what a flow did.
// Look: once a second, after the flows.
int control_throughput_open(struct control *control);
void control_throughput_looked(struct control *control, const struct flow_look *look);
void control_throughput_look(struct control *control, struct wall_time wall, struct mono_time mono);
// While requests can still be answered: those that wait are.
void control_throughput_close(struct control *control);

// api_captures.c: tells the worker that a capture is over; closed once its messages are back.
void control_captures_end(struct control *control);
void control_captures_close(struct control *control);

// Handlers of api_session_edits.c, among the routes of api_sessions.c.
void api_session_extend(struct http_request *request, void *control);
void api_session_cut(struct http_request *request, void *control);
void api_session_regroup(struct http_request *request, void *control);

// Tells those who watch: that an endpoint came or went, and each second what is new.
void api_events_presence(struct control *control, const char *endpoint_id, bool is_connected);
void api_events_second(struct control *control);

// control_port.c: makes the server and lets it listen. 0 or -errno, with the reason in `error`.
int control_port_open(struct control *control, char *error, size_t error_bytes);

// sessions_notify: puts it on the endpoint's event stream.
void api_endpoint_notify(void *context, const char *endpoint_id, enum sessions_notice notice,
	const struct join *join, const char *join_id, const char *reason);
// presence_replaced: notices a token that two machines use.
void api_endpoint_replaced(
	void *context, const char *endpoint_id, const char *older_peer, const char *newer_peer);

#endif
