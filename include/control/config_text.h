/* SPDX-License-Identifier: BSD-3-Clause */
// config_text.h - the configuration's texts as addresses. Each returns 0 or -EINVAL.
#ifndef CONTROL_CONFIG_TEXT_H
#define CONTROL_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/config.h"

// "198.18.0.1" or "fd00:198:18::1", of this family.
int config_ip_parse(const char *text, enum ip_family family, struct ip_address *out);

// "198.18.0.2/24" or "fd00:198:18::2/64": a host's address in a network of prefix 1 to 30 or 126,
// neither its first nor (IPv4) its last, nor loopback, link-local or multicast.
int config_network_parse(const char *text, enum ip_family family, struct config_network *out);

// Whether `gateway` can be the next hop of a host in `network`: another host of it, or an IPv6
// router by its link-local address.
bool config_gateway_fits(const struct config_network *network, const struct ip_address *gateway);

// "02:00:c6:12:00:02": one station's address, not a group's and not zero.
int config_mac_parse(const char *text, uint8_t out[6]);

// "0.0.0.0:8443" or "[::]:8443".
int config_listen_parse(const char *text, struct config_listen *out);

#endif
