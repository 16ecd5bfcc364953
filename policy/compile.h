/* SPDX-License-Identifier: GPL-2.0-only */
/* From a policy to its image, and images in user space. */
#ifndef POLICY_COMPILE_H
#define POLICY_COMPILE_H

#include "decide.h"
#include "pattern.h"
#include "policy.h"

/* Which cgroups a rule names: "/a" and all below it, or, with a star, all that begin with "/a". */
struct image_pattern {
	char *text; /* ends in a slash if there is no star */
	bool star;
	uint32_t last; /* of the patterns that go on from this one, or itself */
};

struct image {
	union bind_page *page;
	size_t pages;
	char **exe; /* the executables that rules name, sorted; that of class c is exe[c - 1] */
	size_t exes;
	struct image_pattern *cgroup; /* sorted; that of class c is cgroup[c - BIND_CGROUP_FIRST] */
	size_t cgroups;
	char *path; /* the texts of both */
};

/* What an image depends on besides its policy. */
struct image_settings {
	uint32_t generation; /* 1, 2, ... */
	bool enforce; /* --deny */
	int64_t now; /* seconds since 1970: rules that expire by then match nothing */
};

/*
 * Compiles policy into a new image. Returns 0, -ENOMEM, or -E2BIG when the policy has more rules,
 * or needs more classes, than an image can hold. The image is to be freed with image_free(), and
 * does not refer to the policy. Classes of cgroups and executables depend on the policy alone: two
 * images of one policy have the same.
 */
int image_compile(const struct policy *policy, const struct image_settings *settings,
		  struct image *image);

/* Takes a zeroed image too. */
void image_free(struct image *image);

/* When the next rule expires after this moment, or 0: never. */
int64_t image_next_expiry(const struct policy *policy, int64_t now);

/* The class of the cgroup at path: "/", or absolute below it. BIND_CGROUP_UNKNOWN is none. */
uint32_t image_cgroup_class(const struct image *image, const char *path);

/* The class of the executable at path, as rules name it; 0 if none does. */
uint32_t image_exe_class(const struct image *image, const char *path);

static __always_inline const union bind_page *image_page(const struct image *image, __u32 number)
{
	return number < image->pages ? &image->page[number] : 0;
}

#endif
