/* SPDX-License-Identifier: BSD-3-Clause */
// config.h - relay.conf and the timetable it names, read whole and checked whole.
#ifndef CONTROL_CONFIG_H
#define CONTROL_CONFIG_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "control/table_mark.h"
#include "platform/ip.h"
#include "platform/log.h"
#include "timetable/file_error.h"
#include "timetable/timetable.h"

#define CONFIG_EAL_OPTIONS_MAX 32
#define CONFIG_TEXT_BYTES_MAX 256
#define CONFIG_LISTEN_MAX 8
#define CONFIG_LEGS_MAX 16384

// An address and port to listen on. `host` is a numeric IPv4 or IPv6 address without brackets.
struct config_listen {
	char host[64];
	uint16_t port;
};

// The media address of one family. Unset: none.
struct config_network {
	struct ip_address address;
	uint8_t prefix_bits;       // as of struct ip_address: IPv4's count from IP_MAPPED_BITS
	struct ip_address gateway; // unset: none
};

struct config_media {
	char device[CONFIG_TEXT_BYTES_MAX]; // a --vdev string, or a PCI address
	char eal[CONFIG_EAL_OPTIONS_MAX][CONFIG_TEXT_BYTES_MAX];
	size_t eal_count;
	struct config_network networks[IP_FAMILIES]; // one of them, or both
	uint8_t mac[6];   // default 02:00 and the last four bytes of the address, IPv4's first
	uint32_t vlan;    // 0 = none, 1..4094
	uint32_t port;    // 1..65535, default 5000
	uint32_t workers; // lcores of the data path, 1..WORKERS_MAX, default 1
	uint32_t poll_above_pps; // naps below; 0: never, default 50000
	char engine[32]; // "ipsec-mb", "libsrtp2", or "auto" (default): the first that runs here
};

// What the ledger keeps, and what it calls a lesson.
struct config_ledger {
	uint32_t minute_days;       // minute rows are kept for so long, default 400; 0: for ever
	uint32_t live_seconds;      // of audio of both ends make a minute live, 1..60, default 50
	uint32_t delivered_percent; // of the planned minutes live: delivered, 1..100, default 80
	uint32_t partial_minutes;   // live: partial, fewer: missed, at least 1, default 1
};

// From where a line is amber, and red. Each red is above its amber.
struct config_quality {
	uint32_t loss_amber_percent;  // default 1
	uint32_t loss_red_percent;    // default 5
	uint32_t jitter_amber_ms;     // default 30
	uint32_t jitter_red_ms;       // default 50
	uint32_t round_trip_amber_ms; // default 150
	uint32_t round_trip_red_ms;   // default 300
	uint32_t silent_s;            // without any packet: red; 1..60, default 3
};

struct config {
	struct config_media media;
	struct config_ledger ledger;
	struct config_quality quality;
	struct config_listen listen[CONFIG_LISTEN_MAX]; // none: only inherited sockets
	size_t listen_count;
	char socket_path[PATH_MAX];     // default "": none
	char state_directory[PATH_MAX]; // default "/var/lib/relay"
	char timetable_path[PATH_MAX];
	uint32_t legs_max;        // default 256; at most CONFIG_LEGS_MAX
	enum log_level log_level; // default LOG_LEVEL_INFO
	enum log_format log_format;
	struct timetable *timetable;
	struct table_marks marks; // of the files that the timetable was made of
};

// Reads `path` and everything it names; relative paths in a file start from that file's directory.
// Returns 0, or -EINVAL with *error (also where a file cannot be read), or -ENOMEM. Only regular
// files are read, so nothing blocks; unknown settings and `@include` are errors. Does not set the
// process's zone: that is civil_zone_set(config->timetable->policies.zone).
int config_load(const char *path, struct config *out, struct file_error *error);
void config_fini(struct config *config); // releases the timetable

// Only the timetable, for a reload. Same errors. timetable_release() frees it.
int timetable_load(const char *path, struct timetable **out, struct file_error *error);
// The same, and which versions of the files it was made of.
int timetable_load_marked(const char *path, struct timetable **out, struct table_marks *marks_out,
	struct file_error *error);

#endif
