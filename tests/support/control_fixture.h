/* SPDX-License-Identifier: BSD-3-Clause */
// control_fixture.h - a whole control plane in a folder of its own, over fake workers, and clients
// of it.
#ifndef TESTS_SUPPORT_CONTROL_FIXTURE_H
#define TESTS_SUPPORT_CONTROL_FIXTURE_H

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "control/parts.h"
#include "fake_worker.h"
#include "platform/clock.h"
#include "platform/https_client.h"

#define PATIENCE_MS 5000 // a wait that long has failed
#define COUNTY "tests/data/county"

struct scene {
	char directory[64];
	char config_path[96];
	char check_path[96]; // executed for --check-config
	struct fake_worker worker;
	struct control *control;
	struct https_client *client;
};

static struct scene scene;
static bool scene_clock_is_kept = true;

static inline bool
scene_clock(void)
{
	return scene_clock_is_kept;
}

// A device of 100 Mbit/s that has received 7 frames of 100 bytes.
static inline int
scene_port_look(const struct port *port, struct port_stats *out)
{
	(void)port;
	*out = (struct port_stats){.packets_in = 7,
		.bytes_in = 700,
		.link_mbit_s = 100,
		.buffers = 1000,
		.buffers_used = 250};
	return 0;
}

static inline void
scene_write(const char *name, const char *text, mode_t mode)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", scene.directory, name);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static inline void
scene_copy(const char *name)
{
	char path[128], text[16384];
	snprintf(path, sizeof path, COUNTY "/%s", name);
	FILE *file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s: run this in the project's folder", path);
	size_t count = fread(text, 1, sizeof text - 1, file);
	text[count] = '\0';
	fclose(file);
	scene_write(name, text, 0644);
}

// The worker acts whenever control looks for acknowledgements: one thread is enough.
static inline struct message *
scene_take_ack(void *context, uint32_t number)
{
	struct fake_worker *worker = context;
	struct worker_stats figures = {.heartbeat_ns = clock_mono().ns, .frames_in = 7};
	stats_publish_worker(worker->board, number, &figures);
	fake_worker_work(worker);
	return fake_worker_take_ack(context, number);
}

static inline void
scene_start(void)
{
	struct config *config = calloc(1, sizeof *config);
	struct file_error reason;
	char error[CONTROL_ERROR_BYTES], address[64], text[HTTPS_CLIENT_ERROR_BYTES];
	ck_assert_msg(config_load(scene.config_path, config, &reason) == 0, "%s:%u: %s",
		reason.file, reason.line, reason.reason);
	config->listen[0].port = 0; // any: tests run side by side
	struct control_edges edges = {
		.engine = srtp_engine_libsrtp2(),
		.link = {&scene.worker, fake_worker_send, scene_take_ack, scene.worker.board},
		.config_path = scene.config_path,
		.program = scene.check_path,
		.version = "0.1",
		.device = "net_null0",
		.media_addresses = {"198.18.0.2", "fd00:198:18::2"},
		.media_port = 5000,
		.flow_memory = {.flow = 1234},
		.media_mac = "02:00:c6:12:00:02",
		.clock_is_synchronised = scene_clock,
		.port_look = scene_port_look,
	};
	scene.control = control_create(config, &edges, error, sizeof error);
	ck_assert_msg(scene.control != NULL, "%s", error);
	scene.control->is_running = true;
	ck_assert_int_eq(control_timers_start(scene.control), 0);
	snprintf(address, sizeof address, "127.0.0.1:%u",
		http_server_port(scene.control->server, 0));
	ck_assert_int_eq(https_client_create(scene.control->base, address,
				 tls_fingerprint(scene.control->tls), &scene.client, text),
		0);
}

static inline void
scene_stop(void)
{
	https_client_destroy(scene.client);
	control_destroy(scene.control);
	scene.client = NULL;
	scene.control = NULL;
}

static inline void
scene_setup_workers(uint32_t worker_count)
{
	static const char *const tables[] = {
		"schools.csv", "endpoints.csv", "bells.csv", "pairs.csv", "rules.csv"};
	log_start("test", LOG_LEVEL_ERROR);
	snprintf(scene.directory, sizeof scene.directory, "/tmp/test_control.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(scene.directory));
	snprintf(scene.config_path, sizeof scene.config_path, "%s/relay.conf", scene.directory);
	snprintf(scene.check_path, sizeof scene.check_path, "%s/check", scene.directory);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		scene_copy(tables[i]);
	scene_write("timetable.conf",
		"county = \"test\"; zone = \"Asia/Shanghai\"; open_before_s = 180; grace_s = 120;\n"
		"audio_dscp = 46; video_dscp = 34; schools = \"schools.csv\"; endpoints = "
		"\"endpoints.csv\";\nbells = \"bells.csv\"; pairs = \"pairs.csv\"; rules = "
		"\"rules.csv\";\n",
		0644);
	scene_write("relay.conf",
		"media: { device = \"net_null0\"; address = \"198.18.0.2/24\"; };\n"
		"control: { listen = [\"127.0.0.1:8443\"]; state_directory = \"state\"; };\n"
		"timetable = \"timetable.conf\";\n",
		0644);
	scene_write("check", "#!/bin/sh\nexit 0\n", 0755);
	fake_workers_init(&scene.worker, worker_count);
	scene_start();
}

static inline void
scene_setup(void)
{
	scene_setup_workers(1);
}

static inline int
scene_remove(const char *path, const struct stat *status, int what, struct FTW *where)
{
	(void)status, (void)what, (void)where;
	return remove(path);
}

static inline void
scene_teardown(void)
{
	scene_stop();
	ck_assert_uint_eq(scene.worker.violations, 0);
	ck_assert_uint_eq(fake_worker_legs(&scene.worker), 0);
	ck_assert_uint_eq(fake_worker_streams(&scene.worker), 0);
	ck_assert_uint_eq(fake_worker_outflows(&scene.worker), 0);
	fake_worker_fini(&scene.worker);
	nftw(scene.directory, scene_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void
scene_patience_end(evutil_socket_t fd, short what, void *user)
{
	(void)fd, (void)what;
	*(bool *)user = true;
}

// Runs the loop until *flag is set.
static inline void
scene_run_until(const bool *flag)
{
	bool is_over = false;
	struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
	struct event *timer = evtimer_new(scene.control->base, scene_patience_end, &is_over);
	evtimer_add(timer, &patience);
	while (!*flag && !is_over)
		event_base_loop(scene.control->base, EVLOOP_ONCE);
	event_free(timer);
	ck_assert_msg(*flag, "nothing happened in %d ms", PATIENCE_MS);
}

struct answer {
	bool is_there;
	int status;
	char *text;
	json_t *json;
};

static inline void
scene_on_answer(int status, const char *body, size_t length, const char *error, void *user)
{
	struct answer *answer = user;
	(void)length;
	answer->is_there = true;
	answer->status = status;
	answer->text = strdup(body ? body : error);
	answer->json = body ? json_loads(body, 0, NULL) : NULL;
}

// Asks, and expects the status. The caller drops ->json; the text is told where a test fails.
static inline json_t *
ask(const char *method, const char *path, const char *body, const char *token, int status)
{
	struct answer answer = {0};
	ck_assert_ptr_nonnull(https_request(
		scene.client, method, path, body, token, PATIENCE_MS, scene_on_answer, &answer));
	scene_run_until(&answer.is_there);
	ck_assert_msg(
		answer.status == status, "%s %s: %d %s", method, path, answer.status, answer.text);
	free(answer.text);
	return answer.json;
}

static inline const char *
text_at(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	ck_assert_msg(text != NULL, "%s is no text", key);
	return text;
}

static inline json_int_t
number_at(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);
	ck_assert_msg(json_is_number(value), "%s is no number", key);
	return (json_int_t)json_number_value(value);
}

// --- one classroom's event stream

struct classroom {
	char token[TOKEN_TEXT_BYTES];
	struct https_stream *stream;
	unsigned counts[5]; // by the index in classroom_events
	json_t *last[5];
	bool has_news;
	bool has_ended;
	char join[JOIN_ID_BYTES];
};

static const char *const classroom_events[5] = {"hello", "join", "update", "leave", "heartbeat"};
enum { HELLO, JOIN, UPDATE, LEAVE, HEARTBEAT };

static inline void
classroom_on_event(const char *name, const char *data, size_t length, void *user)
{
	struct classroom *classroom = user;
	for (size_t i = 0; i < 5; i++) {
		if (strcmp(name, classroom_events[i]))
			continue;
		json_decref(classroom->last[i]);
		classroom->last[i] = json_loadb(data, length, 0, NULL);
		ck_assert_ptr_nonnull(classroom->last[i]);
		classroom->counts[i]++;
		classroom->has_news = true;
		if (i == JOIN)
			snprintf(classroom->join, sizeof classroom->join, "%s",
				text_at(classroom->last[i], "join"));
		return;
	}
	ck_abort_msg("an unknown event: %s", name);
}

static inline void
classroom_on_end(int status, const char *reason, void *user)
{
	struct classroom *classroom = user;
	(void)status, (void)reason;
	classroom->has_ended = true;
	classroom->stream = NULL;
}

static inline void
classroom_wait(struct classroom *classroom, int event, unsigned count)
{
	while (classroom->counts[event] < count) {
		classroom->has_news = false;
		scene_run_until(&classroom->has_news);
	}
}

// Connects with the join it holds and waits for the greeting.
static inline void
classroom_connect(struct classroom *classroom, const char *held_join)
{
	char path[160];
	snprintf(path, sizeof path, "/v1/endpoint/events?version=0.1&instance=%s&join=%s",
		scene.control->instance, held_join);
	unsigned greetings = classroom->counts[HELLO];
	classroom->has_ended = false;
	classroom->stream = https_stream_open(scene.client, path, classroom->token,
		classroom_on_event, classroom_on_end, classroom);
	ck_assert_ptr_nonnull(classroom->stream);
	classroom_wait(classroom, HELLO, greetings + 1);
}

static inline void
classroom_enrol(struct classroom *classroom, const char *endpoint)
{
	char body[160];
	memset(classroom, 0, sizeof *classroom);
	snprintf(body, sizeof body,
		"{\"name\":\"%s pc\",\"role\":\"endpoint\",\"endpoint\":\"%s\"}", endpoint,
		endpoint);
	json_t *answer = ask("POST", "/v1/tokens", body, NULL, 201);
	snprintf(classroom->token, sizeof classroom->token, "%s", text_at(answer, "token"));
	json_decref(answer);
}

static inline void
classroom_close(struct classroom *classroom)
{
	if (classroom->stream)
		https_stream_close(classroom->stream);
	classroom->stream = NULL;
	for (size_t i = 0; i < 5; i++) {
		json_decref(classroom->last[i]);
		classroom->last[i] = NULL;
	}
}

#endif
