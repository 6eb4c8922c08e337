/* SPDX-License-Identifier: BSD-3-Clause */
// drop_reasons.h - every reason for which a frame is dropped: its name, and what it tells an
// operator.
#ifndef PLATFORM_DROP_REASONS_H
#define PLATFORM_DROP_REASONS_H

// X(identifier, metric name, help text). On the way in: each received frame ends forwarded,
// consumed or dropped for exactly one of these.
#define DROP_REASONS_RX(X)                                                                         \
	X(TRUNCATED, "truncated", "the frame ends before the length its headers promise")          \
	X(SEGMENTED, "segmented", "the device delivered one frame in several buffers")             \
	X(NOT_OURS, "not_ours", "another station's MAC address")                                   \
	X(ETHERTYPE, "ethertype", "neither IPv4, IPv6 nor ARP")                                    \
	X(ARP_OTHER, "arp_other", "ARP that is not about the media address")                       \
	X(ND_OTHER, "nd_other",                                                                    \
		"malformed neighbour discovery, or about another address than the media address")  \
	X(IP_HEADER, "ip_header", "a malformed IP header, or an IPv4 one with options")            \
	X(IP_EXTENSION, "ip_extension", "an IPv6 packet with extension headers")                   \
	X(IP_FRAGMENT, "ip_fragment",                                                              \
		"an IP fragment: the sender's packets exceed the path's MTU")                      \
	X(IP_DESTINATION, "ip_destination", "not sent to the media address")                       \
	X(IP_PROTOCOL, "ip_protocol", "neither UDP nor an ICMP echo request")                      \
	X(ICMP_RATE, "icmp_rate", "more echo requests than the relay answers in a second")         \
	X(UDP_HEADER, "udp_header", "a malformed UDP header")                                      \
	X(UDP_PORT, "udp_port", "not sent to the media port")                                      \
	X(NOT_MEDIA, "not_media", "the first byte is neither STUN nor SRTP (RFC 7983)")            \
	X(DTLS, "dtls", "DTLS, which no endpoint of this relay uses yet")                          \
	X(STUN_MALFORMED, "stun_malformed", "not a STUN binding message, or a bad fingerprint")    \
	X(STUN_UNKNOWN_USER, "stun_unknown_user", "STUN with a user name of no open join")         \
	X(STUN_INTEGRITY, "stun_integrity", "STUN with a wrong or missing MESSAGE-INTEGRITY")      \
	X(STUN_REPLAYED, "stun_replayed", "a STUN request seen before from another address")       \
	X(STUN_RATE, "stun_rate",                                                                  \
		"more STUN requests off the path than the relay answers in a second")              \
	X(STUN_STALE, "stun_stale", "a STUN response to no question of the relay's")               \
	X(RTP_MALFORMED, "rtp_malformed", "a malformed RTP or RTCP header")                        \
	X(UNKNOWN_PATH, "unknown_path", "media from an address that no endpoint has proved")       \
	X(UNKNOWN_SSRC, "unknown_ssrc", "media under an SSRC that its endpoint was not given")     \
	X(AUTHENTICATION, "authentication",                                                        \
		"SRTP with a wrong tag: forged, damaged, or an old key")                           \
	X(REPLAYED, "replayed", "SRTP that arrived before: a duplicate or a replay")               \
	X(TOO_OLD, "too_old", "SRTP that arrived after its replay window had passed")              \
	X(NOT_LIVE, "not_live", "media while its session is not live")                             \
	X(NO_RECEIVER, "no_receiver",                                                              \
		"nobody to send it to: no other endpoint of the session is up")                    \
	X(NO_BUFFER, "no_buffer", "no packet buffer left for the answer")                          \
	X(HANDOVER_FULL, "handover_full",                                                          \
		"the worker that owns its session has too many packets waiting")

// On the way out: each copy and each frame of the relay's own ends transmitted or dropped for one
// of these.
#define DROP_REASONS_TX(X)                                                                         \
	X(TX_FULL, "tx_full", "the device's transmit queue was full")                              \
	X(TX_NO_BUFFER, "tx_no_buffer", "no packet buffer left for a copy")                        \
	X(TX_TOO_LONG, "tx_too_long",                                                              \
		"a copy longer than the wire takes: from IPv4 to IPv6 a packet grows by 20 bytes")

#define DROP_REASONS(X) DROP_REASONS_RX(X) DROP_REASONS_TX(X)

enum drop_reason {
	DROP_NONE = 0, // not dropped
#define X(identifier, name, help) DROP_##identifier,
	DROP_REASONS(X)
#undef X
		DROP_REASON_COUNT
};

// Whether this reason is counted at transmission, not at reception.
static inline int
drop_reason_is_tx(enum drop_reason reason)
{
	return reason >= DROP_TX_FULL;
}

// The metric's name and the help text of `reason`; never NULL.
const char *drop_reason_name(enum drop_reason reason);
const char *drop_reason_help(enum drop_reason reason);

#endif
