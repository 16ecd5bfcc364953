/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of options, protocols, verdicts and causes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/names.h"
#include "policy/request.h"

static void test_option(void **state)
{
	(void)state;
	assert_int_equal(names_option("IP_FREEBIND"), BIND_OPT_FREEBIND);
	assert_int_equal(names_option("IP_TRANSPARENT"), BIND_OPT_TRANSPARENT);
	assert_int_equal(names_option("IP_BIND_ADDRESS_NO_PORT"), BIND_OPT_ADDRESS_NO_PORT);
	assert_int_equal(names_option("SO_REUSEADDR"), BIND_OPT_REUSEADDR);
	assert_int_equal(names_option("SO_REUSEPORT"), BIND_OPT_REUSEPORT);
	assert_int_equal(names_option("so_reuseport"), 0);
	assert_int_equal(names_option("SO_REUSE"), 0);
	assert_int_equal(names_option(""), 0);
}

static void test_options(void **state)
{
	char buffer[128], small[16], tiny[1] = "x";

	(void)state;
	assert_string_equal(names_options(0, buffer, sizeof(buffer)), "");
	assert_string_equal(names_options(BIND_OPT_REUSEPORT, buffer, sizeof(buffer)),
			    "SO_REUSEPORT");
	assert_string_equal(names_options(BIND_OPT_ALL, buffer, sizeof(buffer)),
			    "IP_FREEBIND,IP_TRANSPARENT,IP_BIND_ADDRESS_NO_PORT,SO_REUSEADDR,"
			    "SO_REUSEPORT");
	assert_string_equal(names_options(~BIND_OPT_ALL, buffer, sizeof(buffer)), "");
	assert_string_equal(names_options(BIND_OPT_ALL, small, sizeof(small)), "IP_FREEBIND,IP_");
	assert_string_equal(names_options(BIND_OPT_ALL, tiny, sizeof(tiny)), "");
}

static void test_protocol(void **state)
{
	(void)state;
	assert_string_equal(names_protocol(0), "IP");
	assert_string_equal(names_protocol(6), "TCP");
	assert_string_equal(names_protocol(17), "UDP");
	assert_string_equal(names_protocol(58), "ICMPV6");
	assert_string_equal(names_protocol(255), "RAW");
	assert_string_equal(names_protocol(262), "MPTCP");
	assert_string_equal(names_protocol(3), "UNKNOWN");
	assert_string_equal(names_protocol(65536 + 6), "UNKNOWN");
	assert_string_equal(names_protocol(UINT32_MAX), "UNKNOWN");
}

static void test_verdict(void **state)
{
	struct bind_decision decision = { .verdict = BIND_ALLOW, .enforced = 1 };

	(void)state;
	assert_string_equal(names_verdict(&decision), "allow");
	decision.enforced = 0;
	assert_string_equal(names_verdict(&decision), "allow");
	decision.verdict = BIND_DENY;
	assert_string_equal(names_verdict(&decision), "audit");
	decision.enforced = 1;
	assert_string_equal(names_verdict(&decision), "deny");
}

static void test_cause(void **state)
{
	(void)state;
	assert_string_equal(names_cause(BIND_CAUSE_DEFAULT), "default");
	assert_string_equal(names_cause(BIND_CAUSE_RULE), "rule");
	assert_string_equal(names_cause(BIND_CAUSE_OPTIONS), "options");
	assert_string_equal(names_cause(BIND_CAUSE_UNREADABLE), "unreadable");
	assert_string_equal(names_cause(BIND_CAUSE_MALFORMED), "malformed");
	assert_string_equal(names_cause(BIND_CAUSE_MALFORMED + 1), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_option),	 cmocka_unit_test(test_options),
		cmocka_unit_test(test_protocol), cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_cause),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
