/* SPDX-License-Identifier: BSD-3-Clause */
// config_text.c - the configuration's texts as addresses.
#include "control/config_text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A whole number in decimal digits alone, from `least` to `most`.
static int
number_parse(const char *text, long least, long most, long *out)
{
	char *rest;

	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	*out = strtol(text, &rest, 10);
	return *rest == '\0' && *out >= least && *out <= most ? 0 : -EINVAL;
}

int
config_ip_parse(const char *text, enum ip_family family, struct ip_address *out)
{
	return ip_from_text(text, out) == 0 && ip_family(out) == family ? 0 : -EINVAL;
}

// The bits behind the prefix, all 0 (a network's own name) or all 1 (IPv4's broadcast).
static bool
host_bits_are(const struct ip_address *ip, unsigned prefix_bits, uint32_t value)
{
	for (unsigned bit = prefix_bits; bit < IP_BITS; bit++) {
		if ((ntohl(ip->words_be[bit / 32]) >> (31 - bit % 32) & 1) != value)
			return false;
	}
	return true;
}

static bool
is_host_of(const struct ip_address *ip, unsigned prefix_bits)
{
	return !host_bits_are(ip, prefix_bits, 0) &&
	       (ip_family(ip) == IP_V6 || !host_bits_are(ip, prefix_bits, 1));
}

static bool
is_link_local(const struct ip_address *ip)
{
	return ip_family(ip) == IP_V6 && ntohl(ip->words_be[0]) >> 22 == 0xfe80 >> 6;
}

// Addresses that schools can send to.
static bool
is_reachable(const struct ip_address *ip)
{
	uint32_t first = ntohl(ip_family(ip) == IP_V4 ? ip_v4_be(ip) : ip->words_be[0]) >> 24;
	if (ip_family(ip) == IP_V4)
		return first != 0 && first != 127 && first < 0xe0;
	return ip->words_be[0] != 0 && first != 0xff && !is_link_local(ip);
}

int
config_network_parse(const char *text, enum ip_family family, struct config_network *out)
{
	char address[IP_TEXT_BYTES];
	const char *slash = strchr(text, '/');
	long prefix;

	if (slash == NULL || (size_t)(slash - text) >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (config_ip_parse(address, family, &out->address) != 0 ||
		number_parse(slash + 1, 1, family == IP_V4 ? 30 : 126, &prefix) != 0)
		return -EINVAL;
	out->prefix_bits = (uint8_t)(prefix + (family == IP_V4 ? IP_MAPPED_BITS : 0));
	return is_host_of(&out->address, out->prefix_bits) && is_reachable(&out->address) ? 0
											  : -EINVAL;
}

bool
config_gateway_fits(const struct config_network *network, const struct ip_address *gateway)
{
	if (is_link_local(gateway))
		return true;
	return ip_shares_prefix(gateway, &network->address, network->prefix_bits) &&
	       is_host_of(gateway, network->prefix_bits) && !ip_equals(gateway, &network->address);
}

int
config_mac_parse(const char *text, uint8_t out[6])
{
	static const uint8_t zero[6];

	if (strlen(text) != 17)
		return -EINVAL;
	for (size_t i = 0; i < 6; i++) {
		const char *digits = text + 3 * i;
		const char pair[3] = {digits[0], digits[1], '\0'};

		if (strspn(pair, "0123456789abcdefABCDEF") != 2)
			return -EINVAL;
		if (i < 5 && digits[2] != ':')
			return -EINVAL;
		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return (out[0] & 1) != 0 || memcmp(out, zero, 6) == 0 ? -EINVAL : 0;
}

int
config_listen_parse(const char *text, struct config_listen *out)
{
	const char *colon = strrchr(text, ':');
	const char *host = text;
	struct in6_addr address;
	size_t bytes;
	long port;

	if (colon == NULL || number_parse(colon + 1, 1, UINT16_MAX, &port) != 0)
		return -EINVAL;
	bytes = (size_t)(colon - text);
	if (bytes >= 2 && text[0] == '[' && text[bytes - 1] == ']') {
		host++;
		bytes -= 2;
	}
	if (bytes >= sizeof(out->host))
		return -EINVAL;
	memcpy(out->host, host, bytes);
	out->host[bytes] = '\0';
	out->port = (uint16_t)port;
	return inet_pton(host == text ? AF_INET : AF_INET6, out->host, &address) == 1 ? 0 : -EINVAL;
}
