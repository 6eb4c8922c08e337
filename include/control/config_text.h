/* SPDX-License-Identifier: BSD-3-Clause */
// config_text.h - the configuration's texts as addresses. Each returns 0 or -EINVAL.
#ifndef CONTROL_CONFIG_TEXT_H
#define CONTROL_CONFIG_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "control/config.h"

// "198.18.0.1", host order.
int config_ipv4_parse(const char *text, uint32_t *out);

// "198.18.0.2/24": a host's address in a network of prefix 1 to 30, neither its first nor its last,
// nor loopback or multicast.
int config_network_parse(const char *text, uint32_t *address_out, uint8_t *prefix_out);

// "02:00:c6:12:00:02": one station's address, not a group's and not zero.
int config_mac_parse(const char *text, uint8_t out[6]);

// "0.0.0.0:8443" or "[::]:8443".
int config_listen_parse(const char *text, struct config_listen *out);

#endif
