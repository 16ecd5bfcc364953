/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs of --guard and their loader share. */
#ifndef BPF_GUARD_H
#define BPF_GUARD_H

#include <linux/types.h>

#define GUARD_OBJECTS 1024 /* at most */

enum guard_kind {
	GUARD_MAP,
	GUARD_LINK,
};

/* An object that only bindguard may change: the key of the map "guarded". */
struct guard_object {
	__u32 kind;
	__u32 id;
};

#endif
