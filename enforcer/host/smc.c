/* SPDX-License-Identifier: GPL-2.0-only */
#include "smc.h"

#include <string.h>

static const struct btf_type *find_struct(const struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);

	return id > 0 ? btf__type_by_id(btf, id) : NULL;
}

static uint32_t member_offset(const struct btf *btf, const struct btf_type *type, const char *name)
{
	for (int i = 0; i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(type)[i].name_off), name))
			return btf_member_bit_offset(type, i) / 8;
	return 0;
}

uint32_t smc_inner_offset(struct btf *kernel)
{
	struct btf *module = btf__load_module_btf("smc", kernel);
	const struct btf_type *type;
	uint32_t offset = 0;

	if (module) {
		type = find_struct(module, "smc_sock");
		offset = type ? member_offset(module, type, "clcsock") : 0;
		btf__free(module);
		return offset;
	}
	/* Before 5.11 modules have no BTF: there it is what follows the socket. */
	type = find_struct(kernel, "sock");
	return type ? type->size : 0;
}
