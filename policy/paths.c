/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cgroup's class is that of the longest pattern which its path begins with. In sorted order a
 * pattern comes right before all that go on from it, so what a pattern accepts is one interval of
 * classes. For that order "/a" is "/a/": what is below it begins so.
 */
#include "paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"
#include "intern.h"
#include "tables.h"

#define TEXT_SEEDS_TRIED 100

/* Executables. */

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_exes(const struct policy_strings *exe, struct image *image, char **space)
{
	for (size_t i = 0; i < exe->count; i++) {
		image->exe[image->exes++] = *space;
		*space = stpcpy(*space, exe->string[i]) + 1;
	}
}

static void sort_exes(struct image *image)
{
	size_t unique = 0;

	if (image->exes)
		qsort(image->exe, image->exes, sizeof(*image->exe), compare_strings);
	for (size_t i = 0; i < image->exes; i++)
		if (!unique || strcmp(image->exe[unique - 1], image->exe[i]))
			image->exe[unique++] = image->exe[i];
	image->exes = unique;
}

uint32_t image_exe_class(const struct image *image, const char *path)
{
	char **found = NULL;

	if (image->exes)
		found = bsearch(&path, image->exe, image->exes, sizeof(path), compare_strings);
	return found ? found - image->exe + 1 : 0;
}

/* Cgroups. */

/* Of one text the pattern without a star comes first: it accepts more. */
static int compare_patterns(const void *a, const void *b)
{
	const struct image_pattern *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	return order ? order : (int)x->star - (int)y->star;
}

/* The text of a rule's value, and whether it has a star. */
static bool make_text(const char *value, char text[BIND_PATTERN_LEN + 1])
{
	size_t length = strnlen(value, BIND_PATTERN_LEN - 1);
	bool star = value[length - 1] == '*';

	memcpy(text, value, length);
	if (star)
		length--;
	else
		text[length++] = '/';
	text[length] = '\0';
	return star;
}

/* The text as it is in the image: without the slash that is there for the order. */
static size_t text_length(const struct image_pattern *pattern)
{
	return strlen(pattern->text) - !pattern->star;
}

static void add_patterns(const struct policy_strings *cgroup, struct image *image, char **space)
{
	for (size_t i = 0; i < cgroup->count; i++) {
		struct image_pattern *pattern = &image->cgroup[image->cgroups++];

		pattern->text = *space;
		pattern->star = make_text(cgroup->string[i], *space);
		*space += strlen(*space) + 1;
	}
}

static void sort_patterns(struct image *image)
{
	struct image_pattern *pattern = image->cgroup;
	size_t unique = 0;

	if (image->cgroups)
		qsort(pattern, image->cgroups, sizeof(*pattern), compare_patterns);
	for (size_t i = 0; i < image->cgroups; i++)
		if (!unique || compare_patterns(&pattern[unique - 1], &pattern[i]))
			pattern[unique++] = pattern[i];
	image->cgroups = unique;
}

/* For each pattern the last one that goes on from it; from the end, so that those are known. */
static void find_last(struct image *image)
{
	struct image_pattern *pattern = image->cgroup;

	for (size_t i = image->cgroups; i-- > 0;) {
		size_t length = strlen(pattern[i].text), next = i + 1;

		while (next < image->cgroups &&
		       !strncmp(pattern[i].text, pattern[next].text, length))
			next = pattern[next].last + 1;
		pattern[i].last = next - 1;
	}
}

/* Both. */

/* How many bytes the strings take, each with a slash after it, and a NUL. */
static size_t bytes_of(const struct policy_strings *strings)
{
	size_t bytes = 0;

	for (size_t i = 0; i < strings->count; i++)
		bytes += strlen(strings->string[i]) + 2;
	return bytes;
}

/* Room for all that the rules name. */
static int make_room(const struct policy *policy, struct image *image)
{
	size_t exes = 0, cgroups = 0, bytes = 0;

	for (size_t i = 0; i < policy->rules; i++) {
		exes += policy->rule[i].exe.count;
		cgroups += policy->rule[i].cgroup.count;
		bytes += bytes_of(&policy->rule[i].exe) + bytes_of(&policy->rule[i].cgroup);
	}
	image->exe = calloc(exes + 1, sizeof(*image->exe));
	image->cgroup = calloc(cgroups + 1, sizeof(*image->cgroup));
	image->path = malloc(bytes + 1);
	return image->exe && image->cgroup && image->path ? 0 : -ENOMEM;
}

int paths_classify(const struct policy *policy, struct image *image)
{
	int err = make_room(policy, image);
	char *space = image->path;

	if (err)
		return err;
	for (size_t i = 0; i < policy->rules; i++) {
		add_exes(&policy->rule[i].exe, image, &space);
		add_patterns(&policy->rule[i].cgroup, image, &space);
	}
	sort_exes(image);
	sort_patterns(image);
	find_last(image);
	return image->cgroups <= BIND_CLASS_MAX - BIND_CGROUP_FIRST ? 0 : -E2BIG;
}

void paths_cgroup_classes(const struct image *image, const char *value, uint32_t *low,
			  uint32_t *high)
{
	char text[BIND_PATTERN_LEN + 1];
	struct image_pattern wanted = { .text = text }, *found;

	wanted.star = make_text(value, text);
	found = bsearch(&wanted, image->cgroup, image->cgroups, sizeof(wanted), compare_patterns);
	*low = BIND_CGROUP_FIRST + (found - image->cgroup);
	*high = BIND_CGROUP_FIRST + found->last;
}

uint32_t image_cgroup_class(const struct image *image, const char *path)
{
	struct bind_path copy = { 0 };
	uint32_t class;

	memcpy(copy.text, path, strnlen(path, BIND_PATTERN_LEN + 1));
	decide_cgroup(image, &copy, &class);
	return class;
}

/* What the image has of the patterns: their texts as words, and the table that leads there. */
struct texts {
	uint64_t *word;
	size_t words, space;
	struct table_entry *entry; /* for each text; the key is its hash */
	uint32_t *pattern; /* of each text, one that has it */
	size_t count;
	bool stars; /* some pattern has one */
};

static int add_word(struct texts *t, uint64_t word)
{
	void *grown = grow(t->word, t->words, &t->space, sizeof(*t->word));

	if (!grown)
		return -ENOMEM;
	t->word = grown;
	t->word[t->words++] = word;
	return 0;
}

/* Adds the text of the pattern, with the classes of the patterns that have it. */
static int add_text(struct texts *t, const struct image *image, size_t number, uint32_t tree,
		    uint32_t star)
{
	const struct image_pattern *pattern = &image->cgroup[number];
	size_t length = text_length(pattern);
	int err;

	t->pattern[t->count] = number;
	t->entry[t->count++].value = t->words;
	err = add_word(t, BIND_PATTERN_HEAD(length, tree, star));
	for (size_t i = 0; !err && i < length; i += 8) {
		uint64_t word = 0;

		memcpy(&word, pattern->text + i, length - i < 8 ? length - i : 8);
		err = add_word(t, word);
	}
	return err;
}

/* The pattern "/a*" if there is one beside "/a", whose number is given; or NULL. */
static const struct image_pattern *find_star(const struct image *image, size_t number)
{
	char text[BIND_PATTERN_LEN + 1];
	struct image_pattern wanted = { .text = text, .star = true };
	size_t length = text_length(&image->cgroup[number]);

	memcpy(text, image->cgroup[number].text, length);
	text[length] = '\0';
	return bsearch(&wanted, image->cgroup, image->cgroups, sizeof(wanted), compare_patterns);
}

/* And the other way round. */
static const struct image_pattern *find_tree(const struct image *image, size_t number)
{
	char text[BIND_PATTERN_LEN + 2];
	struct image_pattern wanted = { .text = text };
	size_t length = strlen(image->cgroup[number].text);

	memcpy(text, image->cgroup[number].text, length);
	memcpy(text + length, "/", 2);
	return bsearch(&wanted, image->cgroup, image->cgroups, sizeof(wanted), compare_patterns);
}

static int add_texts(const struct image *image, struct texts *t)
{
	int err = 0;

	for (size_t i = 0; i < image->cgroups; i++)
		t->stars |= image->cgroup[i].star;
	for (size_t i = 0; !err && i < image->cgroups; i++) {
		const struct image_pattern *star;

		if (image->cgroup[i].star) {
			if (!find_tree(image, i))
				err = add_text(t, image, i, 0, BIND_CGROUP_FIRST + i);
			continue;
		}
		star = t->stars ? find_star(image, i) : NULL;
		err = add_text(t, image, i, BIND_CGROUP_FIRST + i,
			       star ? BIND_CGROUP_FIRST + (star - image->cgroup) : 0);
	}
	return err;
}

static uint64_t text_hash(const struct image_pattern *pattern, uint32_t seed)
{
	uint64_t hash = decide_text_begin(seed);
	size_t length = text_length(pattern);

	for (size_t i = 0; i < length; i++)
		hash = decide_text_hash(hash, pattern->text[i]);
	return hash;
}

/* Hashes the texts with the seed. Returns 0, -EEXIST if two have one hash, or -errno. */
static int hash_texts(struct texts *t, const struct image *image, uint32_t seed)
{
	struct intern hashes = { .size = sizeof(uint64_t) };
	uint32_t number;
	int err = 0;

	for (size_t i = 0; !err && i < t->count; i++) {
		uint64_t hash = text_hash(&image->cgroup[t->pattern[i]], seed);

		t->entry[i].key = (struct bind_key){ hash, 0 };
		err = intern_add(&hashes, &hash, &number);
		if (!err && hashes.count == i)
			err = -EEXIST;
	}
	intern_free(&hashes);
	return err;
}

/* The table's seed is that of the texts' hash, too: if it takes another one, so do the texts. */
static int write_table(struct builder *b, struct texts *t)
{
	struct bind_table table = { 0 };
	int err = -EEXIST;

	for (uint32_t seed = 0; err == -EEXIST && seed < TEXT_SEEDS_TRIED; seed++) {
		err = hash_texts(t, b->image, seed);
		if (err)
			continue;
		table.seed = seed;
		err = table_build(b, false, t->entry, t->count, &table);
		if (!err && table.seed != seed)
			err = -EEXIST;
	}
	builder_header(b)->patterns = table;
	return err == -EEXIST ? -E2BIG : err;
}

static int write_texts(struct builder *b, struct texts *t)
{
	uint32_t page;
	int err = add_word(t, 0); /* not used: place 0 is none */

	if (!err)
		err = add_texts(b->image, t);
	if (!err)
		err = builder_array(b, t->word, t->words * sizeof(*t->word), &page);
	if (err)
		return err;
	builder_header(b)->text_page = page;
	return write_table(b, t);
}

int paths_write(struct builder *b)
{
	struct texts t = { 0 };
	int err = -ENOMEM;

	if (!b->image->cgroups)
		return 0;
	t.entry = calloc(b->image->cgroups, sizeof(*t.entry));
	t.pattern = calloc(b->image->cgroups, sizeof(*t.pattern));
	if (t.entry && t.pattern)
		err = write_texts(b, &t);
	free(t.entry);
	free(t.pattern);
	free(t.word);
	return err;
}
