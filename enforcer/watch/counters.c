/* SPDX-License-Identifier: GPL-2.0-only */
#include "counters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

int counters_read(int map, struct bind_counters *sum)
{
	int cpus = libbpf_num_possible_cpus(), err = 0;
	struct bind_counters *each = calloc(cpus > 0 ? cpus : 1, sizeof(*each));
	uint64_t *to = (uint64_t *)sum;
	uint32_t zero = 0;

	*sum = (struct bind_counters){ 0 };
	if (!each || cpus < 0)
		err = -ENOMEM;
	else if (bpf_map_lookup_elem(map, &zero, each))
		err = -errno;
	for (int cpu = 0; !err && cpu < cpus; cpu++)
		for (size_t i = 0; i < sizeof(*sum) / sizeof(*to); i++)
			to[i] += ((uint64_t *)&each[cpu])[i];
	free(each);
	return err;
}

struct bind_rule_counters *counters_read_rules(int map, uint32_t count)
{
	struct bind_rule_counters *counters = calloc(count, sizeof(*counters));
	uint32_t *keys = calloc(count, sizeof(*keys)), got = count, batch;
	int err = 0;

	if (!counters || !keys)
		err = -ENOMEM;
	else if (bpf_map_lookup_batch(map, NULL, &batch, keys, counters, &got, NULL) ||
		 got != count)
		for (uint32_t i = 0; !err && i < count; i++)
			if (bpf_map_lookup_elem(map, &i, &counters[i]))
				err = -errno;
	free(keys);
	if (!err)
		return counters;
	free(counters);
	errno = -err;
	return NULL;
}
