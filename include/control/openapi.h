/* SPDX-License-Identifier: BSD-3-Clause */
// openapi.h - the document that describes the control port (OpenAPI 3.1), as served.
#ifndef CONTROL_OPENAPI_H
#define CONTROL_OPENAPI_H

#include <stddef.h>

// *bytes_out of JSON, without a zero behind them.
const char *openapi_text(size_t *bytes_out);

#endif
