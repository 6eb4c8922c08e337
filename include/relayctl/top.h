/* SPDX-License-Identifier: BSD-3-Clause */
// top.h - inside relayctl's full-screen view: what is looked at, and how it is drawn.
#ifndef RELAYCTL_TOP_H
#define RELAYCTL_TOP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define TOP_FILTER_BYTES_MAX 64
#define TOP_WHY_BYTES 256

enum top_sort {
	TOP_WORST, // as the relay orders them
	TOP_LOSS,  // the highest of any line first
	TOP_JITTER,
	TOP_LEFT, // whose bell rings next first
	TOP_TITLE,
	TOP_SORT_COUNT,
};

// What the keys have chosen, and what the relay has answered last.
struct top_view {
	enum top_sort sort;
	char filter[TOP_FILTER_BYTES_MAX];
	bool is_typing;          // the filter
	bool is_detail;          // of the selected lesson
	size_t scroll;           // of the detail
	char session[256];       // the selected lesson's; "": the first
	json_t *live;            // NULL: no answer yet
	json_t *flows;           // of the detail; NULL: none yet
	char why[TOP_WHY_BYTES]; // why there is no fresh answer; "": there is
};

const char *top_sort_name(enum top_sort sort);

// top_list.c: the lessons that pass the filter, in the order chosen; a new array of borrowed
// lessons. The filter is found, whatever its capitals, in title, subject, pair and schools.
json_t *top_list(const struct top_view *view);

// Moves the selection so many lessons down (negative: up), within the list.
void top_select(struct top_view *view, int steps);

// The selected lesson, or the first where that one is gone; NULL where the list is empty. Borrowed.
const json_t *top_selected(const struct top_view *view, const json_t *list);

// top_screen.c: the terminal. Beginning returns false where it has no full-screen way.
bool top_screen_begin(void);
void top_screen_end(void);
void top_screen_resize(void);
void top_screen_draw(const struct top_view *view);

// Takes one key that waits: false where there is none.
enum top_key {
	TOP_KEY_OTHER,
	TOP_KEY_QUIT,
	TOP_KEY_OPEN,
	TOP_KEY_BACK,
	TOP_KEY_ERASE,
	TOP_KEY_UP,
	TOP_KEY_DOWN,
	TOP_KEY_LETTER,
};
struct top_press {
	enum top_key key;
	char letter[8]; // UTF-8, of TOP_KEY_LETTER
};
bool top_screen_key(struct top_press *press_out);

#endif
