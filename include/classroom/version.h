/* SPDX-License-Identifier: BSD-3-Clause */
// version.h - what `classroom --version` says and the relay is told.
#ifndef CLASSROOM_VERSION_H
#define CLASSROOM_VERSION_H

#define CLASSROOM_VERSION "0.1"

#endif
