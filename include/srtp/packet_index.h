/* SPDX-License-Identifier: BSD-3-Clause */
// packet_index.h - the packet index that a sequence number means, and which indices were seen (RFC
// 3711, sections 3.3.1 and 3.3.2, appendix A).
#ifndef SRTP_PACKET_INDEX_H
#define SRTP_PACKET_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#define PACKET_INDEX_WINDOW_MAX 1024 // packets behind the newest that are still told new from old
#define PACKET_INDEX_WINDOW_WORDS (PACKET_INDEX_WINDOW_MAX / 64)

enum packet_index_verdict {
	PACKET_INDEX_NEW,
	PACKET_INDEX_SEEN,
	PACKET_INDEX_TOO_OLD,
};

struct packet_index {
	uint64_t highest; // before the first packet only its rollover counter counts
	uint32_t window;  // packets, at most PACKET_INDEX_WINDOW_MAX
	bool is_started;
	uint64_t seen[PACKET_INDEX_WINDOW_WORDS]; // bit index % PACKET_INDEX_WINDOW_MAX
};

void packet_index_init(struct packet_index *index, uint32_t roc, uint32_t window);

// The index (ROC << 16 | SEQ) that `seq` means, seen from the highest. Unlike appendix A it does
// not go below a rollover counter of 0, where no packet can be.
uint64_t packet_index_estimate(const struct packet_index *index, uint16_t seq);

// Judges an index; changes nothing.
enum packet_index_verdict packet_index_check(const struct packet_index *index, uint64_t value);

// Takes an authenticated index in.
void packet_index_commit(struct packet_index *index, uint64_t value);

#endif
