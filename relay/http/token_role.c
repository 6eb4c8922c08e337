/* SPDX-License-Identifier: BSD-3-Clause */
// token_role.c - the table of roles: who includes whom, who only reads, who is bound to what.
#include "http/token_role.h"

#include <assert.h>
#include <string.h>

#define OF(role) (1u << (role))
#define OF_ALL (OF(TOKEN_ROLE_NONE) | OF(TOKEN_ROLE_ANY))
#define OF_READERS (OF_ALL | OF(TOKEN_ROLE_SCHOOL) | OF(TOKEN_ROLE_OBSERVER))

// `allows`: the routes' roles that this one is let in for.
static const struct {
	const char *name;
	unsigned allows;
	bool only_reads;
	enum token_bond bond;
} roles[TOKEN_ROLE_COUNT] = {
	[TOKEN_ROLE_NONE] = {"none", OF(TOKEN_ROLE_NONE), false, TOKEN_BOND_NONE},
	[TOKEN_ROLE_ANY] = {"any", 0, true, TOKEN_BOND_NONE},
	[TOKEN_ROLE_SCHOOL] = {"school", OF_ALL | OF(TOKEN_ROLE_SCHOOL), false, TOKEN_BOND_SCHOOL},
	[TOKEN_ROLE_OBSERVER] = {"observer", OF_READERS, true, TOKEN_BOND_NONE},
	[TOKEN_ROLE_OPERATOR] = {"operator", OF_READERS | OF(TOKEN_ROLE_OPERATOR), false,
		TOKEN_BOND_NONE},
	[TOKEN_ROLE_ADMINISTRATOR] = {"administrator",
		OF_READERS | OF(TOKEN_ROLE_OPERATOR) | OF(TOKEN_ROLE_ADMINISTRATOR), false,
		TOKEN_BOND_NONE},
	[TOKEN_ROLE_ENDPOINT] = {"endpoint", OF_ALL | OF(TOKEN_ROLE_ENDPOINT), false,
		TOKEN_BOND_ENDPOINT},
	[TOKEN_ROLE_FEED] = {"feed", OF(TOKEN_ROLE_NONE), true, TOKEN_BOND_SCHOOL_OR_NONE},
};

const char *
token_role_name(enum token_role role)
{
	return roles[role < TOKEN_ROLE_COUNT ? role : TOKEN_ROLE_NONE].name;
}

enum token_role
token_role_find(const char *name)
{
	for (enum token_role role = TOKEN_ROLE_SCHOOL; role < TOKEN_ROLE_COUNT; role++)
		if (strcmp(roles[role].name, name) == 0)
			return role;
	return TOKEN_ROLE_NONE;
}

bool
token_role_allows(enum token_role has, enum token_role needs, bool changes)
{
	assert(has < TOKEN_ROLE_COUNT);
	assert(needs < TOKEN_ROLE_COUNT);
	if (needs == TOKEN_ROLE_NONE)
		return true;
	// Signing out and the like need somebody, and change nothing but what is the asker's own.
	if (changes && roles[has].only_reads && needs != TOKEN_ROLE_ANY)
		return false;
	return (roles[has].allows & OF(needs)) != 0;
}

enum token_bond
token_role_bond(enum token_role role)
{
	assert(role < TOKEN_ROLE_COUNT);
	return roles[role].bond;
}
