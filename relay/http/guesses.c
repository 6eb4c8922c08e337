/* SPDX-License-Identifier: BSD-3-Clause */
// guesses.c - slows down who tries tokens: a bounded table of addresses that failed.
#include "http/guesses.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define IP4_BYTES 4
#define IP6_PREFIX_BYTES 8

struct failing {
	struct address_prefix from;
	// When all its failures are forgiven (each takes GUESSES_EACH_MS); 0: the place is free.
	struct mono_time forgiven_at;
};

struct known {
	struct address_prefix from;
	unsigned char hash[SECRET_HASH_BYTES];
};

struct guesses {
	struct failing failing[GUESSES_ADDRESSES_MAX];
	struct known known[GUESSES_KNOWN_MAX]; // by the hash's first bytes; a newer one replaces
};

struct address_prefix
address_prefix_of(const struct sockaddr_storage *address)
{
	struct address_prefix prefix = {{0}};
	if (address->ss_family == AF_INET) {
		prefix.bytes[0] = IP4_BYTES;
		memcpy(prefix.bytes + 1, &((const struct sockaddr_in *)address)->sin_addr,
			IP4_BYTES);
	} else if (address->ss_family == AF_INET6) {
		const struct in6_addr *ip6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
		bool is_mapped = IN6_IS_ADDR_V4MAPPED(ip6);
		prefix.bytes[0] = is_mapped ? IP4_BYTES : IP6_PREFIX_BYTES;
		memcpy(prefix.bytes + 1, ip6->s6_addr + (is_mapped ? 12 : 0), prefix.bytes[0]);
	}
	return prefix;
}

struct guesses *
guesses_create(void)
{
	return calloc(1, sizeof(struct guesses));
}

void
guesses_destroy(struct guesses *guesses)
{
	free(guesses);
}

static const struct failing *
find(const struct guesses *guesses, const struct address_prefix *from)
{
	for (size_t i = 0; i < GUESSES_ADDRESSES_MAX; i++)
		if (guesses->failing[i].forgiven_at.ns != 0 &&
			memcmp(&guesses->failing[i].from, from, sizeof *from) == 0)
			return &guesses->failing[i];
	return NULL;
}

unsigned
guesses_wait_s(
	const struct guesses *guesses, const struct address_prefix *from, struct mono_time now)
{
	const struct failing *failing = find(guesses, from);
	if (failing == NULL)
		return 0;
	int64_t ns = failing->forgiven_at.ns - now.ns -
		     (int64_t)(GUESSES_BURST - 1) * GUESSES_EACH_MS * NS_IN_MS;
	return ns > 0 ? (unsigned)((ns + NS_IN_S - 1) / NS_IN_S) : 0;
}

void
guesses_failed(struct guesses *guesses, const struct address_prefix *from, struct mono_time now)
{
	struct failing *place = (struct failing *)find(guesses, from);
	if (place == NULL) {
		place = &guesses->failing[0];
		for (size_t i = 1; i < GUESSES_ADDRESSES_MAX; i++)
			if (guesses->failing[i].forgiven_at.ns < place->forgiven_at.ns)
				place = &guesses->failing[i];
		place->from = *from;
		place->forgiven_at = now;
	}
	if (place->forgiven_at.ns < now.ns)
		place->forgiven_at = now;
	place->forgiven_at.ns += (int64_t)GUESSES_EACH_MS * NS_IN_MS;
}

static size_t
place_of(const unsigned char hash[SECRET_HASH_BYTES])
{
	return (hash[0] | (size_t)hash[1] << 8) % GUESSES_KNOWN_MAX;
}

void
guesses_succeeded(struct guesses *guesses, const struct address_prefix *from,
	const unsigned char hash[SECRET_HASH_BYTES])
{
	struct known *known = &guesses->known[place_of(hash)];
	known->from = *from;
	memcpy(known->hash, hash, sizeof known->hash);
}

bool
guesses_knows(const struct guesses *guesses, const struct address_prefix *from,
	const unsigned char hash[SECRET_HASH_BYTES])
{
	const struct known *known = &guesses->known[place_of(hash)];
	return memcmp(&known->from, from, sizeof *from) == 0 &&
	       memcmp(known->hash, hash, sizeof known->hash) == 0;
}
