/* SPDX-License-Identifier: GPL-2.0-only */
#include "gate.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bpffs.h"
#include "enforcer/host/cgroups.h"

#include "gates.skel.h"

#define GATE_VERSION "1" /* of bpf/gates.bpf.c */

/* No name may have a dot in it. Where the gates are; where they are made; and where they are once they are all attached, until
 * those before them are removed. */
#define FOLDER "hooks"
#define FOLDER_NEW "hooks_new"
#define FOLDER_NEXT "hooks_next"
#define SETTINGS "settings_" GATE_VERSION

static const char *const lsm_names[] = { "bind", "listen", "setsockopt", "bindx" };
static const char *const cgroup_names[] = { "bind4", "bind6" };
static const enum bpf_attach_type cgroup_types[] = { BPF_CGROUP_INET4_BIND, BPF_CGROUP_INET6_BIND };

_Static_assert(sizeof(lsm_names) / sizeof(lsm_names[0]) <= GATE_HOOKS, "room for all hooks");

const char *const *gate_names(enum hook kind, size_t *hooks)
{
	bool lsm = kind == HOOK_LSM;

	*hooks = lsm ? sizeof(lsm_names) / sizeof(lsm_names[0]) :
		       sizeof(cgroup_names) / sizeof(cgroup_names[0]);
	return lsm ? lsm_names : cgroup_names;
}

static const char *slot_name(const char *hook, char *name, size_t size)
{
	snprintf(name, size, "%s_slot", hook);
	return name;
}

/* --- What is pinned */

/* Is it attached? A link to a cgroup can have been taken off. */
static bool is_attached(int link, enum hook kind)
{
	struct bpf_link_info info = { 0 };
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(link, &info, &size))
		return false;
	if (kind == HOOK_LSM)
		return info.type == BPF_LINK_TYPE_TRACING;
	return info.type == BPF_LINK_TYPE_CGROUP && info.cgroup.cgroup_id;
}

static int open_hook(struct gate_hook *hook, enum hook kind)
{
	char slot[32];

	hook->link = bpffs_get(FOLDER, hook->name);
	if (hook->link < 0)
		return hook->link;
	if (!is_attached(hook->link, kind))
		return -ENOENT;
	if (kind == HOOK_CGROUP)
		return 0;
	hook->slot = bpffs_get(FOLDER, slot_name(hook->name, slot, sizeof(slot)));
	return hook->slot < 0 ? hook->slot : 0;
}

int gate_open(struct gate *gate, enum hook kind)
{
	const char *const *names = gate_names(kind, &gate->hooks);
	int err = 0, hook_err;

	gate->kind = kind;
	gate->settings = -1;
	for (size_t i = 0; i < gate->hooks; i++) {
		gate->hook[i] = (struct gate_hook){ names[i], -1, -1 };
		hook_err = open_hook(&gate->hook[i], kind);
		err = err ? err : hook_err;
	}
	if (err || kind == HOOK_CGROUP)
		return err;
	gate->settings = bpffs_get(FOLDER, SETTINGS);
	return gate->settings < 0 ? gate->settings : 0;
}

/* Removes the gates before, and gives the next ones, which are the gates whatever happens, their name. */
static int take_over(void)
{
	int err = bpffs_remove_folder(FOLDER);

	return err ? err : bpffs_rename_folder(FOLDER_NEXT, FOLDER);
}

/* What a program that was killed as it made gates has left. */
int gate_recover(void)
{
	char next[BPFFS_PATH];
	int err = bpffs_remove_folder(FOLDER_NEW);

	if (!err && !access(bpffs_path(next, FOLDER_NEXT, NULL), F_OK))
		err = take_over();
	return err;
}

int gate_open_any(struct gate *gate)
{
	static const enum hook kinds[] = { HOOK_LSM, HOOK_CGROUP };
	int err = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		err = gate_open(gate, kinds[i]);
		for (size_t k = 0; k < gate->hooks; k++)
			if (gate->hook[k].link >= 0)
				return err;
		gate_close(gate);
	}
	return err;
}

int gate_each_pin(const struct gate *gate,
		  int (*visit)(void *context, const char *folder, const char *name, int fd),
		  void *context)
{
	char slot[32];
	int err = 0;

	for (size_t i = 0; !err && i < gate->hooks; i++) {
		const struct gate_hook *hook = &gate->hook[i];

		err = visit(context, FOLDER, hook->name, hook->link);
		if (!err && hook->slot >= 0)
			err = visit(context, FOLDER, slot_name(hook->name, slot, sizeof(slot)),
				    hook->slot);
	}
	if (!err && gate->settings >= 0)
		err = visit(context, FOLDER, SETTINGS, gate->settings);
	return err;
}

void gate_close(struct gate *gate)
{
	for (size_t i = 0; i < gate->hooks; i++) {
		if (gate->hook[i].link >= 0)
			close(gate->hook[i].link);
		if (gate->hook[i].slot >= 0)
			close(gate->hook[i].slot);
	}
	if (gate->settings >= 0)
		close(gate->settings);
	*gate = (struct gate){ .settings = -1 };
}

int gate_remove(void)
{
	int err = bpffs_remove_folder(FOLDER);
	int err_next = bpffs_remove_folder(FOLDER_NEXT);
	int err_new = bpffs_remove_folder(FOLDER_NEW);

	return err ? err : err_next ? err_next : err_new;
}

/* --- Where they lead */

/* Takes effect at once: a call runs the one program or the other. */
static int lead(const struct gate_hook *hook, int program)
{
	uint32_t zero = 0;
	int err;

	if (hook->slot >= 0)
		err = bpf_map_update_elem(hook->slot, &zero, &program, BPF_ANY);
	else
		err = bpf_link_update(hook->link, program, NULL);
	return err ? -errno : 0;
}

int gate_lead(const struct gate *gate, const int *programs, const int *before)
{
	int err = 0;
	size_t i = 0;

	while (i < gate->hooks && !(err = lead(&gate->hook[i], programs[i])))
		i++;
	for (; err && i-- > 0;)
		if (before[i] >= 0)
			lead(&gate->hook[i], before[i]);
	return err;
}

int gate_repair(struct gate *gate, size_t i, int program)
{
	struct gate_hook *hook = &gate->hook[i];
	int root, link;

	if (hook->slot >= 0 || is_attached(hook->link, gate->kind))
		return lead(hook, program);
	root = cgroups_open_root();
	if (root < 0)
		return root;
	link = bpf_link_create(program, root, cgroup_types[i], NULL);
	close(root);
	if (link < 0)
		return -errno;
	close(hook->link);
	hook->link = link;
	return 0;
}

int gate_set_mode(const struct gate *gate, bool deny)
{
	uint32_t zero = 0, value = deny;

	if (gate->settings < 0)
		return 0;
	return bpf_map_update_elem(gate->settings, &zero, &value, BPF_ANY) ? -errno : 0;
}

uint32_t gate_program(const struct gate_hook *hook)
{
	struct bpf_link_info info = { 0 };
	uint32_t size = sizeof(info), zero = 0, id = 0;

	if (hook->link < 0)
		return 0;
	if (hook->slot >= 0)
		return bpf_map_lookup_elem(hook->slot, &zero, &id) ? 0 : id;
	if (bpf_obj_get_info_by_fd(hook->link, &info, &size) || info.type != BPF_LINK_TYPE_CGROUP ||
	    !info.cgroup.cgroup_id)
		return 0;
	return info.prog_id;
}

/* --- New ones */

/* Leads somewhere before it is attached. */
static int make_lsm_gate(const char *hook, const struct bpf_program *gate,
			 const struct bpf_map *slot, int program)
{
	uint32_t zero = 0;
	struct bpf_link *link;
	char name[32];
	int err = bpffs_pin(bpf_map__fd(slot), FOLDER_NEW, slot_name(hook, name, sizeof(name)));

	if (!err && bpf_map_update_elem(bpf_map__fd(slot), &zero, &program, BPF_ANY))
		err = -errno;
	if (err)
		return err;
	link = bpf_program__attach(gate);
	if (!link)
		return -errno;
	err = bpffs_pin(bpf_link__fd(link), FOLDER_NEW, hook);
	bpf_link__destroy(link);
	return err;
}

static int make_lsm_gates(const int *programs, bool deny)
{
	struct gates *gates = gates__open();
	int err = gates ? 0 : -errno;

	if (!err) {
		gates->bss->deny_if_empty = deny;
		err = gates__load(gates);
	}
	if (!err) {
		const struct {
			struct bpf_program *program;
			struct bpf_map *slot;
		} order[] = {
			{ gates->progs.bind_gate, gates->maps.bind_slot },
			{ gates->progs.listen_gate, gates->maps.listen_slot },
			{ gates->progs.setsockopt_gate, gates->maps.setsockopt_slot },
			{ gates->progs.bindx_gate, gates->maps.bindx_slot },
		};

		for (size_t i = 0; !err && i < sizeof(order) / sizeof(order[0]); i++)
			err = make_lsm_gate(lsm_names[i], order[i].program, order[i].slot,
					    programs[i]);
		if (!err)
			err = bpffs_pin(bpf_map__fd(gates->maps.bss), FOLDER_NEW, SETTINGS);
	}
	gates__destroy(gates);
	return err;
}

/* To the root cgroup, and so for all tasks: no program below it, or beside it, takes its place. */
static int make_cgroup_gates(const int *programs)
{
	int root = cgroups_open_root(), err = 0, link;

	if (root < 0)
		return root;
	for (size_t i = 0; !err && i < sizeof(cgroup_types) / sizeof(cgroup_types[0]); i++) {
		link = bpf_link_create(programs[i], root, cgroup_types[i], NULL);
		err = link < 0 ? -errno : bpffs_pin(link, FOLDER_NEW, cgroup_names[i]);
		if (link >= 0)
			close(link);
	}
	close(root);
	return err;
}

int gate_make(enum hook kind, const int *programs, bool deny)
{
	int err = bpffs_make_folder(FOLDER_NEW);

	if (err)
		return err;
	err = kind == HOOK_LSM ? make_lsm_gates(programs, deny) : make_cgroup_gates(programs);
	if (!err)
		err = bpffs_rename_folder(FOLDER_NEW, FOLDER_NEXT);
	if (err) {
		bpffs_remove_folder(FOLDER_NEW);
		return err;
	}
	return take_over();
}
