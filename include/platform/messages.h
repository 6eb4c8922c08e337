/* SPDX-License-Identifier: BSD-3-Clause */
// messages.h - the catalogue of what control and a worker say to each other. Plain types only.
//
// Control allocates a message, fills it and sends it; the worker acts on it and sends the same
// message back as its acknowledgement, with `result` filled in. Only then does control free it, and
// with a removal whatever it named: slots, contexts. Slots are chosen by control below the worker's
// limits.
//
// Order: a leg before its streams, a stream before its outflows; removal in reverse (outflows to
// and from a leg, its streams, the leg). A message out of order is refused with -EINVAL and changes
// nothing.
#ifndef PLATFORM_MESSAGES_H
#define PLATFORM_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

struct srtp_context; // opaque here: made by control, used by the worker, destroyed by control
struct capture;      // the same, of platform/capture.h

#define WORKERS_MAX 16         // lcores that carry the data path
#define LEG_STREAMS_MAX 8      // SSRCs of one endpoint, its report stream among them
#define SESSION_LEGS_MAX 64    // endpoints of one session; so the outflows of one stream
#define STUN_USER_BYTES_MAX 32 // one half of a USERNAME, with its terminator
#define STUN_PASSWORD_BYTES_MAX 33

enum message_type {
	MESSAGE_LEG_ADD,
	MESSAGE_LEG_GATE,
	MESSAGE_LEG_REMOVE,
	MESSAGE_STREAM_ADD,
	MESSAGE_STREAM_REMOVE,
	MESSAGE_OUTFLOW_ADD,
	MESSAGE_OUTFLOW_REMOVE,
	MESSAGE_CAPTURE,
};

// What a stream carries, for its statistics' names and its DSCP.
enum stream_kind {
	STREAM_AUDIO,
	STREAM_TEACHER,
	STREAM_STUDENTS,
	STREAM_SLIDES,
	STREAM_REPORT, // RTCP receiver reports of an endpoint; never forwarded
};

struct message_leg {
	uint32_t leg; // slot
	// ICE's short-term credentials (RFC 8445, section 7.2.2). The endpoint's requests carry the
	// USERNAME "<relay_user>:<endpoint_user>" under relay_password; the relay's requests carry
	// "<endpoint_user>:<relay_user>" under endpoint_password. Two passwords, so that no message
	// of one side can be sent back to it as an answer. relay_user is leg_user()'s text.
	char relay_user[STUN_USER_BYTES_MAX];
	char endpoint_user[STUN_USER_BYTES_MAX];
	char relay_password[STUN_PASSWORD_BYTES_MAX];
	char endpoint_password[STUN_PASSWORD_BYTES_MAX];
	// Under these the relay sends its own RTCP on the leg.
	uint32_t relay_ssrc;
	struct srtp_context *relay_context;
	bool live; // whether media may flow from and to it
};

struct message_stream {
	uint32_t stream; // slot
	uint32_t leg;
	enum stream_kind kind;
	uint32_t ssrc;
	uint32_t clock_rate_hz;       // of a STREAM_REPORT: any non-zero value
	uint8_t dscp;                 // 0..63, of the copies
	struct srtp_context *context; // inbound
};

struct message_outflow {
	uint32_t outflow; // slot
	uint32_t stream;  // what is sent
	uint32_t leg;     // to whom
};

// The stream's headers go into the ring from now on, or no more: an end is never refused, also
// where the stream is gone.
struct message_capture {
	uint32_t stream; // slot
	bool is_on;
	struct capture *capture;
};

struct message {
	enum message_type type;
	int result;  // set by the worker: 0, -EINVAL, -EEXIST, -ENOSPC
	void *owner; // control's own note of what this is about; the worker does not look at it
	union {
		struct message_leg leg;         // MESSAGE_LEG_ADD, _GATE (leg, live), _REMOVE (leg)
		struct message_stream stream;   // MESSAGE_STREAM_ADD, _REMOVE (stream)
		struct message_outflow outflow; // MESSAGE_OUTFLOW_ADD, _REMOVE (outflow)
		struct message_capture capture; // MESSAGE_CAPTURE
	};
};

// The relay's half of a leg's user name: the worker's number, the slot, and a nonce of the join:
// "wwssssss" and 16 hexadecimal digits, 24 characters. leg_user_parse() reads the first two back
// and returns 0, or -EINVAL.
void leg_user(char text[STUN_USER_BYTES_MAX], uint8_t worker, uint32_t leg, uint64_t nonce);
int leg_user_parse(const char *text, uint32_t length, uint8_t *worker_out, uint32_t *leg_out);

// The SSRCs that the relay assigns carry their worker's number in the first byte, so that a packet
// which reached another worker finds its owner's without a table.
uint32_t ssrc_of_worker(uint8_t worker, uint32_t random);
uint8_t ssrc_worker(uint32_t ssrc);

#endif
