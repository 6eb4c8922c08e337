/* SPDX-License-Identifier: BSD-3-Clause */
// ports.c - opens UDP sockets, and brings datagrams from them to the seat and back.
#include "classroom/ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "classroom/seat.h"
#include "platform/clock.h"
#include "platform/log.h"

// A key frame arrives as a burst: room for a second of video.
#define BUFFER_BYTES (2 << 20)
// Datagrams taken in one go, so that no socket keeps the others waiting.
#define BATCH_MAX 64

// An address as the socket functions take it.
union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t
socket_address_make(union socket_address *out, const struct ip_address *ip, be16_t port_be)
{
	if (ip_family(ip) == IP_V4) {
		out->v4 = (struct sockaddr_in){.sin_family = AF_INET,
			.sin_port = port_be,
			.sin_addr.s_addr = ip_v4_be(ip)};
		return sizeof out->v4;
	}
	out->v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = port_be};
	memcpy(&out->v6.sin6_addr, ip, sizeof *ip);
	return sizeof out->v6;
}

// A UDP socket of `address`'s family, bound to it. Returns it, or -errno.
static int
open_udp(const struct ip_address *address, uint16_t port)
{
	bool is_v4 = ip_family(address) == IP_V4;
	int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	int bytes = BUFFER_BYTES;
	// The forced size needs a privilege; the plain one is cut to the system's limit.
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) < 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
	union socket_address local;
	socklen_t local_bytes = socket_address_make(&local, address, htons(port));
	if (bind(fd, &local.any, local_bytes) < 0) {
		int error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

// Whether a datagram came from the relay's media address and port.
static bool
is_from_relay(const struct ports_relay *relay, const union socket_address *from)
{
	union socket_address wanted;
	socket_address_make(&wanted, &relay->address, relay->ports->relay_port_be);
	if (from->any.sa_family != wanted.any.sa_family)
		return false;
	if (wanted.any.sa_family == AF_INET)
		return from->v4.sin_port == wanted.v4.sin_port &&
		       from->v4.sin_addr.s_addr == wanted.v4.sin_addr.s_addr;
	return from->v6.sin6_port == wanted.v6.sin6_port &&
	       memcmp(&from->v6.sin6_addr, &wanted.v6.sin6_addr, sizeof wanted.v6.sin6_addr) == 0;
}

static void
on_relay(evutil_socket_t fd, short what, void *user)
{
	struct ports_relay *relay = user;
	struct ports *ports = relay->ports;
	(void)what;
	for (int i = 0; i < BATCH_MAX && relay->fd == fd; i++) {
		_Alignas(8) uint8_t bytes[SEAT_DATAGRAM_BYTES_MAX];
		union socket_address from = {0};
		socklen_t from_bytes = sizeof from;
		ssize_t length =
			recvfrom(fd, bytes, sizeof bytes, MSG_TRUNC, &from.any, &from_bytes);
		if (length < 0)
			return;
		if (!is_from_relay(relay, &from) || (size_t)length > sizeof bytes) {
			ports->strangers++;
			continue;
		}
		seat_datagram(ports->seat, bytes, (size_t)length, &relay->address,
			ports->relay_port_be, clock_mono());
	}
}

static void
on_input(evutil_socket_t fd, short what, void *user)
{
	struct ports_input *input = user;
	(void)what;
	for (int i = 0; i < BATCH_MAX; i++) {
		_Alignas(8) uint8_t bytes[SEAT_DATAGRAM_BYTES_MAX];
		ssize_t length = recv(fd, bytes, sizeof bytes, 0);
		if (length < 0)
			return;
		struct mono_time now = clock_mono();
		int result =
			seat_input(input->ports->seat, input->kind, bytes, (size_t)length, now);
		if (result != -EMSGSIZE || !mono_reached(now, input->next_complaint))
			continue;
		input->next_complaint = mono_after_ns(now, PORTS_COMPLAIN_NS);
		log_warning(
			"the encoder of %s sends RTP packets of over %d bytes, which are dropped: "
			"set its packet size to 1200 (ffmpeg: rtp://...?pkt_size=1200, GStreamer: "
			"rtph264pay mtu=1200)",
			kind_name(input->kind), UPLINK_RTP_BYTES_MAX);
	}
}

static struct event *
serve(struct ports *ports, int fd, event_callback_fn callback, void *user)
{
	struct event *event = event_new(ports->base, fd, EV_READ | EV_PERSIST, callback, user);
	if (event && event_add(event, NULL) < 0) {
		event_free(event);
		return NULL;
	}
	return event;
}

static int
open_input(struct ports *ports, enum stream_kind kind, const struct settings *settings, char *why,
	size_t why_bytes)
{
	struct ports_input *input = &ports->inputs[kind];
	uint16_t port = settings->input_ports[kind];
	if (port == 0)
		return 0;
	struct ip_address address = ip_from_v4(inet_addr(settings->input_address));
	int fd = open_udp(&address, port);
	if (fd < 0) {
		snprintf(why, why_bytes,
			"input.%s: UDP port %u of %s cannot be opened: %s. Is another classroom or "
			"player using it (ss -ulpn)?",
			kind_name(kind), port, settings->input_address, strerror(-fd));
		return fd;
	}
	input->fd = fd;
	input->event = serve(ports, fd, on_input, input);
	if (!input->event) {
		snprintf(why, why_bytes, "out of memory");
		return -ENOMEM;
	}
	return 0;
}

static const struct ip_address any_v4 = {{0, 0, IP_MAPPED_WORD_BE, 0}};
static const struct ip_address any_v6;

int
ports_open(struct ports *ports, struct event_base *base, const struct settings *settings,
	struct seat *seat, char *why, size_t why_bytes)
{
	memset(ports, 0, sizeof *ports);
	ports->base = base;
	ports->seat = seat;
	for (enum ip_family family = 0; family < IP_FAMILIES; family++)
		ports->relays[family] = (struct ports_relay){.ports = ports, .fd = -1};
	for (int i = 0; i < KIND_COUNT; i++) {
		ports->inputs[i].ports = ports;
		ports->inputs[i].kind = (enum stream_kind)i;
		ports->inputs[i].fd = -1;
	}
	ports->output_address.s_addr = inet_addr(settings->output_address);
	ports->output_fd = open_udp(&any_v4, 0);
	int result = ports->output_fd < 0 ? ports->output_fd : 0;
	if (result < 0)
		snprintf(why, why_bytes, "no UDP socket: %s", strerror(-result));
	for (int i = 0; i < KIND_COUNT && result == 0; i++)
		result = open_input(ports, (enum stream_kind)i, settings, why, why_bytes);
	if (result != 0)
		ports_close(ports);
	return result;
}

static void
shut(int *fd, struct event **event)
{
	if (*event)
		event_free(*event);
	if (*fd >= 0)
		close(*fd);
	*event = NULL;
	*fd = -1;
}

void
ports_close(struct ports *ports)
{
	struct event *none = NULL;
	ports_close_relay(ports);
	for (int i = 0; i < KIND_COUNT; i++)
		shut(&ports->inputs[i].fd, &ports->inputs[i].event);
	shut(&ports->output_fd, &none);
}

int
ports_open_relay(
	struct ports *ports, const struct ip_address addresses[IP_FAMILIES], be16_t port_be)
{
	int result = -EAFNOSUPPORT, opened = 0;
	ports_close_relay(ports);
	ports->relay_port_be = port_be;
	for (enum ip_family family = 0; family < IP_FAMILIES; family++) {
		struct ports_relay *relay = &ports->relays[family];
		if (!ip_is_set(&addresses[family]))
			continue;
		relay->address = addresses[family];
		// Not connected: the system chooses the source address anew for each datagram, so
		// that the path outlives a change of the interface's address or of the route.
		int fd = open_udp(family == IP_V4 ? &any_v4 : &any_v6, 0);
		if (fd < 0) {
			result = fd;
			continue;
		}
		relay->fd = fd;
		relay->event = serve(ports, fd, on_relay, relay);
		if (!relay->event) {
			ports_close_relay(ports);
			return -ENOMEM;
		}
		opened++;
	}
	return opened > 0 ? 0 : result;
}

void
ports_close_relay(struct ports *ports)
{
	for (enum ip_family family = 0; family < IP_FAMILIES; family++)
		shut(&ports->relays[family].fd, &ports->relays[family].event);
}

bool
ports_to_relay(struct ports *ports, enum ip_family family, const uint8_t *bytes, size_t length)
{
	const struct ports_relay *relay = &ports->relays[family];
	union socket_address to;
	socklen_t to_bytes = socket_address_make(&to, &relay->address, ports->relay_port_be);
	// An unplugged cable shows as an error here (ENETUNREACH and its like). The path's requests
	// go on, and so does everything else once one of them is answered.
	bool is_sent =
		relay->fd >= 0 && sendto(relay->fd, bytes, length, 0, &to.any, to_bytes) >= 0;
	if (!is_sent)
		ports->send_errors++;
	return is_sent;
}

void
ports_to_player(struct ports *ports, uint16_t port, const uint8_t *bytes, size_t length)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = ports->output_address};
	if (sendto(ports->output_fd, bytes, length, 0, (struct sockaddr *)&to, sizeof to) < 0)
		ports->send_errors++;
}
