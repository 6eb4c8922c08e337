/* SPDX-License-Identifier: BSD-3-Clause */
// metrics_write.h - lines of Prometheus' text format 0.0.4.
#ifndef CONTROL_METRICS_WRITE_H
#define CONTROL_METRICS_WRITE_H

#include <stdint.h>
#include <stdio.h>

struct metrics_input;

void metrics_family(FILE *out, const char *name, const char *type, const char *help);

// A family of one sample without labels.
void metrics_counter(FILE *out, const char *name, uint64_t value, const char *help);
void metrics_gauge(FILE *out, const char *name, double value, const char *help);

// `before` is what separates it from the label before: "" or ",".
void metrics_label(FILE *out, const char *name, const char *value, const char *before);

// metrics_lines.c: each school's lines in the lessons that are on, and who is absent.
void metrics_write_lines(FILE *out, const struct metrics_input *input);

// metrics_workers.c: each worker's counters, and what is left of its tables.
void metrics_write_workers(FILE *out, const struct metrics_input *input);

// metrics_device.c: nothing where it is NULL.
struct port_stats;
void metrics_write_device(FILE *out, const struct port_stats *device);

#endif
