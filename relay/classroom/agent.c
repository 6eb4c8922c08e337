/* SPDX-License-Identifier: BSD-3-Clause */
// agent.c - one event loop that ties control connection, seat, sockets, commands and status
// together.
#include "classroom/agent.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <event2/event.h>
#include <openssl/rand.h>

#include "classroom/child.h"
#include "classroom/link.h"
#include "classroom/players.h"
#include "classroom/ports.h"
#include "classroom/replace.h"
#include "classroom/seat.h"
#include "classroom/status.h"
#include "platform/clock.h"
#include "platform/log.h"

#define TICK_US 20000
#define TICK_CHECK_US 5000 // in a check, which has probes and no commands
#define STATUS_NS NS_IN_S
#define ASK_PAUSE_NS (2 * NS_IN_S) // between two questions about rollover counters
#define REJOIN_PAUSE_NS NS_IN_S    // between two tries to rejoin
#define GIVEN_UP_NS (3 * NS_IN_S)  // so long an old join may still be on its way to us
#define ENDING_NS (4 * NS_IN_S)    // for the commands, at the end

struct agent {
	const struct settings *settings;
	struct event_base *base;
	struct event *tick;
	struct event *signals[2];
	struct seat seat;
	struct ports ports;
	struct link link;
	struct players players;
	struct child live;
	// The join that is held, and the last one that was left. Its keys have been used: to begin
	// afresh under them would be a two-time pad.
	char join_id[JOIN_ID_BYTES];
	char spent_id[JOIN_ID_BYTES];
	char session[JOIN_NAME_BYTES];
	bool rejoin_wanted;
	const char *rejoin_reason;
	struct mono_time given_up;
	struct mono_time next_rejoin;
	struct mono_time next_ask;
	struct mono_time next_status;
	bool status_failed; // told already
	bool was_up;
	enum join_state last_state;
	uint64_t joins;
	bool ending;
	struct mono_time end_by;
};

static bool
to_relay(enum ip_family family, const uint8_t *bytes, size_t length, void *user)
{
	return ports_to_relay(&((struct agent *)user)->ports, family, bytes, length);
}

static void
to_player(uint16_t port, const uint8_t *bytes, size_t length, void *user)
{
	struct agent *agent = user;
	ports_to_player(&agent->ports, port, bytes, length);
}

static void
fill_random(void *bytes, size_t length, void *user)
{
	(void)user;
	// Guessable transaction ids would undo the proof of the path: better none at all.
	if (RAND_bytes(bytes, (int)length) != 1) {
		log_error("the system has no randomness");
		abort();
	}
}

static uint32_t
random_word(void)
{
	uint32_t word;
	fill_random(&word, sizeof word, NULL);
	return word;
}

static void
stop_media(struct agent *agent, const char *reason)
{
	if (agent->join_id[0] == '\0')
		return;
	log_info("left %s: %s", agent->session, reason);
	strcpy(agent->spent_id, agent->join_id);
	agent->join_id[0] = '\0';
	agent->session[0] = '\0';
	agent->rejoin_wanted = false;
	agent->was_up = false;
	agent->last_state = JOIN_ENDED;
	seat_leave(&agent->seat);
	ports_close_relay(&agent->ports);
	link_hold(&agent->link, "", "");
}

static void
begin_join(struct agent *agent, const struct join *join, struct mono_time now)
{
	if (agent->join_id[0] != '\0')
		strcpy(agent->spent_id, agent->join_id);
	strcpy(agent->join_id, join->id);
	strcpy(agent->session, join->session);
	agent->rejoin_wanted = false;
	agent->was_up = false;
	agent->joins++;
	int result = ports_open_relay(&agent->ports, join->media, join->media_port_be);
	if (result == 0)
		result = seat_join(&agent->seat, join, now);
	if (result != 0) {
		log_error("the join of %s failed: %s", join->session, strerror(-result));
		stop_media(agent, "no resources");
		agent->rejoin_wanted = true; // the lesson goes on, and there may be some soon
		agent->rejoin_reason = "no resources";
		return;
	}
	link_hold(&agent->link, join->instance, join->id);
	log_info("joined %s (%s): %zu streams to send, %zu to receive, live in %" PRId64 " s",
		join->session, join->title, join->send_count, join->receive_count,
		join->live_in_ms > 0 ? (join->live_in_ms + MS_IN_S - 1) / MS_IN_S : 0);
}

static void
on_join(const struct join *join, void *user)
{
	struct agent *agent = user;
	struct mono_time now = clock_mono();
	if (agent->ending)
		return;
	if (strcmp(join->id, agent->spent_id) == 0) {
		// Its keys are spent. It may only be old news; else fresh ones are due.
		if (mono_since_ns(now, agent->given_up) >= GIVEN_UP_NS) {
			agent->rejoin_wanted = true;
			agent->rejoin_reason = "this join was left before";
		}
	} else if (strcmp(join->id, agent->join_id) == 0) {
		// The next lesson of the same room may go on under the same keys.
		if (strcmp(agent->session, join->session) != 0)
			log_info("%s goes on as %s (%s)", agent->session, join->session,
				join->title);
		strcpy(agent->session, join->session);
		if (seat_update(&agent->seat, join, now) != 0)
			log_error("a stream to receive could not be set up: out of memory");
		link_hold(&agent->link, join->instance, join->id);
	} else {
		begin_join(agent, join, now);
	}
}

static void
on_leave(const char *join_id, const char *reason, void *user)
{
	struct agent *agent = user;
	if (strcmp(join_id, agent->join_id) == 0)
		stop_media(agent, reason[0] != '\0' ? reason : "the relay says so");
}

// The relay makes a fresh join. Commands and players stay until it comes or the session ends.
static void
on_given_up(const char *join_id, void *user)
{
	struct agent *agent = user;
	agent->rejoin_wanted = false;
	agent->given_up = clock_mono();
	if (strcmp(join_id, agent->join_id) != 0)
		return;
	strcpy(agent->spent_id, agent->join_id);
	seat_give_up_path(&agent->seat);
	ports_close_relay(&agent->ports);
	link_hold(&agent->link, "", "");
}

static void
watch_path(struct agent *agent, struct mono_time now)
{
	bool is_up = seat_path_is_up(&agent->seat, now);
	if (is_up != agent->was_up && agent->seat.has_path) {
		if (is_up)
			log_info("the media path to the relay is up, by %s",
				agent->seat.path.family == IP_V4 ? "IPv4" : "IPv6");
		else
			log_warning("the relay's media port does not answer: is the cable in, does "
				    "the school's firewall let UDP %u out?",
				ntohs(agent->ports.relay_port_be));
		agent->was_up = is_up;
	}
	if (agent->seat.has_path && path_is_lost(&agent->seat.path, now)) {
		agent->rejoin_wanted = true;
		agent->rejoin_reason = "path down for 10 s";
	} else if (is_up) {
		agent->rejoin_wanted = false;
	}
	if (agent->rejoin_wanted && agent->link.connected &&
		mono_reached(now, agent->next_rejoin)) {
		const char *id = agent->join_id[0] != '\0' ? agent->join_id : agent->spent_id;
		agent->next_rejoin = mono_after_ns(now, REJOIN_PAUSE_NS);
		if (link_rejoin(&agent->link, id, agent->rejoin_reason))
			log_info("asking for a fresh join: %s", agent->rejoin_reason);
	}
	if (roster_is_failing(&agent->seat.roster, now) && mono_reached(now, agent->next_ask)) {
		agent->next_ask = mono_after_ns(now, ASK_PAUSE_NS);
		if (link_ask(&agent->link))
			log_warning(
				"a received stream fails its authentication: asking the relay for "
				"its rollover counter");
	}
}

// The bells ring by this machine's own clock, whatever the control connection does.
static void
watch_bells(struct agent *agent, struct mono_time now)
{
	if (agent->join_id[0] == '\0')
		return;
	enum join_state state = seat_state(&agent->seat, now);
	if (state == JOIN_ENDED) {
		stop_media(agent, "its time is over");
	} else if (state != agent->last_state) {
		agent->last_state = state;
		log_info("%s is %s", agent->session, join_state_name(state));
	}
}

static void
poll_commands(struct agent *agent, struct mono_time now)
{
	bool joined = !agent->ending && agent->join_id[0] && !seat_is_check(&agent->seat);
	bool wanted = joined && agent->settings->live_command[0] != '\0' &&
		      seat_is_live(&agent->seat, now);
	int status = 0;
	switch (child_poll(&agent->live, wanted, agent->settings->live_command, NULL, now,
		random_word(), &status)) {
	case CHILD_STARTED:
		log_info("live_command started");
		break;
	case CHILD_EXITED:
		log_warning("live_command ended by itself (exit status %d); it is started again",
			WIFEXITED(status) ? WEXITSTATUS(status) : -1);
		break;
	case CHILD_ENDED:
		log_info("live_command ended");
		break;
	case CHILD_FAILED:
		log_error("live_command cannot be started: out of memory or processes");
		break;
	case CHILD_NOTHING:
		break;
	}
	players_poll(&agent->players, &agent->seat.roster, joined, now, random_word());
}

static void
save_status(struct agent *agent, struct mono_time now)
{
	const char *path = agent->settings->status_file;
	if (path[0] == '\0' || !mono_reached(now, agent->next_status))
		return;
	agent->next_status = mono_after_ns(now, STATUS_NS);
	struct status status = {
		.connected = agent->link.connected,
		.endpoint = agent->link.endpoint,
		.session = agent->session,
		.joins = agent->joins,
		.reconnects = agent->link.connects > 0 ? agent->link.connects - 1 : 0,
	};
	char *text = status_text(&status, &agent->seat, now);
	int result = text ? replace_file(path, text, strlen(text)) : -ENOMEM;
	free(text);
	if (result != 0 && !agent->status_failed)
		log_warning("%s cannot be written: %s", path, strerror(-result));
	agent->status_failed = result != 0;
}

static void
on_tick(evutil_socket_t fd, short what, void *user)
{
	struct agent *agent = user;
	struct mono_time now = clock_mono();
	(void)fd, (void)what;
	if (!agent->ending) {
		link_tick(&agent->link, now);
		watch_bells(agent, now);
		seat_tick(&agent->seat, now, clock_wall());
		watch_path(agent, now);
	}
	poll_commands(agent, now);
	save_status(agent, now);
	bool is_running = agent->live.pid != 0 || players_are_running(&agent->players);
	if (agent->ending && (!is_running || mono_reached(now, agent->end_by)))
		event_base_loopbreak(agent->base);
	int us = seat_is_check(&agent->seat) ? TICK_CHECK_US : TICK_US;
	event_add(agent->tick, &(struct timeval){0, us});
}

static void
on_signal(evutil_socket_t number, short what, void *user)
{
	struct agent *agent = user;
	(void)what;
	if (agent->ending)
		return;
	log_info("ending: %s", strsignal((int)number));
	stop_media(agent, "this program ends");
	agent->ending = true;
	agent->link.connected = false;
	agent->next_status = clock_mono(); // the last counts
	agent->end_by = mono_after_ns(clock_mono(), ENDING_NS);
}

static int
start_events(struct agent *agent)
{
	static const int numbers[2] = {SIGTERM, SIGINT};
	for (int i = 0; i < 2; i++) {
		agent->signals[i] = evsignal_new(agent->base, numbers[i], on_signal, agent);
		if (!agent->signals[i] || event_add(agent->signals[i], NULL) < 0)
			return -ENOMEM;
	}
	agent->tick = event_new(agent->base, -1, 0, on_tick, agent);
	return agent->tick && event_add(agent->tick, &(struct timeval){0, TICK_US}) == 0 ? 0
											 : -ENOMEM;
}

static void
stop_events(struct agent *agent)
{
	struct event *const events[] = {agent->tick, agent->signals[0], agent->signals[1]};
	for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
		if (events[i])
			event_free(events[i]);
}

static int
run(struct agent *agent, const char *token, char *why, size_t why_bytes)
{
	const struct srtp_engine *engine = srtp_engine_libsrtp2();
	const struct seat_edges edges = {to_relay, to_player, fill_random, agent};
	const struct link_events events = {on_join, on_leave, on_given_up, agent};
	int result = -EIO;
	if (!engine) {
		snprintf(why, why_bytes, "libsrtp2 cannot be initialised");
		return result;
	}
	seat_init(&agent->seat, engine, &edges, agent->settings->output_port);
	players_init(&agent->players, agent->settings);
	result = ports_open(
		&agent->ports, agent->base, agent->settings, &agent->seat, why, why_bytes);
	if (result != 0)
		goto fini_seat;
	result = link_init(
		&agent->link, agent->base, agent->settings, token, &events, why, why_bytes);
	if (result != 0)
		goto close_ports;
	result = start_events(agent);
	if (result == 0)
		event_base_dispatch(agent->base);
	else
		snprintf(why, why_bytes, "out of memory");
	stop_events(agent);
	link_fini(&agent->link);
close_ports:
	ports_close(&agent->ports);
fini_seat:
	seat_fini(&agent->seat);
	return result;
}

int
agent_run(const struct settings *settings, const char *token, char *why, size_t why_bytes)
{
	struct agent *agent = calloc(1, sizeof *agent);
	int result = -ENOMEM;
	if (!agent || !(agent->base = event_base_new())) {
		snprintf(why, why_bytes, "out of memory");
		goto free_agent;
	}
	agent->settings = settings;
	agent->last_state = JOIN_ENDED;
	result = run(agent, token, why, why_bytes);
	event_base_free(agent->base);
free_agent:
	free(agent);
	return result;
}
