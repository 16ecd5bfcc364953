/* SPDX-License-Identifier: GPL-2.0-only */
/* Binds that people write down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "enforcer/offline/query.h"
#include "tests/judge.h"

#define LONG_64 "0123456789012345678901234567890123456789012345678901234567890123"

/* The query as one text, to be freed. */
static char *printed(const struct query *query)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	query_print(out, query);
	fclose(out);
	return text;
}

static void expect_print(const struct query *query, const char *expected)
{
	char *text = printed(query);

	assert_string_equal(text, expected);
	free(text);
}

static const struct {
	const char *protocol, *bind;
	const char *printed; /* its first part */
} binds[] = {
	{ "tcp", "0.0.0.0:443", "tcp 0.0.0.0:443" },
	{ "tcp", "127.0.0.1:1", "tcp 127.0.0.1:1" },
	{ "udp", "255.255.255.255:65535", "udp 255.255.255.255:65535" },
	{ "udp", "10.0.0.1:0", "udp 10.0.0.1:ephemeral" },
	{ "udp", "10.0.0.1:ephemeral", "udp 10.0.0.1:ephemeral" },
	{ "sctp", "[::]:80", "sctp [::]:80" },
	{ "mptcp", "[::1]:0", "mptcp [::1]:ephemeral" },
	{ "262", "[::1]:1", "mptcp [::1]:1" },
	{ "udplite", "[2001:DB8::0:1]:7", "udplite [2001:db8::1]:7" },
	{ "icmp", "0.0.0.0:0", "icmp 0.0.0.0:ephemeral" },
	{ "icmpv6", "[::]:9", "icmpv6 [::]:9" },
	{ "6", "[::ffff:10.1.2.3]:80", "tcp 10.1.2.3:80" },
	{ "17", "[::ffff:0:0]:80", "udp 0.0.0.0:80" },
	{ "0", "1.2.3.4:5", "0 1.2.3.4:5" },
	{ "65535", "1.2.3.4:5", "65535 1.2.3.4:5" },
	{ "raw", "0.0.0.0", "raw 0.0.0.0" },
	{ "raw", "::1", "raw ::1" },
	{ "raw", "[::1]", "raw ::1" },
};

static void test_binds_that_are_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(binds); i++) {
		struct query_error error = { "" };
		struct query query, same;
		char expected[128], text[128];

		snprintf(expected, sizeof(expected),
			 "%s, uid 65534, cgroup \"/\", exe -, comm -, netns host, options -",
			 binds[i].printed);
		query_init(&query);
		query_init(&same);
		assert_true(query_set_bind(&query, binds[i].protocol, binds[i].bind, &error));
		assert_true(query.asked);
		expect_print(&query, expected);
		snprintf(text, sizeof(text), "%s  %s", binds[i].protocol, binds[i].bind);
		assert_true(query_set_bind_text(&same, text, &error));
		expect_print(&same, expected);
		assert_string_equal(error.text, "");
	}
}

static const struct {
	const char *protocol, *bind;
	const char *error;
} wrong_binds[] = {
	{ "tpc", "0.0.0.0:1", "unknown protocol \"tpc\", did you mean \"tcp\"?" },
	{ "TCP", "0.0.0.0:1", "unknown protocol \"TCP\", did you mean \"tcp\"?" },
	{ "", "0.0.0.0:1",
	  "unknown protocol \"\", expected tcp, udp, udplite, sctp, mptcp, icmp, icmpv6, raw or a "
	  "number up to 65535" },
	{ "65536", "0.0.0.0:1",
	  "unknown protocol \"65536\", expected tcp, udp, udplite, sctp, mptcp, icmp, icmpv6, raw "
	  "or a number up to 65535" },
	{ "tcp", "", "\"\" is no address, expected one such as \"0.0.0.0:443\" or \"[::]:443\"" },
	{ "tcp", "*:80",
	  "\"*:80\" is no address, expected one such as \"0.0.0.0:443\" or \"[::]:443\"" },
	{ "tcp", "localhost:80",
	  "\"localhost:80\" is no address, expected one such as \"0.0.0.0:443\" or "
	  "\"[::]:443\"" },
	{ "tcp", "[127.0.0.1]:80",
	  "\"[127.0.0.1]:80\" is no address, expected one such as \"0.0.0.0:443\" or "
	  "\"[::]:443\"" },
	{ "tcp", "[::1]80",
	  "\"[::1]80\" is no address, expected one such as \"0.0.0.0:443\" or \"[::]:443\"" },
	{ "tcp", "[::1:80",
	  "\"[::1:80\" is no address, expected one such as \"0.0.0.0:443\" or \"[::]:443\"" },
	{ "tcp", "[fe80::1%lo]:80",
	  "\"[fe80::1%lo]:80\" is no address, expected one such as \"0.0.0.0:443\" or "
	  "\"[::]:443\"" },
	{ "tcp", "127.1:80",
	  "\"127.1:80\" is no address, expected one such as \"0.0.0.0:443\" or \"[::]:443\"" },
	{ "tcp", LONG_64 LONG_64 ":1",
	  "\"" LONG_64 "\"... is no address, expected one such as \"0.0.0.0:443\" or "
	  "\"[::]:443\"" },
	{ "tcp", "\x1b[2J\xff:1",
	  "\"\\x1b[2J\\xff:1\" is no address, expected one such as \"0.0.0.0:443\" or "
	  "\"[::]:443\"" },
	{ "tcp", "127.0.0.1", "\"127.0.0.1\" has no port, expected one such as \"0.0.0.0:443\"" },
	{ "tcp", "::1:80", "\"::1:80\" has no port, expected one such as \"[::1]:443\"" },
	{ "tcp", "[::1]", "\"[::1]\" has no port, expected one such as \"[::1]:443\"" },
	{ "tcp", "127.0.0.1:", "\"\" is no port, expected 0 to 65535 or \"ephemeral\"" },
	{ "tcp", "127.0.0.1:65536", "\"65536\" is no port, expected 0 to 65535 or \"ephemeral\"" },
	{ "tcp", "127.0.0.1:-1", "\"-1\" is no port, expected 0 to 65535 or \"ephemeral\"" },
	{ "tcp", "127.0.0.1:80 ", "\"80 \" is no port, expected 0 to 65535 or \"ephemeral\"" },
	{ "tcp", "127.0.0.1:80abc", "\"80abc\" is no port, expected 0 to 65535 or \"ephemeral\"" },
	{ "tcp", "127.0.0.1:18446744073709551617",
	  "\"18446744073709551617\" is no port, expected 0 to 65535 or \"ephemeral\"" },
	{ "raw", "0.0.0.0:80",
	  "\"0.0.0.0:80\" has a port, expected an address alone for a raw socket" },
	{ "raw", "[::]:80", "\"[::]:80\" has a port, expected an address alone for a raw socket" },
	{ "raw", "x", "\"x\" is no address, expected one such as \"0.0.0.0\" or \"::\"" },
};

static void test_binds_that_are_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(wrong_binds); i++) {
		struct query_error error = { "" };
		struct query query, before;

		query_init(&query);
		assert_true(query_set_bind(&query, "udp", "1.2.3.4:5", &error));
		before = query;
		assert_false(query_set_bind(&query, wrong_binds[i].protocol, wrong_binds[i].bind,
					    &error));
		assert_string_equal(error.text, wrong_binds[i].error);
		assert_memory_equal(&query, &before, sizeof(query));
	}
}

static void test_texts_that_are_no_bind(void **state)
{
	static const char *const texts[] = { "", " ", "tcp", "0.0.0.0:1", " tcp 0.0.0.0:1" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct query_error error = { "" };
		struct query query;
		char expected[128];

		query_init(&query);
		assert_false(query_set_bind_text(&query, texts[i], &error));
		snprintf(expected, sizeof(expected),
			 "\"%s\" is no bind, expected one such as \"tcp 0.0.0.0:443\"", texts[i]);
		assert_string_equal(error.text, expected);
		assert_false(query.asked);
	}
}

typedef bool set_field(struct query *query, const char *text, struct query_error *error);

static const struct {
	set_field *set;
	const char *text;
	const char *printed; /* a part of it */
} fields[] = {
	{ query_set_uid, "0", "uid 0," },
	{ query_set_uid, "root", "uid 0," },
	{ query_set_uid, "4294967294", "uid 4294967294," },
	{ query_set_comm, "a", "comm \"a\"," },
	{ query_set_comm, "123456789012345", "comm \"123456789012345\"," },
	{ query_set_comm, "a\x1b\"\\", "comm \"a\\x1b\\\"\\\\\"," },
	{ query_set_cgroup, "/", "cgroup \"/\"," },
	{ query_set_cgroup, "/a.slice/b.service", "cgroup \"/a.slice/b.service\"," },
	{ query_set_cgroup, "/a/", "cgroup \"/a/\"," },
	{ query_set_cgroup, "/...", "cgroup \"/...\"," },
	{ query_set_exe, "/usr/sbin/nginx", "exe \"/usr/sbin/nginx\"," },
	{ query_set_netns, "host", "netns host," },
	{ query_set_netns, "other", "netns other," },
	{ query_add_option, "SO_REUSEPORT", "options SO_REUSEPORT" },
	{ query_add_option, "IP_FREEBIND", "options IP_FREEBIND" },
	{ query_set_via, "listen", "options -, via listen" },
	{ query_set_via, "bindx", "options -, via bindx" },
	{ query_set_via, "setsockopt", "options -, via setsockopt" },
};

static void test_fields_that_are_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(fields); i++) {
		struct query_error error = { "" };
		struct query query;
		char *text;

		query_init(&query);
		assert_true(fields[i].set(&query, fields[i].text, &error));
		text = printed(&query);
		assert_non_null(strstr(text, fields[i].printed));
		free(text);
	}
}

static const struct {
	set_field *set;
	const char *text;
	const char *error;
} wrong_fields[] = {
	{ query_set_uid, "4294967295",
	  "\"4294967295\" is no user, expected a name or a number up to 4294967294" },
	{ query_set_uid, "1x", "\"1x\" is no user, expected a name or a number up to 4294967294" },
	{ query_set_uid, "", "unknown user \"\", expected a user's name or number" },
	{ query_set_uid, "-1", "unknown user \"-1\", expected a user's name or number" },
	{ query_set_uid, "no\nbody",
	  "unknown user \"no\\x0abody\", expected a user's name or "
	  "number" },
	{ query_set_comm, "", "empty string, expected a process name" },
	{ query_set_comm, "1234567890123456",
	  "\"1234567890123456\" has 16 bytes, expected at most 15, where the kernel cuts" },
	{ query_set_cgroup, "",
	  "\"\" is not absolute, expected a path such as \"/system.slice/nginx.service\"" },
	{ query_set_cgroup, "a",
	  "\"a\" is not absolute, expected a path such as \"/system.slice/nginx.service\"" },
	{ query_set_cgroup, "/a//b",
	  "\"/a//b\" has \"//\", \".\" or \"..\", expected a path such as "
	  "\"/system.slice/nginx.service\"" },
	{ query_set_cgroup, "/..",
	  "\"/..\" has \"//\", \".\" or \"..\", expected a path such as "
	  "\"/system.slice/nginx.service\"" },
	{ query_set_exe, "/a/./b",
	  "\"/a/./b\" has \"//\", \".\" or \"..\", expected a file such as "
	  "\"/usr/sbin/nginx\"" },
	{ query_set_exe, "/a/",
	  "\"/a/\" is a folder, expected a file such as "
	  "\"/usr/sbin/nginx\"" },
	{ query_set_netns, "container",
	  "unknown value \"container\", expected \"host\" or \"other\"" },
	{ query_set_via, "lisen", "unknown value \"lisen\", did you mean \"listen\"?" },
	{ query_set_via, "connect",
	  "unknown value \"connect\", expected \"bind\", \"listen\", \"bindx\" or "
	  "\"setsockopt\"" },
	{ query_add_option, "SO_REUSPORT",
	  "unknown option \"SO_REUSPORT\", did you mean \"SO_REUSEPORT\"?" },
	{ query_add_option, "x",
	  "unknown option \"x\", expected IP_FREEBIND, IP_TRANSPARENT, IP_BIND_ADDRESS_NO_PORT, "
	  "SO_REUSEADDR or SO_REUSEPORT" },
};

static void test_fields_that_are_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(wrong_fields); i++) {
		struct query_error error = { "" };
		struct query query, before;

		query_init(&query);
		before = query;
		assert_false(wrong_fields[i].set(&query, wrong_fields[i].text, &error));
		assert_string_equal(error.text, wrong_fields[i].error);
		assert_memory_equal(&query, &before, sizeof(query));
	}
}

static void test_options_add_up(void **state)
{
	struct query_error error;
	struct query query;

	(void)state;
	query_init(&query);
	assert_true(query_add_option(&query, "SO_REUSEPORT", &error));
	assert_true(query_add_option(&query, "IP_TRANSPARENT", &error));
	assert_int_equal(query.options, BIND_OPT_REUSEPORT | BIND_OPT_TRANSPARENT);
}

/* The request is the one that the hook makes: the same types, classes and bytes. */
static void test_a_query_becomes_a_request(void **state)
{
	struct policy_rule rules[] = { { .cgroup = STRINGS("/a/b"), .exe = STRINGS("/bin/x") } };
	const struct policy policy = { .rule = rules, .rules = 1 };
	const struct image_settings settings = { .generation = 1 };
	struct bind_request request, expected = { .uid = 7, .netns = 0, .protocol = 6, .port = 80 };
	struct query_error error;
	struct query query;
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, &settings, &image), 0);
	query_init(&query);
	assert_true(query_set_uid(&query, "7", &error));
	assert_true(query_set_comm(&query, "long name", &error));
	assert_true(query_set_comm(&query, "web", &error));
	assert_true(query_set_cgroup(&query, "/a/b/c/", &error));
	assert_true(query_set_exe(&query, "/bin/x", &error));
	assert_true(query_set_netns(&query, "other", &error));
	assert_true(query_add_option(&query, "SO_REUSEADDR", &error));
	assert_true(query_set_bind_text(&query, "tcp 1.2.3.4:80", &error));
	query_request(&image, &query, &request);

	memcpy(expected.comm, "web", 3);
	memcpy(expected.address, "\0\0\0\0\0\0\0\0\0\0\xff\xff\1\2\3\4", 16);
	expected.cgroup = image_cgroup_class(&image, "/a/b");
	expected.exe = image_exe_class(&image, "/bin/x");
	expected.options = BIND_OPT_REUSEADDR;
	assert_int_not_equal(expected.cgroup, image_cgroup_class(&image, "/a"));
	assert_int_not_equal(expected.exe, 0);
	assert_memory_equal(&request, &expected, sizeof(request));
	image_free(&image);
}

static void test_what_is_not_set_is_nobody(void **state)
{
	const struct policy policy = { 0 };
	const struct image_settings settings = { .generation = 1 };
	struct bind_request request, expected = { .uid = 65534, .netns = 1 };
	struct query_error error;
	struct query query;
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, &settings, &image), 0);
	query_init(&query);
	assert_true(query_set_bind(&query, "raw", "::", &error));
	query_request(&image, &query, &request);
	expected.protocol = BIND_PROTOCOL_RAW;
	expected.port = BIND_PORT_NONE;
	expected.cgroup = BIND_CGROUP_UNNAMED;
	assert_memory_equal(&request, &expected, sizeof(request));
	image_free(&image);
}

static const struct {
	const char *via, *bind;
	enum bind_via expected;
	bool is_bound;
} ways[] = {
	{ "bind", "tcp 0.0.0.0:80", BIND_VIA_BIND, false },
	{ "bind", "tcp 0.0.0.0:0", BIND_VIA_BIND, false },
	{ "listen", "tcp 0.0.0.0:ephemeral", BIND_VIA_LISTEN, false },
	{ "listen", "tcp 0.0.0.0:80", BIND_VIA_LISTEN, true },
	{ "bindx", "sctp [::]:80", BIND_VIA_BINDX, false },
	{ "setsockopt", "udp [::]:80", BIND_VIA_SETSOCKOPT, true },
	{ "setsockopt", "raw 127.0.0.1", BIND_VIA_SETSOCKOPT, true },
};

/* As the hooks do: a socket with a port is bound before it listens. */
static void test_how_it_is_asked_is_in_the_request(void **state)
{
	const struct policy policy = { 0 };
	const struct image_settings settings = { .generation = 1 };
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, &settings, &image), 0);
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct bind_request request;
		struct query_error error;
		struct query query;

		query_init(&query);
		assert_true(query_set_via(&query, ways[i].via, &error));
		assert_true(query_set_bind_text(&query, ways[i].bind, &error));
		query_request(&image, &query, &request);
		assert_int_equal(request.via, ways[i].expected);
		assert_int_equal(request.is_bound, ways[i].is_bound);
	}
	image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_binds_that_are_right),
		cmocka_unit_test(test_binds_that_are_wrong),
		cmocka_unit_test(test_texts_that_are_no_bind),
		cmocka_unit_test(test_fields_that_are_right),
		cmocka_unit_test(test_fields_that_are_wrong),
		cmocka_unit_test(test_options_add_up),
		cmocka_unit_test(test_a_query_becomes_a_request),
		cmocka_unit_test(test_what_is_not_set_is_nobody),
		cmocka_unit_test(test_how_it_is_asked_is_in_the_request),
	};

	return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
