/* SPDX-License-Identifier: BSD-3-Clause */
// api_exceptions.c - one-day changes of the plan: listed, made, taken back.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/exception_edit.h"
#include "control/parts.h"
#include "platform/clock.h"
#include "platform/log.h"

// Answers why the ledger could not do it.
static void
ledger_failed(struct control *control, struct http_request *request, int result)
{
	http_respond_error(request, control_ledger_status(result),
		"nothing was changed: %s cannot be used: %s: %s", LEDGER_PLAN_FILE,
		strerror(-result), ledger_plan_reason(control->ledger));
}

static json_t *
row_view(const struct control *control, const struct ledger_exception *row,
	const struct plan_exceptions *all, size_t index)
{
	char reason[FILE_ERROR_REASON_BYTES] = "";
	bool holds = plan_exception_check(
			     scheduler_timetable(control->scheduler), all, index, reason) == 0;
	json_t *object = exception_view(&row->exception);
	json_object_set_new(object, "number", json_integer(row->number));
	json_object_set_new(object, "made_at", view_time(row->made_at));
	json_object_set_new(object, "made_by", json_string(row->made_by));
	json_object_set_new(object, "holds", json_boolean(holds));
	json_object_set_new(object, "reason", holds ? json_null() : json_string(reason));
	return object;
}

static void
exceptions_get(struct http_request *request, void *user)
{
	struct control *control = user;
	struct ledger_exception *rows = NULL;
	size_t count = 0;
	int result = ledger_plan_exceptions_load(control->ledger, &rows, &count);
	if (result) {
		ledger_failed(control, request, result);
		return;
	}
	// The scheduler's list is the same rows in the same order.
	const struct plan_exceptions *all = scheduler_exceptions(control->scheduler);
	json_t *array = json_array();
	for (size_t i = 0; i < count && i < all->count; i++)
		json_array_append_new(array, row_view(control, &rows[i], all, i));
	free(rows);
	http_respond_json(request, 200, json_pack("{s:o}", "exceptions", array));
}

// The list in force and one more; freed with free().
static struct plan_exception *
list_with(const struct plan_exceptions *all, const struct plan_exception *more)
{
	struct plan_exception *items = calloc(all->count + 1, sizeof *items);
	if (!items)
		return NULL;
	if (all->count > 0)
		memcpy(items, all->items, all->count * sizeof *items);
	items[all->count] = *more;
	return items;
}

// Whether the lesson is still to come, as the plan is now. 0 or the HTTP status.
static int
is_to_come(const struct control *control, const char *id, char reason[EXCEPTION_REASON_BYTES])
{
	struct lesson lesson;
	const struct scheduled_lesson *running = scheduler_find(control->scheduler, id);
	if (running) {
		snprintf(reason, EXCEPTION_REASON_BYTES,
			"lesson '%s' is %s and finishes by the plan it opened with: end, cut, "
			"extend "
			"or regroup its session instead",
			id, lesson_state_name(running->state));
		return 409;
	}
	int result = exception_lesson_find(scheduler_timetable(control->scheduler),
		scheduler_exceptions(control->scheduler), id, &lesson);
	if (result == 0 && lesson.end.ms <= clock_wall().ms) {
		snprintf(reason, EXCEPTION_REASON_BYTES, "lesson '%s' is over", id);
		return 409;
	}
	return result == -ENOMEM ? 503 : 0;
}

// Whether a lesson that is moved would begin in the past, or be in another's way. 0 or the status.
static int
place_check(struct timetable *timetable, const struct plan_exceptions *list, const char *id,
	char reason[EXCEPTION_REASON_BYTES])
{
	struct lesson lesson;
	int result = exception_lesson_find(timetable, list, id, &lesson);
	if (result == 0 && lesson.start.ms <= clock_wall().ms) {
		snprintf(reason, EXCEPTION_REASON_BYTES, "lesson '%s' would begin in the past", id);
		return 422;
	}
	result = exception_clash_check(timetable, list, id, reason);
	return result == 0 ? 0 : result == -EINVAL ? 422 : 503;
}

// Whether the last of the list can be carried out beside the others. 0 or the HTTP status.
static int
list_check(const struct control *control, const struct plan_exceptions *list,
	char reason[EXCEPTION_REASON_BYTES])
{
	struct timetable *timetable = scheduler_timetable(control->scheduler);
	const struct plan_exception *last = &list->items[list->count - 1];
	int result = plan_exception_check(timetable, list, list->count - 1, reason);
	if (result)
		return result == -EINVAL ? 422 : 503;
	int status = is_to_come(control, last->lesson_id, reason);
	if (!status && last->kind == PLAN_SWAP)
		status = is_to_come(control, last->other_id, reason);
	if (!status && last->kind != PLAN_CANCEL)
		status = place_check(timetable, list, last->lesson_id, reason);
	if (!status && last->kind == PLAN_SWAP)
		status = place_check(timetable, list, last->other_id, reason);
	if (!status && last->kind == PLAN_ENDPOINT) {
		result = exception_profile_check(timetable, list, last->lesson_id, reason);
		status = result == 0 ? 0 : result == -EINVAL ? 422 : 503;
	}
	return status;
}

// The lesson with the list, as the plan has it: null where it is not held.
static json_t *
held_view(const struct control *control, const char *id)
{
	struct lesson lesson;
	const struct timetable_policies *policies =
		&scheduler_timetable(control->scheduler)->policies;
	if (exception_lesson_find(scheduler_timetable(control->scheduler),
		    scheduler_exceptions(control->scheduler), id, &lesson))
		return json_null();
	struct board_lesson board = {.lesson = lesson, .state = LESSON_PLANNED};
	board.opens.ms = lesson.start.ms - policies->open_before_s * MS_IN_S;
	board.closes.ms = lesson.end.ms + policies->grace_s * MS_IN_S;
	return view_lesson(&board);
}

static void
exception_add(struct control *control, struct http_request *request,
	const struct plan_exception *exception)
{
	char what[EXCEPTION_REASON_BYTES];
	json_t *view = exception_view(exception),
	       *before = held_view(control, exception->lesson_id);
	char *text = json_dumps(view, JSON_COMPACT);
	char *before_text = json_dumps(before, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(before);
	snprintf(what, sizeof what, "exception made: %s %s",
		plan_exception_kind_name(exception->kind), exception->lesson_id);
	const struct ledger_audit audit = {.at = clock_wall(),
		.who = request->name,
		.what = what,
		.before = before_text ? before_text : "",
		.after = text ? text : ""};
	int64_t number = 0;
	int result = ledger_plan_exception_add(control->ledger, exception, &audit, &number);
	if (!result)
		result = control_exceptions_follow(control);
	free(text);
	free(before_text);
	if (result) {
		json_decref(view);
		ledger_failed(control, request, result);
		return;
	}
	log_info("%s by %s", what, request->name);
	control_step(control);
	json_object_set_new(view, "number", json_integer(number));
	json_object_set_new(view, "held", held_view(control, exception->lesson_id));
	json_object_set_new(view, "differ", view_differences(control->scheduler));
	http_respond_json(request, 201, view);
}

static void
exceptions_post(struct http_request *request, void *user)
{
	struct control *control = user;
	struct plan_exception exception;
	char reason[EXCEPTION_REASON_BYTES] = "out of memory; try again";
	if (exception_read(request->body, &exception, reason)) {
		http_respond_error(request, 400, "%s", reason);
		return;
	}
	const struct plan_exceptions *all = scheduler_exceptions(control->scheduler);
	const struct plan_exceptions list = {list_with(all, &exception), all->count + 1};
	int status = list.items ? list_check(control, &list, reason) : 503;
	free((void *)list.items);
	if (status)
		http_respond_error(request, status, "%s", reason);
	else
		exception_add(control, request, &exception);
}

// The row of a number, and its place in the list. 0, -ENOENT or an error of the ledger.
static int
row_find(struct control *control, const char *id, struct ledger_exception *out, size_t *index_out)
{
	struct ledger_exception *rows = NULL;
	size_t count = 0;
	char *end;
	int64_t number = strtoll(id, &end, 10);
	int result = ledger_plan_exceptions_load(control->ledger, &rows, &count);
	if (result)
		return result;
	result = -ENOENT;
	for (size_t i = 0; i < count && !*end; i++) {
		if (rows[i].number != number)
			continue;
		*out = rows[i];
		*index_out = i;
		result = 0;
	}
	free(rows);
	return result;
}

// Whether the others are still right without it: a lesson that comes back may find its place taken.
static int
removal_check(struct control *control, const struct plan_exception *exception, size_t index,
	char reason[EXCEPTION_REASON_BYTES])
{
	struct timetable *timetable = scheduler_timetable(control->scheduler);
	const struct plan_exceptions *all = scheduler_exceptions(control->scheduler);
	struct plan_exception *items = list_with(all, exception);
	if (!items || index >= all->count) {
		free(items);
		return 503;
	}
	memmove(items + index, items + index + 1, (all->count - index) * sizeof *items);
	const struct plan_exceptions rest = {items, all->count - 1};
	int result = exception_clash_check(timetable, &rest, exception->lesson_id, reason);
	if (!result && exception->kind == PLAN_SWAP)
		result = exception_clash_check(timetable, &rest, exception->other_id, reason);
	free(items);
	return result == 0 ? 0 : result == -EINVAL ? 409 : 503;
}

static void
exception_remove(
	struct control *control, struct http_request *request, const struct ledger_exception *row)
{
	char what[EXCEPTION_REASON_BYTES];
	json_t *view = exception_view(&row->exception);
	char *text = json_dumps(view, JSON_COMPACT);
	snprintf(what, sizeof what, "exception taken back: %s %s",
		plan_exception_kind_name(row->exception.kind), row->exception.lesson_id);
	const struct ledger_audit audit = {.at = clock_wall(),
		.who = request->name,
		.what = what,
		.before = text ? text : "",
		.after = ""};
	int result = ledger_plan_exception_remove(control->ledger, row->number, &audit);
	if (!result)
		result = control_exceptions_follow(control);
	free(text);
	if (result) {
		json_decref(view);
		ledger_failed(control, request, result);
		return;
	}
	log_info("%s by %s", what, request->name);
	control_step(control);
	json_object_set_new(view, "held", held_view(control, row->exception.lesson_id));
	json_object_set_new(view, "differ", view_differences(control->scheduler));
	http_respond_json(request, 200, view);
}

static void
exception_delete(struct http_request *request, void *user)
{
	struct control *control = user;
	struct ledger_exception row;
	size_t index;
	char reason[EXCEPTION_REASON_BYTES] = "out of memory; try again";
	int result = row_find(control, request->id, &row, &index);
	if (result == -ENOENT) {
		http_respond_error(request, 404,
			"there is no exception %s: GET /v1/exceptions lists them", request->id);
		return;
	}
	if (result) {
		ledger_failed(control, request, result);
		return;
	}
	int status = removal_check(control, &row.exception, index, reason);
	if (status)
		http_respond_error(request, status, "%s", reason);
	else
		exception_remove(control, request, &row);
}

int
api_exceptions_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1/exceptions", TOKEN_ROLE_OBSERVER, exceptions_get, control},
		{"POST", "/v1/exceptions", TOKEN_ROLE_OPERATOR, exceptions_post, control},
		{"DELETE", "/v1/exceptions/:id", TOKEN_ROLE_OPERATOR, exception_delete, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
