/* SPDX-License-Identifier: BSD-3-Clause */
// metrics_write.c - lines of Prometheus' text format 0.0.4.
#include "control/metrics_write.h"

#include <inttypes.h>

void
metrics_family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void
metrics_counter(FILE *out, const char *name, uint64_t value, const char *help)
{
	metrics_family(out, name, "counter", help);
	fprintf(out, "%s %" PRIu64 "\n", name, value);
}

void
metrics_gauge(FILE *out, const char *name, double value, const char *help)
{
	metrics_family(out, name, "gauge", help);
	fprintf(out, "%s %.15g\n", name, value);
}

// A label's value: backslash, quote and newline are escaped.
void
metrics_label(FILE *out, const char *name, const char *value, const char *before)
{
	fprintf(out, "%s%s=\"", before, name);
	for (; *value; value++) {
		if (*value == '\n')
			fputs("\\n", out);
		else if (*value == '\\' || *value == '"')
			fprintf(out, "\\%c", *value);
		else
			fputc(*value, out);
	}
	fputc('"', out);
}
