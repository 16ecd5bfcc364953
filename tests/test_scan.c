/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets that are bound already, from made-up records: grouped, judged and printed. */
#include <errno.h>
#include <arpa/inet.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "enforcer/watch/exes.h"
#include "enforcer/sockets/scan.h"
#include "enforcer/sockets/scanprint.h"
#include "enforcer/sockets/verdicts.h"
#include "tests/capture.h"
#include "tests/judge.h"

#define HOST 4026531840u
#define OTHER 4026532120u
#define MPTCP 262
#define LOCKED (BIND_LOCK_ADDRESS | BIND_LOCK_PORT)

/* A listening TCP socket of nginx: all tests are about what differs from it. */
static struct bind_socket nginx(uint64_t socket, uint32_t pid)
{
	return (struct bind_socket){
		.socket = socket,
		.inode = 7000 + socket,
		.cgroup = 5,
		.exe = { .folder = 3, .device = 4, .name = "nginx" },
		.comm = "nginx",
		.pid = pid,
		.uid = 33,
		.netns = HOST,
		.protocol = IPPROTO_TCP,
		.port = 443,
		.family = AF_INET,
		.type = SOCK_STREAM,
		.state = BIND_STATE_LISTEN,
		.locks = BIND_LOCK_PORT,
	};
}

static void add(struct sockets *sockets, struct bind_socket record)
{
	assert_int_equal(sockets_add(sockets, &record), 0);
}

static void set_address(struct bind_socket *record, const char *text)
{
	record->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	memset(record->address, 0, sizeof(record->address));
	assert_int_equal(inet_pton(record->family, text, record->address), 1);
}

/* What is bound. */

static const struct {
	const char *says;
	int type, state, locks, port;
	const char *address;
	bool bound;
} kinds[] = {
	{ "a listener", SOCK_STREAM, BIND_STATE_LISTEN, LOCKED, 80, "10.0.0.1", true },
	{ "one that was never bound", SOCK_STREAM, BIND_STATE_LISTEN, 0, 40000, "0.0.0.0", true },
	{ "bound only", SOCK_STREAM, BIND_STATE_CLOSE, BIND_LOCK_PORT, 80, "0.0.0.0", true },
	{ "bound to port 0", SOCK_STREAM, BIND_STATE_CLOSE, 0, 40000, "0.0.0.0", true },
	{ "a new socket", SOCK_STREAM, BIND_STATE_CLOSE, 0, 0, "0.0.0.0", false },
	{ "no port yet", SOCK_STREAM, BIND_STATE_CLOSE, BIND_LOCK_ADDRESS, 0, "10.0.0.1", false },
	{ "a client", SOCK_STREAM, BIND_STATE_ESTABLISHED, 0, 40000, "10.0.0.1", false },
	{ "a client from an address", SOCK_STREAM, BIND_STATE_ESTABLISHED, BIND_LOCK_ADDRESS, 40000,
	  "10.0.0.1", false },
	{ "accepted", SOCK_STREAM, BIND_STATE_ESTABLISHED, 0, 80, "10.0.0.1", false },
	{ "a client from a port", SOCK_STREAM, BIND_STATE_ESTABLISHED, BIND_LOCK_PORT, 20,
	  "10.0.0.1", true },
	{ "connecting from a port", SOCK_STREAM, 2, LOCKED, 20, "10.0.0.1", true },
	{ "other locks", SOCK_STREAM, BIND_STATE_ESTABLISHED, 0xf3, 40000, "10.0.0.1", false },
	{ "UDP", SOCK_DGRAM, BIND_STATE_CLOSE, BIND_LOCK_PORT, 53, "::", true },
	{ "UDP that has sent", SOCK_DGRAM, BIND_STATE_CLOSE, 0, 40000, "::", true },
	{ "connected UDP", SOCK_DGRAM, BIND_STATE_ESTABLISHED, 0, 40000, "::1", false },
	{ "raw", SOCK_RAW, BIND_STATE_CLOSE, 0, 1, "10.0.0.1", true },
	{ "raw, not bound", SOCK_RAW, BIND_STATE_CLOSE, 0, 1, "0.0.0.0", false },
	{ "raw, connected", SOCK_RAW, BIND_STATE_ESTABLISHED, 0, 1, "10.0.0.1", false },
	{ "raw IPv6", SOCK_RAW, BIND_STATE_CLOSE, 0, 58, "::1", true },
};

static void test_is_bound(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct bind_socket record = nginx(1, 1);

		record.type = kinds[i].type;
		record.state = kinds[i].state;
		record.locks = kinds[i].locks;
		record.port = kinds[i].port;
		set_address(&record, kinds[i].address);
		if (sockets_is_bound(&record) != kinds[i].bound)
			fail_msg("%s", kinds[i].says);
	}
}

/* Grouping. */

static void expect_owners(const struct sockets_socket *socket, size_t count, const uint32_t *pids)
{
	assert_int_equal(socket->owners, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(socket->owner[i].record.pid, pids[i]);
}

#define EXPECT_OWNERS(socket, ...)                                                    \
	expect_owners(socket, sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t), \
		      (const uint32_t[]){ __VA_ARGS__ })

static void test_group_shared(void **state)
{
	struct bind_socket unbound = nginx(9, 1), other = nginx(1, 2);
	struct sockets sockets = { 0 };

	(void)state;
	unbound.port = 0;
	other.uid = 0;
	add(&sockets, nginx(1, 814));
	add(&sockets, nginx(2, 814));
	add(&sockets, nginx(1, 812));
	add(&sockets, unbound);
	add(&sockets, nginx(1, 812)); /* by a second descriptor */
	add(&sockets, other);
	assert_int_equal(sockets_group(&sockets, HOST), 0);
	assert_int_equal(sockets.count, 2);
	EXPECT_OWNERS(&sockets.socket[0], 2, 812, 814);
	EXPECT_OWNERS(&sockets.socket[1], 814);
	assert_ptr_equal(sockets.socket[0].judged, sockets.socket[0].owner);
	assert_false(sockets_same_owner(&sockets.owner[0].record, &sockets.owner[1].record));
	assert_true(sockets_same_owner(&sockets.owner[1].record, &sockets.owner[2].record));
	sockets_free(&sockets);
}

/* What a rule can tell apart, it must not take for one. */
static void test_group_different(void **state)
{
	struct bind_socket a = nginx(1, 1), b;

	(void)state;
	b = a, b.pid = 2;
	assert_true(sockets_same_owner(&a, &b));
	b = a, b.uid = 34;
	assert_false(sockets_same_owner(&a, &b));
	b = a, b.cgroup = 6;
	assert_false(sockets_same_owner(&a, &b));
	b = a, b.comm[0] = 'N';
	assert_false(sockets_same_owner(&a, &b));
	b = a, b.exe.folder = 4;
	assert_false(sockets_same_owner(&a, &b));
	b = a, b.exe.device = 5;
	assert_false(sockets_same_owner(&a, &b));
	b = a, b.exe.name[0] = 'N';
	assert_false(sockets_same_owner(&a, &b));
}

/* Each is before the next; they come in the other order. */
static void test_group_order(void **state)
{
	struct bind_socket order[7];
	struct sockets sockets = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(order); i++)
		order[i] = nginx(100 - i, 1);
	order[0].port = 80;
	set_address(&order[2], "10.0.0.1");
	set_address(&order[3], "::");
	order[4].protocol = IPPROTO_UDP;
	order[4].port = 1;
	order[5].netns = HOST - 1;
	order[6].netns = OTHER;
	for (size_t i = COUNT(order); i-- > 0;)
		add(&sockets, order[i]);
	assert_int_equal(sockets_group(&sockets, HOST), 0);
	assert_int_equal(sockets.count, COUNT(order));
	for (size_t i = 0; i < COUNT(order); i++)
		assert_int_equal(sockets.socket[i].owner->record.socket, 100 - i);
	sockets_free(&sockets);
}

static void test_group_nothing(void **state)
{
	struct sockets sockets = { 0 };

	(void)state;
	assert_int_equal(sockets_group(&sockets, HOST), 0);
	assert_int_equal(sockets.count, 0);
	sockets_free(&sockets);
}

static void test_group_many(void **state)
{
	struct sockets sockets = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 5000; i++)
		add(&sockets, nginx(i * 7919 % 1000, i));
	assert_int_equal(sockets_group(&sockets, HOST), 0);
	assert_int_equal(sockets.count, 1000);
	for (size_t i = 0; i < 1000; i++) {
		assert_int_equal(sockets.socket[i].owners, 5);
		assert_int_equal(sockets.socket[i].owner->record.inode, 7000 + i);
	}
	sockets_free(&sockets);
}

/* Judging. */

static struct cgroups_path paths[] = {
	{ 1, (char[]){ "/" } },
	{ 5, (char[]){ "/svc/web" } },
	{ 8, (char[]){ "/svc/db" } },
};
static const struct cgroups_list cgroups = { .cgroup = paths, .count = COUNT(paths) };

struct judged {
	struct policy *policy;
	struct image image;
	struct sockets sockets;
};

static void judge(struct judged *judged, const char *rules)
{
	struct policy_messages errors = { 0 };
	char *text;

	assert_true(asprintf(&text, "version = 1; default = \"deny\"; rules = ( %s );", rules) > 0);
	judged->policy = policy_read_text("test.conf", text, strlen(text), &errors);
	if (!judged->policy)
		fail_msg("%s: %s", rules, errors.message[0].text);
	assert_int_equal(image_compile(judged->policy, SETTINGS(true), &judged->image), 0);
	assert_int_equal(sockets_group(&judged->sockets, HOST), 0);
	verdicts_cgroups(&judged->sockets, &cgroups);
	assert_int_equal(verdicts_decide(&judged->sockets, judged->policy, &judged->image, HOST),
			 0);
	free(text);
}

static void judged_free(struct judged *judged)
{
	policy_free(judged->policy);
	image_free(&judged->image);
	sockets_free(&judged->sockets);
}

/* Does this one rule allow the record? */
static void expect_verdict(const char *rule, const struct bind_socket *record, bool allowed)
{
	struct judged judged = { 0 };
	char *text;

	assert_true(asprintf(&text, "{ name = \"r\"; %s; }", rule) > 0);
	add(&judged.sockets, *record);
	judge(&judged, text);
	assert_int_equal(judged.sockets.count, 1);
	if ((judged.sockets.owner[0].decision.verdict == BIND_ALLOW) != allowed)
		fail_msg("%s", rule);
	assert_int_equal(verdicts_denied(judged.policy, &judged.sockets), !allowed);
	judged_free(&judged);
	free(text);
}

static void test_judge_record(void **state)
{
	struct bind_socket record = nginx(1, 1);

	(void)state;
	set_address(&record, "10.0.0.1");
	record.locks = LOCKED;
	expect_verdict("uid = 33", &record, true);
	expect_verdict("uid = 34", &record, false);
	expect_verdict("comm = \"nginx\"", &record, true);
	expect_verdict("comm = \"ngin\"", &record, false);
	expect_verdict("cgroup = \"/svc/web\"", &record, true);
	expect_verdict("cgroup = \"/svc\"", &record, true);
	expect_verdict("cgroup = \"/svc/db\"", &record, false);
	expect_verdict("ports = 443", &record, true);
	expect_verdict("ports = \"ephemeral\"", &record, false);
	expect_verdict("protocol = \"tcp\"", &record, true);
	expect_verdict("protocol = \"udp\"", &record, false);
	expect_verdict("address = \"10.0.0.1\"", &record, true);
	expect_verdict("address = \"wildcard\"", &record, false);
	expect_verdict("family = \"ipv4\"", &record, true);
	expect_verdict("family = \"ipv6\"", &record, false);
	expect_verdict("netns = \"host\"", &record, true);
	record.netns = OTHER;
	expect_verdict("netns = \"host\"", &record, false);
	record.options = BIND_OPT_REUSEPORT;
	expect_verdict("forbid_options = \"SO_REUSEADDR\"", &record, true);
	expect_verdict("forbid_options = \"SO_REUSEPORT\"", &record, false);
}

/* What the kernel has filled in was not asked for. */
static void test_judge_asked(void **state)
{
	struct bind_socket record = nginx(1, 1);

	(void)state;
	record.locks = 0;
	expect_verdict("ports = \"ephemeral\"", &record, true);
	expect_verdict("ports = 443", &record, false);
	record.range = 444 << 16 | 443;
	expect_verdict("ports = \"443, 444\"", &record, true);
	expect_verdict("ports = 443", &record, false);
	expect_verdict("ports = \"ephemeral, 444\"", &record, false);
	expect_verdict("ports = 443; forbid_options = \"SO_REUSEPORT\"", &record, false);
	/* One of TCP that is locked was asked for. */
	record.locks = BIND_LOCK_PORT;
	expect_verdict("ports = 443", &record, true);
	record.locks = 0;
	record.range = 0;
	record.state = BIND_STATE_ESTABLISHED;
	record.locks = BIND_LOCK_PORT;
	set_address(&record, "10.0.0.1");
	expect_verdict("ports = 443; address = \"wildcard\"", &record, true);
	expect_verdict("address = \"10.0.0.1\"", &record, false);
	set_address(&record, "::ffff:10.0.0.1");
	expect_verdict("ports = 443; address = \"::\"; family = \"ipv6\"", &record, true);
	record.locks = LOCKED;
	expect_verdict("address = \"10.0.0.1\"; family = \"ipv4\"", &record, true);
	record = nginx(1, 1);
	expect_verdict("address = \"0.0.0.0\"; family = \"ipv4\"", &record, true);
}

/* Of these the kernel does not tell. */
static void test_judge_without_locks(void **state)
{
	struct bind_socket record = nginx(1, 1);

	(void)state;
	record.locks = 0;
	record.protocol = IPPROTO_SCTP;
	set_address(&record, "10.0.0.1");
	expect_verdict("protocol = \"sctp\"; ports = 443; address = \"10.0.0.1\"", &record, true);
	record.type = SOCK_RAW;
	record.state = BIND_STATE_CLOSE;
	record.protocol = IPPROTO_ICMP;
	expect_verdict("protocol = \"raw\"; address = \"10.0.0.1\"", &record, true);
	expect_verdict("protocol = \"icmp\"", &record, false);
	expect_verdict("ports = \"ephemeral, 1-65535\"", &record, false);
}

static void test_judge_protocols(void **state)
{
	struct bind_socket record = nginx(1, 1);

	(void)state;
	record.protocol = MPTCP;
	expect_verdict("protocol = \"tcp\"", &record, true);
	expect_verdict("protocol = \"mptcp\"", &record, true);
	record.protocol = 256; /* SMC */
	expect_verdict("protocol = \"tcp\"", &record, true);
	record.protocol = 115; /* L2TP */
	record.type = SOCK_DGRAM;
	expect_verdict("protocol = 115", &record, true);
	expect_verdict("protocol = 115; ports = 443", &record, false);
}

/* A cgroup that nobody knows is denied, but only by a policy that asks for it. */
static void test_judge_unknown_cgroup(void **state)
{
	struct bind_socket record = nginx(1, 1);
	struct judged judged = { 0 };

	(void)state;
	record.cgroup = 6;
	expect_verdict("uid = 33", &record, true);
	add(&judged.sockets, record);
	judge(&judged, "{ name = \"all\"; uid = 33; }, { name = \"g\"; cgroup = \"/svc\"; }");
	assert_int_equal(judged.sockets.owner[0].decision.cause, BIND_CAUSE_UNREADABLE);
	assert_int_equal(verdicts_denied(judged.policy, &judged.sockets), 1);
	judged_free(&judged);
}

/* By the folder, whose numbers are those of the disk. */
static void test_judge_exe(void **state)
{
	struct bind_socket record = nginx(1, 1);
	char path[4096], rule[8192];
	int err;

	(void)state;
	assert_non_null(getcwd(path, sizeof(path) - 16));
	strcat(path, "/server");
	snprintf(rule, sizeof(rule), "exe = [\"/nowhere/x\", \"%s\", \"%s2\"]", path, path);
	err = exes_key(path, &record.exe);
	if (err == -ENOENT)
		skip(); /* in a chroot that is no mount, as packages are built in */
	assert_int_equal(err, 0);
	assert_string_equal(record.exe.name, "server");
	expect_verdict(rule, &record, true);
	record.exe.name[0] = 'S';
	expect_verdict(rule, &record, false);
	assert_int_equal(exes_key(path, &record.exe), 0);
	record.exe.folder++;
	expect_verdict(rule, &record, false);
	memset(&record.exe, 0, sizeof(record.exe));
	expect_verdict(rule, &record, false);
}

/* The verdict of a socket is the worst of its owners'. */
static void test_judge_owners(void **state)
{
	struct judged judged = { 0 };
	struct bind_socket record;
	uint32_t uids[3][3] = { { 1, 2, 3 }, { 1, 2, 1 }, { 1, 1, 1 } };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 3; j++) {
			record = nginx(i, 10 * i + j);
			record.uid = uids[i][j];
			add(&judged.sockets, record);
		}
	judge(&judged, "{ name = \"one\"; uid = 1; },"
		       "{ name = \"two\"; uid = 2; verdict = \"deny\"; mode = \"audit\"; }");
	assert_int_equal(judged.sockets.count, 3);
	assert_int_equal(judged.sockets.socket[0].judged->record.uid, 3);
	assert_int_equal(judged.sockets.socket[1].judged->record.uid, 2);
	assert_int_equal(judged.sockets.socket[2].judged->record.pid, 20);
	assert_int_equal(verdicts_denied(judged.policy, &judged.sockets), 1);
	judged_free(&judged);
}

/* Printing. */

static char *table(const struct sockets *sockets, const struct policy *policy, bool wide, bool json)
{
	struct scanprint print = {
		.policy = policy,
		.host_netns = HOST,
		.own_netns = OTHER,
		.time = INT64_C(1772366400000001000),
		.host = "h",
		.boot_id = "b",
		.wide = wide,
	};
	char *text;
	size_t length;

	print.out = open_memstream(&text, &length);
	assert_non_null(print.out);
	if (json)
		scanprint_json(&print, sockets);
	else
		scanprint_table(&print, sockets);
	fclose(print.out);
	return text;
}

static void expect_table(const struct sockets *sockets, const struct policy *policy, bool wide,
			 const char *expected)
{
	char *text = table(sockets, policy, wide, false);

	assert_string_equal(text, expected);
	free(text);
}

/* Two workers and their master share a socket; another one is in a container. */
static void fill(struct sockets *sockets)
{
	struct bind_socket master = nginx(1, 812), odd = nginx(2, 4000000);

	master.uid = 0;
	master.cgroup = 1;
	add(sockets, master);
	add(sockets, nginx(1, 813));
	add(sockets, nginx(1, 814));
	odd.netns = OTHER;
	odd.cgroup = 99;
	odd.protocol = MPTCP;
	odd.state = BIND_STATE_CLOSE;
	odd.options = BIND_OPT_TRANSPARENT | BIND_OPT_REUSEPORT;
	odd.interface = 2;
	odd.uid = 1000;
	odd.locks = LOCKED;
	set_address(&odd, "fd00:1111:2222:3333:4444:5555:6666:7777");
	memcpy(odd.comm, "\x1b[2J", 5);
	add(sockets, odd);
}

#define RULES                                                        \
	"{ name = \"web-servers\"; uid = 33; cgroup = \"/svc\"; }, " \
	"{ name = \"odd\"; uid = 1000; forbid_options = \"SO_REUSEPORT\"; }"

static void test_print_list(void **state)
{
	struct sockets sockets = { 0 };

	(void)state;
	fill(&sockets);
	assert_int_equal(sockets_group(&sockets, HOST), 0);
	expect_table(&sockets, NULL, false,
		     "     PID COMM         PROT ADDR             PORT OPTS  IF    UID "
		     "NETNS      STATE\n"
		     "     812 nginx        TCP  0.0.0.0           443 .....  0      0 "
		     "host       listen\n"
		     "   813+1 nginx        TCP  0.0.0.0           443 .....  0     33 "
		     "host       listen\n"
		     " 4000000 \\x1b[2J      MPTC fd00:1111:2222:   443 .T..r  2   1000 "
		     "4026532120 bound\n");
	sockets_free(&sockets);
}

static void test_print_verdicts(void **state)
{
	struct judged judged = { 0 };

	(void)state;
	fill(&judged.sockets);
	judge(&judged, RULES);
	expect_table(&judged.sockets, judged.policy, false,
		     "     PID COMM         PROT ADDR             PORT OPTS  IF    UID "
		     "NETNS      STATE     VERDICT RULE\n"
		     "     812 nginx        TCP  0.0.0.0           443 .....  0      0 "
		     "host       listen    deny    -\n"
		     "   813+1 nginx        TCP  0.0.0.0           443 .....  0     33 "
		     "host       listen    allow   web-servers\n"
		     " 4000000 \\x1b[2J      MPTC fd00:1111:2222:   443 .T..r  2   1000 "
		     "4026532120 bound     deny    -:unreadable\n");
	judged_free(&judged);
}

static void test_print_wide(void **state)
{
	struct judged judged = { 0 };

	(void)state;
	fill(&judged.sockets);
	judged.sockets.owner[3].record.cgroup = 5;
	judge(&judged, RULES);
	expect_table(
		&judged.sockets, judged.policy, true,
		"       PID COMM         PROT     ADDR                                     "
		"PORT OPTS  IF    UID NETNS      STATE     VERDICT RULE             CGROUP\n"
		"       812 nginx        TCP      0.0.0.0                                   "
		"443 .....  0      0 host       listen    deny    -                /\n"
		"     813+1 nginx        TCP      0.0.0.0                                   "
		"443 .....  0     33 host       listen    allow   web-servers      /svc/web\n"
		"   4000000 \\x1b[2J      MPTCP    fd00:1111:2222:3333:4444:5555:6666:7777   "
		"443 .T..r  2   1000 4026532120 bound     deny    odd:SO_REUSEPORT /svc/web\n");
	judged_free(&judged);
}

static void test_print_unknown_cgroup(void **state)
{
	struct sockets sockets = { 0 };
	struct bind_socket record = nginx(1, 812);
	char *text;

	(void)state;
	record.cgroup = 77;
	add(&sockets, record);
	assert_int_equal(sockets_group(&sockets, HOST), 0);
	verdicts_cgroups(&sockets, &cgroups);
	text = table(&sockets, NULL, true, false);
	assert_string_equal(text + strlen(text) - strlen("listen    ?\n"), "listen    ?\n");
	free(text);
	sockets_free(&sockets);
}

static void test_print_json(void **state)
{
	static const char expected[] =
		"{\"record\":\"socket\",\"time\":\"2026-03-01T12:00:00.000001Z\","
		"\"boot_id\":\"b\",\"host\":\"h\","
		"\"protocol\":\"TCP\",\"protocol_number\":6,\"type\":\"stream\","
		"\"family\":\"ipv4\",\"address\":\"0.0.0.0\",\"port\":443,\"options\":[],"
		"\"interface\":null,\"interface_index\":0,\"netns\":4026531840,"
		"\"netns_host\":true,\"state\":\"listen\",\"inode\":7001,\"pid\":4294967294,"
		"\"comm\":\"nginx\",\"uid\":4294967295,\"verdict\":\"deny\",\"rule\":null,"
		"\"cause\":\"default\",\"forbidden\":[],\"owners\":["
		"{\"pid\":4294967293,\"comm\":\"nginx\",\"uid\":33,\"cgroup\":\"/svc/web\","
		"\"exe\":null,\"verdict\":\"allow\",\"rule\":\"web-servers\",\"cause\":\"rule\","
		"\"forbidden\":[]},"
		"{\"pid\":4294967294,\"comm\":\"nginx\",\"uid\":4294967295,"
		"\"cgroup\":\"/svc/web\",\"exe\":null,\"verdict\":\"deny\",\"rule\":null,"
		"\"cause\":\"default\",\"forbidden\":[]}]}\n";
	struct bind_socket other = nginx(1, 4294967294);
	struct judged judged = { 0 };
	char *text;

	(void)state;
	other.uid = UINT32_MAX;
	add(&judged.sockets, other);
	add(&judged.sockets, nginx(1, 4294967293));
	judge(&judged, RULES);
	text = table(&judged.sockets, judged.policy, false, true);
	assert_string_equal(text, expected);
	free(text);
	judged_free(&judged);
}

/* The next line, which must be a JSON object. */
static struct json_object *next_object(char **rest)
{
	struct json_object *object = json_tokener_parse(strsep(rest, "\n"));

	assert_non_null(object);
	return object;
}

/* The string that the owner with this index has. */
static const char *owner_string(struct json_object *object, size_t index, const char *key)
{
	struct json_object *owners, *value;

	assert_true(json_object_object_get_ex(object, "owners", &owners));
	assert_true(index < json_object_array_length(owners));
	assert_true(
		json_object_object_get_ex(json_object_array_get_idx(owners, index), key, &value));
	return json_object_get_string(value);
}

/* Whatever bytes there are, it is JSON, on one line each; and this process has an executable. */
static void test_print_json_bytes(void **state)
{
	struct bind_socket record = nginx(1, getpid());
	struct sockets sockets = { 0 };
	char exe[4096] = "", *text, *rest;
	struct json_object *object;

	(void)state;
	assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	strcpy(record.exe.name, strrchr(exe, '/') + 1);
	memcpy(record.comm, "\"\\\n\x01\xff\xc3(\x7f", 9);
	add(&sockets, record);
	fill(&sockets);
	assert_int_equal(sockets_group(&sockets, HOST), 0);
	rest = text = table(&sockets, NULL, false, true);
	object = next_object(&rest);
	assert_string_equal(owner_string(object, 1, "comm"), "\"\\\\x0a\\x01\\xff\\xc3(\\x7f");
	assert_string_equal(owner_string(object, 1, "exe"), exe);
	assert_string_equal(owner_string(object, 3, "comm"), "nginx");
	json_object_put(object);
	json_object_put(next_object(&rest));
	assert_string_equal(rest, "");
	free(text);
	sockets_free(&sockets);
}

/* The command line; what it reads needs privileges and a kernel that lets it. */

static void test_usage(void **state)
{
	struct capture help = CAPTURE(scan_bound, "scan", "--help");

	(void)state;
	assert_int_equal(help.status, 0);
	assert_int_equal(strncmp(help.out, "usage: bindguard scan ", 22), 0);
	capture_free(&help);
	CAPTURE_EXPECT(scan_bound, 64, "",
		       "bindguard: scan: -w and --json exclude each other\n"
		       "Try 'bindguard scan --help'.\n",
		       "scan", "-w", "--json");
	CAPTURE_EXPECT(scan_bound, 64, "",
		       "bindguard: scan: b.conf: unexpected argument\n"
		       "Try 'bindguard scan --help'.\n",
		       "scan", "a.conf", "b.conf");
	CAPTURE_EXPECT(scan_bound, 64, "",
		       "bindguard: -x: unknown option\nTry 'bindguard scan --help'.\n", "scan",
		       "-x");
}

static void test_bad_policy(void **state)
{
	(void)state;
	capture_write("bad.conf", "version = 1; default = \"maybe\"; rules = ();");
	CAPTURE_EXPECT(scan_bound, 78, "",
		       "bad.conf:1: default: unknown value \"maybe\", expected \"allow\" or "
		       "\"deny\"\n"
		       "bindguard: bad.conf: 1 error, policy not loaded\n",
		       "scan", "bad.conf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_bound),
		cmocka_unit_test(test_group_shared),
		cmocka_unit_test(test_group_different),
		cmocka_unit_test(test_group_order),
		cmocka_unit_test(test_group_nothing),
		cmocka_unit_test(test_group_many),
		cmocka_unit_test(test_judge_record),
		cmocka_unit_test(test_judge_asked),
		cmocka_unit_test(test_judge_without_locks),
		cmocka_unit_test(test_judge_protocols),
		cmocka_unit_test(test_judge_unknown_cgroup),
		cmocka_unit_test(test_judge_exe),
		cmocka_unit_test(test_judge_owners),
		cmocka_unit_test(test_print_list),
		cmocka_unit_test(test_print_verdicts),
		cmocka_unit_test(test_print_wide),
		cmocka_unit_test(test_print_unknown_cgroup),
		cmocka_unit_test(test_print_json),
		cmocka_unit_test(test_print_json_bytes),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_bad_policy),
	};

	return cmocka_run_group_tests_name("scan", tests, capture_begin, capture_end);
}
