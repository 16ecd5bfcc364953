/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of an image's patterns a cgroup belongs to: its class, which requests carry. */
#ifndef POLICY_PATTERN_H
#define POLICY_PATTERN_H

#include "search.h"

/* The hash of a text, byte by byte: FNV-1a, but for where it begins. */
static __always_inline __u64 decide_text_begin(__u32 seed)
{
	return 0xcbf29ce484222325ULL + seed;
}

static __always_inline __u64 decide_text_hash(__u64 hash, __u8 byte)
{
	return (hash ^ byte) * 0x100000001b3ULL;
}

/* A word with the first length bytes of the word, the others zero; all if length is at least 8. */
static __always_inline __u64 decide_cut(__u64 word, __u32 length)
{
	__u32 shift = length < 8 ? 64 - 8 * length : 0;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return word << shift >> shift;
#else
	return word >> shift << shift;
#endif
}

/* The word of the pattern texts. Returns 0 or -1. */
static __always_inline int decide_word(const struct image *image,
				       const struct bind_image_header *header, __u32 place,
				       __u64 *word)
{
	const union bind_page *page;

	page = image_page(image, header->text_page + place / BIND_WORDS_PER_PAGE);
	if (!page)
		return -1;
	*word = page->word[place % BIND_WORDS_PER_PAGE];
	return 0;
}

/*
 * Takes the pattern with this head for the longest so far, if it applies: one of a cgroup and all
 * below it only as far as a whole name goes. Without a branch, as the search of a tree.
 */
static __always_inline void decide_longer(__u64 head, __u64 whole, __u32 found, __u32 *place,
					  __u32 *class)
{
	__u32 zero = decide_zero(head);
	__u64 tree = BIND_PATTERN_TREE(head) * whole, star = BIND_PATTERN_STAR(head);
	__u64 longer, of = tree + star * decide_equal(tree, 0);

	longer = decide_equal(of, 0) ^ 1;
	DECIDE_HIDE(longer);
	*class += longer * (of - *class) + zero;
	*place += longer * (found - *place) + zero;
}

/* On the way along a path, byte by byte. */
struct decide_search {
	const struct image *image;
	const struct bind_image_header *header;
	const struct bind_path *path;
	__u64 hash; /* of the bytes so far */
	__u32 place; /* of the longest pattern so far, 0: there is none */
	__u32 class; /* and its class */
	__s64 err; /* 0 or -1 */
};

/*
 * Looks whether a pattern ends with this byte of the path. Returns 1 after the last byte. A loop
 * that long must not have two ways through it: a verifier that follows it round by round gives up
 * to remember where it has been.
 */
static __always_inline long decide_pattern_byte(__u32 i, void *context)
{
	struct decide_search *search = context;
	__u64 byte, next, whole, head;
	__u32 found;

	if (i >= BIND_PATTERN_LEN)
		return 1;
	byte = (__u8)search->path->text[i];
	if (!byte)
		return 1;
	next = (__u8)search->path->text[i + 1];
	search->err = -1;
	search->hash = decide_text_hash(search->hash, byte);
	if (decide_find(search->image, &search->header->patterns, false,
			(struct bind_key){ search->hash, 0 }, &found))
		return 1;
	if (decide_word(search->image, search->header, found, &head))
		return 1;
	search->err = 0;
	whole = decide_equal(next, 0) | decide_equal(next, '/');
	head *= decide_equal(BIND_PATTERN_LENGTH(head), i + 1);
	decide_longer(head, whole, found, &search->place, &search->class);
	return 0;
}

/*
 * Finds the longest pattern whose text has the hash of the path's beginning: its class, 0 if there
 * is none, and where the text is. Returns 0 or -1.
 */
static __always_inline int decide_pattern(const struct image *image,
					  const struct bind_image_header *header,
					  const struct bind_path *path, __u32 *place, __u32 *class)
{
	struct decide_search search = { .image = image, .header = header, .path = path };

	search.hash = decide_text_begin(header->patterns.seed);
	search.place = decide_zero(search.hash);
	search.class = decide_zero(search.hash);
	DECIDE_REPEAT(BIND_PATTERN_LEN, decide_pattern_byte, &search);
	*place = search.place;
	*class = search.class;
	return search.err;
}

/*
 * The class of the cgroup with this path, of which BIND_PATTERN_LEN + 1 bytes are enough. Returns
 * 0, or -1: then the class is unknown, because the image cannot be read, or because the path has
 * the hash of a pattern and is another text.
 */
static __always_inline int decide_cgroup(const struct image *image, const struct bind_path *path,
					 __u32 *class)
{
	const union bind_page *page = image_page(image, 0);
	const struct bind_image_header *header;
	__u64 word, differ = 0;
	__u32 place, length;

	*class = BIND_CGROUP_UNKNOWN;
	if (!page)
		return -1;
	header = &page->header;
	place = 0;
	if (header->patterns.pilots && decide_pattern(image, header, path, &place, class))
		return -1;
	if (!place) {
		*class = BIND_CGROUP_UNNAMED;
		return 0;
	}
	if (decide_word(image, header, place, &word))
		return -1;
	length = BIND_PATTERN_LENGTH(word);
	DECIDE_LOOP
	for (__u32 i = 0; i < BIND_PATTERN_LEN / 8; i++) {
		if (i * 8 >= length)
			break;
		if (decide_word(image, header, place + 1 + i, &word))
			return -1;
		differ |= decide_cut(path->word[i], length - i * 8) ^ word;
	}
	if (differ)
		*class = BIND_CGROUP_UNKNOWN;
	return differ ? -1 : 0;
}

#endif
