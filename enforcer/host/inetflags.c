/* SPDX-License-Identifier: GPL-2.0-only */
#include "inetflags.h"

#include <string.h>

/* The value of an enumerator, whatever enum it is in; or the default where there is none. */
static uint32_t find_enumerator(const struct btf *btf, const char *name, uint32_t otherwise)
{
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const struct btf_enum *e = btf_enum(type);

		if (!btf_is_enum(type))
			continue;
		for (int i = 0; i < btf_vlen(type); i++)
			if (!strcmp(btf__name_by_offset(btf, e[i].name_off), name))
				return e[i].val;
	}
	return otherwise;
}

void inetflags_find(const struct btf *btf, uint32_t *freebind, uint32_t *transparent,
		    uint32_t *address_no_port)
{
	*freebind = find_enumerator(btf, "INET_FLAGS_FREEBIND", *freebind);
	*transparent = find_enumerator(btf, "INET_FLAGS_TRANSPARENT", *transparent);
	*address_no_port = find_enumerator(btf, "INET_FLAGS_BIND_ADDRESS_NO_PORT",
					   *address_no_port);
}
