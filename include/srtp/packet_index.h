/* SPDX-License-Identifier: BSD-3-Clause */
// packet_index.h - the packet index that a sequence number means, and which indices were seen (RFC
// 3711, sections 3.3.1 and 3.3.2, appendix A).
//
// Each packet asks all of this: what is short stands here, to be inlined.
#ifndef SRTP_PACKET_INDEX_H
#define SRTP_PACKET_INDEX_H

#include <stdbool.h>
#include <stdint.h>

// What the window has seen lies beside the index, in as many words as the window needs, which its
// owner hands to each call: bit `index % window`.
#define PACKET_INDEX_WORDS(window) ((window) / 64)
#define PACKET_INDEX_HALF 0x8000

enum packet_index_verdict {
	PACKET_INDEX_NEW,
	PACKET_INDEX_SEEN,
	PACKET_INDEX_TOO_OLD,
};

struct packet_index {
	uint64_t highest; // before the first packet only its rollover counter counts
	// Packets behind the newest that are still told new from old: a power of 2, at least 64.
	uint32_t window;
	bool is_started;
};

// Clears `seen` too.
void packet_index_init(struct packet_index *index, uint64_t *seen, uint32_t roc, uint32_t window);

// The index (ROC << 16 | SEQ) that `seq` means, seen from the highest. Unlike appendix A it does
// not go below a rollover counter of 0, where no packet can be.
static inline uint64_t
packet_index_estimate(const struct packet_index *index, uint16_t seq)
{
	uint64_t roc = index->highest >> 16;
	uint16_t highest_seq = (uint16_t)index->highest;

	if (index->is_started) {
		if (highest_seq < PACKET_INDEX_HALF && seq - highest_seq > PACKET_INDEX_HALF &&
			roc > 0)
			roc--;
		else if (highest_seq >= PACKET_INDEX_HALF && highest_seq - PACKET_INDEX_HALF > seq)
			roc++;
	}
	return roc << 16 | seq;
}

static inline unsigned
packet_index_word(const struct packet_index *index, uint64_t value)
{
	return (unsigned)(value & (index->window - 1)) / 64;
}

static inline uint64_t
packet_index_bit(uint64_t value)
{
	return UINT64_C(1) << (value % 64);
}

// Judges an index; changes nothing.
static inline enum packet_index_verdict
packet_index_check(const struct packet_index *index, const uint64_t *seen, uint64_t value)
{
	if (!index->is_started || value > index->highest)
		return PACKET_INDEX_NEW;
	if (index->highest - value >= index->window)
		return PACKET_INDEX_TOO_OLD;
	uint64_t word = seen[packet_index_word(index, value)];
	return word & packet_index_bit(value) ? PACKET_INDEX_SEEN : PACKET_INDEX_NEW;
}

// Makes `value` the highest, and what lies between unseen.
void packet_index_leap(struct packet_index *index, uint64_t *seen, uint64_t value);

// Takes an authenticated index in.
static inline void
packet_index_commit(struct packet_index *index, uint64_t *seen, uint64_t value)
{
	if (index->is_started && value == index->highest + 1)
		index->highest = value;
	else if (!index->is_started || value > index->highest)
		packet_index_leap(index, seen, value);
	seen[packet_index_word(index, value)] |= packet_index_bit(value);
}

#endif
