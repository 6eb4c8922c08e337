/* SPDX-License-Identifier: BSD-3-Clause */
// guesses.h - inside http_server: slows down who tries tokens. Times are arguments; no I/O.
//
// An address (an IPv6 one's /64) may fail GUESSES_BURST times, then once each GUESSES_EACH_MS.
// While it may not, even a right token from there is refused, lest guessing go on, but for tokens
// that were right from that address before: whoever shares a school's address goes on undisturbed.
#ifndef HTTP_GUESSES_H
#define HTTP_GUESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "http/secret.h"
#include "platform/units.h"

#define GUESSES_BURST 10
#define GUESSES_EACH_MS 5000
#define GUESSES_ADDRESSES_MAX 1024 // the one that failed longest ago gives way to one more
#define GUESSES_KNOWN_MAX 4096     // tokens whose last address is remembered
#define GUESSES_PREFIX_BYTES 9

// Whom an address belongs to: its family, and 32 or 64 bits.
struct address_prefix {
	unsigned char bytes[GUESSES_PREFIX_BYTES];
};

struct address_prefix address_prefix_of(const struct sockaddr_storage *address);

struct guesses;
struct guesses *guesses_create(void);
void guesses_destroy(struct guesses *guesses);

// How long the address must wait before it may try a token, in seconds; 0: it may now.
unsigned guesses_wait_s(
	const struct guesses *guesses, const struct address_prefix *from, struct mono_time now);

void guesses_failed(
	struct guesses *guesses, const struct address_prefix *from, struct mono_time now);

// A token, by its hash, was right; and whether it was the last time from this address.
void guesses_succeeded(struct guesses *guesses, const struct address_prefix *from,
	const unsigned char hash[SECRET_HASH_BYTES]);
bool guesses_knows(const struct guesses *guesses, const struct address_prefix *from,
	const unsigned char hash[SECRET_HASH_BYTES]);

#endif
