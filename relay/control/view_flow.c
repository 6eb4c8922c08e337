/* SPDX-License-Identifier: BSD-3-Clause */
// view_flow.c - FLOW: one stream in one direction, with what was measured of it.
#include "control/views.h"
#include "lessons/join_stats.h"

static json_t *
flow_start(const struct session *session, const struct join_stream *stream,
	const struct join *receiver)
{
	const struct lesson *lesson = &session->scheduled->lesson;
	return json_pack("{s:s, s:s?, s:s, s:s, s:s, s:I, s:s, s:s?, s:s?}", "session", lesson->id,
		"lesson", lesson->rule ? lesson->id : NULL, "school", stream->join->school,
		"endpoint", stream->join->endpoint, "kind", stream_kind_name(stream->kind), "ssrc",
		(json_int_t)stream->ssrc, "direction",
		flow_direction_name(receiver ? FLOW_OUT : FLOW_IN), "to",
		receiver ? receiver->endpoint : NULL, "to_school",
		receiver ? receiver->school : NULL);
}

static void
set_count(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

static json_t *
inflow_window(const struct rates_window *window)
{
	return json_pack("{s:I, s:f, s:I, s:I, s:f, s:I, s:I, s:I, s:f, s:f}", "packets",
		(json_int_t)window->packets, "kbit_s", window->kbit_s, "expected",
		(json_int_t)window->expected, "missing", (json_int_t)window->missing, "loss_ratio",
		window->loss_ratio, "duplicates", (json_int_t)window->duplicates, "reordered",
		(json_int_t)window->reordered, "late", (json_int_t)window->late, "jitter_ms",
		window->jitter_ms, "longest_gap_ms", window->longest_gap_ms);
}

// What the receiver says stays apart from what the relay sent.
static json_t *
outflow_window(const struct rates_window *window)
{
	json_t *reported = json_null();
	if (window->has_loss)
		reported = json_pack("{s:I, s:I, s:f, s:f}", "expected",
			(json_int_t)window->expected, "missing", (json_int_t)window->missing,
			"loss_ratio", window->loss_ratio, "jitter_ms", window->jitter_ms);
	return json_pack("{s:I, s:f, s:o}", "packets", (json_int_t)window->packets, "kbit_s",
		window->kbit_s, "reported", reported);
}

static json_t *
windows_view(const struct rates *rates, json_t *(*view)(const struct rates_window *))
{
	static const struct {
		const char *name;
		int64_t seconds;
	} windows[] = {{"1s", 1}, {"10s", RATES_LOSS_WINDOW_S}, {"60s", RATES_WINDOW_S_MAX}};
	struct rates_window window;
	json_t *object = json_object();
	for (size_t i = 0; i < sizeof windows / sizeof *windows; i++)
		json_object_set_new(object, windows[i].name,
			rates_window(rates, windows[i].seconds, &window) ? view(&window)
									 : json_null());
	json_object_set_new(
		object, "lesson", rates_lesson(rates, &window) ? view(&window) : json_null());
	return object;
}

static json_t *
inflow_view(
	const struct view *view, const struct session *session, const struct join_stream *stream)
{
	struct inflow_stats now;
	join_stats_inflow(view->board, stream, &now);
	json_t *object = flow_start(session, stream, NULL);
	set_count(object, "packets", now.packets);
	set_count(object, "bytes", now.bytes);
	set_count(object, "frames", now.frames);
	set_count(object, "lost", now.lost);
	set_count(object, "duplicates", now.duplicates);
	set_count(object, "reordered", now.reordered);
	set_count(object, "late", now.late);
	set_count(object, "auth_failures", now.auth_failures);
	json_object_set_new(object, "kbit_s", json_real(rates_kbit_s(&stream->rates)));
	json_object_set_new(object, "loss_ratio", json_real(rates_loss_ratio(&stream->rates)));
	json_object_set_new(object, "jitter_ms", json_real(now.jitter_us / 1000.0));
	json_object_set_new(object, "longest_gap_ms", json_real(now.longest_gap_us / 1000.0));
	int64_t age_ns = view->mono.ns - now.last_packet_ns;
	json_object_set_new(object, "last_packet_ms",
		now.last_packet_ns ? json_integer(age_ns > 0 ? age_ns / NS_IN_MS : 0)
				   : json_null());
	json_object_set_new(object, "windows", windows_view(&stream->rates, inflow_window));
	return object;
}

static json_t *
outflow_view(
	const struct view *view, const struct session *session, const struct join_outflow *outflow)
{
	// What only the receiver can know, and does not report.
	static const char *const UNKNOWN[] = {"frames", "duplicates", "reordered", "late",
		"auth_failures", "longest_gap_ms", "last_packet_ms"};
	struct outflow_stats now;
	join_stats_outflow(view->board, outflow, &now);
	bool is_reported = now.report_count > 0;
	json_t *object = flow_start(session, outflow->stream, outflow->to);
	set_count(object, "packets", now.packets);
	set_count(object, "bytes", now.bytes);
	set_count(object, "tx_drops", now.drops);
	json_object_set_new(object, "kbit_s", json_real(rates_kbit_s(&outflow->rates)));
	json_object_set_new(
		object, "lost", is_reported ? json_integer(now.reported_lost) : json_null());
	json_object_set_new(object, "loss_ratio",
		is_reported ? json_real(rates_loss_ratio(&outflow->rates)) : json_null());
	json_object_set_new(object, "jitter_ms",
		is_reported ? json_real(now.reported_jitter_us / 1000.0) : json_null());
	for (size_t i = 0; i < sizeof UNKNOWN / sizeof *UNKNOWN; i++)
		json_object_set_new(object, UNKNOWN[i], json_null());
	json_object_set_new(object, "windows", windows_view(&outflow->rates, outflow_window));
	return object;
}

void
view_flows_append(const struct view *view, const struct session *session, json_t *array)
{
	const struct join *join;
	TAILQ_FOREACH (join, &session->joins, link)
		for (size_t i = 1; i < join->stream_count; i++)
			json_array_append_new(array, inflow_view(view, session, &join->streams[i]));
	TAILQ_FOREACH (join, &session->joins, link) {
		const struct join_outflow *outflow;
		TAILQ_FOREACH (outflow, &join->receives, join_link)
			if (!outflow->stream->join->is_leaving)
				json_array_append_new(array, outflow_view(view, session, outflow));
	}
}
