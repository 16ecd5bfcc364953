/* SPDX-License-Identifier: GPL-2.0-only */
/* The text output, byte for byte. What is bindsnoop's is written down from its own formats. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "enforcer/output/printer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LONGEST "fd00:1111:2222:3333:4444:5555:6666:7777"

/* A printer that writes into memory. */
struct page {
	struct options options;
	struct printer printer;
	char *text;
	size_t length;
};

static void page_open(struct page *page, bool decides)
{
	*page = (struct page){ 0 };
	page->printer.decides = decides;
	page->printer.options = &page->options;
	page->printer.out = open_memstream(&page->text, &page->length);
	assert_non_null(page->printer.out);
}

/* Is this all that was written? Closes the page. */
static void page_close(struct page *page, const char *expected)
{
	fclose(page->printer.out);
	assert_string_equal(page->text, expected);
	assert_int_equal(page->length, strlen(expected));
	free(page->text);
}

static struct record nginx(void)
{
	struct record record = {
		.event = {
			.time = 2500000000,
			.pid = 812,
			.uid = 33,
			.protocol = IPPROTO_TCP,
			.family = AF_INET,
			.options = BIND_OPT_REUSEPORT,
			.comm = "nginx",
		},
		.known = true,
		.port = 443,
	};

	return record;
}

static void set_address(struct record *record, const char *text)
{
	record->event.family = strchr(text, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(record->event.family, text, record->address), 1);
}

static void test_banner(void **state)
{
	struct page page;

	(void)state;
	page_open(&page, false);
	printer_banner(&page.printer);
	page_close(&page, "Tracing binds ... Hit Ctrl-C to end\n");
}

/* The sixteen layouts */

/* A header and its record, one above the other. */
/* clang-format off */
static const struct layout {
	bool timestamp, print_uid, errors, wide;
	const char *header, *record;
} layouts[] = {
	{ 0, 0, 0, 0,
	  "     PID COMM         PROT ADDR            PORT   OPTS IF",
	  "     812 nginx        TCP  0.0.0.0           443 ....r  0" },
	{ 0, 0, 0, 1,
	  "       PID COMM         PROT ADDR                                    PORT   OPTS IF",
	  "       812 nginx        TCP  0.0.0.0                                   443 ....r  0" },
	{ 0, 0, 1, 0,
	  " RC      PID COMM         PROT ADDR            PORT   OPTS IF",
	  "  0      812 nginx        TCP  0.0.0.0           443 ....r  0" },
	{ 0, 0, 1, 1,
	  "RC                        "
	  "       PID COMM         PROT ADDR                                    PORT   OPTS IF",
	  "Success                   "
	  "       812 nginx        TCP  0.0.0.0                                   443 ....r  0" },
	{ 0, 1, 0, 0,
	  "   UID      PID COMM         PROT ADDR            PORT   OPTS IF",
	  "    33      812 nginx        TCP  0.0.0.0           443 ....r  0" },
	{ 0, 1, 0, 1,
	  "   UID        PID COMM         PROT ADDR                                    PORT   OPTS IF",
	  "    33        812 nginx        TCP  0.0.0.0                                   443 ....r  0" },
	{ 0, 1, 1, 0,
	  "   UID  RC      PID COMM         PROT ADDR            PORT   OPTS IF",
	  "    33   0      812 nginx        TCP  0.0.0.0           443 ....r  0" },
	{ 0, 1, 1, 1,
	  "   UID RC                        "
	  "       PID COMM         PROT ADDR                                    PORT   OPTS IF",
	  "    33 Success                   "
	  "       812 nginx        TCP  0.0.0.0                                   443 ....r  0" },
	{ 1, 0, 0, 0,
	  "TIME(s)        PID COMM         PROT ADDR            PORT   OPTS IF",
	  "1.500000       812 nginx        TCP  0.0.0.0           443 ....r  0" },
	{ 1, 0, 0, 1,
	  "TIME(s)   "
	  "       PID COMM         PROT ADDR                                    PORT   OPTS IF",
	  "1.500000  "
	  "       812 nginx        TCP  0.0.0.0                                   443 ....r  0" },
	{ 1, 0, 1, 0,
	  "TIME(s)    RC      PID COMM         PROT ADDR            PORT   OPTS IF",
	  "1.500000    0      812 nginx        TCP  0.0.0.0           443 ....r  0" },
	{ 1, 0, 1, 1,
	  "TIME(s)   RC                        "
	  "       PID COMM         PROT ADDR                                    PORT   OPTS IF",
	  "1.500000  Success                   "
	  "       812 nginx        TCP  0.0.0.0                                   443 ....r  0" },
	{ 1, 1, 0, 0,
	  "TIME(s)      UID      PID COMM         PROT ADDR            PORT   OPTS IF",
	  "1.500000      33      812 nginx        TCP  0.0.0.0           443 ....r  0" },
	{ 1, 1, 0, 1,
	  "TIME(s)      UID "
	  "       PID COMM         PROT ADDR                                    PORT   OPTS IF",
	  "1.500000      33 "
	  "       812 nginx        TCP  0.0.0.0                                   443 ....r  0" },
	{ 1, 1, 1, 0,
	  "TIME(s)      UID  RC      PID COMM         PROT ADDR            PORT   OPTS IF",
	  "1.500000      33   0      812 nginx        TCP  0.0.0.0           443 ....r  0" },
	{ 1, 1, 1, 1,
	  "TIME(s)      UID RC                        "
	  "       PID COMM         PROT ADDR                                    PORT   OPTS IF",
	  "1.500000      33 Success                   "
	  "       812 nginx        TCP  0.0.0.0                                   443 ....r  0" },
};
/* clang-format on */

/* Wide output tells who refused, where it tells errors, and with a policy how it was asked. */
static const char *more_columns(const struct layout *layout, bool decides, bool header)
{
	if (!layout->wide || (!layout->errors && !decides))
		return "";
	if (!decides)
		return header ? " REFUSED_BY" : " -";
	if (!layout->errors)
		return header ? " VIA       " : " bind      ";
	return header ? " REFUSED_BY            VIA       " : " -                     bind      ";
}

static void check_layout(const struct layout *layout, const struct policy_rule *rule,
			 const char *header_end, const char *record_end)
{
	struct record record = nginx();
	char expected[512];
	struct page page;

	record.decided = rule;
	record.rule = rule;
	page_open(&page, rule);
	page.printer.first = 1000000;
	page.options.timestamp = layout->timestamp;
	page.options.print_uid = layout->print_uid;
	page.options.errors = layout->errors;
	page.options.wide = layout->wide;
	printer_header(&page.printer);
	printer_record(&page.printer, &record);
	snprintf(expected, sizeof(expected), "%s%s%s\n%s%s%s\n", layout->header,
		 more_columns(layout, rule, true), header_end, layout->record,
		 more_columns(layout, rule, false), record_end);
	page_close(&page, expected);
}

static void test_columns_are_the_originals(void **state)
{
	(void)state;
	assert_int_equal(COUNT(layouts), 16);
	for (size_t i = 0; i < COUNT(layouts); i++)
		check_layout(&layouts[i], NULL, "", "");
}

static void test_a_policy_adds_two_columns(void **state)
{
	struct policy_rule rule = { .name = (char[]){ "web" } };

	(void)state;
	for (size_t i = 0; i < COUNT(layouts); i++)
		check_layout(&layouts[i], &rule, " VERDICT RULE", " allow   web");
}

/* VERDICT and RULE */

static const struct {
	struct bind_decision decision;
	const char *columns;
} decisions[] = {
	{ { 1, 0, BIND_ALLOW, 1, BIND_CAUSE_RULE, 0 }, "allow   web" },
	{ { 1, 0, BIND_ALLOW, 0, BIND_CAUSE_RULE, 0 }, "allow   web" },
	{ { 1, 1, BIND_DENY, 1, BIND_CAUSE_RULE, 0 }, "deny    agent" },
	{ { 1, 1, BIND_DENY, 0, BIND_CAUSE_RULE, 0 }, "audit   agent" },
	{ { 1, BIND_RULE_NONE, BIND_ALLOW, 1, BIND_CAUSE_DEFAULT, 0 }, "allow   -" },
	{ { 1, BIND_RULE_NONE, BIND_DENY, 1, BIND_CAUSE_DEFAULT, 0 }, "deny    -" },
	{ { 1, BIND_RULE_NONE, BIND_DENY, 0, BIND_CAUSE_DEFAULT, 0 }, "audit   -" },
	{ { 1, BIND_RULE_NONE, BIND_ALLOW, 1, BIND_CAUSE_MALFORMED, 0 }, "allow   -" },
	{ { 1, BIND_RULE_NONE, BIND_DENY, 1, BIND_CAUSE_UNREADABLE, 0 }, "deny    -:unreadable" },
	{ { 1, BIND_RULE_NONE, BIND_DENY, 0, BIND_CAUSE_UNREADABLE, 0 }, "audit   -:unreadable" },
	{ { 1, 1, BIND_DENY, 0, BIND_CAUSE_OPTIONS, BIND_OPT_TRANSPARENT },
	  "audit   agent:IP_TRANSPARENT" },
	{ { 1, 0, BIND_DENY, 1, BIND_CAUSE_OPTIONS, BIND_OPT_FREEBIND | BIND_OPT_REUSEPORT },
	  "deny    web:IP_FREEBIND,SO_REUSEPORT" },
	{ { 1, BIND_RULE_NONE, BIND_DENY, 1, BIND_CAUSE_OPTIONS, BIND_OPT_ALL },
	  "deny    -:IP_FREEBIND,IP_TRANSPARENT,IP_BIND_ADDRESS_NO_PORT,SO_REUSEADDR,"
	  "SO_REUSEPORT" },
	/* a rule whose policy is gone */
	{ { 1, 2, BIND_DENY, 1, BIND_CAUSE_RULE, 0 }, "deny    ?" },
};

static void check_decision(const struct record *record, const char *columns)
{
	char expected[256];
	struct page page;

	page_open(&page, true);
	printer_record(&page.printer, record);
	snprintf(expected, sizeof(expected),
		 "     812 nginx        TCP  0.0.0.0           443 ....r  0 %s\n", columns);
	page_close(&page, expected);
}

static void test_a_decision_is_a_verdict_and_a_rule(void **state)
{
	const struct policy_rule rules[] = {
		{ .name = (char[]){ "web" } },
		{ .name = (char[]){ "agent" } },
	};
	struct record record = nginx();

	(void)state;
	record.decided = true;
	for (size_t i = 0; i < COUNT(decisions); i++) {
		uint32_t rule = decisions[i].decision.rule;

		record.event.decision = decisions[i].decision;
		record.rule = rule < COUNT(rules) ? &rules[rule] : NULL;
		check_decision(&record, decisions[i].columns);
	}
}

static void test_an_undecided_record_has_no_verdict(void **state)
{
	struct record record = nginx();

	(void)state;
	check_decision(&record, "-       -");
	/* What is in there does not count. */
	record.event.decision.verdict = BIND_DENY;
	record.event.decision.cause = BIND_CAUSE_UNREADABLE;
	check_decision(&record, "-       -");
	record.event.decision.cause = BIND_CAUSE_OPTIONS;
	record.event.decision.forbidden = BIND_OPT_ALL;
	check_decision(&record, "-       -");
}

/* RC */

static const struct {
	bool known;
	int rc;
	const char *narrow, *wide, *refused_by;
} codes[] = {
	{ true, 0, "  0 ", "Success                   ", "-" },
	{ true, -EACCES, "-13 ", "Permission denied         ", "privileged_port" },
	{ true, -EADDRINUSE, "-98 ", "Address already in use    ", "address_in_use" },
	{ true, -EADDRNOTAVAIL, "-99 ", "Cannot assign requested address ",
	  "address_not_available" },
	{ true, -EPERM, " -1 ", "Operation not permitted   ", "cgroup_bpf" },
	{ true, -ECONNREFUSED, "-111 ", "Connection refused        ", "other" },
	{ true, -512, "-512 ", "Unknown error 512         ", "other" },
	{ false, 0, "  ? ", "?                         ", "-" },
	{ false, -EINVAL, "  ? ", "?                         ", "-" },
};

static void check_code(const struct record *record, bool wide, const char *column,
		       const char *refused_by)
{
	char expected[256];
	struct page page;

	page_open(&page, false);
	page.options.errors = true;
	page.options.wide = wide;
	printer_record(&page.printer, record);
	snprintf(expected, sizeof(expected), "%s%s%s%s\n", column, layouts[wide].record,
		 wide ? " " : "", wide ? refused_by : "");
	page_close(&page, expected);
}

static void test_the_return_code_is_a_number_or_a_text(void **state)
{
	struct record record = nginx();

	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		record.known = codes[i].known;
		record.rc = codes[i].rc;
		check_code(&record, false, codes[i].narrow, codes[i].refused_by);
		check_code(&record, true, codes[i].wide, codes[i].refused_by);
	}
}

/* PROT, ADDR, PORT, OPTS, IF, PID and UID */

struct line {
	const char *says;
	struct bind_event event;
	const char *address;
	uint16_t port;
	const char *narrow, *wide;
};

static const struct line lines[] = {
	{ "names of five letters are cut in narrow output only",
	  { .pid = 1, .comm = "go", .protocol = 262 },
	  "127.0.0.1",
	  80,
	  "       1 go           MPTC 127.0.0.1          80 .....  0",
	  "         1 go           MPTCP 127.0.0.1                                  80 .....  0" },
	{ "names of seven letters too",
	  { .pid = 1, .comm = "x", .protocol = 136 },
	  "127.0.0.1",
	  80,
	  "       1 x            UDPL 127.0.0.1          80 .....  0",
	  "         1 x            UDPLITE 127.0.0.1                                  80 .....  0" },
	{ "a protocol without a name",
	  { .pid = 1, .comm = "x", .protocol = 3 },
	  "127.0.0.1",
	  80,
	  "       1 x            UNKN 127.0.0.1          80 .....  0",
	  "         1 x            UNKNOWN 127.0.0.1                                  80 .....  0" },
	{ "a protocol beyond eight bits is not cut to eight",
	  { .pid = 1, .comm = "x", .protocol = 256 + 17 },
	  "127.0.0.1",
	  80,
	  "       1 x            UNKN 127.0.0.1          80 .....  0",
	  "         1 x            UNKNOWN 127.0.0.1                                  80 .....  0" },
	{ "short names keep the column's width",
	  { .pid = 1, .comm = "x", .protocol = 0 },
	  "0.0.0.0",
	  0,
	  "       1 x            IP   0.0.0.0             0 .....  0",
	  "         1 x            IP   0.0.0.0                                     0 .....  0" },
	{ "the longest IPv6 address",
	  { .pid = 1, .comm = "x", .protocol = 6 },
	  LONGEST,
	  65535,
	  "       1 x            TCP  fd00:1111:2222: 65535 .....  0",
	  "         1 x            TCP  fd00:1111:2222:3333:4444:5555:6666:7777 65535 .....  0" },
	{ "the longest IPv4 address",
	  { .pid = 1, .comm = "x", .protocol = 17 },
	  "255.255.255.255",
	  65535,
	  "       1 x            UDP  255.255.255.255 65535 .....  0",
	  "         1 x            UDP  255.255.255.255                         65535 .....  0" },
	{ "the IPv6 wildcard",
	  { .pid = 1, .comm = "x", .protocol = 58 },
	  "::",
	  0,
	  "       1 x            ICMP ::                  0 .....  0",
	  "         1 x            ICMPV6 ::                                          0 .....  0" },
	{ "a mapped IPv4 address",
	  { .pid = 1, .comm = "x", .protocol = 132 },
	  "::ffff:10.0.0.1",
	  7,
	  "       1 x            SCTP ::ffff:10.0.0.1     7 .....  0",
	  "         1 x            SCTP ::ffff:10.0.0.1                             7 .....  0" },
	{ "big numbers",
	  { .pid = 4194304, .comm = "x", .protocol = 255, .interface = 4294967295 },
	  "10.1.2.3",
	  9,
	  " 4194304 x            RAW  10.1.2.3            9 ..... 4294967295",
	  "   4194304 x            RAW  10.1.2.3                                    9 ..... "
	  "4294967295" },
	{ "a name longer than its column",
	  { .pid = 1, .comm = "abcdefghijklmno", .protocol = 6, .interface = 12 },
	  "10.1.2.3",
	  9,
	  "       1 abcdefghijkl TCP  10.1.2.3            9 ..... 12",
	  "         1 abcdefghijkl TCP  10.1.2.3                                    9 ..... 12" },
	{ "no name",
	  { .pid = 1, .comm = "", .protocol = 6 },
	  "10.1.2.3",
	  9,
	  "       1              TCP  10.1.2.3            9 .....  0",
	  "         1              TCP  10.1.2.3                                    9 .....  0" },
};

static void check_line(const struct line *line, bool wide)
{
	struct record record = { .event = line->event, .port = line->port };
	char expected[256];
	struct page page;

	set_address(&record, line->address);
	page_open(&page, false);
	page.options.wide = wide;
	printer_record(&page.printer, &record);
	snprintf(expected, sizeof(expected), "%s\n", wide ? line->wide : line->narrow);
	page_close(&page, expected);
}

static void test_values_of_every_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		check_line(&lines[i], false);
		check_line(&lines[i], true);
	}
}

static const struct {
	uint16_t protocol;
	const char *wide, *narrow;
} protocols[] = {
	{ 0, "IP", "IP" },	    { 1, "ICMP", "ICMP" },	{ 2, "IGMP", "IGMP" },
	{ 4, "IPIP", "IPIP" },	    { 6, "TCP", "TCP" },	{ 8, "EGP", "EGP" },
	{ 12, "PUP", "PUP" },	    { 17, "UDP", "UDP" },	{ 22, "IDP", "IDP" },
	{ 29, "TP", "TP" },	    { 41, "IPV6", "IPV6" },	{ 43, "ROUTING", "ROUT" },
	{ 44, "FRAGMENT", "FRAG" }, { 46, "RSVP", "RSVP" },	{ 47, "GRE", "GRE" },
	{ 50, "ESP", "ESP" },	    { 51, "AH", "AH" },		{ 58, "ICMPV6", "ICMP" },
	{ 59, "NONE", "NONE" },	    { 60, "DSTOPTS", "DSTO" },	{ 103, "PIM", "PIM" },
	{ 132, "SCTP", "SCTP" },    { 136, "UDPLITE", "UDPL" }, { 255, "RAW", "RAW" },
	{ 262, "MPTCP", "MPTC" },
};

/* Numbers that the table leaves out are UNKNOWN. */
static const char *protocol_name(uint16_t protocol, bool wide)
{
	for (size_t i = 0; i < COUNT(protocols); i++)
		if (protocols[i].protocol == protocol)
			return wide ? protocols[i].wide : protocols[i].narrow;
	return wide ? "UNKNOWN" : "UNKN";
}

static void check_protocol(uint16_t protocol, bool wide)
{
	const char *before = wide ? "       812 nginx       " : "     812 nginx       ";
	const char *after = wide ? "0.0.0.0                                   443 ....r  0" :
				   "0.0.0.0           443 ....r  0";
	struct record record = nginx();
	char expected[256];
	struct page page;

	record.event.protocol = protocol;
	page_open(&page, false);
	page.options.wide = wide;
	printer_record(&page.printer, &record);
	snprintf(expected, sizeof(expected), "%s %-4s %s\n", before, protocol_name(protocol, wide),
		 after);
	page_close(&page, expected);
}

static void test_protocols_have_the_originals_names(void **state)
{
	(void)state;
	for (uint16_t protocol = 0; protocol < 300; protocol++) {
		check_protocol(protocol, false);
		check_protocol(protocol, true);
	}
	check_protocol(65535, true);
}

static const struct {
	uint8_t options;
	const char *letters;
} options[] = {
	{ 0, "....." },
	{ BIND_OPT_FREEBIND, "F...." },
	{ BIND_OPT_TRANSPARENT, ".T..." },
	{ BIND_OPT_ADDRESS_NO_PORT, "..N.." },
	{ BIND_OPT_REUSEADDR, "...R." },
	{ BIND_OPT_REUSEPORT, "....r" },
	{ BIND_OPT_FREEBIND | BIND_OPT_ADDRESS_NO_PORT | BIND_OPT_REUSEPORT, "F.N.r" },
	{ BIND_OPT_TRANSPARENT | BIND_OPT_REUSEADDR, ".T.R." },
	{ BIND_OPT_ALL, "FTNRr" },
	{ 0xff, "FTNRr" },
	{ 0xff & ~BIND_OPT_ALL, "....." },
};

static void test_every_option_has_a_letter(void **state)
{
	struct record record = nginx();
	char expected[256];
	struct page page;

	(void)state;
	for (size_t i = 0; i < COUNT(options); i++) {
		record.event.options = options[i].options;
		page_open(&page, false);
		printer_record(&page.printer, &record);
		snprintf(expected, sizeof(expected),
			 "     812 nginx        TCP  0.0.0.0           443 %s  0\n",
			 options[i].letters);
		page_close(&page, expected);
	}
}

static void test_uids_of_every_length(void **state)
{
	static const struct {
		uint32_t uid;
		const char *column;
	} uids[] = {
		{ 0, "     0 " },
		{ 999999, "999999 " },
		{ 1000000, "1000000 " },
		{ 4294967294, "4294967294 " },
	};
	struct record record = nginx();
	char expected[256];
	struct page page;

	(void)state;
	for (size_t i = 0; i < COUNT(uids); i++) {
		record.event.uid = uids[i].uid;
		page_open(&page, false);
		page.options.print_uid = true;
		printer_record(&page.printer, &record);
		snprintf(expected, sizeof(expected), "%s%s\n", uids[i].column, layouts[0].record);
		page_close(&page, expected);
	}
}

/* What others chose: COMM */

static const struct {
	char comm[BIND_COMM_LEN];
	const char *column;
} comms[] = {
	{ "a\nb", "a\\x0ab      " },
	{ "\033[31mred", "\\x1b[31mred " },
	{ "\033[31mcolour", "\\x1b[31mcolo" },
	{ "\177", "\\x7f        " },
	{ "\377", "\\xff        " },
	{ "\r\t\b", "\\x0d\\x09\\x08" },
	{ "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17", "\\x01\\x02\\x03" },
	{ "\303\251t\303\251", "\\xc3\\xa9t   " },
	{ "(a) b;c$d", "(a) b;c$d   " },
	{ "back\\slash", "back\\slash  " },
	{ "~ ~", "~ ~         " },
	/* An escape that does not fit is left out whole, and nothing after it follows. */
	{ "12345678\n", "12345678\\x0a" },
	{ "123456789\nab", "123456789   " },
	{ "1234567890\na", "1234567890  " },
	{ "12345678901\na", "12345678901 " },
	{ "123456789012\n", "123456789012" },
	/* The kernel always ends a name with a NUL, but nothing here relies on it. */
	{ { 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p' },
	  "abcdefghijkl" },
	{ { 'a', 0, '\n', 'b' }, "a           " },
};

static void test_control_bytes_in_names_are_escaped(void **state)
{
	struct record record = nginx();
	char expected[256];
	struct page page;

	(void)state;
	for (size_t i = 0; i < COUNT(comms); i++) {
		assert_int_equal(strlen(comms[i].column), 12);
		memcpy(record.event.comm, comms[i].comm, sizeof(record.event.comm));
		page_open(&page, false);
		printer_record(&page.printer, &record);
		snprintf(expected, sizeof(expected),
			 "     812 %s TCP  0.0.0.0           443 ....r  0\n", comms[i].column);
		page_close(&page, expected);
	}
}

static bool is_plain(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (line[i] < ' ' || line[i] > '~')
			return false;
	return true;
}

static void check_hostile(struct record *record, bool wide)
{
	size_t after = (wide ? 10 : 8) + 1 + 12; /* PID and COMM */
	const char *rest = layouts[wide].record + after;
	struct page page;

	page_open(&page, false);
	page.options.wide = wide;
	printer_record(&page.printer, record);
	fclose(page.printer.out);
	assert_int_equal(page.length, strlen(layouts[wide].record) + 1);
	assert_true(is_plain(page.text, page.length - 1));
	assert_int_equal(page.text[page.length - 1], '\n');
	/* All columns after COMM are where they always are. */
	assert_memory_equal(page.text + after, rest, strlen(rest));
	free(page.text);
}

static void test_no_byte_of_a_name_reaches_the_terminal_raw(void **state)
{
	struct record record = nginx();

	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		for (size_t at = 0; at < BIND_COMM_LEN; at++) {
			memset(record.event.comm, 'a', BIND_COMM_LEN);
			record.event.comm[at] = (char)byte;
			check_hostile(&record, false);
			memset(record.event.comm, byte, at + 1);
			check_hostile(&record, true);
		}
	}
}

/* TIME(s) */

static void test_time_counts_from_the_first_record(void **state)
{
	static const struct {
		uint64_t time;
		const char *column;
	} times[] = {
		/* the first; whole microseconds count */
		{ 5000001999, "0.000000  " },
		{ 5000001000, "0.000000  " },
		{ 5000002000, "0.000001  " },
		/* CPUs may pass each other */
		{ 5000000000, "-0.000001 " },
		{ 6500001000, "1.500000  " },
		{ 15000001000, "10.000000 " },
		{ 105000001000, "100.000000 " },
		{ 3605123457000, "3600.123456 " },
	};
	struct record record = nginx();
	char expected[1024] = "";
	struct page page;

	(void)state;
	page_open(&page, false);
	page.options.timestamp = true;
	for (size_t i = 0; i < COUNT(times); i++) {
		record.event.time = times[i].time;
		printer_record(&page.printer, &record);
		strcat(strcat(expected, times[i].column), layouts[0].record);
		strcat(expected, "\n");
	}
	page_close(&page, expected);
}

/* --count */

#define COUNT_HEADER \
	"\n"         \
	"LADDR                                           LPORT     BINDS     \n"

static struct printer_count count_row(const char *address, uint16_t port, uint64_t binds)
{
	struct printer_count row = { .key = { .port = port }, .binds = binds };

	row.key.family = strchr(address, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(row.key.family, address, row.key.address), 1);
	return row;
}

static void test_an_empty_count_table_is_its_header(void **state)
{
	struct page page;

	(void)state;
	page_open(&page, false);
	printer_counts(&page.printer, NULL, 0);
	page_close(&page, COUNT_HEADER);
}

static void test_counts_are_ordered(void **state)
{
	struct printer_count rows[] = {
		count_row(LONGEST, 65535, 12345678901),
		count_row("::1", 80, 7),
		count_row("127.0.0.1", 8080, 2),
		count_row("10.0.0.2", 80, 1),
		count_row("::", 80, 7),
		count_row("0.0.0.0", 443, 10),
		count_row("127.0.0.1", 443, 2),
		count_row("9.0.0.1", 65535, 1),
		count_row("200.0.0.1", 0, 1),
	};
	struct page page;

	(void)state;
	page_open(&page, false);
	printer_counts(&page.printer, rows, COUNT(rows));
	/* IPv4 first; by count; equal ones by address, as a number, then by port. */
	page_close(&page, COUNT_HEADER
		   "0.0.0.0                                           443     10        \n"
		   "127.0.0.1                                         443     2         \n"
		   "127.0.0.1                                        8080     2         \n"
		   "9.0.0.1                                         65535     1         \n"
		   "10.0.0.2                                           80     1         \n"
		   "200.0.0.1                                           0     1         \n"
		   "fd00:1111:2222:3333:4444:5555:6666:7777                65535     12345678901\n"
		   "::                                                 80     7         \n"
		   "::1                                                80     7         \n");
}

static void test_count_layout_does_not_depend_on_options(void **state)
{
	struct printer_count rows[] = { count_row("0.0.0.0", 443, 10) };
	struct page page;

	(void)state;
	page_open(&page, false);
	page.options.wide = page.options.timestamp = true;
	page.options.errors = page.options.print_uid = true;
	printer_counts(&page.printer, rows, COUNT(rows));
	page_close(&page, COUNT_HEADER
		   "0.0.0.0                                           443     10        \n");
}

/* What follows the rule's name */

static void check_ending(const struct record *record, const char *ending)
{
	char expected[512];
	struct page page;

	page_open(&page, true);
	printer_record(&page.printer, record);
	snprintf(expected, sizeof(expected), "%s%s\n", layouts[0].record, ending);
	page_close(&page, expected);
}

static void test_a_denied_range_is_named(void **state)
{
	struct policy_rule rule = { .name = (char[]){ "web" } };
	struct record record = nginx();

	(void)state;
	record.decided = true;
	record.rule = &rule;
	record.event.range[0] = 40000;
	record.event.range[1] = 65535;
	check_ending(&record, " allow   web");
	record.event.decision.verdict = BIND_DENY;
	check_ending(&record, " audit   web:40000-65535");
}

static void test_what_was_rewritten_has_a_verdict_of_its_own(void **state)
{
	struct policy_rule rule = { .name = (char[]){ "web" } };
	struct record record = nginx();

	(void)state;
	record.decided = true;
	record.rule = &rule;
	record.rewritten = true;
	check_ending(&record, " allow   web:rewritten");
	record.judged = true;
	record.bound = (struct bind_decision){ .verdict = BIND_DENY, .enforced = 1 };
	record.bound_rule = "no-telnet";
	check_ending(&record, " allow   web:rewritten:deny:no-telnet");
	record.bound_rule = NULL;
	check_ending(&record, " allow   web:rewritten:deny:-");
}

static void test_wide_output_says_how_it_was_asked(void **state)
{
	static const char *const via[] = { "bind",	 "listen",  "bindx",
					   "setsockopt", "connect", "sendto" };
	struct record record = nginx();
	char expected[512];

	(void)state;
	for (size_t i = 0; i < COUNT(via); i++) {
		struct page page;

		record.event.via = i;
		page_open(&page, true);
		page.options.wide = true;
		printer_record(&page.printer, &record);
		snprintf(expected, sizeof(expected), "%s %-10s -       -\n", layouts[1].record,
			 via[i]);
		page_close(&page, expected);
	}
}

/* The columns of an observer of binds that the kernel makes by itself. */
static void check_autobind(bool wide, bool errors, const char *header, const char *line)
{
	struct record record = nginx();
	char expected[512];
	struct page page;

	record.event.via = BIND_VIA_SENDTO;
	page_open(&page, false);
	page.options.autobind = true;
	page.options.wide = wide;
	page.options.errors = errors;
	printer_header(&page.printer);
	printer_record(&page.printer, &record);
	snprintf(expected, sizeof(expected), "%s\n%s\n", header, line);
	page_close(&page, expected);
}

static void test_an_observer_of_autobinds_is_told_how(void **state)
{
	(void)state;
	check_autobind(false, false, layouts[0].header, layouts[0].record);
	check_autobind(true, false,
		       "       PID COMM         PROT ADDR"
		       "                                    PORT   OPTS IF VIA",
		       "       812 nginx        TCP  0.0.0.0"
		       "                                   443 ....r  0 sendto");
	check_autobind(
		true, true,
		"RC                               PID COMM         PROT ADDR"
		"                                    PORT   OPTS IF REFUSED_BY            VIA",
		"Success                          812 nginx        TCP  0.0.0.0"
		"                                   443 ....r  0 -                     sendto");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_banner),
		cmocka_unit_test(test_columns_are_the_originals),
		cmocka_unit_test(test_a_policy_adds_two_columns),
		cmocka_unit_test(test_a_decision_is_a_verdict_and_a_rule),
		cmocka_unit_test(test_an_undecided_record_has_no_verdict),
		cmocka_unit_test(test_the_return_code_is_a_number_or_a_text),
		cmocka_unit_test(test_values_of_every_length),
		cmocka_unit_test(test_protocols_have_the_originals_names),
		cmocka_unit_test(test_every_option_has_a_letter),
		cmocka_unit_test(test_uids_of_every_length),
		cmocka_unit_test(test_control_bytes_in_names_are_escaped),
		cmocka_unit_test(test_no_byte_of_a_name_reaches_the_terminal_raw),
		cmocka_unit_test(test_time_counts_from_the_first_record),
		cmocka_unit_test(test_an_empty_count_table_is_its_header),
		cmocka_unit_test(test_counts_are_ordered),
		cmocka_unit_test(test_count_layout_does_not_depend_on_options),
		cmocka_unit_test(test_a_denied_range_is_named),
		cmocka_unit_test(test_what_was_rewritten_has_a_verdict_of_its_own),
		cmocka_unit_test(test_wide_output_says_how_it_was_asked),
		cmocka_unit_test(test_an_observer_of_autobinds_is_told_how),
	};

	return cmocka_run_group_tests_name("printer", tests, NULL, NULL);
}
