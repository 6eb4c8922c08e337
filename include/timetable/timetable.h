/* SPDX-License-Identifier: BSD-3-Clause */
// timetable.h - schools, endpoints, bells, pairs and weekly rules of a county, and the dated
// lessons they make.
#ifndef TIMETABLE_TIMETABLE_H
#define TIMETABLE_TIMETABLE_H

#include <stddef.h>
#include <stdint.h>

#include "platform/messages.h" // enum stream_kind
#include "platform/units.h"
#include "timetable/calendar.h"
#include "timetable/civil.h"
#include "timetable/csv_table.h"
#include "timetable/file_error.h"

#define TIMETABLE_ID_BYTES_MAX 48    // of a school, endpoint, pair or rule, with its terminator
#define TIMETABLE_TEXT_BYTES_MAX 192 // of any other field
#define TIMETABLE_STREAMS_MAX 4      // one of each kind
#define TIMETABLE_PROFILES_MAX 2
#define TIMETABLE_PERIOD_MAX 32
#define TIMETABLE_PARTS_MAX SESSION_LEGS_MAX
#define TIMETABLE_EXPAND_DAYS_MAX 800
#define LESSON_ID_BYTES_MAX 64

enum school_scope {
	SCHOOL_COUNTY,
	SCHOOL_CITY,
	SCHOOL_PROVINCE,
	SCHOOL_EXTERNAL,
};

// All strings are UTF-8, never NULL, and live as long as the timetable.
struct timetable_school {
	const char *id;
	const char *name;
	enum school_scope scope;
	const char *contact;
	const char *phone;
	unsigned line;
};

struct timetable_codec {
	const char *name;     // "h264", as endpoints.csv writes it
	const char *encoding; // "H264/90000", as SDP writes it
	const char *fmtp;
	uint32_t clock_rate_hz;
	uint8_t payload_type;
};

struct timetable_stream {
	enum stream_kind kind;
	const struct timetable_codec *codec;
};

struct timetable_endpoint {
	const char *id;
	const struct timetable_school *school;
	const char *room;
	struct timetable_stream streams[TIMETABLE_STREAMS_MAX];
	size_t stream_count;
	// What it supports: SRTP protection profile numbers (RFC 5764, 7714), the values of enum
	// srtp_profile, best first; at least one.
	uint16_t profiles[TIMETABLE_PROFILES_MAX];
	size_t profile_count;
	unsigned line;
};

// Half-open: a period that ends at 9:10 shares nothing with one that begins then.
struct bell_interval {
	int32_t start_s; // seconds since midnight
	int32_t end_s;
};

// A school's numbered periods from a date on. An absent one has end_s 0.
struct bell_table {
	const struct timetable_school *school;
	struct civil_date effective_from;
	struct bell_interval periods[TIMETABLE_PERIOD_MAX + 1]; // by number, from 1
};

struct timetable_pair {
	const char *id;
	const struct timetable_school *lead;
	const struct timetable_school **assisted; // at least one
	size_t assisted_count;
	const struct timetable_school **listeners;
	size_t listener_count;
	unsigned weekly_target; // lessons; default 4
	unsigned line;
};

enum lesson_role {
	LESSON_LEAD,
	LESSON_ASSIST,
	LESSON_LISTEN,
};

struct lesson_part {
	const struct timetable_school *school;
	const struct timetable_endpoint *endpoint;
	enum lesson_role role;
};

enum lesson_form {
	FORM_SYNCHRONOUS, // default
	FORM_DELIVERED,
	FORM_TRAINING,
	FORM_MASTER_TEACHER,
	FORM_PREPARATION, // two teachers before or after a lesson
};

enum governing_bell {
	BELL_LEAD, // default
	BELL_SCHOOL,
	BELL_INTERSECTION, // of the lead's and every assisted school's period
	BELL_UNION,
	BELL_EXPLICIT,
};

struct timetable_rule {
	const char *id;
	const struct timetable_pair *pair;
	int weekday; // 1 = Monday .. 7 = Sunday
	int period;  // 1.. ; may be 0 with BELL_EXPLICIT
	const char *weeks;
	const char *subject;
	const char *class_name;
	const char *teacher;
	enum lesson_form form;
	enum governing_bell bell;
	const struct timetable_school *bell_school; // of BELL_SCHOOL
	struct bell_interval bell_times;            // of BELL_EXPLICIT
	struct civil_date from;                     // inclusive; CIVIL_DATE_MIN where empty
	struct civil_date until;                    // inclusive; CIVIL_DATE_MAX where empty
	struct lesson_part *parts;                  // lead first, then assisted, then listeners
	size_t part_count;
	unsigned line;
};

// What timetable.conf says besides its files.
struct timetable_policies {
	char county[TIMETABLE_TEXT_BYTES_MAX];
	char zone[64];
	unsigned open_before_s; // a session opens this long before the bell
	unsigned grace_s;       // and ends this long after the closing bell
	unsigned audio_dscp;    // 0..63
	unsigned video_dscp;
};

enum timetable_file {
	TIMETABLE_SCHOOLS,
	TIMETABLE_ENDPOINTS,
	TIMETABLE_BELLS,
	TIMETABLE_PAIRS,
	TIMETABLE_RULES,
	TIMETABLE_FILE_COUNT,
};

// Read-only once made, and shared: running lessons outlive a reload.
struct timetable {
	unsigned references;
	struct timetable_policies policies;
	struct timetable_school *schools;
	size_t school_count;
	struct timetable_endpoint *endpoints;
	size_t endpoint_count;
	struct bell_table *bells; // by school, then date
	size_t bell_count;
	struct timetable_pair *pairs;
	size_t pair_count;
	struct timetable_rule *rules;
	size_t rule_count;
	char *files[TIMETABLE_FILE_COUNT]; // names, for messages
	struct csv_table tables[TIMETABLE_FILE_COUNT];
};

// One dated occurrence of a rule, or an ad-hoc lesson (rule NULL). The pointers are the
// timetable's.
struct lesson {
	char id[LESSON_ID_BYTES_MAX]; // "chinese-tue/2026-11-24"
	const struct timetable_rule *rule;
	struct civil_date date;
	struct wall_time start; // opening bell
	struct wall_time end;   // closing bell
	const char *title;      // the subject, or what an ad-hoc lesson was called
	const char *subject;
	const char *class_name;
	const char *teacher;
	enum lesson_form form;
	const struct lesson_part *parts; // lead first
	size_t part_count;
};

struct lesson_list {
	struct lesson *lessons; // by start, then id
	size_t count;
};

struct timetable_bytes {
	const char *file; // its name, for messages
	const void *bytes;
	size_t count;
};

// Makes a timetable of one reference from the five files' bytes. Returns 0, -ENOMEM, or -EINVAL
// with *error. Every reference between files is checked, and every rule against every bell table
// that it will meet, so that expanding cannot fail later.
int timetable_create(const struct timetable_policies *policies,
	const struct timetable_bytes files[TIMETABLE_FILE_COUNT], struct timetable **out,
	struct file_error *error);
struct timetable *timetable_acquire(struct timetable *timetable);
void timetable_release(struct timetable *timetable); // the last one frees; NULL is fine

const struct timetable_school *timetable_school_find(
	const struct timetable *timetable, const char *id);
const struct timetable_endpoint *timetable_endpoint_find(
	const struct timetable *timetable, const char *id);

// The lessons of the dates `first` to `last`, both included, at most TIMETABLE_EXPAND_DAYS_MAX
// days, in the zone that civil_zone_set() set. A date before the first bell table that governs a
// rule has no lesson of it. `calendar` may be NULL. Returns 0, -ENOMEM or -EINVAL (too many days);
// the list is freed with lesson_list_fini() and its lessons' pointers are the timetable's.
int timetable_expand(const struct timetable *timetable, const struct calendar *calendar,
	struct civil_date first, struct civil_date last, struct lesson_list *out);
void lesson_list_fini(struct lesson_list *list);

// The newest table of a school in force on a date, or NULL.
const struct bell_table *bell_table_find(const struct timetable *timetable,
	const struct timetable_school *school, struct civil_date date);

// Whole minutes that two periods share.
int bell_overlap_minutes(struct bell_interval a, struct bell_interval b);

// "lead", "assist", "listen"; "audio", "teacher", ...; "synchronous", ...
const char *lesson_role_name(enum lesson_role role);
const char *lesson_form_name(enum lesson_form form);
const char *school_scope_name(enum school_scope scope);
const char *stream_kind_name(enum stream_kind kind);

#endif
