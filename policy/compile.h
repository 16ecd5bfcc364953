/* SPDX-License-Identifier: GPL-2.0-only */
/* From a policy to its image, and images in user space. */
#ifndef POLICY_COMPILE_H
#define POLICY_COMPILE_H

#include "decide.h"
#include "policy.h"

/* A cgroup path that some rule names, and the class of it and of everything below it. */
struct image_cgroup {
	char *path;
	uint32_t class;
};

struct image {
	union bind_page *page;
	size_t pages;
	struct image_cgroup *cgroup; /* sorted by path */
	size_t cgroups;
};

/*
 * Compiles policy into a new image with this generation number; enforce is --deny. Returns 0, or
 * -ENOMEM, or -E2BIG when the policy needs more classes than an image can hold. The image is to be
 * freed with image_free(), and does not refer to the policy.
 */
int image_compile(const struct policy *policy, uint32_t generation, bool enforce,
		  struct image *image);

/* Takes a zeroed image too. */
void image_free(struct image *image);

/* The class of the cgroup at path ("/" and absolute below it): that of its closest named parent. */
uint32_t image_cgroup_class(const struct image *image, const char *path);

static __always_inline const union bind_page *image_page(const struct image *image, __u32 number)
{
	return number < image->pages ? &image->page[number] : 0;
}

#endif
