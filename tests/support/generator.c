/* SPDX-License-Identifier: BSD-3-Clause */
// generator.c - a classroom's media for almost nothing: numbered RTP packets, and who counts them.
//
//   generator send AUDIO_PORT VIDEO_PORT   to 127.0.0.1 until SIGTERM: 50 packets a second of 120
//                                          bytes, and 15 pictures of two packets of 900 bytes
//   generator count FILE                   receives on the ports of the SDP file CLASSROOM_SDP and
//                                          writes what came to FILE each second, as JSON
//
// Each payload carries who sent it, its number and the moment it was sent: what is lost between two
// classrooms is known without trusting any counter on the way.
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)
#define RTP_BYTES 12
#define MAGIC UINT32_C(0x434e5459) // "CNTY"
#define AUDIO_PACKETS_PER_S 50
#define AUDIO_BYTES 120
#define AUDIO_TYPE 111
#define AUDIO_TICKS 960
#define PICTURES_PER_S 15
#define PICTURE_PACKETS 2
#define VIDEO_BYTES 900
#define VIDEO_TYPE 96
#define VIDEO_TICKS 6000
#define PORTS_MAX 8
#define PACKET_BYTES_MAX 2048
#define MARKER 0x80

enum kind { AUDIO, VIDEO, KINDS };

static const char *const kind_names[KINDS] = {"audio", "teacher"};

// Behind the RTP header, big-endian.
struct stamp {
	uint32_t magic;
	uint32_t run; // of the sender: it may be started again
	uint32_t kind;
	uint32_t number;
	uint64_t sent_ns;
} __attribute__((packed));

static volatile sig_atomic_t is_over;

static void
on_signal(int number)
{
	(void)number;
	is_over = 1;
}

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void
fail(const char *what)
{
	fprintf(stderr, "generator: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

struct sender {
	int socket;
	struct sockaddr_in to[KINDS];
	uint32_t run;
	uint32_t numbers[KINDS];
	uint32_t ticks[KINDS];
};

static void
packet_send(struct sender *sender, enum kind kind, size_t payload_bytes, bool is_marked)
{
	uint8_t packet[PACKET_BYTES_MAX] = {0x80};
	uint32_t number = sender->numbers[kind]++;
	uint16_t sequence = htobe16((uint16_t)number);
	uint32_t ticks = htobe32(sender->ticks[kind]);
	struct stamp stamp = {htobe32(MAGIC), htobe32(sender->run), htobe32(kind), htobe32(number),
		htobe64((uint64_t)now_ns())};

	packet[1] = (uint8_t)((kind == AUDIO ? AUDIO_TYPE : VIDEO_TYPE) | (is_marked ? MARKER : 0));
	memcpy(packet + 2, &sequence, sizeof(sequence));
	memcpy(packet + 4, &ticks, sizeof(ticks));
	packet[11] = (uint8_t)(kind + 1); // classroom puts its own SSRC there
	memcpy(packet + RTP_BYTES, &stamp, sizeof(stamp));
	// A full or closed socket is a packet that the receiver will miss.
	sendto(sender->socket, packet, RTP_BYTES + payload_bytes, 0,
		(struct sockaddr *)&sender->to[kind], sizeof(sender->to[kind]));
}

static int
run_send(const char *const ports[KINDS])
{
	struct sender sender = {.socket = socket(AF_INET, SOCK_DGRAM, 0)};
	int64_t begun_ns = now_ns();
	int64_t counts[KINDS] = {0};

	if (sender.socket < 0 || getrandom(&sender.run, sizeof(sender.run), 0) < 0)
		fail("socket");
	for (int i = 0; i < KINDS; i++) {
		sender.to[i].sin_family = AF_INET;
		sender.to[i].sin_port = htons((uint16_t)atoi(ports[i]));
		sender.to[i].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
	while (!is_over) {
		int64_t audio_ns = begun_ns + counts[AUDIO] * NS_PER_S / AUDIO_PACKETS_PER_S;
		int64_t video_ns = begun_ns + counts[VIDEO] * NS_PER_S / PICTURES_PER_S;
		enum kind kind = audio_ns <= video_ns ? AUDIO : VIDEO;
		int64_t next_ns = kind == AUDIO ? audio_ns : video_ns;
		struct timespec next = {next_ns / NS_PER_S, next_ns % NS_PER_S};

		if (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL) != 0)
			continue;
		counts[kind]++;
		if (kind == AUDIO) {
			packet_send(&sender, AUDIO, AUDIO_BYTES, counts[kind] == 1);
			sender.ticks[AUDIO] += AUDIO_TICKS;
			continue;
		}
		for (int i = 0; i < PICTURE_PACKETS; i++)
			packet_send(&sender, VIDEO, VIDEO_BYTES, i == PICTURE_PACKETS - 1);
		sender.ticks[VIDEO] += VIDEO_TICKS;
	}
	return EXIT_SUCCESS;
}

// What came of one kind. A sender's run counts from its first packet on.
struct tally {
	bool has_run;
	uint32_t run;
	uint32_t first; // number of the first packet that came at all
	uint32_t highest;
	uint64_t expected_before; // of the sender's earlier runs
	uint64_t packets;
	uint64_t delay_ns_sum;
	uint64_t delay_ns_max;
	uint64_t gap_ns_max; // between two packets
	int64_t first_ns;
	int64_t last_ns;
};

static void
packet_count(struct tally tallies[KINDS], const uint8_t *packet, ssize_t bytes)
{
	struct stamp stamp;
	struct tally *tally;
	int64_t now = now_ns();
	uint64_t delay_ns;
	uint32_t number;

	if (bytes < (ssize_t)(RTP_BYTES + sizeof(stamp)))
		return;
	memcpy(&stamp, packet + RTP_BYTES, sizeof(stamp));
	if (be32toh(stamp.magic) != MAGIC || be32toh(stamp.kind) >= KINDS)
		return;
	tally = &tallies[be32toh(stamp.kind)];
	number = be32toh(stamp.number);
	if (!tally->has_run || tally->run != be32toh(stamp.run)) {
		if (!tally->has_run)
			tally->first = number;
		tally->expected_before += tally->has_run ? tally->highest + UINT64_C(1) : 0;
		tally->has_run = true;
		tally->run = be32toh(stamp.run);
		tally->highest = number;
	}
	if (number > tally->highest)
		tally->highest = number;
	if (tally->packets++ == 0)
		tally->first_ns = now;
	delay_ns = (uint64_t)(now - (int64_t)be64toh(stamp.sent_ns));
	tally->delay_ns_sum += delay_ns;
	if (delay_ns > tally->delay_ns_max)
		tally->delay_ns_max = delay_ns;
	if (tally->last_ns != 0 && (uint64_t)(now - tally->last_ns) > tally->gap_ns_max)
		tally->gap_ns_max = (uint64_t)(now - tally->last_ns);
	tally->last_ns = now;
}

static void
tallies_write(const struct tally tallies[KINDS], const char *path)
{
	char aside[4096];
	FILE *file;

	snprintf(aside, sizeof(aside), "%s.new", path);
	file = fopen(aside, "w");
	if (file == NULL)
		fail(aside);
	fprintf(file, "{");
	for (int i = 0; i < KINDS; i++) {
		const struct tally *tally = &tallies[i];
		uint64_t expected = tally->expected_before +
				    (tally->has_run ? tally->highest + UINT64_C(1) : 0);

		fprintf(file,
			"%s\"%s\": {\"packets\": %llu, \"expected\": %llu, \"first\": %u, "
			"\"delay_ms\": %.3f, "
			"\"delay_ms_max\": %.3f, \"gap_ms_max\": %.3f, \"first_s\": %.6f}",
			i == 0 ? "" : ", ", kind_names[i], (unsigned long long)tally->packets,
			(unsigned long long)expected, tally->first,
			tally->packets == 0
				? 0
				: (double)tally->delay_ns_sum / (double)tally->packets / 1e6,
			(double)tally->delay_ns_max / 1e6, (double)tally->gap_ns_max / 1e6,
			(double)tally->first_ns / 1e9);
	}
	fprintf(file, "}\n");
	if (fclose(file) != 0 || rename(aside, path) != 0)
		fail(path);
}

// Binds the port of each m= line. Returns how many there are.
static nfds_t
ports_open(const char *sdp, struct pollfd sockets[PORTS_MAX])
{
	char line[512];
	unsigned port;
	nfds_t count = 0;
	FILE *file = fopen(sdp, "r");

	if (file == NULL)
		fail(sdp);
	while (fgets(line, sizeof(line), file) != NULL && count < PORTS_MAX) {
		struct sockaddr_in here = {.sin_family = AF_INET};
		int room = 1 << 20;

		if (sscanf(line, "m=%*s %u ", &port) != 1)
			continue;
		here.sin_port = htons((uint16_t)port);
		here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		sockets[count].fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		sockets[count].events = POLLIN;
		setsockopt(sockets[count].fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
		if (bind(sockets[count].fd, (struct sockaddr *)&here, sizeof(here)) != 0)
			fail("bind");
		count++;
	}
	fclose(file);
	return count;
}

static int
run_count(const char *path, const char *sdp)
{
	struct pollfd sockets[PORTS_MAX];
	struct tally tallies[KINDS] = {0};
	uint8_t packet[PACKET_BYTES_MAX];
	nfds_t count = ports_open(sdp, sockets);
	int64_t next_ns = now_ns() + NS_PER_S;

	while (!is_over) {
		int64_t left_ms = (next_ns - now_ns()) / 1000000;

		if (left_ms <= 0) {
			tallies_write(tallies, path);
			next_ns += NS_PER_S;
			continue;
		}
		if (poll(sockets, count, (int)left_ms + 1) <= 0)
			continue;
		for (nfds_t i = 0; i < count; i++) {
			ssize_t bytes;

			while ((bytes = recv(sockets[i].fd, packet, sizeof(packet), 0)) >= 0)
				packet_count(tallies, packet, bytes);
		}
	}
	tallies_write(tallies, path);
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_signal};
	const char *sdp = getenv("CLASSROOM_SDP");

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	if (argc == 4 && strcmp(argv[1], "send") == 0)
		return run_send((const char *const[KINDS]){argv[2], argv[3]});
	if (argc == 3 && strcmp(argv[1], "count") == 0 && sdp != NULL)
		return run_count(argv[2], sdp);
	fprintf(stderr, "usage: generator send AUDIO_PORT VIDEO_PORT | CLASSROOM_SDP=... "
			"generator count FILE\n");
	return 2;
}
