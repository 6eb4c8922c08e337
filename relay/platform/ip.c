/* SPDX-License-Identifier: BSD-3-Clause */
// ip.c - addresses of both families as text, and their prefixes.
#include "platform/ip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

bool
ip_shares_prefix(const struct ip_address *a, const struct ip_address *b, unsigned bits)
{
	for (unsigned i = 0; i < sizeof a->words_be / sizeof a->words_be[0] && bits > 0; i++) {
		unsigned here = bits < 32 ? bits : 32;
		if (ntohl(a->words_be[i] ^ b->words_be[i]) >> (32 - here))
			return false;
		bits -= here;
	}
	return true;
}

void
ip_to_text(const struct ip_address *ip, char text[IP_TEXT_BYTES])
{
	bool is_v4 = ip_family(ip) == IP_V4;
	inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? &ip->words_be[3] : ip->words_be, text,
		IP_TEXT_BYTES);
}

void
ip_port_to_text(const struct ip_address *ip, be16_t port_be, char text[IP_PORT_TEXT_BYTES])
{
	char host[IP_TEXT_BYTES];
	ip_to_text(ip, host);
	snprintf(text, IP_PORT_TEXT_BYTES, ip_family(ip) == IP_V4 ? "%s:%u" : "[%s]:%u", host,
		ntohs(port_be));
}

int
ip_from_text(const char *text, struct ip_address *out)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, text, &v4) == 1) {
		*out = ip_from_v4(v4.s_addr);
		return 0;
	}
	if (inet_pton(AF_INET6, text, &v6) != 1 || IN6_IS_ADDR_V4MAPPED(&v6))
		return -EINVAL;
	*out = ip_from_v6(v6.s6_addr);
	return 0;
}
