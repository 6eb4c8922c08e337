/* SPDX-License-Identifier: BSD-3-Clause */
// timetable.h - schools, endpoints, bells, pairs and weekly rules of a county, and the dated
// lessons they make.
#ifndef TIMETABLE_TIMETABLE_H
#define TIMETABLE_TIMETABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/messages.h" // enum stream_kind
#include "platform/units.h"
#include "timetable/calendar.h"
#include "timetable/civil.h"
#include "timetable/csv_table.h"
#include "timetable/file_error.h"
#include "timetable/weeks.h"

#define TIMETABLE_ID_BYTES_MAX 48    // of a school, endpoint, pair or rule, with its terminator
#define TIMETABLE_TEXT_BYTES_MAX 192 // of any other field
#define TIMETABLE_STREAMS_MAX 4      // one of each kind
#define TIMETABLE_PROFILES_MAX 5
#define TIMETABLE_PERIOD_MAX 32
#define TIMETABLE_PARTS_MAX SESSION_LEGS_MAX
#define TIMETABLE_EXPAND_DAYS_MAX 800
#define TIMETABLE_BELL_OFFSET_S_MAX 600
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
	int bell_offset_s; // its bells ring so much later than its tables say; applied to them
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
	uint32_t profiles[TIMETABLE_PROFILES_MAX];
	size_t profile_count;
	unsigned line;
};

// Half-open: a period that ends at 9:10 shares nothing with one that begins then.
struct bell_interval {
	int32_t start_s; // seconds since midnight
	int32_t end_s;
};

// A grade band, "一二年级" or "三—六年级" = a set of grades; any other text is compared as it is.
struct audience {
	const char *text; // "" = everyone
	uint32_t grades;  // bit n = grade n; 0 where the text names none
};

// A school's numbered periods on a kind of day from a date on, for everyone or for one audience,
// whose periods come before everyone's. An absent one has end_s 0.
struct bell_table {
	const struct timetable_school *school;
	const char *kind; // of day, as calendar.csv's `bells` names it; "" = ordinary
	struct civil_date effective_from;
	struct audience audience;
	unsigned line;                                          // of its first row
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
	int period; // which of this school's periods it is; 0 = none
};

enum lesson_form {
	FORM_SYNCHRONOUS, // default
	FORM_DELIVERED,
	FORM_TRAINING,
	FORM_MASTER_TEACHER,
	FORM_PREPARATION, // two teachers before or after a lesson
	FORM_TUTORING,
	FORM_INSPECTION,
	FORM_OTHER,
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
	int period;  // the lead's, 1.. ; may be 0 with BELL_EXPLICIT
	const char *weeks;
	struct week_set week_set; // what `weeks` means
	struct audience audience; // whose bells it follows
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
	// What the county has promised: lessons and trainings of a calendar year (0 = not told),
	// and what each pair owes in a month with teaching days.
	unsigned plan_synchronous;
	unsigned plan_training;
	unsigned monthly_visits;
	unsigned monthly_working_days;
};

enum timetable_file {
	TIMETABLE_SCHOOLS,
	TIMETABLE_ENDPOINTS,
	TIMETABLE_BELLS,
	TIMETABLE_PAIRS,
	TIMETABLE_RULES,
	TIMETABLE_CALENDAR, // optional, as is what follows
	TIMETABLE_SLOTS,
	TIMETABLE_FILE_COUNT,
};
#define TIMETABLE_FILE_REQUIRED_COUNT TIMETABLE_CALENDAR

struct calendar;    // timetable/calendar.h
struct slot_names;  // timetable/slot_names.h
struct parts_store; // timetable/readers.h

// The columns of rules.csv, in the order in which they are written.
extern const struct csv_column rules_columns[];
extern const size_t rules_column_count;

// Read-only once made, and shared: running lessons outlive a reload.
struct timetable {
	unsigned references;
	struct timetable_policies policies;
	struct timetable_school *schools;
	size_t school_count;
	struct timetable_endpoint *endpoints;
	size_t endpoint_count;
	struct bell_table *bells; // by school, kind, date, audience (everyone first)
	size_t bell_count;
	struct timetable_pair *pairs;
	size_t pair_count;
	struct timetable_rule *rules;
	size_t rule_count;
	struct calendar *calendar;         // NULL = none
	struct slot_names *slots;          // NULL = none
	char *files[TIMETABLE_FILE_COUNT]; // names, for messages; NULL = not given
	struct csv_table tables[TIMETABLE_FILE_COUNT];
	// The parts of lessons that differ from their rule's, kept so that every lesson's pointers
	// are the timetable's. Expanding adds to it: one thread at a time.
	struct parts_store *parts_store;
};

enum lesson_cancellation {
	LESSON_HELD,
	CANCELLED_EXCEPTION,    // by a one-day change
	CANCELLED_LEAD_OFF,     // the lead school's own calendar has no lessons that day
	CANCELLED_ASSISTED_OFF, // every assisted school's has none
	CANCELLED_NO_PERIOD,    // the bells of that kind of day lack its period
};

// One dated occurrence of a rule, or an ad-hoc lesson (rule NULL). The pointers are the
// timetable's.
struct lesson {
	char id[LESSON_ID_BYTES_MAX]; // "chinese-tue/2026-11-24": rule and planned date
	const struct timetable_rule *rule;
	struct civil_date planned; // where the weekly plan puts it
	struct civil_date date;    // where it is held: `planned` but where it was moved or swapped
	unsigned term_week;        // of the plan that it belongs to; 0 = in no term
	enum lesson_cancellation cancellation;
	struct wall_time start; // opening bell
	struct wall_time end;   // closing bell
	const char *title;      // the subject, or what an ad-hoc lesson was called
	const char *subject;
	const char *class_name;
	const char *teacher;
	enum lesson_form form;
	// Lead first. A school that is off that day is not among them; of a cancelled lesson they
	// are all of the rule's.
	const struct lesson_part *parts;
	size_t part_count;
};

struct lesson_list {
	struct lesson *lessons; // by start, then id
	size_t count;
};

struct timetable_bytes {
	const char *file; // its name, for messages; NULL where an optional file is not given
	const void *bytes;
	size_t count;
};

// Makes a timetable of one reference from the files' bytes. Returns 0, -ENOMEM, or -EINVAL
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

const struct timetable_pair *timetable_pair_find(const struct timetable *timetable, const char *id);
const struct timetable_rule *timetable_rule_find(const struct timetable *timetable, const char *id);

struct plan_exceptions; // timetable/exceptions.h

// The lessons held on the dates `first` to `last`, both included, at most TIMETABLE_EXPAND_DAYS_MAX
// days, in the zone that civil_zone_set() set, with the exceptions carried out (NULL: none; those
// that plan_exception_check() refuses do nothing). A date before the first bell table that governs
// a rule has no lesson of it. Returns 0, -ENOMEM or -EINVAL (too many days); the list is freed with
// lesson_list_fini() and its lessons' pointers are the timetable's.
int timetable_expand(const struct timetable *timetable, const struct plan_exceptions *exceptions,
	struct civil_date first, struct civil_date last, struct lesson_list *out);

// The lessons that the plan puts on those dates and that are not held, each with its cancellation
// and the times and parts that it would have had. What a day off of the whole county leaves out was
// never planned. Same returns.
int timetable_expand_cancelled(const struct timetable *timetable,
	const struct plan_exceptions *exceptions, struct civil_date first, struct civil_date last,
	struct lesson_list *out);
void lesson_list_fini(struct lesson_list *list);

// The newest table of a school in force on an ordinary day, for everyone; or NULL.
const struct bell_table *bell_table_find(const struct timetable *timetable,
	const struct timetable_school *school, struct civil_date date);

// The newest tables of a school and kind of day ("" = ordinary) in force on a date: one for each
// audience, everyone's first. Returns how many; 0 where there is none yet.
size_t bell_tables_find(const struct timetable *timetable, const struct timetable_school *school,
	const char *kind, struct civil_date date, const struct bell_table **first_out);

// When a school's period is on such a day for an audience: its own row of the newest tables, else
// everyone's. Returns 0, -ENOENT (no table in force), -ERANGE (it has no such period) or -EINVAL
// (two of its bands fit the audience).
int bell_period_get(const struct timetable *timetable, const struct timetable_school *school,
	const char *kind, const struct audience *audience, struct civil_date date, int period,
	struct bell_interval *out);

struct audience audience_make(const char *text);
// Whether rows for `band` apply to `audience`: its grades are among the band's, or the texts equal.
bool audience_fits(const struct audience *band, const struct audience *audience);

// Whole minutes that two periods share.
int bell_overlap_minutes(struct bell_interval a, struct bell_interval b);

// "lead", "assist", "listen"; "audio", "teacher", ...; "synchronous", ...
const char *lesson_role_name(enum lesson_role role);
const char *lesson_form_name(enum lesson_form form);
const char *lesson_cancellation_name(enum lesson_cancellation cancellation); // "exception", ...
const char *school_scope_name(enum school_scope scope);
const char *stream_kind_name(enum stream_kind kind);

#endif
