/* SPDX-License-Identifier: BSD-3-Clause */
// telemetry.c - the relay's commands on DPDK's telemetry socket, as DPDK's own ones ask: a list of
// what there is, and "/relay/legs,3" for one of it.
#include "platform/telemetry.h"

#include <endian.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <rte_telemetry.h>

#include "platform/clock.h"

// Of the slots that the relay has heard of so recently; what is gone leaves its last figures.
#define RECENT_NS (60 * NS_IN_S)

// Commands cannot be taken back, so they ask whether there is a board still.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct telemetry shown; // under the lock; no board: nothing is shown

static uint64_t
age_ms(int64_t moment_ns)
{
	int64_t age_ns = clock_mono().ns - moment_ns;
	return age_ns > 0 ? (uint64_t)(age_ns / NS_IN_MS) : 0;
}

static bool
is_recent(int64_t moment_ns)
{
	return moment_ns != 0 && clock_mono().ns - moment_ns < RECENT_NS;
}

static void
add_counters(const struct worker_stats *worker, struct rte_tel_data *answer)
{
	const struct {
		const char *name;
		uint64_t value;
	} counters[] = {
		{"heartbeat_age_ms", age_ms(worker->heartbeat_ns)},
		{"busy_ms", (uint64_t)(worker->busy_ns / NS_IN_MS)},
		{"frames_in", worker->frames_in},
		{"handed_in", worker->handed_in},
		{"forwarded", worker->forwarded},
		{"consumed", worker->consumed},
		{"handed_out", worker->handed_out},
		{"copies", worker->copies},
		{"originated", worker->originated},
		{"transmitted", worker->transmitted},
		{"bytes_in", worker->bytes_in},
		{"bytes_out", worker->bytes_out},
		{"messages", worker->messages},
	};
	for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
		rte_tel_data_add_dict_u64(answer, counters[i].name, counters[i].value);
}

// The workers' sums, and the age of the oldest heartbeat.
static int
tell_status(const char *words, struct rte_tel_data *answer)
{
	(void)words;
	struct worker_stats sums;
	stats_read_workers(shown.board, &sums);
	rte_tel_data_start_dict(answer);
	rte_tel_data_add_dict_string(answer, "version", shown.version);
	rte_tel_data_add_dict_string(answer, "engine", shown.engine);
	rte_tel_data_add_dict_string(answer, "device", shown.device);
	add_counters(&sums, answer);
	return 0;
}

static int
tell_drops(const char *words, struct rte_tel_data *answer)
{
	(void)words;
	struct worker_stats worker;
	stats_read_workers(shown.board, &worker);
	rte_tel_data_start_dict(answer);
	for (int reason = DROP_NONE + 1; reason < DROP_REASON_COUNT; reason++)
		rte_tel_data_add_dict_u64(answer, drop_reason_name(reason), worker.drops[reason]);
	return 0;
}

static bool
worker_is_there(uint32_t number)
{
	(void)number;
	return true;
}

// The slots that are in use, as far as DPDK's answer holds them; `count` is of all.
static int
tell_slots(uint32_t slots, bool (*is_used)(uint32_t slot), struct rte_tel_data *answer)
{
	struct rte_tel_data *list = rte_tel_data_alloc();
	if (!list)
		return -ENOMEM;
	rte_tel_data_start_dict(answer);
	rte_tel_data_start_array(list, RTE_TEL_U64_VAL);
	uint64_t count = 0;
	for (uint32_t slot = 0; slot < slots; slot++) {
		if (is_used(slot) && count++ < RTE_TEL_MAX_ARRAY_ENTRIES)
			rte_tel_data_add_array_u64(list, slot);
	}
	rte_tel_data_add_dict_u64(answer, "count", count);
	rte_tel_data_add_dict_container(answer, "slots", list, 0);
	return 0;
}

// What follows the command's comma. 0, or -EINVAL where that is no slot.
static int
slot_read(const char *words, uint32_t slots, uint32_t *slot_out)
{
	char *end;
	errno = 0;
	unsigned long slot = strtoul(words, &end, 10);
	if (*words < '0' || *words > '9' || *end != '\0' || errno != 0 || slot >= slots)
		return -EINVAL;
	*slot_out = (uint32_t)slot;
	return 0;
}

static int
tell_workers(const char *words, struct rte_tel_data *answer)
{
	uint32_t number, count = stats_limits_get(shown.board)->worker_count;
	if (!words)
		return tell_slots(count, worker_is_there, answer);
	if (slot_read(words, count, &number) != 0)
		return -EINVAL;
	struct worker_stats worker;
	stats_read_worker(shown.board, number, &worker);
	rte_tel_data_start_dict(answer);
	rte_tel_data_add_dict_u64(answer, "worker", number);
	add_counters(&worker, answer);
	for (int reason = DROP_NONE + 1; reason < DROP_REASON_COUNT; reason++)
		rte_tel_data_add_dict_u64(answer, drop_reason_name(reason), worker.drops[reason]);
	return 0;
}

static bool
leg_is_used(uint32_t slot)
{
	struct leg_stats leg;
	stats_read_leg(shown.board, slot, &leg);
	return is_recent(leg.last_heard_ns);
}

static int
tell_legs(const char *words, struct rte_tel_data *answer)
{
	uint32_t slot, slots = stats_limits_get(shown.board)->leg_count;
	if (!words)
		return tell_slots(slots, leg_is_used, answer);
	if (slot_read(words, slots, &slot) != 0)
		return -EINVAL;
	struct leg_stats leg;
	char address[IP_TEXT_BYTES] = "";
	stats_read_leg(shown.board, slot, &leg);
	if (ip_is_set(&leg.remote))
		ip_to_text(&leg.remote, address);
	rte_tel_data_start_dict(answer);
	rte_tel_data_add_dict_u64(answer, "slot", slot);
	rte_tel_data_add_dict_u64(answer, "up", leg.is_up);
	rte_tel_data_add_dict_string(answer, "address", address);
	rte_tel_data_add_dict_u64(answer, "port", be16toh(leg.remote_port_be));
	rte_tel_data_add_dict_u64(answer, "rtt_us", leg.rtt_us);
	rte_tel_data_add_dict_u64(answer, "path_changes", leg.path_changes);
	rte_tel_data_add_dict_u64(answer, "stun_requests", leg.stun_requests);
	rte_tel_data_add_dict_u64(answer, "stun_failures", leg.stun_failures);
	if (leg.last_heard_ns != 0)
		rte_tel_data_add_dict_u64(answer, "silent_ms", age_ms(leg.last_heard_ns));
	return 0;
}

static bool
flow_is_used(uint32_t slot)
{
	struct inflow_stats flow;
	stats_read_inflow(shown.board, slot, &flow);
	return is_recent(flow.last_packet_ns);
}

static int
tell_flows(const char *words, struct rte_tel_data *answer)
{
	uint32_t slot, slots = stats_limits_get(shown.board)->stream_count;
	if (!words)
		return tell_slots(slots, flow_is_used, answer);
	if (slot_read(words, slots, &slot) != 0)
		return -EINVAL;
	struct inflow_stats flow;
	stats_read_inflow(shown.board, slot, &flow);
	rte_tel_data_start_dict(answer);
	rte_tel_data_add_dict_u64(answer, "slot", slot);
	const struct {
		const char *name;
		uint64_t value;
	} figures[] = {
		{"ssrc", flow.ssrc},
		{"packets", flow.packets},
		{"bytes", flow.bytes},
		{"frames", flow.frames},
		{"expected", flow.expected},
		{"lost", flow.lost},
		{"duplicates", flow.duplicates},
		{"reordered", flow.reordered},
		{"late", flow.late},
		{"auth_failures", flow.auth_failures},
		{"jitter_us", flow.jitter_us},
		{"longest_gap_us", flow.longest_gap_us},
	};
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
		rte_tel_data_add_dict_u64(answer, figures[i].name, figures[i].value);
	if (flow.last_packet_ns != 0)
		rte_tel_data_add_dict_u64(answer, "silent_ms", age_ms(flow.last_packet_ns));
	return 0;
}

// Each with `lock` held and a board; `words` is NULL where the command came alone.
static const struct command {
	const char *name;
	int (*tell)(const char *words, struct rte_tel_data *answer);
	const char *help;
} COMMANDS[] = {
	{"/relay/status", tell_status,
		"The relay's version, engine, device, and the workers' sums. No words."},
	{"/relay/drops", tell_drops, "Frames that the workers dropped, by reason. No words."},
	{"/relay/workers", tell_workers,
		"The data path's workers. Words: one's number, for its counters and drops"},
	{"/relay/legs", tell_legs,
		"The classrooms' legs that were heard in the last minute. Words: one's slot"},
	{"/relay/flows", tell_flows,
		"The classrooms' streams that came in the last minute. Words: one's slot"},
};

#define COMMAND_COUNT (sizeof COMMANDS / sizeof *COMMANDS)

static int
answer_command(const char *name, const char *words, struct rte_tel_data *answer)
{
	int result = -ENODEV;
	pthread_mutex_lock(&lock);
	for (size_t i = 0; shown.board && i < COMMAND_COUNT; i++) {
		if (strcmp(COMMANDS[i].name, name) == 0)
			result = COMMANDS[i].tell(words && *words ? words : NULL, answer);
	}
	pthread_mutex_unlock(&lock);
	return result;
}

int
telemetry_start(const struct telemetry *telemetry)
{
	pthread_mutex_lock(&lock);
	shown = *telemetry;
	pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		int result = rte_telemetry_register_cmd(
			COMMANDS[i].name, answer_command, COMMANDS[i].help);
		if (result != 0 && result != -EEXIST)
			return result;
	}
	return 0;
}

void
telemetry_stop(void)
{
	pthread_mutex_lock(&lock);
	shown = (struct telemetry){0};
	pthread_mutex_unlock(&lock);
}
