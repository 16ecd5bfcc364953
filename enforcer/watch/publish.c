/* SPDX-License-Identifier: GPL-2.0-only */
#include "publish.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "counters.h"
#include "enforcer/host/cgroups.h"
#include "enforcer/pins/guard.h"
#include "exes.h"

#define NO_MAPS ((struct publish_maps){ -1, -1, -1 })

static const struct bind_image_header *header(const struct image *image)
{
	return &image->page[0].header;
}

/* How many counters the generation has: the default's, and one for each rule. */
static uint32_t entries(const struct image *image)
{
	return header(image)->rules + 1;
}

static void close_maps(struct publish_maps *maps)
{
	const int fds[] = { maps->image, maps->counters, maps->exes };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	*maps = NO_MAPS;
}

/* Those that are in no map of maps any more. */
static void discard_maps(struct publish_maps *maps)
{
	guard_drop(maps->image);
	guard_drop(maps->counters);
	guard_drop(maps->exes);
	close_maps(maps);
}

/* In one call where the kernel can: arrays from 5.6 on. Returns 0 or -errno. */
static int write_pages(int fd, const struct image *image)
{
	uint32_t count = image->pages;
	uint32_t *keys = calloc(count, sizeof(*keys));
	int err = 0;

	if (!keys)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		keys[i] = i;
	if (bpf_map_update_batch(fd, keys, image->page, &count, NULL))
		for (uint32_t i = 0; !err && i < image->pages; i++)
			if (bpf_map_update_elem(fd, &i, &image->page[i], BPF_ANY))
				err = -errno;
	free(keys);
	return err;
}

/* A map with the image's pages that nothing can change any more. Returns 0 or -errno. */
static int make_image(const struct image *image, int *fd)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_INNER_MAP | BPF_F_RDONLY_PROG);
	int err;

	*fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "policy_image", sizeof(uint32_t),
			     sizeof(union bind_page), image->pages, &opts);
	if (*fd < 0)
		return -errno;
	err = write_pages(*fd, image);
	if (!err && bpf_map_freeze(*fd))
		err = -errno;
	return err;
}

static int make_counters(const struct image *image, int *fd)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_INNER_MAP);

	*fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "rule_counters", sizeof(uint32_t),
			     sizeof(struct bind_rule_counters), entries(image), &opts);
	return *fd < 0 ? -errno : 0;
}

/* Only if some rule names an executable. */
static int make_exes(const struct image *image, int *fd)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_RDONLY_PROG);

	if (!(header(image)->flags & BIND_IMAGE_EXES))
		return 0;
	*fd = bpf_map_create(BPF_MAP_TYPE_HASH, "policy_exes", sizeof(struct bind_exe),
			     sizeof(uint32_t), image->exes ? image->exes : 1, &opts);
	return *fd < 0 ? -errno : exes_fill(*fd, image);
}

static int make_maps(const struct image *image, struct publish_maps *maps)
{
	int err = make_image(image, &maps->image);

	if (!err)
		err = make_counters(image, &maps->counters);
	if (!err)
		err = make_exes(image, &maps->exes);
	if (!err)
		err = guard_add(maps->image);
	if (!err)
		err = guard_add(maps->counters);
	if (!err)
		err = guard_add(maps->exes);
	return err;
}

/* Each of these two waits until no program uses what was in the entry before. */
static int put(int map, uint32_t entry, int fd)
{
	return bpf_map_update_elem(map, &entry, &fd, BPF_ANY) ? -errno : 0;
}

static void take_out(int map, uint32_t entry)
{
	bpf_map_delete_elem(map, &entry);
}

/* What goes with the image, beside that of the generation in force. */
static int put_beside(const struct publish *p, uint32_t parity, const struct publish_maps *maps)
{
	int err = put(p->rule_counters, parity, maps->counters);

	if (!err && maps->exes >= 0)
		err = put(p->exes, parity, maps->exes);
	return err;
}

static void take_from_beside(const struct publish *p, uint32_t parity,
			     const struct publish_maps *maps)
{
	take_out(p->rule_counters, parity);
	if (maps->exes >= 0)
		take_out(p->exes, parity);
}

/*
 * The classes of all cgroups, for both images: of new ones by the program on cgroup_mkdir from the
 * moment that the image is in its slot, then of those there are.
 */
static int classify(const struct publish *p, const struct image *image,
		    const struct publish_maps *maps)
{
	const struct image *images[BIND_PARITIES] = { NULL };
	int err = put(p->policy, BIND_SLOT_UPCOMING, maps->image);

	images[BIND_PARITY(header(image)->generation)] = image;
	if (p->image.pages)
		images[BIND_PARITY(header(&p->image)->generation)] = &p->image;
	return err ? err : cgroups_fill(p->cgroups, images);
}

/* The switch has happened: what the generation before had goes, once it has been read. */
static void retire(struct publish *p, struct bind_rule_counters **retired)
{
	*retired = NULL;
	if (!p->image.pages)
		return;
	*retired = publish_counters(p);
	take_from_beside(p, BIND_PARITY(header(&p->image)->generation), &p->maps);
	discard_maps(&p->maps);
	image_free(&p->image);
}

void publish_init(struct publish *publish, int policy, int rule_counters, int exes, int cgroups)
{
	*publish = (struct publish){ policy, rule_counters, exes, cgroups, .maps = NO_MAPS };
}

int publish_image(struct publish *publish, struct image *image, struct bind_rule_counters **retired)
{
	uint32_t parity = BIND_PARITY(header(image)->generation);
	bool cgroups = header(image)->flags & BIND_IMAGE_CGROUPS;
	struct publish_maps maps = NO_MAPS;
	int err = make_maps(image, &maps);

	if (!err)
		err = put_beside(publish, parity, &maps);
	if (!err && cgroups)
		err = classify(publish, image, &maps);
	if (!err)
		err = put(publish->policy, BIND_SLOT_IN_FORCE, maps.image);
	if (cgroups)
		take_out(publish->policy, BIND_SLOT_UPCOMING);
	if (err) {
		take_from_beside(publish, parity, &maps);
		discard_maps(&maps);
		return err;
	}
	retire(publish, retired);
	publish->maps = maps;
	publish->image = *image;
	*image = (struct image){ 0 };
	return 0;
}

struct bind_rule_counters *publish_counters(const struct publish *publish)
{
	return counters_read_rules(publish->maps.counters, entries(&publish->image));
}

void publish_close(struct publish *publish)
{
	close_maps(&publish->maps);
	image_free(&publish->image);
}
