/* SPDX-License-Identifier: BSD-3-Clause */
// pcapng.c - writes packets' headers as a pcapng file in memory (draft-ietf-opsawg-pcapng).
#include "control/pcapng.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET 6u
#define BYTE_ORDER_MAGIC 0x1a2b3c4du // tells readers that the file is of this machine's order
#define LINK_ETHERNET 1u
#define OPTION_TIME_RESOLUTION 9u
#define NANOSECONDS 9u // ten to the minus so many seconds
#define FIRST_ROOM 65536

static int
make_room(struct pcapng *file, size_t more)
{
	if (file->count + more <= file->room)
		return 0;
	size_t room = file->room ? 2 * file->room : FIRST_ROOM;
	uint8_t *bytes = realloc(file->bytes, room);
	if (!bytes)
		return -ENOMEM;
	file->bytes = bytes;
	file->room = room;
	return 0;
}

// A block's body is words; its length stands before and behind it.
static int
add_block(struct pcapng *file, uint32_t type, const void *head, uint32_t head_bytes,
	const void *data, uint32_t data_bytes)
{
	uint32_t padding = -data_bytes & 3;
	uint32_t total = 12 + head_bytes + data_bytes + padding;
	if (make_room(file, total) != 0)
		return -ENOMEM;
	uint8_t *at = file->bytes + file->count;
	memcpy(at, &type, sizeof type);
	memcpy(at + 4, &total, sizeof total);
	memcpy(at + 8, head, head_bytes);
	at += 8 + head_bytes;
	if (data_bytes > 0)
		memcpy(at, data, data_bytes);
	memset(at + data_bytes, 0, padding);
	memcpy(at + data_bytes + padding, &total, sizeof total);
	file->count += total;
	return 0;
}

int
pcapng_begin(struct pcapng *file, uint32_t snaplen)
{
	const struct {
		uint32_t magic;
		uint16_t major, minor;
		int32_t section_bytes[2]; // both -1: not known
	} section = {BYTE_ORDER_MAGIC, 1, 0, {-1, -1}};
	const struct {
		uint16_t link, reserved;
		uint32_t snaplen;
		uint16_t option, option_bytes;
		uint8_t resolution[4];
		uint32_t end_of_options;
	} interface = {LINK_ETHERNET, 0, snaplen, OPTION_TIME_RESOLUTION, 1, {NANOSECONDS}, 0};
	int result = add_block(file, BLOCK_SECTION, &section, sizeof section, NULL, 0);
	if (result == 0)
		result = add_block(file, BLOCK_INTERFACE, &interface, sizeof interface, NULL, 0);
	return result;
}

int
pcapng_add(struct pcapng *file, uint64_t at_ns, const uint8_t *bytes, uint32_t captured,
	uint32_t frame_bytes)
{
	const uint32_t head[] = {
		0, (uint32_t)(at_ns >> 32), (uint32_t)at_ns, captured, frame_bytes};
	if (file->count + sizeof head + captured + 16 > PCAPNG_BYTES_MAX)
		return -ENOSPC;
	return add_block(file, BLOCK_PACKET, head, sizeof head, bytes, captured);
}

void
pcapng_fini(struct pcapng *file)
{
	free(file->bytes);
	memset(file, 0, sizeof *file);
}
