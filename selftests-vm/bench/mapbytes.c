// SPDX-License-Identifier: GPL-2.0-only
/*
 * mapbytes - how much memory do the BPF maps of this host have?
 *
 * Prints the sum of what the kernel says that its maps occupy, and of what their entries alone
 * need, which is all that kernels before 6.4 know: those report entries too, as memory.
 *
 *	memlock=4521984 entries=4489216
 *
 * Nobody may need to have a descriptor of a map, so they are found by their ids.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The number in the line "memlock: N" of a descriptor's fdinfo. */
static unsigned long long memlock(int fd)
{
	unsigned long long bytes = 0;
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "memlock: %llu", &bytes);
	if (file)
		fclose(file);
	return bytes;
}

int main(void)
{
	unsigned long long used = 0, entries = 0;
	__u32 id = 0;

	while (!bpf_map_get_next_id(id, &id)) {
		struct bpf_map_info info = { 0 };
		__u32 size = sizeof(info);
		int fd = bpf_map_get_fd_by_id(id);

		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size)) {
			fprintf(stderr, "mapbytes: map %u: %s\n", id, strerror(errno));
			return 1;
		}
		used += memlock(fd);
		entries += (unsigned long long)info.max_entries * (info.key_size + info.value_size);
		close(fd);
	}
	printf("memlock=%llu entries=%llu\n", used, entries);
	return 0;
}
