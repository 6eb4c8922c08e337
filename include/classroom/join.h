/* SPDX-License-Identifier: BSD-3-Clause */
// join.h - a JOIN of the control port (relay/control/README.md), from JSON to a checked struct.
#ifndef CLASSROOM_JOIN_H
#define CLASSROOM_JOIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classroom/kind.h"
#include "classroom/probe.h"
#include "media/frame.h"
#include "media/stun.h"
#include "platform/units.h"
#include "srtp/keys.h"

#define JOIN_SEND_MAX KIND_COUNT                               // one stream of each kind
#define JOIN_RECEIVE_MAX ((SESSION_LEGS_MAX - 1) * KIND_COUNT) // all that all others send
#define JOIN_ID_BYTES 65
#define JOIN_NAME_BYTES 257
#define JOIN_ENCODING_BYTES 65
#define JOIN_FMTP_BYTES 513
#define JOIN_PASSWORD_BYTES 129
#define JOIN_WHY_BYTES 256

// No lesson lasts longer, and no clock needs more.
#define JOIN_TIME_MS_MAX (7 * 86400 * MS_IN_S)

enum join_state {
	JOIN_OPEN, // before the bell: only STUN may flow
	JOIN_LIVE,
	JOIN_GRACE, // behind the closing bell
	JOIN_ENDED, // never in JSON: told by join_state_at()
};

// One stream to send or to receive.
struct join_stream {
	char endpoint[JOIN_ID_BYTES];      // receive only: who sends it
	char school_name[JOIN_NAME_BYTES]; // receive only
	enum stream_kind kind;
	uint32_t ssrc;
	uint8_t payload_type;
	uint32_t clock_rate_hz;
	char encoding[JOIN_ENCODING_BYTES]; // as in SDP's rtpmap
	char fmtp[JOIN_FMTP_BYTES];         // "": none
	struct srtp_keys keys;
	uint32_t roc; // receive only
};

// An SSRC and key for RTCP alone.
struct join_channel {
	uint32_t ssrc;
	struct srtp_keys keys;
};

struct join_stun {
	char username[STUN_USERNAME_BYTES_MAX + 1]; // of the endpoint's requests
	char password[JOIN_PASSWORD_BYTES];
	char relay_username[STUN_USERNAME_BYTES_MAX + 1]; // of the relay's requests
	char relay_password[JOIN_PASSWORD_BYTES];
};

// Holds secrets: wipe with join_wipe().
struct join {
	char id[JOIN_ID_BYTES];
	char instance[JOIN_ID_BYTES];
	char session[JOIN_NAME_BYTES];
	char title[JOIN_NAME_BYTES];
	enum join_state state;
	int64_t live_in_ms; // from the moment it was sent
	int64_t bell_in_ms;
	int64_t leave_in_ms;
	struct ip_address media[IP_FAMILIES]; // unset: the relay does not speak it; one at least
	be16_t media_port_be;
	struct join_stun stun;
	enum srtp_profile profile;
	struct join_channel report; // the endpoint's own receiver reports
	struct join_channel relay;  // the relay's own RTCP
	size_t send_count;
	struct join_stream send[JOIN_SEND_MAX];
	size_t receive_count;
	struct join_stream receive[JOIN_RECEIVE_MAX];
	struct probe_plan check; // of a connection check: probes in the place of media
};

// The moments of a join by this machine's own monotonic clock.
struct join_times {
	struct mono_time live;
	struct mono_time bell;
	struct mono_time leave;
};

// Reads a JOIN. Returns 0, or -EINVAL with the reason in `why` (never a key); *out is wiped then.
// SSRCs must differ from one another, since datagrams are told apart by them. Unknown members are
// ignored: a newer relay may have more to say.
int join_parse(const char *text, size_t length, struct join *out, char why[JOIN_WHY_BYTES]);

void join_wipe(struct join *join);

// When a join that arrived at `now` goes live, hears the closing bell and ends.
struct join_times join_times_from(const struct join *join, struct mono_time now);

// What the times say at `now`.
enum join_state join_state_at(const struct join_times *times, struct mono_time now);

const char *join_state_name(enum join_state state);

#endif
