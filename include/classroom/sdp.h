/* SPDX-License-Identifier: BSD-3-Clause */
// sdp.h - the SDP file by which a local player opens one endpoint's streams (RFC 8866).
#ifndef CLASSROOM_SDP_H
#define CLASSROOM_SDP_H

#include <stddef.h>
#include <stdint.h>

#include "classroom/roster.h"

#define SDP_BYTES_MAX 16384

// Writes the SDP of all streams that the roster lists of `endpoint`, at `address` (IPv4), to
// text[0.. capacity). It depends on nothing that changes when an endpoint joins again, so that
// players need not restart. Returns its length, 0 where the endpoint has no stream, or -ENOSPC.
int sdp_write(const struct roster *roster, const char *endpoint, const char *address, char *text,
	size_t capacity);

#endif
