/* SPDX-License-Identifier: BSD-3-Clause */
// api_status.c - how the relay is: /v1, /healthz, /readyz, /metrics, /v1/status.
#include <stdlib.h>
#include <sys/statvfs.h>

#include "control/ledger_view.h"
#include "control/metrics.h"
#include "control/parts.h"
#include "platform/clock.h"

static void
index_get(struct http_request *request, void *user)
{
	(void)user;
	http_respond_text(request, 200, "text/plain; charset=utf-8",
		"County classroom relay, control port. JSON, but for /metrics.\n"
		"\n"
		"GET    /healthz                    whether the workers run\n"
		"GET    /readyz                     whether lessons can be held\n"
		"GET    /metrics                    Prometheus text\n"
		"GET    /v1/status                  version, media address, counters, drops\n"
		"GET    /v1/lessons?date=2026-11-23 the lessons of a day\n"
		"GET    /v1/sessions                what is on now\n"
		"GET    /v1/sessions/ID             one of them\n"
		"POST   /v1/sessions                open an ad-hoc one\n"
		"POST   /v1/sessions/ID/extend      move its closing bell\n"
		"POST   /v1/sessions/ID/cut         move it forward\n"
		"PATCH  /v1/sessions/ID             hold it with other endpoints\n"
		"DELETE /v1/sessions/ID             end it now\n"
		"GET    /v1/flows?session=ID        every stream, in and out\n"
		"POST   /v1/captures                headers of one flow, for Wireshark\n"
		"GET    /v1/captures/ID             how it is; ID/file: the file\n"
		"GET    /v1/throughput?span=hour    what went through; day, week, month, year\n"
		"GET    /v1/endpoints               the classrooms, and who is connected\n"
		"POST   /v1/reload                  read the timetable again\n"
		"GET    /v1/timetable               the tables and their versions\n"
		"GET    /v1/timetable/TABLE         one of them, as CSV\n"
		"PUT    /v1/timetable/TABLE         put another one in its place\n"
		"POST   /v1/timetable/TABLE/check   what that would change\n"
		"GET    /v1/exceptions              one-day changes of the plan\n"
		"POST   /v1/exceptions              cancel, move, swap, another endpoint\n"
		"DELETE /v1/exceptions/NUMBER       take one back\n"
		"GET    /v1/audit?limit=50          who changed what\n"
		"GET    /v1/ledger?date=DATE        rows of the ledger of lessons\n"
		"GET    /v1/ledger/REPORT           day, week, month, year, heatmap, lesson/ID; "
		".csv .html\n"
		"POST   /v1/ledger/entries          enter what was held elsewhere\n"
		"POST   /v1/ledger/import           a table of such rows\n"
		"GET    /v1/ledger/state            how the ledger of lessons is\n"
		"POST   /v1/ledger/verify           whether somebody has altered it\n"
		"POST   /v1/ledger/backup           copy it\n"
		"POST   /v1/ledger/restore          put a copy in its place\n"
		"GET    /v1/tokens                  who may ask\n"
		"POST   /v1/tokens                  a new token\n"
		"DELETE /v1/tokens/NAME             revoke it\n");
}

static void
healthz_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	const struct stats *board = control->edges.link.stats;
	struct mono_time now = clock_mono();
	uint32_t worker = 0;
	bool has_stalled = workers_have_stalled(board, now, &worker);
	json_t *workers = json_array();
	for (uint32_t i = 0; i < stats_limits_get(board)->worker_count; i++)
		json_array_append_new(
			workers, json_pack("{s:i, s:I}", "worker", (int)i, "heartbeat_age_ms",
					 (json_int_t)workers_heartbeat_age_ms(board, i, now)));
	json_t *health = json_pack("{s:s, s:s, s:o}", "status", has_stalled ? "stalled" : "ok",
		"instance", control->instance, "workers", workers);
	if (has_stalled)
		json_object_set_new(health, "detail",
			json_sprintf(
				"worker %u has stood still for %lld ms: no packet of its lessons "
				"passes; see the log, and restart relay",
				worker, (long long)workers_heartbeat_age_ms(board, worker, now)));
	http_respond_json(request, has_stalled ? 503 : 200, health);
}

static void
readyz_get(struct http_request *request, void *user)
{
	bool is_ready = control_is_ready(user);
	http_respond_json(request, is_ready ? 200 : 503,
		json_pack("{s:s}", "status", is_ready ? "ready" : "not ready"));
}

static void
metrics_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	struct view view = control_view(control);
	struct metrics_input input = {
		.version = control->edges.version,
		.engine = control->edges.engine->name,
		.flow_memory = control->edges.flow_memory,
		.is_ready = control_is_ready(control),
		.started_at = control->started_at,
		.now = view.mono,
		.wall = view.wall,
		.board = view.board,
		.sessions = control->sessions,
		.endpoints_known = scheduler_timetable(control->scheduler)->endpoint_count,
		.endpoints_connected = presence_connected_count(control->presence),
		.http = http_server_counters(control->server),
		.scheduler = control->scheduler,
		.reloads = control->reloads,
		.reload_failures = control->reload_failures,
		.is_clock_synchronised = control->alarms.is_synchronised,
		.unmapped_days = control->alarms.day_count,
		.lines = control->lines,
	};
	struct port_stats device;
	if (control->edges.port_look && control->edges.port_look(control->edges.port, &device) == 0)
		input.device = &device;
	struct statvfs disk;
	if (statvfs(control->config->state_directory, &disk) == 0) {
		input.state_free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
		input.state_size_bytes = (uint64_t)disk.f_blocks * disk.f_frsize;
	}
	ledger_status_get(control->lesson_ledger, &input.ledger);
	char *text = metrics_text(&input);
	if (text)
		http_respond_text(request, 200, METRICS_CONTENT_TYPE, text);
	else
		http_respond_error(request, 503, "out of memory; try again");
	free(text);
}

// How long the worker had the copies of the last one to two seconds; null where there were none.
static void
delay_set(json_t *object, const uint64_t before[DELAY_BUCKETS], const struct worker_stats *worker)
{
	struct delay_summary delay;
	delay_summarise(before, worker->delays, &delay);
	const struct {
		const char *name;
		int64_t ns;
	} figures[] = {{"delay_min_us", delay.min_ns}, {"delay_median_us", delay.median_ns},
		{"delay_max_us", delay.max_ns}};
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
		json_object_set_new(object, figures[i].name,
			delay.count ? json_real((double)figures[i].ns / NS_IN_US) : json_null());
}

static void
counters_set(json_t *object, const struct worker_stats *worker)
{
	uint64_t dropped = 0, tx_dropped = 0;
	for (int reason = DROP_NONE + 1; reason < DROP_REASON_COUNT; reason++) {
		if (drop_reason_is_tx(reason))
			tx_dropped += worker->drops[reason];
		else
			dropped += worker->drops[reason];
	}
	const struct {
		const char *name;
		uint64_t value;
	} counters[] = {{"frames_in", worker->frames_in}, {"handed_in", worker->handed_in},
		{"forwarded", worker->forwarded}, {"consumed", worker->consumed},
		{"handed_out", worker->handed_out}, {"dropped", dropped},
		{"copies", worker->copies}, {"originated", worker->originated},
		{"transmitted", worker->transmitted}, {"tx_dropped", tx_dropped},
		{"bytes_in", worker->bytes_in}, {"bytes_out", worker->bytes_out}};
	for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
		json_object_set_new(
			object, counters[i].name, json_integer((json_int_t)counters[i].value));
}

static json_t *
worker_view(const struct control *control, uint32_t number)
{
	const struct stats *board = control->edges.link.stats;
	struct session_load load = sessions_load_of(control->sessions, number);
	struct worker_stats worker;
	stats_read_worker(board, number, &worker);
	json_t *object =
		json_pack("{s:i, s:I, s:f, s:I, s:I}", "worker", (int)number, "heartbeat_age_ms",
			(json_int_t)workers_heartbeat_age_ms(board, number, clock_mono()),
			"busy_share", workers_busy_share(&control->workers, number), "sessions",
			(json_int_t)load.session_count, "legs", (json_int_t)load.leg_count);
	counters_set(object, &worker);
	delay_set(object, control->workers.was[0][number].delays, &worker);
	return object;
}

static json_t *
workers_view(const struct control *control)
{
	json_t *array = json_array();
	for (uint32_t i = 0; i < stats_limits_get(control->edges.link.stats)->worker_count; i++)
		json_array_append_new(array, worker_view(control, i));
	return array;
}

static json_t *
drops_view(const struct worker_stats *worker)
{
	json_t *object = json_object();
	for (int reason = DROP_NONE + 1; reason < DROP_REASON_COUNT; reason++)
		json_object_set_new(object, drop_reason_name(reason),
			json_integer((json_int_t)worker->drops[reason]));
	return object;
}

static json_t *
memory_view(const struct flow_memory *memory)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "flow_bytes", (json_int_t)memory->flow,
		"leg_bytes", (json_int_t)memory->whole.leg, "stream_bytes",
		(json_int_t)memory->whole.stream, "outflow_bytes",
		(json_int_t)memory->whole.outflow);
}

static void
status_get(struct http_request *request, void *user)
{
	const struct control *control = user;
	const struct control_edges *edges = &control->edges;
	struct view view = control_view(control);
	struct worker_stats worker;
	stats_read_workers(view.board, &worker);
	json_t *object = json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:s}", "version", edges->version,
		"instance", control->instance, "started_at", view_time(control->started_at), "now",
		view_time(view.wall), "zone",
		scheduler_timetable(control->scheduler)->policies.zone, "engine",
		edges->engine->name, "device", edges->device);
	json_object_set_new(object, "media",
		json_pack("{s:o, s:o, s:i, s:s}", "address",
			view_media_address(view.media_addresses, IP_V4), "address6",
			view_media_address(view.media_addresses, IP_V6), "port", edges->media_port,
			"mac", edges->media_mac));
	json_object_set_new(object, "memory", memory_view(&edges->flow_memory));
	json_object_set_new(object, "workers", workers_view(control));
	json_object_set_new(object, "drops", drops_view(&worker));
	struct ledger_status ledger;
	ledger_status_get(control->lesson_ledger, &ledger);
	json_t *alarms =
		alarms_list(&control->alarms, scheduler_timetable(control->scheduler), view.wall);
	ledger_alarms(alarms, &ledger);
	json_object_set_new(object, "alarms", alarms);
	json_object_set_new(object, "ledger", ledger_view(&ledger));
	json_object_set_new(object, "timetable",
		json_pack("{s:s, s:o, s:I}", "file", control->config->timetable_path, "loaded_at",
			view_time(control->loaded_at), "lessons_today",
			(json_int_t)control_lessons_today(control)));
	http_respond_json(request, 200, object);
}

int
api_status_route(struct control *control)
{
	const struct http_route routes[] = {
		{"GET", "/v1", TOKEN_ROLE_OBSERVER, index_get, control},
		{"GET", "/healthz", TOKEN_ROLE_NONE, healthz_get, control},
		{"GET", "/readyz", TOKEN_ROLE_OBSERVER, readyz_get, control},
		{"GET", "/metrics", TOKEN_ROLE_OBSERVER, metrics_get, control},
		{"GET", "/v1/status", TOKEN_ROLE_OBSERVER, status_get, control},
		{0},
	};
	return http_server_route(control->server, routes);
}
