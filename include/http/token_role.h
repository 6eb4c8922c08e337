/* SPDX-License-Identifier: BSD-3-Clause */
// token_role.h - the roles of those who ask, and which of them may do what another may.
#ifndef HTTP_TOKEN_ROLE_H
#define HTTP_TOKEN_ROLE_H

#include <stdbool.h>

enum token_role {
	TOKEN_ROLE_NONE,          // nobody in particular: a route that is open to all
	TOKEN_ROLE_ANY,           // of a route only: whoever is known
	TOKEN_ROLE_SCHOOL,        // sees its own lessons, and may ask for little
	TOKEN_ROLE_OBSERVER,      // reads everything but tokens, changes nothing
	TOKEN_ROLE_OPERATOR,      // changes lessons and timetable
	TOKEN_ROLE_ADMINISTRATOR, // everything: tokens, backups
	TOKEN_ROLE_ENDPOINT,      // a classroom's device
	TOKEN_ROLE_FEED,          // stands in a calendar's address, and opens nothing else
	TOKEN_ROLE_COUNT,
};

// "observer", ..., "none".
const char *token_role_name(enum token_role role);

// TOKEN_ROLE_NONE where it is no role that a token may have.
enum token_role token_role_find(const char *name);

// Whether who is of role `has` may use what needs at least `needs`; `changes`: whether that is
// more than reading.
bool token_role_allows(enum token_role has, enum token_role needs, bool changes);

// What a token of this role is bound to.
enum token_bond {
	TOKEN_BOND_NONE,
	TOKEN_BOND_ENDPOINT,
	TOKEN_BOND_SCHOOL,
	TOKEN_BOND_SCHOOL_OR_NONE,
};
enum token_bond token_role_bond(enum token_role role);

#endif
