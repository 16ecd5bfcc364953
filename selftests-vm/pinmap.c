/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pinmap PATH VALUE_SIZE [KEY...]
 * pinmap --count
 * pinmap --writable
 * pinmap --empty PATH
 * pinmap --detach PATH
 *
 * Makes a hash map with 64-bit keys and values of so many bytes, all of them 1, puts the keys in,
 * and pins it at PATH: what others prepare for --cgroupmap and --mntnsmap. With a VALUE_SIZE of 0
 * it makes an array, which does not fit there.
 *
 * With --count it prints how many maps and programs the kernel has: "maps=12 programs=6".
 * With --writable, how many of the maps it may open to write to them.
 *
 * --empty deletes the entry 0 of the pinned array of programs, --detach takes the pinned link off
 * its hook: what somebody could do who has the right to.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int fail(const char *what)
{
	fprintf(stderr, "pinmap: %s: %s\n", what, strerror(errno));
	return 1;
}

static int make_map(uint32_t value_size, uint32_t entries)
{
	union bpf_attr attr = { 0 };

	attr.map_type = value_size ? BPF_MAP_TYPE_HASH : BPF_MAP_TYPE_ARRAY;
	attr.key_size = value_size ? sizeof(uint64_t) : sizeof(uint32_t);
	attr.value_size = value_size ? value_size : sizeof(uint64_t);
	attr.max_entries = entries;
	return bpf(BPF_MAP_CREATE, &attr);
}

static int add_key(int map, uint64_t key, const void *value)
{
	union bpf_attr attr = { 0 };

	attr.map_fd = map;
	attr.key = (uintptr_t)&key;
	attr.value = (uintptr_t)value;
	return bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

static unsigned int count(int command)
{
	union bpf_attr attr = { 0 };
	unsigned int objects = 0;

	while (!bpf(command, &attr)) {
		attr.start_id = attr.next_id;
		objects++;
	}
	return objects;
}

static unsigned int count_writable(void)
{
	union bpf_attr attr = { 0 }, open = { 0 };
	unsigned int writable = 0;
	int map;

	while (!bpf(BPF_MAP_GET_NEXT_ID, &attr)) {
		attr.start_id = open.map_id = attr.next_id;
		map = bpf(BPF_MAP_GET_FD_BY_ID, &open);
		if (map < 0)
			continue;
		close(map);
		writable++;
	}
	return writable;
}

static int open_pin(const char *path)
{
	union bpf_attr attr = { 0 };

	attr.pathname = (uintptr_t)path;
	return bpf(BPF_OBJ_GET, &attr);
}

static int empty(const char *path)
{
	union bpf_attr attr = { 0 };
	uint32_t zero = 0;

	int map = open_pin(path);

	if (map < 0)
		return fail(path);
	attr.map_fd = map;
	attr.key = (uintptr_t)&zero;
	return bpf(BPF_MAP_DELETE_ELEM, &attr) ? fail(path) : 0;
}

static int detach(const char *path)
{
	union bpf_attr attr = { 0 };

	attr.link_detach.link_fd = open_pin(path);
	return bpf(BPF_LINK_DETACH, &attr) ? fail(path) : 0;
}

int main(int argc, char **argv)
{
	/*
	 * Before 5.11 maps are memory that is locked, and those of an earlier program may be too,
	 * still.
	 */
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	union bpf_attr attr = { 0 };
	unsigned char value[64];
	int map;

	if (argc == 2 && !strcmp(argv[1], "--count")) {
		printf("maps=%u programs=%u\n", count(BPF_MAP_GET_NEXT_ID),
		       count(BPF_PROG_GET_NEXT_ID));
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "--writable")) {
		printf("%u\n", count_writable());
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "--empty"))
		return empty(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "--detach"))
		return detach(argv[2]);
	if (argc < 3 || strtoul(argv[2], NULL, 10) > sizeof(value)) {
		fputs("usage: pinmap PATH VALUE_SIZE [KEY...]\n", stderr);
		return 2;
	}
	if (setrlimit(RLIMIT_MEMLOCK, &unlimited))
		return fail("cannot lift the limit on locked memory");
	memset(value, 1, sizeof(value));
	map = make_map(strtoul(argv[2], NULL, 10), argc);
	if (map < 0)
		return fail("cannot make the map");
	for (int i = 3; i < argc; i++)
		if (add_key(map, strtoull(argv[i], NULL, 0), value))
			return fail(argv[i]);
	attr.pathname = (uintptr_t)argv[1];
	attr.bpf_fd = map;
	return bpf(BPF_OBJ_PIN, &attr) ? fail(argv[1]) : 0;
}
