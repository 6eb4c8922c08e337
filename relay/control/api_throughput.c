/* SPDX-License-Identifier: BSD-3-Clause */
// api_throughput.c - what went through the relay: /v1/throughput, from the last hour's seconds in
// memory and the minutes of 400 days on the disk.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "control/parts.h"
#include "control/throughput.h"
#include "control/throughput_view.h"
#include "platform/clock.h"
#include "platform/log.h"

#define HEADROOM_SECONDS 60 // it is told of so long

struct throughput_desk {
	struct history *history;
	struct event *event;
	struct throughput *throughput;
};

static const struct span {
	const char *name;
	uint32_t step_s;
	uint32_t steps;
} spans[] = {
	{"hour", 1, THROUGHPUT_SECONDS}, // the first: from memory
	{"day", 60, 24 * 60},
	{"week", 600, 7 * 24 * 6},
	{"month", 3600, 31 * 24},
	{"year", 6 * 3600, HISTORY_DAYS * 4},
};

// Who waits for the disk's answer.
struct asking {
	struct control *control;
	struct http_request *request;
	const struct span *span;
	bool is_csv;
};

static void
minute_keep(void *context, const struct history_minute *minute)
{
	struct throughput_desk *desk = context;
	history_post(desk->history, minute);
}

static void
on_history(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	struct throughput_desk *desk = argument;
	history_dispatch(desk->history);
}

int
control_throughput_open(struct control *control)
{
	struct throughput_desk *desk = calloc(1, sizeof *desk);
	control->throughput = desk;
	if (!desk)
		return -ENOMEM;
	desk->history = history_create(control->config->state_directory);
	desk->throughput = throughput_create(minute_keep, desk, clock_mono());
	if (!desk->history || !desk->throughput)
		return -ENOMEM;
	desk->event = event_new(control->base, history_event_fd(desk->history),
		EV_READ | EV_PERSIST, on_history, desk);
	return desk->event && !event_add(desk->event, NULL) ? 0 : -ENOMEM;
}

void
control_throughput_looked(struct control *control, const struct flow_look *look)
{
	if (control->throughput)
		throughput_school(control->throughput->throughput,
			look->is_outbound ? look->to_school : look->school, look->is_outbound,
			look->packets, look->bytes);
}

void
control_throughput_look(struct control *control, struct wall_time wall, struct mono_time mono)
{
	const struct control_edges *edges = &control->edges;
	struct worker_stats worker;
	struct port_stats port;
	bool has_port = edges->port_look && !edges->port_look(edges->port, &port);
	stats_read_workers(edges->link.stats, &worker);
	worker.busy_ns = control->workers.busiest_ns; // a sum would hide the one that is full
	throughput_look(
		control->throughput->throughput, &worker, has_port ? &port : NULL, wall, mono);
}

void
control_throughput_close(struct control *control)
{
	struct throughput_desk *desk = control->throughput;
	if (!desk)
		return;
	control->throughput = NULL;
	if (desk->event)
		event_free(desk->event);
	if (desk->throughput)
		throughput_flush(desk->throughput);
	history_destroy(desk->history);
	throughput_destroy(desk->throughput);
	free(desk);
}

static struct history_row
row_of(const struct throughput *throughput, size_t index, const char *school)
{
	const struct throughput_second *second = throughput_get(throughput, index);
	struct history_row row = {
		.at = second->at,
		.ms = second->ms,
		.figures = second->figures,
	};
	if (second->ms > 0) {
		row.peaks.peak_ip_bytes_in_s = row.figures.ip_bytes_in * MS_IN_S / second->ms;
		row.peaks.peak_ip_bytes_out_s = row.figures.ip_bytes_out * MS_IN_S / second->ms;
		row.peaks.peak_frames_in_s = row.figures.frames_in * MS_IN_S / second->ms;
		row.peaks.peak_busy_permille = row.figures.busy_ns / NS_IN_MS * 1000 / second->ms;
	}
	if (*school)
		row.school = throughput_school_get(throughput, index, school);
	return row;
}

// The last seconds as one.
static struct history_row
lately(const struct throughput *throughput)
{
	size_t count = throughput_count(throughput);
	size_t first = count > HEADROOM_SECONDS ? count - HEADROOM_SECONDS : 0;
	struct history_row sum = {0};
	for (size_t i = first; i < count; i++) {
		struct history_row row = row_of(throughput, i, "");
		struct history_figures *figures = &sum.figures;
		sum.ms += row.ms;
		figures->frames_in += row.figures.frames_in;
		figures->busy_ns += row.figures.busy_ns;
		figures->device_packets_in += row.figures.device_packets_in;
		figures->device_bytes_in += row.figures.device_bytes_in;
		figures->device_packets_out += row.figures.device_packets_out;
		figures->device_bytes_out += row.figures.device_bytes_out;
		figures->buffers = row.figures.buffers;
		figures->link_mbit_s = row.figures.link_mbit_s;
		if (row.figures.buffers_used > figures->buffers_used)
			figures->buffers_used = row.figures.buffers_used;
	}
	return sum;
}

static json_t *
totals_view(const struct throughput *throughput)
{
	const struct history_figures *totals = throughput_totals(throughput);
	json_t *object = json_object();
#define TOTAL(name) json_object_set_new(object, #name, json_integer((json_int_t)totals->name));
	HISTORY_SUMS(TOTAL)
#undef TOTAL
	return object;
}

static json_t *
times_view(const struct history_row *rows, size_t count)
{
	json_t *array = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_integer((json_int_t)rows[i].at.ms));
	return array;
}

static void
respond_csv(struct http_request *request, const struct history_answer *answer)
{
	struct text text = {0};
	throughput_csv(answer->rows, answer->row_count, *answer->question.school, &text);
	if (text.result)
		http_respond_error(request, 503, "out of memory; try again");
	else
		http_respond_bytes(request, 200, "text/csv; charset=utf-8", text.bytes, text.count);
	text_fini(&text);
}

static void
respond_json(const struct control *control, struct http_request *request, const struct span *span,
	const struct history_answer *answer)
{
	const struct throughput *throughput = control->throughput->throughput;
	const char *school = answer->question.school;
	const struct history_row headroom = lately(throughput);
	json_t *object = json_pack("{s:s, s:s?, s:i, s:o, s:o}", "span", span->name, "school",
		*school ? school : NULL, "step_s", (int)span->step_s, "at_ms",
		times_view(answer->rows, answer->row_count), "series",
		throughput_columns(answer->rows, answer->row_count, *school));
	json_object_set_new(object, "days", throughput_days(answer->days, answer->day_count));
	if (!*school) {
		json_object_set_new(
			object, "drops", throughput_drops(answer->rows, answer->row_count));
		json_object_set_new(object, "totals", totals_view(throughput));
		json_object_set_new(object, "headroom", throughput_headroom(&headroom));
	}
	http_respond_json(request, 200, object);
}

static void
answered(void *context, const struct history_answer *answer)
{
	struct asking asking = *(struct asking *)context;
	free(context);
	if (answer->result)
		http_respond_error(asking.request, 503,
			"the minutes on the disk cannot be read: %s; the hour is in memory",
			strerror(-answer->result));
	else if (asking.is_csv)
		respond_csv(asking.request, answer);
	else
		respond_json(asking.control, asking.request, asking.span, answer);
}

static void
respond_hour(struct control *control, struct http_request *request, bool is_csv,
	const struct history_question *question, size_t last_s)
{
	const struct throughput *throughput = control->throughput->throughput;
	size_t count = throughput_count(throughput);
	size_t first = count > last_s ? count - last_s : 0;
	struct history_answer answer = {.question = *question, .row_count = count - first};
	answer.rows = calloc(count - first + 1, sizeof *answer.rows);
	if (!answer.rows) {
		http_respond_error(request, 503, "out of memory; try again");
		return;
	}
	for (size_t i = first; i < count; i++)
		answer.rows[i - first] = row_of(throughput, i, question->school);
	if (is_csv)
		respond_csv(request, &answer);
	else
		respond_json(control, request, &spans[0], &answer);
	free(answer.rows);
}

static int32_t
zone_s_at(struct wall_time wall)
{
	int64_t local_s = (int64_t)civil_date_of(wall).days * CIVIL_DAY_S + civil_second_of(wall);
	return (int32_t)(local_s - wall.ms / MS_IN_S);
}

static void
respond_minutes(struct control *control, struct http_request *request, bool is_csv,
	struct history_question *question, const struct span *span)
{
	struct asking *asking = malloc(sizeof *asking);
	int64_t step_ms = (int64_t)span->step_s * MS_IN_S;
	struct wall_time now = clock_wall();
	question->step_s = span->step_s;
	question->until.ms = (now.ms / step_ms + 1) * step_ms;
	question->from.ms = question->until.ms - step_ms * span->steps;
	question->zone_s = zone_s_at(now);
	int result = asking ? 0 : -ENOMEM;
	if (!result) {
		*asking = (struct asking){control, request, span, is_csv};
		result = history_ask(control->throughput->history, question, answered, asking);
	}
	if (!result)
		return;
	free(asking);
	http_respond_error(request, 503, "%s; try again",
		result == -ENOBUFS ? "others ask already" : strerror(-result));
}

// NULL where it has been refused.
static const struct span *
take_span(struct http_request *request)
{
	const char *text = http_request_query(request, "span");
	for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
		if (!strcmp(text ? text : spans[0].name, spans[i].name))
			return &spans[i];
	http_respond_field(request, 400, "span", "span is hour, day, week, month or year");
	return NULL;
}

static bool
take_last(struct http_request *request, size_t *last_s)
{
	const char *text = http_request_query(request, "last_s");
	char *end = NULL;
	*last_s = THROUGHPUT_SECONDS;
	if (!text)
		return true;
	unsigned long value = strtoul(text, &end, 10);
	if (*text >= '0' && *text <= '9' && *end == '\0' && value > 0 &&
		value <= THROUGHPUT_SECONDS) {
		*last_s = value;
		return true;
	}
	http_respond_field(request, 400, "last_s", "last_s is a number of seconds, 1 to %d",
		THROUGHPUT_SECONDS);
	return false;
}

static void
respond(struct control *control, struct http_request *request, bool is_csv)
{
	const struct span *span = take_span(request);
	const char *school = http_request_query(request, "school");
	struct history_question question = {0};
	size_t last_s;
	if (!span || !take_last(request, &last_s))
		return;
	if (school && *school &&
		!timetable_school_find(scheduler_timetable(control->scheduler), school)) {
		http_respond_field(request, 404, "school", "there is no such school");
		return;
	}
	if (school)
		strcpy(question.school, school);
	if (span == &spans[0])
		respond_hour(control, request, is_csv, &question, last_s);
	else
		respond_minutes(control, request, is_csv, &question, span);
}

static void
throughput_get_json(struct http_request *request, void *user)
{
	respond(user, request, false);
}

static void
throughput_get_csv(struct http_request *request, void *user)
{
	respond(user, request, true);
}

int
api_throughput_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1/throughput", TOKEN_ROLE_OBSERVER, throughput_get_json, control},
		{"GET", "/v1/throughput.csv", TOKEN_ROLE_OBSERVER, throughput_get_csv, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
