/* SPDX-License-Identifier: BSD-3-Clause */
// api_ledger_store.c - the ledger's database at the control port: how it is, verify, backup,
// restore.
//
// What takes longer than a request may is a piece of work: one at a time, told by GET
// /v1/ledger/state.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/ledger_view.h"
#include "control/parts.h"
#include "ledger/ledger_verify.h"
#include "platform/clock.h"

#define WHO_BYTES 65
#define WHAT_BYTES 16
#define NAME_BYTES 128
#define TEXT_BYTES 512

struct ledger_work {
	struct control *control;
	char what[WHAT_BYTES]; // "" before the first
	char name[NAME_BYTES]; // of a backup
	char who[WHO_BYTES];
	char text[TEXT_BYTES]; // why it failed, for people
	bool is_running;
	bool has_failed;
	struct wall_time started_at, ended_at;
	bool is_verified; // `verified` is of this piece of work
	struct ledger_head known;
	struct ledger_verified verified;
};

static json_t *
work_view(const struct ledger_work *work)
{
	if (!*work->what)
		return json_null();
	json_t *object = json_pack("{s:s, s:o, s:s, s:s, s:o, s:o}", "what", work->what, "name",
		*work->name ? json_string(work->name) : json_null(), "state",
		work->is_running   ? "running"
		: work->has_failed ? "failed"
				   : "done",
		"text", work->text, "started_at", view_time(work->started_at), "ended_at",
		work->is_running ? json_null() : view_time(work->ended_at));
	json_object_set_new(object, "found",
		work->is_verified ? ledger_verified_view(&work->verified) : json_null());
	return object;
}

static void
ledger_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	struct ledger_status status;
	ledger_status_get(control->lesson_ledger, &status);
	json_t *object = ledger_view(&status);
	json_object_set_new(object, "work", work_view(control->ledger_work));
	http_respond_json(request, 200, object);
}

static void
work_end(struct ledger_work *work, int result, const char *text)
{
	work->is_running = false;
	work->has_failed = result != 0;
	work->ended_at = clock_wall();
	snprintf(work->text, sizeof work->text, "%s", text);
}

static void
copy_told(void *context, int result, const char *what)
{
	struct ledger_work *work = context;
	char text[TEXT_BYTES];
	if (result == -EEXIST)
		snprintf(text, sizeof text, "there is a backup of this name already");
	else if (result == -ENOENT)
		snprintf(text, sizeof text, "there is no such backup, or no ledger yet");
	else
		snprintf(text, sizeof text, "%s", what);
	work_end(work, result, text);
	control_audit(work->control, work->who, "", result ? text : "", "ledger %s: %s%s",
		work->what, work->name, result ? ": failed" : "");
}

// On a reader's thread: it has nothing but the work's own fields.
static int
verify_run(struct sqlite3 *database, void *context)
{
	struct ledger_work *work = context;
	return ledger_verify(
		database, &work->known, &work->verified, work->text, sizeof work->text);
}

static void
verify_done(void *context, int result)
{
	struct ledger_work *work = context;
	char text[TEXT_BYTES];
	snprintf(text, sizeof text, "%s", *work->text || !result ? work->text : strerror(-result));
	work->is_verified = result == 0;
	work_end(work, result, text);
}

// Answers what was started, or why not.
static void
work_answer(struct http_request *request, struct ledger_work *work, int result)
{
	switch (result) {
	case 0:
		http_respond_json(request, 202, json_pack("{s:o}", "work", work_view(work)));
		return;
	case -EINVAL:
		http_respond_error(request, 422,
			"'name' must be a file's name of letters, digits, '.', '-' and '_'");
		break;
	default:
		http_respond_error(
			request, 503, "cannot be started: %s; try again", strerror(-result));
	}
	work->is_running = false;
	*work->what = '\0';
}

// The only piece of work, as `request` asks for it; NULL: one is running, and that is answered.
static struct ledger_work *
work_begin(
	struct http_request *request, struct control *control, const char *what, const char *name)
{
	struct ledger_work *work = control->ledger_work;
	if (work->is_running) {
		http_respond_error(
			request, 409, "a %s is running; see GET /v1/ledger/state", work->what);
		return NULL;
	}
	*work = (struct ledger_work){
		.control = control, .is_running = true, .started_at = clock_wall()};
	snprintf(work->what, sizeof work->what, "%s", what);
	snprintf(work->name, sizeof work->name, "%s", name);
	snprintf(work->who, sizeof work->who, "%s", request->name);
	return work;
}

static void
verify_post(struct http_request *request, void *user)
{
	struct control *control = user;
	struct ledger_work *work = work_begin(request, control, "verify", "");
	if (!work)
		return;
	// What the writer knows is not younger than what the reader will see.
	struct ledger_status status;
	ledger_status_get(control->lesson_ledger, &status);
	work->known = status.head;
	work_answer(request, work,
		ledger_query_long(control->lesson_ledger, verify_run, work, verify_done));
}

static void
copy_post(struct http_request *request, struct control *control, const char *what,
	int (*copy)(struct ledger *ledger, const char *name, ledger_told_fn told, void *context))
{
	const char *name = json_string_value(json_object_get(request->body, "name"));
	if (!name || strlen(name) >= NAME_BYTES) {
		http_respond_error(request, 422, "it needs {\"name\": \"a file's name\"}");
		return;
	}
	struct ledger_work *work = work_begin(request, control, what, name);
	if (work)
		work_answer(request, work, copy(control->lesson_ledger, name, copy_told, work));
}

static void
backup_post(struct http_request *request, void *user)
{
	copy_post(request, user, "backup", ledger_backup);
}

static void
restore_post(struct http_request *request, void *user)
{
	copy_post(request, user, "restore", ledger_restore);
}

int
api_ledger_store_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1/ledger/state", TOKEN_ROLE_OBSERVER, ledger_get, control},
		{"POST", "/v1/ledger/verify", TOKEN_ROLE_OPERATOR, verify_post, control},
		{"POST", "/v1/ledger/backup", TOKEN_ROLE_ADMINISTRATOR, backup_post, control},
		{"POST", "/v1/ledger/restore", TOKEN_ROLE_ADMINISTRATOR, restore_post, control},
		{0},
	};
	control->ledger_work = calloc(1, sizeof *control->ledger_work);
	return control->ledger_work ? http_server_route(control->server, routes) : -ENOMEM;
}
