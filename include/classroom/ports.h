/* SPDX-License-Identifier: BSD-3-Clause */
// ports.h - the UDP sockets: one towards the relay, one per local encoder, one towards the players.
#ifndef CLASSROOM_PORTS_H
#define CLASSROOM_PORTS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classroom/kind.h"
#include "classroom/settings.h"
#include "media/frame.h"
#include "platform/units.h"

#define PORTS_COMPLAIN_NS (10 * NS_IN_S) // between two lines about the same trouble

struct event;
struct event_base;
struct ports;
struct seat;

// One encoder's socket.
struct ports_input {
	struct ports *ports;
	enum stream_kind kind;
	int fd; // -1: not configured
	struct event *event;
	struct mono_time next_complaint;
};

// The socket towards the relay's address of one family.
struct ports_relay {
	struct ports *ports;
	int fd; // -1: no join, or the relay does not speak it
	struct event *event;
	struct ip_address address;
};

struct ports {
	struct event_base *base;
	struct seat *seat;
	struct ports_relay relays[IP_FAMILIES];
	be16_t relay_port_be;
	struct ports_input inputs[KIND_COUNT];
	int output_fd;
	struct in_addr output_address;
	uint64_t strangers;   // datagrams on the relay's socket from somewhere else
	uint64_t send_errors; // datagrams that the system did not take
};

// Opens the local sockets and serves them on `base` for `seat`. Returns 0, or -errno with the
// reason and what to do in why[0..why_bytes).
int ports_open(struct ports *ports, struct event_base *base, const struct settings *settings,
	struct seat *seat, char *why, size_t why_bytes);
void ports_close(struct ports *ports);

// New sockets, so new local ports, towards the relay's addresses, those that are set. Closes the
// ones before. A family that this machine does not speak is left out. Returns 0, or -errno where
// none is left.
int ports_open_relay(
	struct ports *ports, const struct ip_address addresses[IP_FAMILIES], be16_t port_be);
void ports_close_relay(struct ports *ports);

// Returns whether the system took it.
bool ports_to_relay(
	struct ports *ports, enum ip_family family, const uint8_t *bytes, size_t length);
void ports_to_player(struct ports *ports, uint16_t port, const uint8_t *bytes, size_t length);

#endif
