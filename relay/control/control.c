/* SPDX-License-Identifier: BSD-3-Clause */
// control.c - the control plane as one thing: its parts, made in order and taken down in reverse.
#include "control/control.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <event2/event.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "control/parts.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "web/web.h"

#define LAST_ACKS_MS 1000 // how long the worker may take to give everything back

// JSON carries keys and tokens: what it frees is wiped.
static void
wiping_free(void *memory)
{
	if (memory)
		OPENSSL_cleanse(memory, malloc_usable_size(memory));
	free(memory);
}

static int
instance_make(char instance[CONTROL_INSTANCE_BYTES])
{
	unsigned char bytes[CONTROL_INSTANCE_BYTES / 2];
	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return -EIO;
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(instance + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

static char *
copy(const char *text)
{
	return strdup(text ? text : "");
}

static int
edges_copy(struct control_edges *to, const struct control_edges *from)
{
	*to = *from;
	to->config_path = copy(from->config_path);
	to->program = from->program ? copy(from->program) : NULL;
	to->version = copy(from->version);
	to->device = copy(from->device);
	for (enum ip_family family = 0; family < IP_FAMILIES; family++)
		to->media_addresses[family] = copy(from->media_addresses[family]);
	to->media_mac = copy(from->media_mac);
	bool is_whole = to->config_path && to->version && to->device && to->media_mac &&
			to->media_addresses[IP_V4] && to->media_addresses[IP_V6];
	return is_whole && (to->program || !from->program) ? 0 : -ENOMEM;
}

static void
edges_free(struct control_edges *edges)
{
	free((char *)edges->config_path);
	free((char *)edges->program);
	free((char *)edges->version);
	free((char *)edges->device);
	for (enum ip_family family = 0; family < IP_FAMILIES; family++)
		free((char *)edges->media_addresses[family]);
	free((char *)edges->media_mac);
}

static void
endpoint_left(void *context, const char *endpoint_id)
{
	struct control *control = context;
	sessions_disconnect(control->sessions, endpoint_id);
	api_events_presence(control, endpoint_id, false);
}

static const struct scheduled_lesson *
holder_find(void *context, const char *endpoint_id)
{
	const struct control *control = context;
	return scheduler_holder(control->scheduler, endpoint_id);
}

// Each step that fails leaves a reason; control_destroy() takes back what there is.
static int
open_state(struct control *control, char *error, size_t error_bytes)
{
	const char *directory = control->config->state_directory;
	char reason[HTTP_ERROR_BYTES];
	_Static_assert(TLS_ERROR_BYTES <= HTTP_ERROR_BYTES, "one buffer for all reasons");
	_Static_assert(TOKENS_ERROR_BYTES <= HTTP_ERROR_BYTES, "one buffer for all reasons");
	if (mkdir(directory, 0700) && errno != EEXIST) {
		snprintf(error, error_bytes,
			"%s: cannot be made: %s; see control.state_directory in relay.conf",
			directory, strerror(errno));
		return -errno;
	}
	int result = tls_open(directory, &control->tls, reason);
	if (!result)
		result = tokens_open(directory, &control->tokens, reason);
	if (result)
		snprintf(error, error_bytes, "%s", reason);
	return result;
}

static int
open_routes(struct control *control)
{
	int (*const routes[])(struct control *) = {
		api_status_route,
		api_lessons_route,
		api_live_route,
		api_plan_route,
		api_timetable_route,
		api_exceptions_route,
		api_ledger_store_route,
		api_ledger_route,
		api_audit_route,
		api_sessions_route,
		api_tokens_route,
		api_sign_route,
		api_openapi_route,
		api_school_route,
		api_checks_route,
		api_events_route,
		api_throughput_route,
		api_captures_route,
		api_endpoint_route,
		api_export_route,
	};
	int result = web_route(control->server);
	for (size_t i = 0; !result && i < sizeof routes / sizeof *routes; i++)
		result = routes[i](control);
	return result;
}

static struct quality_limits
limits_of(const struct config_quality *quality)
{
	return (struct quality_limits){
		.loss_ratio = {quality->loss_amber_percent / 100.0,
			quality->loss_red_percent / 100.0},
		.jitter_ms = {quality->jitter_amber_ms, quality->jitter_red_ms},
		.round_trip_ms = {quality->round_trip_amber_ms, quality->round_trip_red_ms},
		.silent_s = quality->silent_s,
	};
}

static int
open_lessons(struct control *control)
{
	struct sessions_edges edges = {
		.engine = control->edges.engine,
		.link = control->edges.link,
		.notify = api_endpoint_notify,
		.holder = holder_find,
		.looked = control_flow_looked,
		.context = control,
	};
	control->scheduler = scheduler_create(control->config->timetable);
	control->ledger = ledger_plan_open(control->config->state_directory);
	control->lesson_ledger = ledger_create(
		&(struct ledger_options){.state_directory = control->config->state_directory,
			.minute_days = control->config->ledger.minute_days});
	control->journal = journal_create(control->config->state_directory, control->ledger);
	control->sessions = sessions_create(&edges);
	struct quality_limits limits = limits_of(&control->config->quality);
	control->lines = lines_create(&limits);
	control->presence = presence_create(endpoint_left, api_endpoint_replaced, control);
	control->listeners = listeners_create();
	control->checks = checks_create();
	control->reload = reload_create(control->base, control->edges.program,
		control->edges.config_path, RELOAD_LIMIT_MS, control_reload_checked, control);
	if (!control->scheduler || !control->ledger || !control->lesson_ledger ||
		!control->journal || !control->sessions || !control->presence || !control->reload ||
		!control->lines || !control->listeners || !control->checks)
		return -ENOMEM;
	int result = control_exceptions_follow(control);
	if (result)
		log_error("exceptions are not in force: %s", strerror(-result));
	journal_restore(control->journal, control->scheduler, clock_wall(), clock_mono());
	control->recording = recording_create(control->config, control->lesson_ledger,
		control->scheduler, clock_wall(), clock_mono());
	return control->recording ? control_throughput_open(control) : -ENOMEM;
}

struct control *
control_create(
	struct config *config, const struct control_edges *edges, char *error, size_t error_bytes)
{
	json_set_alloc_funcs(malloc, wiping_free);
	struct control *control = calloc(1, sizeof *control);
	if (!control) {
		config_fini(config);
		free(config);
		snprintf(error, error_bytes, "out of memory");
		return NULL;
	}
	control->config = config;
	control->started_at = control->loaded_at = clock_wall();
	alarms_init(&control->alarms, edges->clock_is_synchronised);
	*error = '\0';
	int result = edges_copy(&control->edges, edges);
	if (!result)
		result = instance_make(control->instance);
	if (!result)
		result = civil_zone_set(config->timetable->policies.zone);
	if (!result)
		result = (control->base = event_base_new()) ? 0 : -ENOMEM;
	if (!result)
		result = open_state(control, error, error_bytes);
	if (!result)
		result = open_lessons(control);
	if (!result)
		result = control_port_open(control, error, error_bytes);
	if (!result)
		result = open_routes(control);
	if (!result)
		result = control_timers_create(control);
	if (result) {
		if (!*error)
			snprintf(error, error_bytes, "control: %s", strerror(-result));
		control_destroy(control);
		return NULL;
	}
	log_info("control port certificate, SHA-256: %s", tls_fingerprint(control->tls));
	return control;
}

int
control_run(struct control *control)
{
	control->is_running = true;
	int result = control_timers_start(control);
	if (!result && event_base_dispatch(control->base) < 0)
		result = -EIO;
	control->is_running = false;
	return result;
}

void
control_stop(struct control *control)
{
	event_base_loopbreak(control->base);
}

bool
control_is_ready(const struct control *control)
{
	uint32_t worker;
	return control->is_running &&
	       !workers_have_stalled(control->edges.link.stats, clock_mono(), &worker);
}

struct view
control_view(const struct control *control)
{
	return (struct view){
		.board = control->edges.link.stats,
		.mono = clock_mono(),
		.wall = clock_wall(),
		.instance = control->instance,
		.media_addresses = control->edges.media_addresses,
		.media_port = control->edges.media_port,
	};
}

size_t
control_lessons_today(const struct control *control)
{
	struct wall_time now = clock_wall();
	struct board_lesson *lessons;
	size_t count;
	if (scheduler_lessons_of(control->scheduler, civil_date_of(now), now, &lessons, &count))
		return 0;
	free(lessons);
	return count;
}

// Returns whether the worker holds nothing of ours any more.
static bool
take_everything_back(struct sessions *sessions)
{
	const struct timespec pause = {0, NS_IN_MS};
	sessions_close(sessions);
	for (int ms = 0; ms < LAST_ACKS_MS && sessions_pending_count(sessions) > 0; ms++) {
		sessions_step(sessions, clock_mono());
		if (sessions_pending_count(sessions) > 0)
			nanosleep(&pause, NULL);
	}
	return sessions_pending_count(sessions) == 0;
}

void
control_destroy(struct control *control)
{
	if (!control)
		return;
	if (control->reload_request)
		http_respond_error(control->reload_request, 503, "the relay is stopping");
	control->reload_request = NULL;
	control_throughput_close(control);
	if (control->server)
		http_server_destroy(
			control->server); // its streams' ends reach presence and sessions
	control_timers_destroy(control);
	reload_destroy(control->reload);
	lines_destroy(control->lines);
	presence_destroy(control->presence);
	listeners_destroy(control->listeners);
	checks_destroy(control->checks);
	json_decref(control->alarms_told);
	control_captures_end(control);
	if (control->sessions) {
		// A worker that does not answer may still use its contexts: they stay.
		if (take_everything_back(control->sessions))
			sessions_destroy(control->sessions);
		else
			log_warning("a worker does not answer: %u messages were not acknowledged",
				sessions_pending_count(control->sessions));
	}
	control_captures_close(control);
	journal_destroy(control->journal);
	// What is told last still finds its work and the recording.
	ledger_destroy(control->lesson_ledger);
	free(control->ledger_work);
	recording_destroy(control->recording, clock_wall(), clock_mono());
	ledger_plan_close(control->ledger);
	if (control->scheduler)
		scheduler_destroy(control->scheduler);
	if (control->tokens)
		tokens_close(control->tokens);
	if (control->tls)
		tls_close(control->tls);
	if (control->base)
		event_base_free(control->base);
	config_fini(control->config);
	free(control->config);
	edges_free(&control->edges);
	free(control);
}
