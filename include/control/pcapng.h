/* SPDX-License-Identifier: BSD-3-Clause */
// pcapng.h - writes packets' headers as a pcapng file in memory (draft-ietf-opsawg-pcapng), for
// Wireshark.
#ifndef CONTROL_PCAPNG_H
#define CONTROL_PCAPNG_H

#include <stddef.h>
#include <stdint.h>

#define PCAPNG_BYTES_MAX (8u << 20)

// Zeroed before pcapng_begin(); its bytes are its own.
struct pcapng {
	uint8_t *bytes;
	size_t count;
	size_t room;
};

// A section of one Ethernet interface, its moments in nanoseconds. `snaplen` is the most that is
// kept of a frame. Returns 0 or -ENOMEM.
int pcapng_begin(struct pcapng *file, uint32_t snaplen);

// One frame: `captured` bytes of its `frame_bytes`, at so many nanoseconds since 1970. Returns 0,
// -ENOSPC where the file would pass PCAPNG_BYTES_MAX, or -ENOMEM.
int pcapng_add(struct pcapng *file, uint64_t at_ns, const uint8_t *bytes, uint32_t captured,
	uint32_t frame_bytes);

void pcapng_fini(struct pcapng *file);

#endif
