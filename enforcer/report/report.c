/* SPDX-License-Identifier: GPL-2.0-only */
#include "report.h"

#include "policy/alloc.h"

void report_finish(struct report *report)
{
	coverage_make(report);
	services_make(report);
	findings_make(report);
	controls_make(report);
	sheets_make(report);
}

/* Frees the texts of a structure in which they are between others. */
#define FREE(...)                                                                      \
	do {                                                                           \
		void *parts[] = { __VA_ARGS__ };                                       \
		for (size_t part = 0; part < sizeof(parts) / sizeof(parts[0]); part++) \
			free(parts[part]);                                             \
	} while (0)

static void free_groups(struct report *report)
{
	for (size_t i = 0; i < report->groups.count; i++) {
		struct report_group *group = report->groups.entry[i].value;

		FREE(group->host, group->rule, group->cause, group->who, group->protocol,
		     group->address, group->port, group->options, group->bound,
		     group->bound_verdict);
	}
	table_free(&report->groups);
}

static void free_runs(struct report *report)
{
	for (size_t i = 0; i < report->runs.count; i++) {
		struct report_run *run = report->runs.entry[i].value;

		FREE(run->host, run->run, run->version, run->kernel, run->machine, run->mode,
		     run->hook, run->not_covered);
		sequence_free(&run->sequence);
	}
	table_free(&report->runs);
	for (size_t i = 0; i < report->hosts.count; i++)
		free(((struct report_host *)report->hosts.entry[i].value)->host);
	table_free(&report->hosts);
}

static void free_services(struct report *report)
{
	for (size_t i = 0; i < report->services; i++) {
		struct report_service *service = &report->service[i];

		FREE(service->name, service->ports, service->protocol, service->subject,
		     service->address, service->options, service->reason, service->owner,
		     service->approver, service->ticket, service->host_names);
	}
	free(report->service);
}

static void free_rows(struct report *report)
{
	for (size_t i = 0; i < report->generations; i++) {
		struct report_generation *generation = &report->generation[i];

		FREE(generation->policy, generation->sha256, generation->files, generation->verdict,
		     generation->cause);
	}
	for (size_t i = 0; i < report->gaps; i++)
		free(report->gap[i].what);
	for (size_t i = 0; i < report->coverages; i++)
		free(report->coverage[i].text);
	for (size_t i = 0; i < report->findings; i++)
		free(report->finding[i].text);
	for (size_t i = 0; i < report->controls; i++)
		free(report->control[i].why);
	for (size_t i = 0; i < report->evidences; i++)
		free(report->evidence[i].text);
	FREE(report->generation, report->gap, report->coverage, report->finding, report->control,
	     report->evidence);
}

void report_free(struct report *report)
{
	free_groups(report);
	free_services(report);
	free_rows(report);
	free_runs(report);
	for (int i = 0; i < SHEETS; i++)
		sheet_free(&report->sheet[i]);
	FREE(report->policy_path, report->sha256);
	*report = (struct report){ 0 };
}
