/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the child that runs libconfig writes into the pipe: a record for each setting, in the order
 * of the text. A group, array or list is followed by the records of its children and a
 * RECORD_END. The first record is the root group, and the last its end; or there is one record
 * only, RECORD_SYNTAX_ERROR.
 */
#ifndef POLICY_RECORD_H
#define POLICY_RECORD_H

#include <stdint.h>

#include "setting.h"

enum record_type {
	/* The values of enum setting_type come first. */
	RECORD_END = SETTING_TYPES,
	RECORD_SYNTAX_ERROR, /* the value is libconfig's text */
	RECORD_TYPES,
};

/* name_length and value_length bytes follow, without NULs. An integer's value is an int64_t. */
struct record {
	uint32_t type;
	uint32_t line;
	uint32_t name_length;
	uint32_t value_length;
};

#endif
