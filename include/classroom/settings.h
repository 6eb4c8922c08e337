/* SPDX-License-Identifier: BSD-3-Clause */
// settings.h - the classroom's configuration file (libconfig), read and checked.
#ifndef CLASSROOM_SETTINGS_H
#define CLASSROOM_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "classroom/kind.h"

#define SETTINGS_PATH_BYTES 1024
#define SETTINGS_HOST_BYTES 256
#define SETTINGS_RELAY_BYTES (SETTINGS_HOST_BYTES + 8) // with brackets and port
#define SETTINGS_ADDRESS_BYTES 16                      // dotted IPv4
#define SETTINGS_COMMAND_BYTES 4096
#define SETTINGS_TOKEN_BYTES 256
#define SETTINGS_FINGERPRINT_BYTES 32 // SHA-256
#define SETTINGS_FILE_BYTES_MAX 65536

struct settings {
	char relay[SETTINGS_RELAY_BYTES];                            // "host:port", "[IPv6]:port"
	char certificate_sha256[SETTINGS_FINGERPRINT_BYTES * 2 + 1]; // of the relay's, hex digits
	char token_file[SETTINGS_PATH_BYTES];
	char status_file[SETTINGS_PATH_BYTES]; // "": none
	char input_address[SETTINGS_ADDRESS_BYTES];
	uint16_t input_ports[KIND_COUNT]; // 0: this kind is not sent
	char output_address[SETTINGS_ADDRESS_BYTES];
	uint16_t output_port; // even; the first of the received streams' port pairs
	char output_directory[SETTINGS_PATH_BYTES];
	char live_command[SETTINGS_COMMAND_BYTES]; // "": none
	char play_command[SETTINGS_COMMAND_BYTES]; // "": none
};

// Reads the file. Relative paths in it start from its own directory. Returns 0, or -EINVAL with
// "file:line: reason" in why[0..why_bytes).
int settings_read(const char *path, struct settings *out, char *why, size_t why_bytes);

// Reads the credential from the token file's first line. A secret: the caller wipes it. Returns 0,
// or -EINVAL with the reason.
int settings_read_token(const struct settings *settings, char token[SETTINGS_TOKEN_BYTES],
	char *why, size_t why_bytes);

#endif
