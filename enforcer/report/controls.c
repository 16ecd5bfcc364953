/* SPDX-License-Identifier: GPL-2.0-only */
/* What frameworks ask for, and what of it is met, is not, or was not measured. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "policy/alloc.h"
#include "report.h"

#define PCI "PCI DSS 4.0"
#define NIST "NIST SP 800-53"
#define CIS "CIS Controls 8"
#define BENCHMARK "CIS Benchmarks"

/* What all controls are made of, counted once. */
struct facts {
	int64_t found[REPORT_FINDING_KINDS]; /* findings of each kind */
	int64_t missing; /* rows of coverage that bound what can be said */
	int64_t hosts, current, scanned, unjudged; /* unjudged: hosts */
	int64_t unidentified; /* rules that name no ports or no protocol */
	int64_t undated;
	int64_t lenient_runs; /* that refuse nothing */
	int64_t insecure, unexplained; /* services known to be insecure; those without a reason */
};

/* Services that send passwords and contents as they are, by RFC or habit. */
static const struct {
	const char *name;
	unsigned int port;
} insecure[] = {
	{ "FTP", 20 },	   { "FTP", 21 },      { "Telnet", 23 }, { "TFTP", 69 },  { "Finger", 79 },
	{ "POP3", 110 },   { "rpcbind", 111 }, { "IMAP", 143 },	 { "SNMP", 161 }, { "rexec", 512 },
	{ "rlogin", 513 }, { "rsh", 514 },     { "NFS", 2049 },	 { "VNC", 5900 }, { "X11", 6000 },
};

/* --- Facts */

static bool names_port(const struct policy_rule *rule, unsigned int port)
{
	for (size_t i = 0; i < rule->port.count; i++)
		if (rule->port.range[i].low <= port && port <= rule->port.range[i].high)
			return true;
	return false;
}

static const struct report_service *find_service(const struct report *report, const char *name)
{
	for (size_t i = 0; name && i < report->services; i++)
		if (!strcmp(report->service[i].name, name))
			return &report->service[i];
	return NULL;
}

static bool has_reason(const struct report_service *service)
{
	return service && service->reason && *service->reason;
}

static void note_insecure(struct facts *facts, bool explained)
{
	facts->insecure++;
	facts->unexplained += !explained;
}

/* Rules that name such a port, and binds to one that others let through. */
static void count_insecure(const struct report *report, struct facts *facts)
{
	for (size_t port = 0; port < sizeof(insecure) / sizeof(insecure[0]); port++) {
		char text[16];

		for (size_t i = 0; i < report->services; i++)
			if (names_port(report->service[i].rule, insecure[port].port))
				note_insecure(facts, has_reason(&report->service[i]));
		snprintf(text, sizeof(text), "%u", insecure[port].port);
		for (size_t i = 0; i < report->groups.count; i++) {
			const struct report_group *group = report->groups.entry[i].value;
			const struct report_service *service;

			if (!group->done || group->verdict == RECORDS_DENY ||
			    strcmp(group->port, text))
				continue;
			service = find_service(report, group->rule);
			if (!service || !names_port(service->rule, insecure[port].port))
				note_insecure(facts, has_reason(service));
		}
	}
}

static void count_hosts(const struct report *report, struct facts *facts)
{
	for (size_t i = 0; i < report->hosts.count; i++) {
		const struct report_host *host = report->hosts.entry[i].value;

		facts->hosts++;
		facts->current += host->current;
		facts->scanned += host->scanned != RECORDS_UNKNOWN;
		facts->unjudged += host->unjudged > 0;
	}
	for (size_t i = 0; i < report->runs.count; i++) {
		const struct report_run *run = report->runs.entry[i].value;

		facts->lenient_runs += run->mode && strcmp(run->mode, "deny") &&
				       report_in_period(report, run);
	}
}

static struct facts gather(const struct report *report)
{
	struct facts facts = { 0 };

	for (size_t i = 0; i < report->findings; i++)
		facts.found[report->finding[i].kind]++;
	for (size_t i = 0; i < report->coverages; i++)
		facts.missing += report->coverage[i].bounds;
	for (size_t i = 0; i < report->services; i++) {
		const struct policy_rule *rule = report->service[i].rule;

		facts.unidentified += !rule->port.count || !rule->protocol.count;
		facts.undated += !rule->approved;
	}
	count_hosts(report, &facts);
	count_insecure(report, &facts);
	return facts;
}

/* --- Making a control */

/* Begins one. Nothing is known about it yet, so that what is forgotten is not a pass. */
static struct report_control *begin(struct report *report, const char *framework, const char *id,
				    const char *title)
{
	struct report_control *control;

	report->control = alloc_grow(report->control, report->controls, sizeof(*report->control));
	control = &report->control[report->controls++];
	*control = (struct report_control){ framework, id, title, REPORT_NOT_MEASURED, NULL };
	return control;
}

static void evidence(struct report *report, int64_t count, const char *text)
{
	const struct report_control *control = &report->control[report->controls - 1];

	report->evidence = alloc_grow(report->evidence, report->evidences,
				      sizeof(*report->evidence));
	report->evidence[report->evidences++] = (struct report_evidence){
		control->framework, control->id, report_text(text), count
	};
}

/* A count that must be 0 for a pass: one that is not makes it fail, or not measured. */
struct condition {
	int64_t count;
	enum report_status status; /* if it is not 0 */
	const char *text;
};

/* The worst of the conditions decides; a failure is one whatever is missing. */
static void judge(struct report *report, const struct condition *condition, size_t conditions,
		  const char *passed)
{
	struct report_control *control = &report->control[report->controls - 1];
	const char *why = passed;

	control->status = REPORT_PASS;
	for (size_t i = 0; i < conditions; i++) {
		evidence(report, condition[i].count, condition[i].text);
		if (!condition[i].count || control->status == REPORT_FAIL)
			continue;
		if (condition[i].status == REPORT_FAIL || control->status == REPORT_PASS) {
			control->status = condition[i].status;
			why = condition[i].text;
		}
	}
	control->why = report_text(why);
}

#define JUDGE(report, passed, ...)                                                          \
	judge(report, (const struct condition[]){ __VA_ARGS__ },                            \
	      sizeof((const struct condition[]){ __VA_ARGS__ }) / sizeof(struct condition), \
	      passed)

/* --- Conditions that several controls have */

static struct condition no_records(const struct report *report)
{
	return (struct condition){ report->binds == 0, REPORT_NOT_MEASURED,
				   "no bind is recorded in the period" };
}

static struct condition not_complete(const struct facts *facts)
{
	return (struct condition){ facts->missing, REPORT_NOT_MEASURED,
				   "rows of coverage that leave something unknown" };
}

static struct condition other_policy(const struct facts *facts)
{
	return (struct condition){
		facts->hosts ? facts->hosts - facts->current : 1, REPORT_NOT_MEASURED,
		"hosts of which it is not recorded that this policy was the last in force"
	};
}

static struct condition default_allows(const struct facts *facts)
{
	return (struct condition){ facts->found[REPORT_DEFAULT_ALLOW], REPORT_FAIL,
				   "the policy's default allows what no rule names" };
}

static struct condition not_scanned(const struct facts *facts)
{
	return (struct condition){ facts->hosts ? facts->hosts - facts->scanned : 1,
				   REPORT_NOT_MEASURED,
				   "hosts without lines of 'bindguard scan --json POLICY'" };
}

static struct condition not_judged(const struct facts *facts)
{
	return (struct condition){ facts->unjudged, REPORT_NOT_MEASURED,
				   "hosts whose sockets were scanned without a policy" };
}

static struct condition unapproved_listeners(const struct facts *facts)
{
	return (struct condition){ facts->found[REPORT_LISTENER], REPORT_FAIL,
				   "findings of sockets bound that the policy denies" };
}

/* What was bound although the policy denies it. */
static struct condition let_through(const struct report *report)
{
	int64_t count = 0;

	for (size_t i = 0; i < report->groups.count; i++) {
		const struct report_group *group = report->groups.entry[i].value;

		if (!group->is_socket && group->verdict == RECORDS_AUDIT)
			count += (int64_t)group->done;
	}
	return (struct condition){ count, REPORT_FAIL,
				   "binds that the policy denies and the mode let through" };
}

static struct condition overdue(const struct facts *facts)
{
	return (struct condition){ facts->found[REPORT_OVERDUE], REPORT_FAIL,
				   "rules approved more than six months ago" };
}

static struct condition undated(const struct facts *facts)
{
	return (struct condition){ facts->undated, REPORT_NOT_MEASURED,
				   "rules without the date of their approval" };
}

static struct condition no_rules(const struct report *report)
{
	return (struct condition){ report->services == 0, REPORT_NOT_MEASURED,
				   "the policy has no rule that allows" };
}

/* --- The controls */

static void pci_1_2_5(struct report *report, const struct facts *facts)
{
	begin(report, PCI, "1.2.5",
	      "Allowed services, protocols and ports are identified, approved, and have a business "
	      "need");
	JUDGE(report, "every rule names ports and protocol, reason, owner and approval",
	      default_allows(facts),
	      { facts->found[REPORT_UNJUSTIFIED], REPORT_FAIL,
		"rules without reason, owner, approver or date of approval" },
	      { facts->unidentified, REPORT_FAIL, "rules that name no ports or no protocol" },
	      { facts->found[REPORT_SELF_APPROVED], REPORT_FAIL,
		"rules that their own owner has approved" },
	      no_rules(report), other_policy(facts));
}

static void pci_1_2_7(struct report *report, const struct facts *facts)
{
	begin(report, PCI, "1.2.7", "What is allowed is reviewed at least every six months");
	JUDGE(report, "every rule was approved within six months", overdue(facts),
	      { facts->found[REPORT_EXPIRED], REPORT_FAIL, "rules that have expired and remain" },
	      undated(facts), no_rules(report), other_policy(facts));
}

static void pci_2_2_4(struct report *report, const struct facts *facts)
{
	begin(report, PCI, "2.2.4",
	      "Only necessary services, protocols and functions are enabled, others removed or "
	      "disabled");
	JUDGE(report, "all that was bound is approved, and nothing else is bound",
	      let_through(report), unapproved_listeners(facts), default_allows(facts),
	      { facts->found[REPORT_REWRITTEN], REPORT_FAIL,
		"findings of binds sent elsewhere after the decision" },
	      no_records(report), not_complete(facts), not_scanned(facts), not_judged(facts),
	      other_policy(facts));
}

static void pci_2_2_5(struct report *report, const struct facts *facts)
{
	begin(report, PCI, "2.2.5",
	      "Insecure services, protocols or daemons are justified, with features that reduce the "
	      "risk");
	JUDGE(report, "no service known to be insecure is approved or was seen",
	      { facts->unexplained, REPORT_FAIL,
		"services known to be insecure (FTP, Telnet, rsh and the like) without a reason" },
	      { facts->insecure - facts->unexplained, REPORT_NOT_MEASURED,
		"services known to be insecure with a reason: whether their risk is reduced is not "
		"recorded" },
	      no_records(report), not_complete(facts), other_policy(facts));
}

static void nist_cm_7(struct report *report, const struct facts *facts)
{
	begin(report, NIST, "CM-7",
	      "Least functionality: other ports, protocols and services are prohibited or "
	      "restricted");
	JUDGE(report, "every bind was decided in deny mode, with a default that denies",
	      default_allows(facts),
	      { facts->lenient_runs, REPORT_FAIL, "runs in which nothing was refused" },
	      let_through(report), no_records(report), not_complete(facts), other_policy(facts));
}

static void nist_cm_7_1(struct report *report, const struct facts *facts)
{
	begin(report, NIST, "CM-7(1)",
	      "Periodic review: unnecessary and insecure ports and services are found and disabled");
	JUDGE(report, "every rule was approved within six months, has not expired, and was used",
	      overdue(facts),
	      { facts->found[REPORT_EXPIRED], REPORT_FAIL, "rules that have expired and remain" },
	      unapproved_listeners(facts), undated(facts), no_rules(report), no_records(report),
	      { facts->found[REPORT_UNUSED], REPORT_NOT_MEASURED,
		"rules that were never used: whether they are necessary is for their owner to say" },
	      not_complete(facts), other_policy(facts));
}

enum service_state {
	SERVICE_REFUSED = 1, /* each time that it was tried */
	SERVICE_ENABLED,
};

/* The state of an authorized or unauthorized service on a host, among those seen so far. */
static enum service_state *state_of(struct table *seen, const struct report_group *group)
{
	bool authorized = group->verdict == RECORDS_ALLOW;
	char *key = report_print("%d %p %s %s", authorized, (const void *)group->of,
				 group->protocol, group->port);
	enum service_state *state = table_get(seen, key);

	free(key);
	return state;
}

static void count_service(int64_t *m, bool authorized, enum service_state state)
{
	if (authorized)
		m[3] += state == SERVICE_ENABLED;
	else
		m[state == SERVICE_ENABLED ? 6 : 5]++;
}

/*
 * M1 to M6 are the specification's. A service on an asset is a protocol and a port on a host, once
 * for those who may bind it and once for those who may not; what was refused each time is disabled.
 */
static void measure(struct report *report)
{
	int64_t *m = report->measure;
	struct table seen;

	table_init(&seen, sizeof(enum service_state), SIZE_MAX);
	for (size_t i = 0; i < report->services; i++) {
		const struct policy_rule *rule = report->service[i].rule;

		m[1] += !rule->expires || rule->expires > report->now;
	}
	for (size_t i = 0; i < report->groups.count; i++) {
		const struct report_group *group = report->groups.entry[i].value;
		enum service_state *state;

		if (group->verdict == RECORDS_UNDECIDED || report_is_old(group))
			continue;
		state = state_of(&seen, group);
		if (*state != SERVICE_ENABLED)
			*state = group->done || group->is_socket ? SERVICE_ENABLED :
								   SERVICE_REFUSED;
	}
	for (size_t i = 0; i < seen.count; i++)
		count_service(m, *seen.entry[i].key == '1',
			      *(enum service_state *)seen.entry[i].value);
	m[4] = m[5] + m[6];
	m[2] = m[3] + m[4];
	table_free(&seen);
}

static void cis_4_8(struct report *report, const struct facts *facts)
{
	static const char *const names[] = {
		[1] = "M1: authorized services, which are the rules that allow and have not expired",
		[2] = "M2: services on assets, which are ports of hosts, by whether it is authorized",
		[3] = "M3: of those, the authorized ones",
		[4] = "M4: of those, the unauthorized ones",
		[5] = "M5: unauthorized and disabled: refused each time",
		[6] = "M6: unauthorized and enabled: let through, or bound",
	};
	int64_t *m = report->measure;
	char text[128];

	begin(report, CIS, "4.8",
	      "Unnecessary services on enterprise assets and software are uninstalled or disabled");
	JUDGE(report, "no unauthorized service is enabled",
	      { m[6], REPORT_FAIL, "services that are unauthorized and enabled (M6)" },
	      default_allows(facts), no_records(report), not_complete(facts), not_scanned(facts),
	      not_judged(facts), other_policy(facts));
	for (int i = 1; i <= 6; i++)
		evidence(report, m[i], names[i]);
	if (!m[2]) {
		evidence(report, RECORDS_UNKNOWN, "both ratios are not measured: M2 is 0");
		return;
	}
	snprintf(text, sizeof(text), "compliant services, (M3 + M5) / M2: %.1f %%",
		 100.0 * (double)(m[3] + m[5]) / (double)m[2]);
	evidence(report, RECORDS_UNKNOWN, text);
	snprintf(text, sizeof(text), "non-compliant services, M6 / M2: %.1f %%",
		 100.0 * (double)m[6] / (double)m[2]);
	evidence(report, RECORDS_UNKNOWN, text);
}

static void cis_benchmark(struct report *report, const struct facts *facts)
{
	begin(report, BENCHMARK, "listening services",
	      "Only approved services listen on a network interface: port and interface are approved "
	      "by local site policy");
	JUDGE(report, "all that is bound on these hosts is approved", unapproved_listeners(facts),
	      let_through(report), default_allows(facts), not_scanned(facts), not_judged(facts),
	      other_policy(facts));
}

void controls_make(struct report *report)
{
	const struct facts facts = gather(report);

	measure(report);
	pci_1_2_5(report, &facts);
	pci_1_2_7(report, &facts);
	pci_2_2_4(report, &facts);
	pci_2_2_5(report, &facts);
	nist_cm_7(report, &facts);
	nist_cm_7_1(report, &facts);
	cis_4_8(report, &facts);
	cis_benchmark(report, &facts);
}

const char *report_status_name(enum report_status status)
{
	static const char *const names[] = { "pass", "fail", "not measured" };

	return names[status];
}

size_t report_count(const struct report *report, enum report_status status)
{
	size_t count = 0;

	for (size_t i = 0; i < report->controls; i++)
		count += report->control[i].status == status;
	return count;
}

int report_status(const struct report *report)
{
	if (report->findings || report_count(report, REPORT_FAIL))
		return 1;
	return report_count(report, REPORT_NOT_MEASURED) || !report->complete ? 2 : 0;
}
