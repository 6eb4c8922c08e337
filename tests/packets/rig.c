/* SPDX-License-Identifier: BSD-3-Clause */
// rig.c - the workers under test, their rings and queues, and their endpoints.
#include "rig.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include "datapath/fleet.h"
#include "media/checksum.h"
#include "media/rtcp.h"
#include "platform/clock.h"
#include "platform/eal.h"

#define RING_FRAMES 1024
#define LEGS 80 // of one worker
#define STREAMS 160
#define OUTFLOWS 256
#define NAPS_BELOW_PPS 100000000

static struct rte_mempool *pool;
static struct rte_ring *to_worker[RIG_WORKERS_MAX]; // by queue
static struct rte_ring *from_worker[RIG_WORKERS_MAX];
static uint32_t worker_count = 1;
static uint32_t owner; // of the endpoints
static uint16_t queue_count = 1;
static bool is_real_time;
static uint16_t port_id;
static const struct srtp_engine *chosen_engine;
static bool sends_chains;

static struct ip_address gateway6; // unset: none

static void
start_eal(void)
{
	char lcores[64];
	// The test's own and one for each worker, wherever there is a processor for them.
	snprintf(lcores, sizeof lcores, "--lcores=(0-%d)@(0-%ld)", RIG_WORKERS_MAX,
		sysconf(_SC_NPROCESSORS_ONLN) - 1);
	char *arguments[] = {(char *)"rig", (char *)"--no-huge", (char *)"--no-shconf",
		(char *)"--no-pci", (char *)"--no-telemetry", (char *)"-m", (char *)"128", lcores,
		(char *)"--log-level=warning", NULL};
	struct rte_eth_conf settings = {0};

	ck_assert_int_ge(rte_eal_init(9, arguments), 0);
	pool = rte_pktmbuf_pool_create("rig", RIG_BUFFERS, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
	ck_assert_ptr_nonnull(pool);
	for (unsigned i = 0; i < RIG_WORKERS_MAX; i++) {
		char name[16];
		snprintf(name, sizeof name, "to-%u", i);
		to_worker[i] = rte_ring_create(name, RING_FRAMES, 0, 0);
		snprintf(name, sizeof name, "from-%u", i);
		from_worker[i] = rte_ring_create(name, RING_FRAMES, 0, 0);
		ck_assert(to_worker[i] && from_worker[i]);
	}
	int port = rte_eth_from_rings(
		"rig", to_worker, RIG_WORKERS_MAX, from_worker, RIG_WORKERS_MAX, 0);
	ck_assert_int_ge(port, 0);
	port_id = (uint16_t)port;
	ck_assert_int_eq(
		rte_eth_dev_configure(port_id, RIG_WORKERS_MAX, RIG_WORKERS_MAX, &settings), 0);
	for (uint16_t i = 0; i < RIG_WORKERS_MAX; i++) {
		ck_assert_int_eq(rte_eth_rx_queue_setup(port_id, i, 512, 0, NULL, pool), 0);
		ck_assert_int_eq(rte_eth_tx_queue_setup(port_id, i, 512, 0, NULL), 0);
	}
	ck_assert_int_eq(rte_eth_dev_start(port_id), 0);
}

struct ip_address
rig_ip6(uint16_t last)
{
	const uint8_t bytes[16] = {
		0xfd, 0, 0x01, 0x98, 0, 0x18, [14] = (uint8_t)(last >> 8), [15] = (uint8_t)last};
	return ip_from_v6(bytes);
}

void
rig_use_gateway6(const struct ip_address *gateway)
{
	gateway6 = *gateway;
}

struct ip_address
rig_address_of(const struct rig_endpoint *endpoint)
{
	return endpoint->is_v6 ? endpoint->ip6 : ip_from_v4(htonl(endpoint->ip));
}

void
rig_use_chains(bool is_used)
{
	sends_chains = is_used;
}

void
rig_use_engine(const struct srtp_engine *engine)
{
	chosen_engine = engine;
}

void
rig_use_fleet(uint32_t workers, uint16_t queues, uint32_t owner_number)
{
	worker_count = workers;
	queue_count = queues;
	owner = owner_number;
}

void
rig_use_real_time(void)
{
	is_real_time = true;
}

void
rig_run(struct rig *rig)
{
	unsigned lcores[RIG_WORKERS_MAX];
	ck_assert_uint_ge(eal_worker_lcores(lcores, RIG_WORKERS_MAX), worker_count);
	for (uint32_t i = 0; i < worker_count; i++)
		ck_assert_int_eq(eal_launch(lcores[i], worker_run, rig->workers[i]), 0);
}

void
rig_halt(struct rig *rig)
{
	unsigned lcores[RIG_WORKERS_MAX];
	eal_worker_lcores(lcores, RIG_WORKERS_MAX);
	for (uint32_t i = 0; i < worker_count; i++)
		worker_stop(rig->workers[i]);
	for (uint32_t i = 0; i < worker_count; i++)
		eal_wait(lcores[i]);
	rig->now = clock_mono();
}

int
rig_run_in_fleets(Suite *(*make_suite)(void))
{
	static const struct {
		uint32_t workers;
		uint16_t queues;
		uint32_t owner;
	} fleets[] = {{1, 1, 0}, {2, 2, 1}, {4, 1, 3}};
	int failed = 0;

	for (size_t i = 0; i < sizeof fleets / sizeof fleets[0]; i++) {
		rig_use_fleet(fleets[i].workers, fleets[i].queues, fleets[i].owner);
		printf("%u workers, %u queues\n", fleets[i].workers, fleets[i].queues);
		fflush(stdout);
		SRunner *runner = srunner_create(make_suite());
		srunner_set_fork_status(runner, CK_NOFORK); // EAL lives in this process
		srunner_run_all(runner, CK_ENV);
		failed += srunner_ntests_failed(runner);
		srunner_free(runner);
	}
	rig_use_fleet(1, 1, 0);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

void
rig_start(struct rig *rig, uint32_t gateway, uint16_t vlan)
{
	struct stats_limits limits = {
		.worker_count = worker_count,
		.leg_count = LEGS * worker_count,
		.stream_count = STREAMS * worker_count,
		.outflow_count = OUTFLOWS * worker_count,
	};

	if (!pool)
		start_eal();
	memset(rig, 0, sizeof *rig);
	rig->now.ns = is_real_time ? clock_mono().ns : 1000 * NS_IN_S;
	rig->engine = chosen_engine ? chosen_engine : srtp_engine_libsrtp2();
	rig->stats = stats_create(&limits);
	struct worker_settings settings = {
		.port_id = port_id,
		.queue_count = queue_count,
		.pool = pool,
		.mac = rig_mac,
		.ip_bytes_max = 1500,
		.sends_chains = sends_chains,
		.networks =
			{
				[IP_V4] = {ip_from_v4(htonl(RIG_ADDRESS)), IP_MAPPED_BITS + 24,
					{{0}}},
				[IP_V6] = {rig_ip6(2), 64, gateway6},
			},
		.vlan_id = vlan,
		.media_port = RIG_MEDIA_PORT,
		.poll_above_pps = is_real_time ? NAPS_BELOW_PPS : 0,
		.engine = rig->engine,
		.stats = rig->stats,
	};
	if (gateway)
		settings.networks[IP_V4].gateway = ip_from_v4(htonl(gateway));
	rig->fleet = settings.fleet = fleet_create(&limits);
	ck_assert_ptr_nonnull(rig->fleet);
	for (uint32_t i = 0; i < worker_count; i++) {
		settings.number = (uint8_t)i;
		rig->workers[i] = worker_create(&settings);
		ck_assert_ptr_nonnull(rig->workers[i]);
	}
	rig->worker = rig->workers[owner];
	// The announcements at start are over before a test looks.
	for (int i = 0; i < 4; i++)
		rig_turn(rig, NS_IN_S);
	rig_discard_output(rig);
}

void
rig_stop(struct rig *rig)
{
	rig_discard_output(rig);
	for (uint32_t i = 0; i < worker_count; i++)
		worker_destroy(rig->workers[i]);
	fleet_destroy(rig->fleet);
	ck_assert_uint_eq(rte_mempool_avail_count(pool), RIG_BUFFERS); // no buffer was lost
	stats_destroy(rig->stats);
}

int
rig_tell(struct rig *rig, struct message *message)
{
	worker_handle(rig->worker, message, rig->now);
	return message->result;
}

static void
add_stream(struct rig *rig, struct rig_endpoint *endpoint, uint32_t slot, enum stream_kind kind,
	uint32_t ssrc, struct srtp_context **worker_side, struct srtp_context **endpoint_side)
{
	*worker_side = rig->engine->context_create(&endpoint->keys, ssrc, SRTP_INBOUND, 0);
	*endpoint_side = rig->engine->context_create(&endpoint->keys, ssrc, SRTP_OUTBOUND, 0);
	ck_assert(*worker_side && *endpoint_side);
	struct message message = {
		.type = MESSAGE_STREAM_ADD,
		.stream = {.stream = slot,
			.leg = endpoint->leg,
			.kind = kind,
			.ssrc = ssrc,
			.clock_rate_hz = 90000,
			.dscp = 34,
			.context = *worker_side},
	};
	ck_assert_int_eq(rig_tell(rig, &message), 0);
}

void
rig_add_endpoint(struct rig *rig, struct rig_endpoint *endpoint, unsigned number,
	enum srtp_profile profile, bool live)
{
	memset(endpoint, 0, sizeof *endpoint);
	endpoint->leg = owner * LEGS + number;
	endpoint->ip = RIG_IP(198, 18, 1 + number, 10);
	endpoint->ip6 = rig_ip6((uint16_t)(0x100 + number));
	endpoint->port = (uint16_t)(40000 + number);
	endpoint->mac = (struct mac){{0x02, 0xaa, 0, 0, 0, (uint8_t)number}};
	endpoint->ssrc = ssrc_of_worker((uint8_t)owner, 0x10000 + number);
	endpoint->report_ssrc = ssrc_of_worker((uint8_t)owner, 0x20000 + number);
	endpoint->seq = 100;
	endpoint->timestamp = 1000;
	ck_assert_int_eq(srtp_keys_generate(profile, &endpoint->keys), 0);
	endpoint->relay_context =
		rig->engine->context_create(&endpoint->keys, 0x30000 + number, SRTP_OUTBOUND, 0);

	struct message_leg *leg = &endpoint->credentials;
	leg->leg = endpoint->leg;
	leg_user(leg->relay_user, (uint8_t)owner, leg->leg, 0x1234567890abcdefULL + number);
	snprintf(leg->endpoint_user, sizeof leg->endpoint_user, "ep%u", number);
	snprintf(leg->relay_password, sizeof leg->relay_password, "relay-password-%u", number);
	snprintf(leg->endpoint_password, sizeof leg->endpoint_password, "its-password-%u", number);
	leg->relay_ssrc = 0x30000 + number;
	leg->relay_context = endpoint->relay_context;
	leg->live = live;
	snprintf(endpoint->username, sizeof endpoint->username, "%s:%s", leg->relay_user,
		leg->endpoint_user);
	hmac_sha1_key_init(&endpoint->relay_key, leg->relay_password, strlen(leg->relay_password));
	hmac_sha1_key_init(
		&endpoint->endpoint_key, leg->endpoint_password, strlen(leg->endpoint_password));
	struct message message = {.type = MESSAGE_LEG_ADD, .leg = *leg};
	ck_assert_int_eq(rig_tell(rig, &message), 0);
	add_stream(rig, endpoint, 2 * endpoint->leg, STREAM_TEACHER, endpoint->ssrc,
		&endpoint->inbound, &endpoint->outbound);
	add_stream(rig, endpoint, 2 * endpoint->leg + 1, STREAM_REPORT, endpoint->report_ssrc,
		&endpoint->report_inbound, &endpoint->report_outbound);
}

void
rig_remove_endpoint(struct rig *rig, struct rig_endpoint *endpoint)
{
	for (uint32_t i = 0; i < 2; i++) {
		struct message message = {
			.type = MESSAGE_STREAM_REMOVE, .stream.stream = 2 * endpoint->leg + i};
		ck_assert_int_eq(rig_tell(rig, &message), 0);
	}
	struct message message = {.type = MESSAGE_LEG_REMOVE, .leg.leg = endpoint->leg};
	ck_assert_int_eq(rig_tell(rig, &message), 0);
	rig->engine->context_destroy(endpoint->relay_context);
	rig->engine->context_destroy(endpoint->inbound);
	rig->engine->context_destroy(endpoint->report_inbound);
	rig->engine->context_destroy(endpoint->outbound);
	rig->engine->context_destroy(endpoint->report_outbound);
}

uint32_t
rig_outflow(uint32_t outflow)
{
	return owner * OUTFLOWS + outflow;
}

void
rig_connect(struct rig *rig, uint32_t outflow, const struct rig_endpoint *from,
	const struct rig_endpoint *to)
{
	struct message message = {
		.type = MESSAGE_OUTFLOW_ADD,
		.outflow = {.outflow = rig_outflow(outflow),
			.stream = 2 * from->leg,
			.leg = to->leg},
	};
	ck_assert_int_eq(rig_tell(rig, &message), 0);
}

void
rig_disconnect(struct rig *rig, uint32_t outflow)
{
	struct message message = {
		.type = MESSAGE_OUTFLOW_REMOVE, .outflow.outflow = rig_outflow(outflow)};
	ck_assert_int_eq(rig_tell(rig, &message), 0);
}

// What one station sends comes by one queue, as a device would spread it.
static struct rte_ring *
queue_of(const struct rig_frame *frame)
{
	return to_worker[frame->bytes[2 * MAC_BYTES - 1] % queue_count];
}

void
rig_inject(struct rig *rig, const struct rig_frame *frame)
{
	(void)rig;
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
	ck_assert_ptr_nonnull(mbuf);
	memcpy(rte_pktmbuf_append(mbuf, frame->length), frame->bytes, frame->length);
	ck_assert_int_eq(rte_ring_enqueue(queue_of(frame), mbuf), 0);
}

void
rig_inject_in_two(struct rig *rig, const struct rig_frame *frame, uint16_t first_bytes)
{
	(void)rig;
	struct rte_mbuf *first = rte_pktmbuf_alloc(pool), *second = rte_pktmbuf_alloc(pool);
	ck_assert(first && second);
	uint16_t second_bytes = (uint16_t)(frame->length - first_bytes);
	memcpy(rte_pktmbuf_append(first, first_bytes), frame->bytes, first_bytes);
	memcpy(rte_pktmbuf_append(second, second_bytes), frame->bytes + first_bytes, second_bytes);
	ck_assert_int_eq(rte_pktmbuf_chain(first, second), 0);
	ck_assert_int_eq(rte_ring_enqueue(queue_of(frame), first), 0);
}

unsigned
rig_take_buffers(void **buffers, unsigned left)
{
	unsigned count = rte_mempool_avail_count(pool) - left;
	ck_assert_int_eq(rte_mempool_get_bulk(pool, buffers, count), 0);
	return count;
}

void
rig_give_buffers(void **buffers, unsigned count)
{
	rte_mempool_put_bulk(pool, buffers, count);
}

unsigned
rig_fill_output(struct rig *rig)
{
	unsigned count = 0;
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
	while (mbuf && rte_ring_enqueue(from_worker[owner % queue_count], mbuf) == 0) {
		count++;
		mbuf = rte_pktmbuf_alloc(pool);
	}
	// Who has no queue of its own is stopped when its way to the queue is full too.
	while (mbuf && owner >= queue_count && fleet_put_frames(rig->fleet, owner, &mbuf, 1) == 1) {
		count++;
		mbuf = rte_pktmbuf_alloc(pool);
	}
	rte_pktmbuf_free(mbuf);
	return count;
}

unsigned
rig_turn(struct rig *rig, int64_t later_ns)
{
	rig->now = mono_after_ns(rig->now, later_ns);
	if (worker_count == 1)
		return worker_poll(rig->worker, rig->now);
	unsigned count = 0;
	// To its owner, to who has the queue, and once more for what came meanwhile.
	for (unsigned round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < worker_count; i++)
			count += worker_poll(rig->workers[i], rig->now);
	}
	return count;
}

bool
rig_take(struct rig *rig, struct rig_frame *frame)
{
	(void)rig;
	void *object = NULL;
	for (uint16_t i = 0; i < queue_count && !object; i++)
		rte_ring_dequeue(from_worker[i], &object);
	if (!object)
		return false;
	struct rte_mbuf *mbuf = object;
	ck_assert_uint_le(rte_pktmbuf_pkt_len(mbuf), RIG_FRAME_BYTES_MAX);
	frame->length = 0;
	for (struct rte_mbuf *part = mbuf; part; part = part->next) {
		memcpy(frame->bytes + frame->length, rte_pktmbuf_mtod(part, void *),
			rte_pktmbuf_data_len(part));
		frame->length = (uint16_t)(frame->length + rte_pktmbuf_data_len(part));
	}
	ck_assert_uint_eq(frame->length, rte_pktmbuf_pkt_len(mbuf));
	rte_pktmbuf_free(mbuf);
	return true;
}

static bool
is_relays_own(const struct rig_frame *frame)
{
	struct frame parsed;
	if (frame_parse(frame->bytes, frame->length, &parsed) != DROP_NONE ||
		parsed.kind != FRAME_UDP)
		return true;
	const uint8_t *payload = frame->bytes + parsed.payload_offset;
	return payload[0] < 4 || payload[1] == RTCP_RR;
}

bool
rig_take_copy(struct rig *rig, struct rig_frame *frame)
{
	while (rig_take(rig, frame)) {
		if (!is_relays_own(frame))
			return true;
	}
	return false;
}

unsigned
rig_discard_output(struct rig *rig)
{
	struct rig_frame frame;
	unsigned count = 0;
	while (rig_take(rig, &frame))
		count++;
	return count;
}

void
rig_prove_path(struct rig *rig, struct rig_endpoint *endpoint)
{
	static uint8_t seed = 1;
	struct rig_frame frame, answer;
	struct leg_stats stats;

	rig_stun_request(endpoint, seed++, &frame);
	rig_inject(rig, &frame);
	rig_turn(rig, NS_IN_MS);
	while (rig_take(rig, &frame)) {
		if (rig_answer(endpoint, &frame, &answer))
			rig_inject(rig, &answer);
	}
	rig_turn(rig, NS_IN_MS);
	worker_publish(rig->worker, rig->now);
	stats_read_leg(rig->stats, endpoint->leg, &stats);
	ck_assert_msg(stats.is_up, "the path was not proved");
	struct ip_address expected = rig_address_of(endpoint);
	ck_assert(ip_equals(&stats.remote, &expected));
	rig_discard_output(rig);
}

static void
assert_sums(const struct worker_stats *stats)
{
	uint64_t rx_drops = 0, tx_drops = 0;
	for (int i = 1; i < DROP_REASON_COUNT; i++) {
		if (drop_reason_is_tx((enum drop_reason)i))
			tx_drops += stats->drops[i];
		else
			rx_drops += stats->drops[i];
	}
	ck_assert_uint_eq(stats->frames_in + stats->handed_in,
		stats->forwarded + stats->consumed + stats->handed_out + rx_drops);
	ck_assert_uint_eq(stats->copies + stats->originated, stats->transmitted + tx_drops);
}

void
rig_check_board(struct rig *rig)
{
	for (uint32_t i = 0; i < worker_count; i++) {
		struct worker_stats stats;
		stats_read_worker(rig->stats, i, &stats);
		assert_sums(&stats);
	}
}

void
rig_counters(struct rig *rig, struct worker_stats *stats)
{
	for (uint32_t i = 0; i < worker_count; i++)
		worker_publish(rig->workers[i], rig->now);
	rig_check_board(rig);
	stats_read_workers(rig->stats, stats);
	ck_assert_uint_eq(stats->handed_in, stats->handed_out);
}
