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
config_ipv4_parse(const char *text, uint32_t *out)
{
	struct in_addr address;

	if (inet_pton(AF_INET, text, &address) != 1)
		return -EINVAL;
	*out = ntohl(address.s_addr);
	return 0;
}

int
config_network_parse(const char *text, uint32_t *address_out, uint8_t *prefix_out)
{
	char address[INET_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	uint32_t host_mask;
	uint32_t host;
	long prefix;

	if (slash == NULL || (size_t)(slash - text) >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (config_ipv4_parse(address, address_out) != 0 ||
		number_parse(slash + 1, 1, 30, &prefix) != 0)
		return -EINVAL;
	host_mask = UINT32_MAX >> prefix;
	host = *address_out & host_mask;
	if (host == 0 || host == host_mask)
		return -EINVAL;
	if (*address_out >> 24 == 0 || *address_out >> 24 == 127 || *address_out >> 28 >= 0xe)
		return -EINVAL;
	*prefix_out = (uint8_t)prefix;
	return 0;
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
