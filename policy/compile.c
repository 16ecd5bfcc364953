/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy compiler. Each dimension is swept from its lowest to its highest value, with the set
 * of rules that accept the value at hand; wherever the set changes, an interval begins. Equal sets
 * share one vector, whatever dimension they come from.
 */
#include "compile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 wide;

/* From this value on, the rule accepts one more (+1) or one less (-1) of its intervals. */
struct edge {
	wide at;
	uint32_t rule;
	int step;
};

struct interval {
	wide start;
	uint32_t class;
};

/* What a rule accepts in one dimension, added by the functions named add_. */
struct sweep {
	struct edge *edge;
	size_t edges, edge_space;
	struct interval *interval;
	size_t intervals;
};

/* An image under construction. */
struct builder {
	const struct policy *policy;
	struct image *image;
	size_t page_space;
	uint64_t (*vector)[BIND_VECTOR_WORDS];
	size_t vectors, vector_space;
	uint32_t *index; /* hash table of vector numbers + 1; a power of two long */
	size_t index_size;
};

/* Room for one more element, doubling. Returns the array, moved or not, or NULL. */
static void *grow(void *array, size_t used, size_t *space, size_t size)
{
	size_t wanted = *space ? *space * 2 : 64;

	if (used < *space)
		return array;
	array = reallocarray(array, wanted, size);
	if (array)
		*space = wanted;
	return array;
}

static uint64_t vector_hash(const uint64_t *vector)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < BIND_VECTOR_WORDS; i++) {
		hash = (hash ^ vector[i]) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 32;
	}
	return hash;
}

/* The slot of the vector in the hash table: its own, or the free one where it belongs. */
static uint32_t *index_slot(struct builder *b, const uint64_t *vector)
{
	size_t at = vector_hash(vector) & (b->index_size - 1);

	while (b->index[at] &&
	       memcmp(b->vector[b->index[at] - 1], vector, sizeof(b->vector[0])) != 0)
		at = (at + 1) & (b->index_size - 1);
	return &b->index[at];
}

/* Keeps the hash table at most half full. */
static int index_grow(struct builder *b)
{
	size_t size = b->index_size ? b->index_size * 2 : 256;

	if (b->vectors * 2 < b->index_size)
		return 0;
	free(b->index);
	b->index = calloc(size, sizeof(*b->index));
	if (!b->index)
		return -ENOMEM;
	b->index_size = size;
	for (size_t i = 0; i < b->vectors; i++)
		*index_slot(b, b->vector[i]) = i + 1;
	return 0;
}

/* The class whose vector this is, new or known. */
static int class_of(struct builder *b, const uint64_t *vector, uint32_t *class)
{
	uint32_t *slot;
	void *grown;

	if (index_grow(b))
		return -ENOMEM;
	slot = index_slot(b, vector);
	if (!*slot) {
		grown = grow(b->vector, b->vectors, &b->vector_space, sizeof(b->vector[0]));
		if (!grown)
			return -ENOMEM;
		b->vector = grown;
		memcpy(b->vector[b->vectors], vector, sizeof(b->vector[0]));
		*slot = ++b->vectors;
	}
	*class = *slot - 1;
	return 0;
}

static int add_edge(struct sweep *s, wide at, uint32_t rule, int step)
{
	void *grown = grow(s->edge, s->edges, &s->edge_space, sizeof(*s->edge));

	if (!grown)
		return -ENOMEM;
	s->edge = grown;
	s->edge[s->edges++] = (struct edge){ .at = at, .rule = rule, .step = step };
	return 0;
}

/* The rule accepts low to high, both included. */
static int add_interval(struct sweep *s, uint32_t rule, wide low, wide high)
{
	int err = add_edge(s, low, rule, 1);

	if (!err && high != ~(wide)0)
		err = add_edge(s, high + 1, rule, -1);
	return err;
}

static int add_ranges(struct sweep *s, uint32_t rule, const struct policy_ranges *ranges)
{
	int err = 0;

	for (size_t i = 0; !err && i < ranges->count; i++)
		err = add_interval(s, rule, ranges->range[i].low, ranges->range[i].high);
	return err;
}

static int add_comms(struct sweep *s, uint32_t rule, const struct policy_strings *comms)
{
	int err = 0;

	for (size_t i = 0; !err && i < comms->count; i++) {
		char comm[BIND_COMM_LEN] = "";
		wide key;

		memcpy(comm, comms->string[i], strnlen(comms->string[i], sizeof(comm) - 1));
		key = (wide)decide_key(comm) << 64 | decide_key(comm + 8);
		err = add_interval(s, rule, key, key);
	}
	return err;
}

/* Is path the cgroup at, or below it? */
static bool path_covers(const char *at, const char *path)
{
	size_t length = strlen(at);

	return strncmp(path, at, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* A cgroup criterion accepts the classes of the named cgroups that are at or below its own. */
static int add_cgroups(struct sweep *s, const struct image *image, uint32_t rule,
		       const struct policy_strings *cgroups)
{
	int err = 0;

	for (size_t i = 0; i < cgroups->count; i++) {
		for (size_t j = 0; !err && j < image->cgroups; j++) {
			if (path_covers(cgroups->string[i], image->cgroup[j].path))
				err = add_interval(s, rule, image->cgroup[j].class,
						   image->cgroup[j].class);
		}
	}
	return err;
}

/* Adds what the rule accepts; *any tells that it has no criterion in this dimension. */
static int add_rule(struct sweep *s, const struct image *image, const struct policy_rule *rule,
		    uint32_t index, enum bind_dimension dimension, bool *any)
{
	*any = false;
	switch (dimension) {
	case BIND_DIM_UID:
		*any = !rule->uid.count;
		return add_ranges(s, index, &rule->uid);
	case BIND_DIM_CGROUP:
		*any = !rule->cgroup.count;
		return add_cgroups(s, image, index, &rule->cgroup);
	case BIND_DIM_PROTOCOL:
		*any = !rule->protocol.count;
		return add_ranges(s, index, &rule->protocol);
	case BIND_DIM_PORT:
		*any = !rule->port.count;
		return add_ranges(s, index, &rule->port);
	case BIND_DIM_COMM:
		*any = !rule->comm.count;
		return add_comms(s, index, &rule->comm);
	default:
		return -EINVAL;
	}
}

static int edge_compare(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static void set_bit(uint64_t *vector, uint32_t bit, bool on)
{
	uint64_t mask = 1ULL << (bit % 64);

	vector[bit / 64] = on ? vector[bit / 64] | mask : vector[bit / 64] & ~mask;
}

/* An interval of the given vector begins here, unless the one before goes on. */
static int begin_interval(struct builder *b, struct sweep *s, wide at, const uint64_t *vector)
{
	uint32_t class;
	int err = class_of(b, vector, &class);

	if (err)
		return err;
	if (!s->intervals || s->interval[s->intervals - 1].class != class)
		s->interval[s->intervals++] = (struct interval){ .start = at, .class = class };
	return 0;
}

/*
 * Turns edges into intervals. vector begins as the rules without a criterion. A rule may accept a
 * value twice ("80, 80-90"), so its intervals are counted.
 */
static int sweep_edges(struct builder *b, struct sweep *s, uint64_t *vector)
{
	int *depth = calloc(b->policy->rules + 1, sizeof(*depth));
	int err = -ENOMEM;

	s->interval = calloc(s->edges + 1, sizeof(*s->interval));
	if (!depth || !s->interval)
		goto out;
	qsort(s->edge, s->edges, sizeof(*s->edge), edge_compare);
	err = 0;
	if (s->edge[0].at != 0)
		err = begin_interval(b, s, 0, vector);
	for (size_t i = 0; !err && i < s->edges;) {
		wide at = s->edge[i].at;

		for (; i < s->edges && s->edge[i].at == at; i++) {
			depth[s->edge[i].rule] += s->edge[i].step;
			set_bit(vector, s->edge[i].rule, depth[s->edge[i].rule] > 0);
		}
		err = begin_interval(b, s, at, vector);
	}
out:
	free(depth);
	return err;
}

/* A new page, zeroed; its number in *number. */
static int new_page(struct builder *b, uint32_t *number)
{
	struct image *image = b->image;
	void *grown = grow(image->page, image->pages, &b->page_space, sizeof(*image->page));

	if (!grown)
		return -ENOMEM;
	if (image->pages == UINT32_MAX)
		return -E2BIG;
	image->page = grown;
	memset(&image->page[image->pages], 0, sizeof(*image->page));
	*number = image->pages++;
	return 0;
}

static void fill_narrow(struct bind_narrow_node *node, const struct interval *from, size_t count)
{
	for (size_t i = 0; i < BIND_NARROW_FANOUT; i++) {
		node->key[i] = i < count ? (uint64_t)from[i].start : INT64_MAX;
		node->value[i] = from[i < count ? i : count - 1].class;
	}
}

static void fill_wide(struct bind_wide_node *node, const struct interval *from, size_t count)
{
	for (size_t i = 0; i < BIND_WIDE_FANOUT; i++) {
		wide key = i < count ? from[i].start : ~(wide)0;

		node->high[i] = key >> 64;
		node->low[i] = key;
		node->value[i] = from[i < count ? i : count - 1].class;
	}
}

/*
 * Builds one level of the tree out of count intervals, in place: each node that it makes becomes an
 * interval of the level above, with the node's page for a class. Returns how many, or -errno.
 */
static long build_level(struct builder *b, struct interval *interval, size_t count, bool is_wide)
{
	size_t fanout = is_wide ? BIND_WIDE_FANOUT : BIND_NARROW_FANOUT;
	long nodes = 0;

	for (size_t i = 0; i < count; i += fanout) {
		size_t n = count - i < fanout ? count - i : fanout;
		uint32_t page;
		int err = new_page(b, &page);

		if (err)
			return err;
		if (is_wide)
			fill_wide(&b->image->page[page].wide, interval + i, n);
		else
			fill_narrow(&b->image->page[page].narrow, interval + i, n);
		interval[nodes++] = (struct interval){ .start = interval[i].start, .class = page };
	}
	return nodes;
}

static int build_tree(struct builder *b, const struct sweep *s, enum bind_dimension dimension)
{
	long count = s->intervals;
	uint32_t depth = 0;

	do {
		count = build_level(b, s->interval, count, dimension == BIND_DIM_COMM);
		if (count < 0)
			return count;
		if (++depth > BIND_TREE_DEPTH)
			return -E2BIG;
	} while (count > 1);
	b->image->page[0].header.trees[dimension] =
		(struct bind_tree){ .depth = depth, .root = s->interval[0].class };
	return 0;
}

static int build_dimension(struct builder *b, enum bind_dimension dimension)
{
	uint64_t vector[BIND_VECTOR_WORDS] = { 0 };
	struct sweep s = { 0 };
	int err = 0;

	for (size_t i = 0; !err && i < b->policy->rules; i++) {
		bool any;

		err = add_rule(&s, b->image, &b->policy->rule[i], i, dimension, &any);
		set_bit(vector, i, any);
	}
	if (!err && s.edges)
		err = sweep_edges(b, &s, vector);
	if (!err && s.edges)
		err = build_tree(b, &s, dimension);
	free(s.edge);
	free(s.interval);
	return err;
}

static int build_rules(struct builder *b)
{
	int err = 0;

	b->image->page[0].header.rule_pages = b->image->pages;
	for (size_t i = 0; !err && i < b->policy->rules; i++) {
		const struct policy_rule *rule = &b->policy->rule[i];
		uint32_t page = b->image->pages - 1;

		if (i % BIND_RULES_PER_PAGE == 0)
			err = new_page(b, &page);
		if (!err)
			b->image->page[page].rules.rule[i % BIND_RULES_PER_PAGE] =
				(struct bind_rule){
					.verdict = rule->verdict,
					.audit = rule->audit,
					.permit_options = rule->permit_options,
					.forbid_options = rule->forbid_options,
				};
	}
	return err;
}

static int build_vectors(struct builder *b)
{
	int err = 0;

	b->image->page[0].header.vector_pages = b->image->pages;
	for (size_t i = 0; !err && i < b->vectors; i++) {
		uint32_t page = b->image->pages - 1;

		if (i % BIND_VECTORS_PER_PAGE == 0)
			err = new_page(b, &page);
		if (!err)
			memcpy(b->image->page[page].vectors.vector[i % BIND_VECTORS_PER_PAGE],
			       b->vector[i], sizeof(b->vector[i]));
	}
	return err;
}

/* Class 0 is that of every value of a dimension without criteria: all rules. */
static int build_all(struct builder *b)
{
	uint64_t vector[BIND_VECTOR_WORDS] = { 0 };
	uint32_t class;
	int err;

	for (size_t i = 0; i < b->policy->rules; i++)
		set_bit(vector, i, true);
	err = class_of(b, vector, &class);
	for (int d = 0; !err && d < BIND_DIMENSIONS; d++)
		err = build_dimension(b, d);
	if (!err)
		err = build_rules(b);
	if (!err)
		err = build_vectors(b);
	return err;
}

static int cgroup_compare(const void *a, const void *b)
{
	const struct image_cgroup *x = a, *y = b;

	return strcmp(x->path, y->path);
}

/* The cgroups that rules name, sorted, each once. Class 0 is every other cgroup. */
static int collect_cgroups(const struct policy *policy, struct image *image)
{
	size_t space = 0, unique = 0;

	for (size_t i = 0; i < policy->rules; i++) {
		const struct policy_strings *paths = &policy->rule[i].cgroup;

		for (size_t j = 0; j < paths->count; j++) {
			void *grown = grow(image->cgroup, image->cgroups, &space,
					   sizeof(*image->cgroup));

			if (!grown)
				return -ENOMEM;
			image->cgroup = grown;
			image->cgroup[image->cgroups].path = strdup(paths->string[j]);
			if (!image->cgroup[image->cgroups++].path)
				return -ENOMEM;
		}
	}
	if (image->cgroups)
		qsort(image->cgroup, image->cgroups, sizeof(*image->cgroup), cgroup_compare);
	for (size_t i = 0; i < image->cgroups; i++) {
		if (unique && !strcmp(image->cgroup[unique - 1].path, image->cgroup[i].path)) {
			free(image->cgroup[i].path);
			continue;
		}
		image->cgroup[unique].path = image->cgroup[i].path;
		image->cgroup[unique].class = unique + 1;
		unique++;
	}
	image->cgroups = unique;
	return 0;
}

static void fill_header(struct builder *b, uint32_t generation, bool enforce)
{
	struct bind_image_header *header = &b->image->page[0].header;

	header->magic = BIND_IMAGE_MAGIC;
	header->generation = generation;
	header->pages = b->image->pages;
	header->flags = (enforce ? BIND_IMAGE_ENFORCE : 0) |
			(b->image->cgroups ? BIND_IMAGE_CGROUPS : 0);
	header->rules = b->policy->rules;
	header->words = (b->policy->rules + 63) / 64;
	header->default_verdict = b->policy->default_verdict;
	header->forbid_options = b->policy->forbid_options;
}

int image_compile(const struct policy *policy, uint32_t generation, bool enforce,
		  struct image *image)
{
	struct builder b = { .policy = policy, .image = image };
	uint32_t header;
	int err;

	*image = (struct image){ 0 };
	if (policy->rules > BIND_MAX_RULES)
		return -E2BIG;
	err = collect_cgroups(policy, image);
	if (!err)
		err = new_page(&b, &header);
	if (!err)
		err = build_all(&b);
	if (!err)
		fill_header(&b, generation, enforce);
	else
		image_free(image);
	free(b.vector);
	free(b.index);
	return err;
}

void image_free(struct image *image)
{
	for (size_t i = 0; i < image->cgroups; i++)
		free(image->cgroup[i].path);
	free(image->cgroup);
	free(image->page);
	*image = (struct image){ 0 };
}

/* Orders a path of which only the first bytes count against a cgroup's whole path. */
struct path_prefix {
	const char *path;
	size_t length;
};

static int prefix_compare(const void *key, const void *element)
{
	const struct path_prefix *prefix = key;
	const struct image_cgroup *cgroup = element;
	int order = strncmp(prefix->path, cgroup->path, prefix->length);

	return order ? order : -(cgroup->path[prefix->length] != '\0');
}

uint32_t image_cgroup_class(const struct image *image, const char *path)
{
	struct path_prefix prefix = { .path = path, .length = strlen(path) };
	const struct image_cgroup *found;

	while (image->cgroups && prefix.length) {
		found = bsearch(&prefix, image->cgroup, image->cgroups, sizeof(*found),
				prefix_compare);
		if (found)
			return found->class;
		while (prefix.length && path[--prefix.length] != '/')
			;
	}
	return 0;
}
