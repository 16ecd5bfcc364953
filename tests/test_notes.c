/* SPDX-License-Identifier: GPL-2.0-only */
/* Entries of the system's log: their sentences and fields. What is sent is not sent here. */
#include <arpa/inet.h>
#include <errno.h>
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

#include "enforcer/output/bindnote.h"
#include "enforcer/output/messages.h"
#include "enforcer/output/newsnote.h"

#define NOBODY 4194305 /* above what pids can be: no such process */

/* The note's fields on lines of their own. */
static void expect_fields(struct note *note, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_false(note->incomplete);
	for (size_t i = 0; i < note->fields; i++)
		fprintf(out, "%s\n", note->field[i]);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
	note_free(note);
}

static struct record denial(void)
{
	static struct policy_rule rule = { .name = (char *)"no-telnet",
					   .reason = (char *)"it is \"old\"" };
	struct record record = {
		.event = { .pid = NOBODY,
			   .uid = 33,
			   .comm = "telnetd",
			   .protocol = IPPROTO_TCP,
			   .family = AF_INET,
			   .type = SOCK_STREAM },
		.decided = true,
		.rule = &rule,
		.port = 23,
	};

	record.event.decision = (struct bind_decision){
		.generation = 7, .verdict = BIND_DENY, .cause = BIND_CAUSE_RULE, .enforced = 1
	};
	return record;
}

static void test_denied(void **state)
{
	struct record record = denial();
	struct note note;

	(void)state;
	bindnote(&note, &record);
	expect_fields(&note,
		      "MESSAGE=deny bind of TCP 0.0.0.0:23 by telnetd[4194305], uid 33: rule "
		      "no-telnet\n"
		      "MESSAGE_ID=" MESSAGE_DENY "\n"
		      "PRIORITY=4\nSYSLOG_FACILITY=10\nSYSLOG_IDENTIFIER=bindguard\n"
		      "BINDGUARD_VERDICT=deny\nBINDGUARD_RULE=no-telnet\nBINDGUARD_CAUSE=rule\n"
		      "BINDGUARD_REASON=it is \"old\"\nBINDGUARD_GENERATION=7\n"
		      "BINDGUARD_VIA=bind\nBINDGUARD_PROTOCOL=TCP\nBINDGUARD_ADDRESS=0.0.0.0\n"
		      "BINDGUARD_PORT=23\nBINDGUARD_PID=4194305\nBINDGUARD_UID=33\n"
		      "BINDGUARD_COMM=telnetd\nOBJECT_PID=4194305\nBINDGUARD_REFUSED_BY=policy\n"
		      "BINDGUARD_COUNT=1\n");
}

/* Of one that stands for others nothing is read from /proc: this is process 1 by its number. */
static void test_audited_and_folded(void **state)
{
	struct record record = denial();
	struct note note;

	(void)state;
	record.event.decision.enforced = 0;
	record.event.decision.cause = BIND_CAUSE_OPTIONS;
	record.event.decision.forbidden = 2;
	record.event.decision.rule = BIND_RULE_NONE;
	record.event.options = 3;
	record.event.family = AF_INET6;
	record.event.pid = 1;
	record.rule = NULL;
	record.known = true;
	record.rc = -EADDRINUSE;
	record.repeats = 998;
	record.last = 5;
	bindnote(&note, &record);
	expect_fields(&note, "MESSAGE=audit bind of TCP [::]:23 by telnetd[1], uid 33: rule "
			     "-:IP_TRANSPARENT, 999 times\n"
			     "MESSAGE_ID=" MESSAGE_AUDIT "\n"
			     "PRIORITY=5\nSYSLOG_FACILITY=10\nSYSLOG_IDENTIFIER=bindguard\n"
			     "BINDGUARD_VERDICT=audit\nBINDGUARD_RULE=-\nBINDGUARD_CAUSE=options\n"
			     "BINDGUARD_FORBIDDEN=IP_TRANSPARENT\nBINDGUARD_GENERATION=7\n"
			     "BINDGUARD_VIA=bind\nBINDGUARD_PROTOCOL=TCP\nBINDGUARD_ADDRESS=::\n"
			     "BINDGUARD_PORT=23\nBINDGUARD_OPTIONS=IP_FREEBIND,IP_TRANSPARENT\n"
			     "BINDGUARD_PID=1\nBINDGUARD_UID=33\nBINDGUARD_COMM=telnetd\n"
			     "BINDGUARD_REFUSED_BY=address_in_use\nBINDGUARD_RC=-98\n"
			     "BINDGUARD_COUNT=999\n");
}

/* As without a policy; a raw socket has no port. */
static void test_undecided(void **state)
{
	struct record record = denial();
	struct note note;

	(void)state;
	record.decided = false;
	record.rule = NULL;
	record.known = true;
	record.event.type = SOCK_RAW;
	record.event.protocol = IPPROTO_ICMP;
	bindnote(&note, &record);
	expect_fields(&note,
		      "MESSAGE=bind of ICMP 0.0.0.0 by telnetd[4194305], uid 33\n"
		      "MESSAGE_ID=" MESSAGE_ALLOW "\n"
		      "PRIORITY=6\nSYSLOG_FACILITY=10\nSYSLOG_IDENTIFIER=bindguard\n"
		      "BINDGUARD_VIA=bind\nBINDGUARD_PROTOCOL=ICMP\nBINDGUARD_ADDRESS=0.0.0.0\n"
		      "BINDGUARD_PID=4194305\nBINDGUARD_UID=33\nBINDGUARD_COMM=telnetd\n"
		      "OBJECT_PID=4194305\nBINDGUARD_RC=0\nBINDGUARD_COUNT=1\n");
}

/* Whatever a process calls itself, it adds no field and no line. */
static void test_one_line(void **state)
{
	struct record record = denial();
	struct note note;
	char *line;

	(void)state;
	strcpy(record.event.comm, "a\nRULE=x\" \x1b[\xff ");
	bindnote(&note, &record);
	line = note_line(&note);
	assert_string_equal(
		line,
		"deny bind of TCP 0.0.0.0:23 by a\\x0aRULE=x\"_\\x1b[\\xff_[4194305], uid 33: rule "
		"no-telnet; verdict=deny rule=no-telnet cause=rule "
		"reason=it\\x20is\\x20\\x22old\\x22 generation=7 via=bind protocol=TCP "
		"address=0.0.0.0 port=23 pid=4194305 uid=33 "
		"comm=a\\x0aRULE=x\\x22\\x20\\x1b[\\xff\\x20 refused_by=policy count=1");
	free(line);
	note_free(&note);
}

/* Of a process that is there, which is this one. */
static void test_process(void **state)
{
	struct record record = denial();
	char exe[256] = "BINDGUARD_EXE=";
	bool found = false;
	struct note note;

	(void)state;
	assert_true(readlink("/proc/self/exe", exe + strlen(exe), 200) > 0);
	record.event.pid = getpid();
	bindnote(&note, &record);
	for (size_t i = 0; i < note.fields; i++)
		found |= !strcmp(note.field[i], exe);
	assert_true(found);
	note_free(&note);
}

static void test_reloads(void **state)
{
	struct options options = { .mode = MODE_DENY, .policy = "/etc/a b\n" };
	struct policy *policy = calloc(1, sizeof(*policy));
	struct reload reload = { .options = &options, .status = { .generation = 3, .errors = 2 } };
	struct note note;

	(void)state;
	assert_int_equal(generations_add(&reload.generations, 3, policy), 0);
	policy->default_verdict = BIND_DENY;
	newsnote_policy(&note, &reload, "reload");
	expect_fields(&note,
		      "MESSAGE=/etc/a b\\x0a: 0 rules, default deny, generation 3 in force\n"
		      "MESSAGE_ID=" MESSAGE_POLICY "\n"
		      "PRIORITY=5\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=bindguard\n"
		      "BINDGUARD_GENERATION=3\nBINDGUARD_POLICY=/etc/a b\\x0a\nBINDGUARD_RULES=0\n"
		      "BINDGUARD_DEFAULT=deny\nBINDGUARD_MODE=deny\nBINDGUARD_CAUSE=reload\n");
	newsnote_reload_failed(&note, &reload);
	expect_fields(&note,
		      "MESSAGE=/etc/a b\\x0a: not reloaded: errors: 2: generation 3 stays in "
		      "force\n"
		      "MESSAGE_ID=" MESSAGE_RELOAD_FAILED "\n"
		      "PRIORITY=3\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=bindguard\n"
		      "BINDGUARD_POLICY=/etc/a b\\x0a\nBINDGUARD_GENERATION=3\n"
		      "BINDGUARD_ERRORS=2\n");
	generations_free(&reload.generations);
}

static void test_gaps_and_totals(void **state)
{
	struct pin_gap gap = { .from = 0, .what = "hooks" };
	struct totals_sum sum = {
		.kernel = { .attempts = 20, .allowed = 12, .denied = 8, .filtered = 1, .lost = 2 },
		.user = { .reported = 4, .folded = 5, .sampled = 7, .filtered = 1, .dropped = 9 }
	};
	struct note note;

	(void)state;
	newsnote_gap(&note, &gap);
	expect_fields(&note, "MESSAGE=hooks is missing\nMESSAGE_ID=" MESSAGE_GAP "\n"
			     "PRIORITY=3\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=bindguard\n"
			     "BINDGUARD_WHAT=hooks\nBINDGUARD_FROM=1970-01-01T00:00:00Z\n");
	newsnote_totals(&note, &sum, 3);
	expect_fields(&note, "MESSAGE=bindguard has ended: 20 attempts: 12 allow, 8 deny, 0 audit\n"
			     "MESSAGE_ID=" MESSAGE_TOTALS "\n"
			     "PRIORITY=6\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=bindguard\n"
			     "BINDGUARD_ATTEMPTS=20\nBINDGUARD_ALLOW=12\nBINDGUARD_DENY=8\n"
			     "BINDGUARD_AUDIT=0\nBINDGUARD_UNREADABLE=0\nBINDGUARD_REPORTED=4\n"
			     "BINDGUARD_FOLDED=5\nBINDGUARD_SAMPLED=7\nBINDGUARD_FILTERED=2\n"
			     "BINDGUARD_LOST=2\nBINDGUARD_OUTCOMES_LOST=0\n"
			     "BINDGUARD_OUTCOMES_MISSED=0\nBINDGUARD_DROPPED=9\n"
			     "BINDGUARD_GENERATION=3\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_denied),		cmocka_unit_test(test_audited_and_folded),
		cmocka_unit_test(test_undecided),	cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_process),		cmocka_unit_test(test_reloads),
		cmocka_unit_test(test_gaps_and_totals),
	};

	return cmocka_run_group_tests_name("notes", tests, NULL, NULL);
}
