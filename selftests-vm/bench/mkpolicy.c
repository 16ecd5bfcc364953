// SPDX-License-Identifier: GPL-2.0-only
/*
 * mkpolicy - policies of a shape and a size, and the binds that they are measured with.
 *
 *	mkpolicy SHAPE RULES		the policy, on stdout
 *	mkpolicy -m SHAPE RULES		arguments for bindbench: a bind that matches the last rule only
 *	mkpolicy -n SHAPE RULES		the same for a bind that matches no rule
 *	mkpolicy -l			the shapes
 *
 * A shape is a function for its rules and one for its binds: a new one is two functions and a line
 * in the table. The binds need a cgroup to exist: that is in the arguments, below /sys/fs/cgroup.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_UID 20000u
#define CGROUPS "/sys/fs/cgroup"

/* The worst shape's bind is in the middle of everything, so that ranges can end on both sides. */
#define WORST_UID 2000000000u
#define WORST_PORT 32768u
#define WORST_ADDRESS 0x7f55aa55u
#define WORST_LAST "127.85.170.85" /* the same, as text */
#define WORST_NONE "127.85.170.84"

struct shape {
	const char *name;
	void (*rule)(unsigned int index, unsigned int rules);
	void (*bind)(unsigned int rules, bool matches);
	const char *about;
};

/* Typical: a rule for each service, with the one or two ports that are its own. */

static unsigned int service_port(unsigned int index)
{
	return 1024 + index * 7919 % 64000;
}

static void service_ports(unsigned int index)
{
	if (index % 2)
		printf("protocol=\"tcp\";ports=%u;", service_port(index));
	else
		printf("protocol=\"tcp\";ports=[%u,%u];", service_port(index),
		       1024 + (index * 7919 + 32000) % 64000);
}

static void service_uid(unsigned int index)
{
	printf("uid=%u;", FIRST_UID + index);
}

static void service_comm(unsigned int index)
{
	printf("comm=\"svc%05x\";", index);
}

static void service_cgroup(unsigned int index)
{
	printf("cgroup=\"/system.slice/svc%05x.service\";", index);
}

static void uid_rule(unsigned int index, unsigned int rules)
{
	(void)rules;
	service_uid(index);
	service_ports(index);
}

static void comm_rule(unsigned int index, unsigned int rules)
{
	(void)rules;
	service_comm(index);
	service_ports(index);
}

static void cgroup_rule(unsigned int index, unsigned int rules)
{
	(void)rules;
	service_cgroup(index);
	service_ports(index);
}

/* Each kind in turn, so that the last rule has a cgroup, whatever the size. */
static void mixed_rule(unsigned int index, unsigned int rules)
{
	switch ((rules - 1 - index) % 3) {
	case 0:
		service_cgroup(index);
		break;
	case 1:
		service_uid(index);
		break;
	default:
		service_comm(index);
	}
	service_ports(index);
}

/* The bind of the last service, of its own port or of another service's. */
static void service_bind(unsigned int rules, bool matches)
{
	unsigned int index = matches ? rules - 1 : rules / 2;

	printf("tcp4 127.0.0.1 %u\n", rules ? service_port(index) : 1024);
}

static void uid_bind(unsigned int rules, bool matches)
{
	printf("-u %u ", FIRST_UID + rules - !!rules);
	service_bind(rules, matches);
}

static void comm_bind(unsigned int rules, bool matches)
{
	printf("-n svc%05x ", rules - !!rules);
	service_bind(rules, matches);
}

static void cgroup_bind(unsigned int rules, bool matches)
{
	printf("-c " CGROUPS "/system.slice/svc%05x.service ", rules - !!rules);
	service_bind(rules, matches);
}

/* Its user and its name are in rules too, which are about other ports. */
static void mixed_bind(unsigned int rules, bool matches)
{
	printf("-u %u -n svc%05x ", FIRST_UID + (rules > 1 ? rules - 2 : 0),
	       rules > 2 ? rules - 3 : 0);
	cgroup_bind(rules, matches);
}

/*
 * Worst: wide ranges of users, ports and addresses around the bind, no two with the same ends. Each
 * rule matches the bind in all of its criteria but one, which ends just before it. The last one
 * matches, and has the address alone.
 */

static void worst_uid(unsigned int index, bool matches)
{
	unsigned int low = WORST_UID - 1 - index * 1009u, high = WORST_UID + 1 + index * 1013u;

	printf("uid=\"%u-%u\";", low, matches ? high : WORST_UID - 1);
}

static void worst_ports(unsigned int index, bool matches)
{
	unsigned int reach = 1 + index * 7919 % 30000;

	printf("ports=\"%u-%u\";", WORST_PORT - reach,
	       matches ? WORST_PORT + reach : WORST_PORT - 1);
}

/* The network of a prefix between 9 and 31 bits, or its neighbour. */
static void worst_address(unsigned int index, bool matches)
{
	unsigned int prefix = 9 + index / 3 % 23;
	uint32_t bit = UINT32_C(1) << (32 - prefix);
	uint32_t network = (WORST_ADDRESS & ~(bit - 1)) ^ (matches ? 0 : bit);

	printf("address=\"%u.%u.%u.%u/%u\";", network >> 24, network >> 16 & 255,
	       network >> 8 & 255, network & 255, prefix);
}

static void worst_rule(unsigned int index, unsigned int rules)
{
	bool last = index + 1 == rules;

	worst_uid(index, last || index % 3 != 0);
	worst_ports(index, last || index % 3 != 1);
	if (last)
		printf("address=\"" WORST_LAST "\";");
	else
		worst_address(index, index % 3 != 2);
}

/* The neighbour of the last rule's address is in all the networks that the address is in. */
static void worst_bind(unsigned int rules, bool matches)
{
	(void)rules;
	printf("-u %u tcp4 %s %u\n", WORST_UID, matches ? WORST_LAST : WORST_NONE, WORST_PORT);
}

static const struct shape shapes[] = {
	{ "uid", uid_rule, uid_bind, "a user and one or two ports for each rule" },
	{ "comm", comm_rule, comm_bind, "the same with a process name" },
	{ "cgroup", cgroup_rule, cgroup_bind, "the same with a cgroup" },
	{ "mixed", mixed_rule, mixed_bind, "users, names and cgroups in turn" },
	{ "worst", worst_rule, worst_bind, "wide ranges, where all but one criterion matches" },
};

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static void usage(void)
{
	fputs("usage: mkpolicy [-m | -n] SHAPE RULES\n"
	      "       mkpolicy -l\n",
	      stderr);
	exit(2);
}

static void list(void)
{
	for (size_t i = 0; i < SHAPES; i++)
		printf("%-8s%s\n", shapes[i].name, shapes[i].about);
	exit(0);
}

static void print_policy(const struct shape *shape, unsigned int rules)
{
	printf("version = 1; default = \"deny\";\nrules = (\n");
	for (unsigned int i = 0; i < rules; i++) {
		printf("{name=\"r%u\";", i);
		shape->rule(i, rules);
		printf("}%s\n", i + 1 < rules ? "," : "");
	}
	printf(");\n");
}

int main(int argc, char **argv)
{
	const struct shape *shape = shapes;
	char mode = 'p', *end;
	unsigned long rules;
	int option;

	while ((option = getopt(argc, argv, "lmn")) != -1)
		if (option == 'l')
			list();
		else if (option == '?')
			usage();
		else
			mode = (char)option;
	if (argc - optind != 2)
		usage();
	while (shape < shapes + SHAPES && strcmp(shape->name, argv[optind]))
		shape++;
	rules = strtoul(argv[optind + 1], &end, 10);
	if (shape == shapes + SHAPES || *end || rules > 1000000)
		usage();
	if (mode == 'p')
		print_policy(shape, (unsigned int)rules);
	else
		shape->bind((unsigned int)rules, mode == 'm');
	return fflush(stdout) ? 1 : 0;
}
