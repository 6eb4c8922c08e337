/* SPDX-License-Identifier: BSD-3-Clause */
// api_timetable.c - the timetable's tables: shown, tried, and rewritten where they make sense.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/parts.h"
#include "control/table_edit.h"
#include "control/table_store.h"
#include "platform/clock.h"
#include "platform/log.h"

#define ETAG_BYTES (TABLE_MARK_BYTES + 2)

static void
set_etag(struct http_request *request, const char *mark)
{
	char etag[ETAG_BYTES];
	snprintf(etag, sizeof etag, "\"%s\"", mark);
	http_request_set_header(request, "ETag", etag);
}

static json_t *
file_view(const char *name, const char *path, const char *loaded)
{
	char mark[TABLE_MARK_BYTES];
	table_mark_of_file(path, mark);
	return json_pack("{s:s, s:s, s:s, s:b}", "table", name, "file", path, "etag", mark,
		"loaded", strcmp(mark, loaded) == 0);
}

static json_t *
policies_view(const struct timetable_policies *policies)
{
	return json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "county",
		policies->county, "zone", policies->zone, "open_before_s",
		(int)policies->open_before_s, "grace_s", (int)policies->grace_s, "audio_dscp",
		(int)policies->audio_dscp, "video_dscp", (int)policies->video_dscp,
		"plan_synchronous", (int)policies->plan_synchronous, "plan_training",
		(int)policies->plan_training, "monthly_visits", (int)policies->monthly_visits,
		"monthly_working_days", (int)policies->monthly_working_days);
}

static void
timetable_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	const struct config *config = control->config;
	json_t *files = json_array();
	for (enum timetable_file i = 0; i < TIMETABLE_FILE_COUNT; i++)
		if (config->timetable->files[i])
			json_array_append_new(
				files, file_view(table_name(i), config->timetable->files[i],
					       config->marks.tables[i]));
	char mark[TABLE_MARK_BYTES];
	table_mark_of_file(config->timetable_path, mark);
	http_respond_json(request, 200,
		json_pack("{s:s, s:b, s:o, s:o, s:o, s:o}", "file", config->timetable_path,
			"loaded", strcmp(mark, config->marks.conf) == 0, "loaded_at",
			view_time(control->loaded_at), "files", files, "alarms",
			alarms_list(&control->alarms, config->timetable, clock_wall()), "policies",
			policies_view(&config->timetable->policies)));
}

// The table that the request names, as it is on the disk; answered where there is none.
static int
table_wanted(const struct control *control, struct http_request *request,
	enum timetable_file *table, struct table_file *file)
{
	struct file_error error = {0};
	int result = table_find(request->id, table);
	if (result) {
		http_respond_error(request, 404,
			"there is no table %s: GET /v1/timetable lists them", request->id);
		return result;
	}
	result = table_store_read(control->config->timetable, *table, file, &error);
	if (result == -ENOENT)
		http_respond_error(request, 404,
			"timetable.conf names no table %s: add %s = "
			"\"%s.csv\"; to it, and reload",
			request->id, request->id, request->id);
	else if (result)
		http_respond_error(request, 503, "%s: %s", error.file,
			*error.reason ? error.reason : strerror(-result));
	return result;
}

static void
table_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	enum timetable_file table;
	struct table_file file;
	if (table_wanted(control, request, &table, &file))
		return;
	set_etag(request, file.mark);
	http_respond_bytes(request, 200, "text/csv; charset=utf-8", file.bytes, file.count);
	table_file_fini(&file);
}

static void
refuse(struct http_request *request, int result, const struct file_error *error)
{
	char text[FILE_ERROR_FILE_BYTES + FILE_ERROR_REASON_BYTES + 16];
	int status = result == -EINVAL ? 422 : result == -ESTALE ? 409 : 503;
	if (*error->file && error->line)
		snprintf(text, sizeof text, "%s:%u: %s", error->file, error->line, error->reason);
	else if (*error->file)
		snprintf(text, sizeof text, "%s: %s", error->file, error->reason);
	else
		snprintf(text, sizeof text, "%s", strerror(-result));
	http_respond_problem(request, status,
		json_pack("{s:o, s:i, s:o}", "file", http_json_text(error->file), "line",
			(int)error->line, "reason", http_json_text(error->reason)),
		"%s", text);
}

// What the request asks for, as far as it can be made: the timetable with its bytes in the table's
// place. Answered where it cannot.
static int
edit_try(const struct control *control, struct http_request *request, struct table_edit *edit,
	struct timetable **fresh)
{
	struct file_error error = {0};
	edit->bytes = request->text ? request->text : "";
	edit->count = request->text_bytes;
	table_mark_make(edit->bytes, edit->count, edit->mark);
	int result = table_store_check(
		control->config, edit->table, edit->bytes, edit->count, fresh, &error);
	if (result)
		refuse(request, result, &error);
	return result;
}

static void
check_post(struct http_request *request, void *user)
{
	struct control *control = user;
	struct table_edit edit = {0};
	struct timetable *fresh;
	if (table_wanted(control, request, &edit.table, &edit.before))
		return;
	if (edit_try(control, request, &edit, &fresh) == 0) {
		http_respond_json(request, 200, table_edit_view(control, &edit, fresh));
		timetable_release(fresh);
	}
	table_file_fini(&edit.before);
}

// Whether the asker has seen what it replaces (RFC 9110, section 13.1.1; RFC 6585, section 3).
static bool
is_seen(struct http_request *request, const struct table_file *file)
{
	const char *wanted = http_request_header(request, "If-Match");
	char etag[ETAG_BYTES];
	snprintf(etag, sizeof etag, "\"%s\"", file->mark);
	if (wanted && strcmp(wanted, etag) == 0)
		return true;
	set_etag(request, file->mark);
	if (wanted)
		http_respond_error(request, 412,
			"%s was changed since you took it: get it again, and edit that",
			file->path);
	else
		http_respond_error(request, 428,
			"say which version you replace: If-Match with the ETag of GET %s",
			request->path);
	return false;
}

// The audit row comes first: what cannot be told is not done.
static int
edit_write(struct control *control, const char *who, const struct table_edit *edit)
{
	char what[64];
	char *before = table_edit_text(edit, true), *after = table_edit_text(edit, false);
	snprintf(what, sizeof what, "table %s: rewritten", table_name(edit->table));
	const struct ledger_audit row = {
		.at = clock_wall(), .who = who, .what = what, .before = before, .after = after};
	int result = before && after ? ledger_plan_audit_add(control->ledger, &row) : -ENOMEM;
	if (!result) {
		// The same bytes again: what they took the place of stays beside them.
		if (strcmp(edit->mark, edit->before.mark) != 0)
			result = table_store_write(&edit->before, edit->bytes, edit->count);
		if (result)
			control_audit(control, who, "", strerror(-result),
				"table %s: not rewritten after all", table_name(edit->table));
	}
	free(before);
	free(after);
	return result;
}

static void
edit_apply(struct control *control, struct http_request *request, const struct table_edit *edit,
	struct timetable *fresh)
{
	json_t *view = table_edit_view(control, edit, fresh);
	int result = edit_write(control, request->name, edit);
	if (result) {
		json_decref(view);
		timetable_release(fresh);
		http_respond_error(request, control_ledger_status(result),
			"nothing was changed: %s cannot be written: %s", edit->before.path,
			strerror(-result));
		return;
	}
	memcpy(control->config->marks.tables[edit->table], edit->mark, TABLE_MARK_BYTES);
	log_info("table %s: rewritten by %s", table_name(edit->table), request->name);
	control_timetable_adopt(control, fresh);
	json_object_set_new(view, "differ", view_differences(control->scheduler));
	set_etag(request, edit->mark);
	http_respond_json(request, 200, view);
}

static void
table_put(struct http_request *request, void *user)
{
	struct control *control = user;
	struct table_edit edit = {0};
	struct timetable *fresh;
	if (table_wanted(control, request, &edit.table, &edit.before))
		return;
	if (is_seen(request, &edit.before) && edit_try(control, request, &edit, &fresh) == 0)
		edit_apply(control, request, &edit, fresh);
	table_file_fini(&edit.before);
}

int
api_timetable_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1/timetable", TOKEN_ROLE_OBSERVER, timetable_get, control},
		{"GET", "/v1/timetable/:id", TOKEN_ROLE_OBSERVER, table_get, control},
		{0},
	};
	const struct http_route put = {
		"PUT", "/v1/timetable/:id", TOKEN_ROLE_OPERATOR, table_put, control};
	const struct http_route check = {
		"POST", "/v1/timetable/:id/check", TOKEN_ROLE_OPERATOR, check_post, control};
	int result = http_server_route(control->server, routes);
	if (!result)
		result = http_server_route_text(control->server, &put, "text/csv");
	if (!result)
		result = http_server_route_text(control->server, &check, "text/csv");
	return result;
}
