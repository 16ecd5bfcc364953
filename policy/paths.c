/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In the order of decide_path_key() the cgroups that a pattern accepts are one interval. The table
 * in the image has the ends of all the intervals; a cgroup's class tells between which of them it
 * lies, and a pattern accepts the classes between its own two.
 */
#include "paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"

static int compare_paths(const void *a, const void *b)
{
	return (int)decide_path_less(b, a) - (int)decide_path_less(a, b);
}

/* The key of the first length bytes of the path. */
static void make_key(const char *path, size_t length, struct bind_path *key)
{
	memset(key, 0, sizeof(*key));
	memcpy(key->text, path, length < sizeof(key->text) ? length : sizeof(key->text) - 1);
	decide_path_key(key);
}

/* The lowest key above all that begin with this byte sequence; there is one, for "/" is low. */
static void key_after(struct bind_path *key, size_t length)
{
	while (length--) {
		unsigned int shift = 56 - 8 * (length % 8);
		uint64_t byte = key->word[length / 8] >> shift & 0xff;

		key->word[length / 8] &= ~(0xffULL << shift);
		if (byte < 0xff) {
			key->word[length / 8] |= (byte + 1) << shift;
			return;
		}
	}
}

/*
 * The interval of a pattern: from the first path that it accepts to the first after them. Below
 * "/a" is what begins with "/a/", and that follows "/a" at once. A path of the greatest length has
 * nothing below it that a key could tell from it; then its last byte, which is NUL, becomes 1.
 */
static void pattern_keys(const char *pattern, struct bind_path *low, struct bind_path *high)
{
	size_t length = strlen(pattern);
	char below[BIND_CGROUP_PATH_LEN + 1];

	if (pattern[length - 1] == '*') {
		make_key(pattern, length - 1, low);
		*high = *low;
		key_after(high, length - 1);
		return;
	}
	make_key(pattern, length, low);
	memcpy(below, pattern, length);
	below[length] = '/';
	make_key(below, length + 1, high);
	key_after(high, length + 1);
}

static int write_paths(struct builder *b, const struct bind_path *path, size_t count)
{
	int err = 0;

	b->image->page[0].header.path_pages = b->image->pages;
	b->image->page[0].header.paths = count;
	for (size_t i = 0; !err && i < count; i++) {
		uint32_t page = b->image->pages - 1;

		if (i % BIND_PATHS_PER_PAGE == 0)
			err = builder_page(b, &page);
		if (!err)
			b->image->page[page].paths.path[i % BIND_PATHS_PER_PAGE] = path[i];
	}
	return err;
}

/* Both ends of every pattern; allocated. */
static int collect_ends(const struct policy *policy, struct bind_path **ends, size_t *count)
{
	size_t patterns = 0;

	for (size_t i = 0; i < policy->rules; i++)
		patterns += policy->rule[i].cgroup.count;
	*count = 0;
	*ends = calloc(2 * patterns + 1, sizeof(**ends));
	if (!*ends)
		return -ENOMEM;
	for (size_t i = 0; i < policy->rules; i++) {
		const struct policy_strings *cgroup = &policy->rule[i].cgroup;

		for (size_t j = 0; j < cgroup->count; j++, *count += 2)
			pattern_keys(cgroup->string[j], &(*ends)[*count], &(*ends)[*count + 1]);
	}
	return 0;
}

int paths_cgroups(struct builder *b)
{
	struct bind_path *ends;
	size_t count, unique = 0;
	int err = collect_ends(b->policy, &ends, &count);

	if (err)
		return err;
	qsort(ends, count, sizeof(*ends), compare_paths);
	for (size_t i = 0; i < count; i++)
		if (!unique || compare_paths(&ends[unique - 1], &ends[i]) != 0)
			ends[unique++] = ends[i];
	err = unique > BIND_PATHS_MAX ? -E2BIG : write_paths(b, ends, unique);
	free(ends);
	return err;
}

int paths_cgroup_classes(const struct image *image, const char *pattern, uint32_t *low,
			 uint32_t *high)
{
	struct bind_path first, after;

	pattern_keys(pattern, &first, &after);
	if (decide_cgroup(image, &first, low) || decide_cgroup(image, &after, high))
		return -EINVAL;
	--*high;
	return 0;
}

uint32_t image_cgroup_class(const struct image *image, const char *path)
{
	struct bind_path key;
	uint32_t class = 0;

	make_key(path, strlen(path), &key);
	decide_cgroup(image, &key, &class);
	return class;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int paths_exes(const struct policy *policy, struct image *image)
{
	size_t space = 0, unique = 0;

	for (size_t i = 0; i < policy->rules; i++) {
		const struct policy_strings *exe = &policy->rule[i].exe;

		for (size_t j = 0; j < exe->count; j++) {
			void *grown = grow(image->exe, image->exes, &space, sizeof(*image->exe));

			if (!grown)
				return -ENOMEM;
			image->exe = grown;
			image->exe[image->exes] = strdup(exe->string[j]);
			if (!image->exe[image->exes++])
				return -ENOMEM;
		}
	}
	if (image->exes)
		qsort(image->exe, image->exes, sizeof(*image->exe), compare_strings);
	for (size_t i = 0; i < image->exes; i++) {
		if (unique && !strcmp(image->exe[unique - 1], image->exe[i]))
			free(image->exe[i]);
		else
			image->exe[unique++] = image->exe[i];
	}
	image->exes = unique;
	return 0;
}

uint32_t image_exe_class(const struct image *image, const char *path)
{
	char **found = NULL;

	if (image->exes)
		found = bsearch(&path, image->exe, image->exes, sizeof(path), compare_strings);
	return found ? found - image->exe + 1 : 0;
}
