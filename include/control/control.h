/* SPDX-License-Identifier: BSD-3-Clause */
// control.h - the control plane as one thing: what main starts behind the data path, and stops
// before it.
//
// Everything here belongs to the thread that calls it. No DPDK: main hands in what it made with it.
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lessons/worker_link.h"
#include "platform/ip.h"
#include "platform/port.h"

struct config;
struct control;
struct srtp_engine;

#define CONTROL_ERROR_BYTES 512

// What control needs of the world. Strings are copied; `link`'s context, its stats and the engine
// must outlive the control.
struct control_edges {
	const struct srtp_engine *engine;
	struct worker_link link;
	const char *config_path; // as given by --config; read again on reload
	const char *program;     // executed as `program --check-config --config PATH` before a
				 // reload; NULL: /proc/self/exe
	const char *version;     // as --version prints it
	const char *device;      // the media device, for /v1/status
	// "198.18.0.2" and "fd00:198:18::2", without the prefix; "" (or NULL): none of that family
	const char *media_addresses[IP_FAMILIES];
	struct flow_memory flow_memory;
	uint16_t media_port;
	const char *media_mac;               // "02:00:c6:12:00:02"
	bool (*clock_is_synchronised)(void); // NULL: clock_is_kept()
	// What the media device counts: port_look(); NULL: it cannot be asked.
	int (*port_look)(const struct port *port, struct port_stats *out);
	const struct port *port; // handed to it
};

// Opens the control port (from the configuration, and LISTEN_FDS), reads the state directory and
// plans the lessons; no message goes to a worker before control_run(). Takes `config` over, also
// where it fails. Returns NULL with a reason that says what to do in error[0..error_bytes).
struct control *control_create(
	struct config *config, const struct control_edges *edges, char *error, size_t error_bytes);

// Runs until SIGTERM, SIGINT or control_stop(). SIGHUP re-reads the timetable. The port and the
// workers must be running. Returns 0, or -EIO where the event loop failed.
int control_run(struct control *control);

// Ends control_run() from inside one of its callbacks.
void control_stop(struct control *control);

// Whether media port, control port and timetable are up, as /readyz says.
bool control_is_ready(const struct control *control);

// Takes every leg, stream and outflow back from the workers, which must still be running, waits up
// to a second for their acknowledgements, and frees everything. Lessons are not ended by this: the
// next start resumes them. NULL is fine.
void control_destroy(struct control *control);

#endif
