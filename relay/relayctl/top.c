// SPDX-License-Identifier: BSD-3-Clause
// top.c - sessions and flows on one screen, the worst flow first, asked for again each second.
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "platform/https_client.h"
#include "relayctl/commands.h"

#define REFRESH_S 1
#define ROWS_DEFAULT 24
#define WHY_BYTES 256
#define CTRL_C 3
// Alternate screen and no cursor while it runs.
#define SCREEN_ENTER "\033[?1049h\033[?25l\033[2J"
#define SCREEN_LEAVE "\033[?25h\033[?1049l"
#define SCREEN_HOME "\033[H"
#define SCREEN_LINE_END "\033[K\n"
#define SCREEN_REST "\033[J"

enum part {
	PART_STATUS,
	PART_SESSIONS,
	PART_FLOWS,
	PART_COUNT,
};

static const char *const part_paths[PART_COUNT] = {"/v1/status", "/v1/sessions", "/v1/flows"};

struct top {
	struct client *client;
	bool json;
	bool screen; // standard output is a terminal
	bool keys;   // standard input is one, and in raw mode
	struct termios terminal;
	struct event *timer;
	enum part part; // asked for now
	bool asking;
	json_t *parts[PART_COUNT];
	char why[WHY_BYTES]; // the last round's failure, or empty
};

static void ask(struct top *top);

static size_t
screen_rows(void)
{
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0)
		return size.ws_row;
	return ROWS_DEFAULT;
}

static double
number_of(const json_t *flow, const char *key)
{
	return json_number_value(json_object_get(flow, key));
}

// Loss first, then jitter, then the flow that has been silent longest.
static int
compare_flows(const void *a, const void *b)
{
	static const char *const keys[] = {"loss_ratio", "jitter_ms", "last_packet_ms"};
	const json_t *left = *(json_t *const *)a, *right = *(json_t *const *)b;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		double difference = number_of(right, keys[i]) - number_of(left, keys[i]);
		if (difference > 0)
			return 1;
		if (difference < 0)
			return -1;
	}
	return 0;
}

// A new list with the worst flow first; NULL where memory is lacking.
static json_t *
worst_first(const json_t *flows)
{
	size_t count = json_array_size(flows);
	json_t **order = calloc(count + 1, sizeof *order);
	json_t *sorted = json_array();
	for (size_t i = 0; order && i < count; i++)
		order[i] = json_array_get(flows, i);
	if (order)
		qsort(order, count, sizeof *order, compare_flows);
	for (size_t i = 0; order && i < count; i++)
		json_array_append(sorted, order[i]);
	free(order);
	return sorted;
}

static void
draw_sessions(const json_t *sessions, const char *line_end, size_t *rows_left)
{
	for (size_t i = 0; i < json_array_size(sessions); i++) {
		const json_t *session = json_array_get(sessions, i);
		const json_t *legs = json_object_get(session, "legs");
		size_t needed = json_array_size(legs) + 3;
		if (needed > *rows_left)
			break;
		*rows_left -= needed;
		char id[VIEW_CELL_BYTES_MAX], state[VIEW_CELL_BYTES_MAX], left[VIEW_CELL_BYTES_MAX];
		view_cell(json_object_get(session, "id"), VIEW_TEXT, id);
		view_cell(json_object_get(session, "state"), VIEW_TEXT, state);
		view_cell(json_object_get(session, "remaining_s"), VIEW_SPAN, left);
		printf("%s  %s, %s to the closing bell%s", id, state, left, line_end);
		view_print(legs, leg_columns, leg_column_count, VIEW_ALL_ROWS, line_end, stdout);
		fputs(line_end, stdout);
	}
}

static void
draw(struct top *top)
{
	const char *line_end = top->screen ? SCREEN_LINE_END : "\n";
	size_t rows_left = top->screen ? screen_rows() : VIEW_ALL_ROWS;
	if (top->screen)
		fputs(SCREEN_HOME, stdout);
	time_t now = time(NULL);
	struct tm local;
	localtime_r(&now, &local);
	char clock[16];
	strftime(clock, sizeof clock, "%H:%M:%S", &local);
	json_t *flows = worst_first(json_object_get(top->parts[PART_FLOWS], "flows"));
	json_t *sessions = json_object_get(top->parts[PART_SESSIONS], "sessions");
	printf("%s  %zu sessions, %zu flows, the worst first%s%s%s", clock,
		json_array_size(sessions), json_array_size(flows), top->keys ? "  (q leaves)" : "",
		line_end, top->screen ? line_end : "");
	rows_left -= 5;
	if (top->why[0])
		printf("no answer: %s%s", top->why, line_end);
	draw_sessions(sessions, line_end, &rows_left);
	view_print(flows, flow_columns, flow_column_count, rows_left, line_end, stdout);
	if (top->screen)
		fputs(SCREEN_REST, stdout);
	fflush(stdout);
	json_decref(flows);
}

static void
draw_json(const struct top *top)
{
	json_t *line = json_pack("{s:O, s:O, s:O}", "status", top->parts[PART_STATUS], "sessions",
		json_object_get(top->parts[PART_SESSIONS], "sessions"), "flows",
		json_object_get(top->parts[PART_FLOWS], "flows"));
	if (line) {
		json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
		fflush(stdout);
	} else {
		fprintf(stderr, "relayctl: %s\n", top->why[0] ? top->why : "an incomplete answer");
	}
	json_decref(line);
}

static void
finish_round(struct top *top)
{
	top->asking = false;
	if (top->json)
		draw_json(top);
	else
		draw(top);
	if (ferror(stdout))
		event_base_loopbreak(top->client->base); // whoever read it is gone
	struct timeval second = {.tv_sec = REFRESH_S};
	event_add(top->timer, &second);
}

static void
on_part(int status, const char *body, size_t length, const char *error, void *user)
{
	struct top *top = user;
	json_t *answer = client_read_answer(status, body, length, error, top->why, sizeof top->why);
	json_decref(top->parts[top->part]);
	top->parts[top->part] = answer;
	top->part++;
	if (!answer || top->part == PART_COUNT) {
		finish_round(top);
		return;
	}
	ask(top);
}

static void
ask(struct top *top)
{
	top->asking = https_request(top->client->https, "GET", part_paths[top->part], NULL,
			      client_token(top->client), CLIENT_TIMEOUT_MS, on_part, top) != NULL;
	if (!top->asking) {
		snprintf(top->why, sizeof top->why, "the request cannot be sent");
		finish_round(top);
	}
}

static void
on_timer(evutil_socket_t unused, short what, void *user)
{
	(void)unused;
	(void)what;
	struct top *top = user;
	top->part = PART_STATUS;
	top->why[0] = '\0';
	ask(top);
}

static void
on_key(evutil_socket_t input, short what, void *user)
{
	(void)what;
	struct top *top = user;
	char key;
	ssize_t count = read((int)input, &key, 1);
	if (count == 0 || (count == 1 && (key == 'q' || key == 'Q' || key == CTRL_C)))
		event_base_loopbreak(top->client->base);
}

static void
on_signal(evutil_socket_t number, short what, void *user)
{
	(void)number;
	(void)what;
	struct top *top = user;
	event_base_loopbreak(top->client->base);
}

static void
enter_screen(struct top *top)
{
	top->screen = !top->json && isatty(STDOUT_FILENO);
	top->keys = top->screen && tcgetattr(STDIN_FILENO, &top->terminal) == 0;
	if (top->keys) {
		struct termios raw = top->terminal;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	if (top->screen)
		fputs(SCREEN_ENTER, stdout);
}

static void
leave_screen(struct top *top)
{
	if (top->screen) {
		fputs(SCREEN_LEAVE, stdout);
		fflush(stdout);
	}
	if (top->keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &top->terminal);
}

int
top_run(struct client *client, const struct arguments *arguments)
{
	struct top top = {.client = client, .json = arguments->json};
	struct event_base *base = client->base;
	top.timer = evtimer_new(base, on_timer, &top);
	struct event *interrupt = evsignal_new(base, SIGINT, on_signal, &top);
	struct event *terminate = evsignal_new(base, SIGTERM, on_signal, &top);
	struct event *key = event_new(base, STDIN_FILENO, EV_READ | EV_PERSIST, on_key, &top);
	int status = EXIT_FAILURE;
	if (!top.timer || !interrupt || !terminate || !key) {
		fprintf(stderr, "relayctl: out of memory\n");
	} else {
		enter_screen(&top);
		event_add(interrupt, NULL);
		event_add(terminate, NULL);
		if (top.keys)
			event_add(key, NULL);
		event_active(top.timer, EV_TIMEOUT, 0);
		status = event_base_dispatch(base) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
		leave_screen(&top);
	}
	// A request may still be under way, and its answer would come to `top`.
	https_client_destroy(client->https);
	client->https = NULL;
	struct event *events[] = {top.timer, interrupt, terminate, key};
	for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
		if (events[i])
			event_free(events[i]);
	}
	for (enum part part = 0; part < PART_COUNT; part++)
		json_decref(top.parts[part]);
	return status;
}
