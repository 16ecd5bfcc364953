/* SPDX-License-Identifier: GPL-2.0-only */
#include "pin.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "enforcer/complain.h"
#include "folders.h"
#include "guard.h"
#include "state.h"

#define LOCK_TRIES 40 /* for the child process of one that was killed, and for 'status' */
#define LOCK_WAIT_US 50000

/* One pin, to be pinned again if it is gone. */
struct kept {
	char folder[PIN_FOLDER];
	char name[48];
	int fd;
	dev_t device;
	ino_t inode;
};

struct pin {
	int lock;
	char before[PIN_FOLDER]; /* what decided at the start; empty: nothing */
	char folder[PIN_FOLDER]; /* ours; empty: not made */
	bool in_force; /* what is in there decides */
	struct gate gate;
	int program[GATE_HOOKS];
	uint32_t program_id[GATE_HOOKS];
	struct kept *kept;
	size_t count;
	int state;
	unsigned int gaps;
	struct pin_gap gap;
	int64_t gap_seconds; /* of those that have ended */
};

/* --- The start */

static void complain_prepare(int err)
{
	if (err == -EPERM)
		complain("--pin: %s is not mounted, and this process may not do it: "
			 "mount -t bpf bpf " BPFFS,
			 BPFFS);
	else if (err == -EACCES)
		complain("--pin: %s: belongs to another user, or is not a folder: remove it",
			 BPFFS_HOME);
	else
		complain("--pin: cannot prepare %s: %s", BPFFS_HOME, strerror(-err));
}

void pin_complain_locked(const char *who)
{
	char folder[PIN_FOLDER];
	struct gate gate;
	long pid = 0;

	if (!gate_open_any(&gate) && folders_find(&gate, folder))
		pid = state_pid(folder);
	gate_close(&gate);
	if (pid)
		complain("%s: bindguard runs already, as process %ld: stop it first", who, pid);
	else
		complain("%s: another bindguard is just starting", who);
}

int pin_lock(void)
{
	int fd = bpffs_lock();

	for (int i = 0; fd == -EWOULDBLOCK && i < LOCK_TRIES; i++) {
		usleep(LOCK_WAIT_US);
		fd = bpffs_lock();
	}
	return fd;
}

int pin_require_none(void)
{
	struct gate gate;
	int err = gate_open_any(&gate);

	gate_close(&gate);
	if (err)
		return 0;
	complain("--deny: a policy is pinned already: replace it with --pin, or run "
		 "'bindguard unload' first");
	return EX_TEMPFAIL;
}

static int make_folder(struct pin *pin)
{
	char folder[PIN_FOLDER];
	int err = folders_next(folder);

	if (!err)
		err = bpffs_make_folder(folder);
	if (!err)
		memcpy(pin->folder, folder, sizeof(folder));
	return err;
}

int pin_open(struct pin **pin)
{
	struct pin *p = calloc(1, sizeof(*p));
	struct gate gate;
	int err;

	*pin = p;
	if (!p) {
		complain("out of memory");
		return EX_OSERR;
	}
	p->lock = p->state = -1;
	p->gate.settings = -1;
	err = bpffs_prepare();
	if (err) {
		complain_prepare(err);
		return err == -EPERM || err == -EACCES ? EX_NOPERM : EX_OSERR;
	}
	p->lock = pin_lock();
	if (p->lock == -EWOULDBLOCK) {
		pin_complain_locked("--pin");
		return EX_TEMPFAIL;
	}
	err = p->lock < 0 ? p->lock : guard_recover();
	if (!err)
		err = gate_recover();
	if (err) {
		complain("--pin: cannot work in %s: %s", BPFFS_HOME, strerror(-err));
		return EX_OSERR;
	}
	if (!gate_open_any(&gate) && !folders_find(&gate, p->before))
		p->before[0] = '\0';
	gate_close(&gate);
	err = make_folder(p);
	if (err)
		complain("--pin: cannot make a folder in %s: %s", BPFFS_HOME, strerror(-err));
	return err ? EX_OSERR : 0;
}

const char *pin_before(const struct pin *pin)
{
	return pin->before[0] ? pin->before : NULL;
}

/* --- Pinning */

/* Remembers which file the pin is, and has the guard know what is pinned there. */
static int note_file(struct kept *kept)
{
	char path[BPFFS_PATH];
	struct stat file;

	if (stat(bpffs_path(path, kept->folder, kept->name), &file))
		return -errno;
	kept->device = file.st_dev;
	kept->inode = file.st_ino;
	return guard_add(kept->fd);
}

static int keep(struct pin *pin, const char *folder, const char *name, int fd)
{
	struct kept *grown = reallocarray(pin->kept, pin->count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	pin->kept = grown;
	grown += pin->count++;
	*grown = (struct kept){ .fd = fd };
	snprintf(grown->folder, sizeof(grown->folder), "%s", folder);
	snprintf(grown->name, sizeof(grown->name), "%s", name);
	return note_file(grown);
}

static int keep_gate(void *context, const char *folder, const char *name, int fd)
{
	return keep(context, folder, name, fd);
}

static int add(struct pin *pin, const char *name, int fd)
{
	int err = bpffs_pin(fd, pin->folder, name);

	return err ? err : keep(pin, pin->folder, name, fd);
}

static int add_programs(struct pin *pin, enum hook kind, const int *programs)
{
	size_t hooks;
	const char *const *names = gate_names(kind, &hooks);
	char name[48];
	int err = 0;

	for (size_t i = 0; !err && i < hooks; i++) {
		folders_program_name(names[i], name, sizeof(name));
		err = add(pin, name, programs[i]);
		pin->program[i] = programs[i];
		pin->program_id[i] = folders_program_id(programs[i]);
	}
	return err;
}

/* The gates there are lead to the programs from now on, or to what they led to before. */
static int lead_gates(const struct gate *gate, bool deny, const int *programs)
{
	char folder[PIN_FOLDER];
	int before[GATE_HOOKS], err;

	for (size_t i = 0; i < gate->hooks; i++)
		before[i] = folders_find_program(&gate->hook[i], folder);
	err = gate_lead(gate, programs, before);
	if (!err)
		err = gate_set_mode(gate, deny);
	for (size_t i = 0; i < gate->hooks; i++)
		if (before[i] >= 0)
			close(before[i]);
	return err;
}

static int put_in_force(struct pin *pin, enum hook kind, bool deny, const int *programs)
{
	int err = gate_open(&pin->gate, kind);

	if (!err)
		return lead_gates(&pin->gate, deny, programs);
	gate_close(&pin->gate);
	if (err != -ENOENT)
		return err;
	err = gate_make(kind, programs, deny);
	return err ? err : gate_open(&pin->gate, kind);
}

/* The new programs decide, which nothing that goes wrong from here on makes undone. */
static void clear_up(struct pin *pin)
{
	int removed = folders_remove_others(pin->folder);
	int kept = gate_each_pin(&pin->gate, keep_gate, pin);
	int settled = guard_settle(keep_gate, pin);
	int err = removed ? removed : kept ? kept : settled;

	if (err)
		complain("--pin: in force, but not all of what was there before could be cleared "
			 "up: %s: start bindguard again",
			 strerror(-err));
}

int pin_enforce(struct pin *pin, enum hook kind, bool deny, const struct pin_object *objects,
		size_t count, const int *programs)
{
	int err = 0;

	for (size_t i = 0; !err && i < count; i++)
		err = add(pin, objects[i].name, objects[i].fd);
	if (!err)
		err = add_programs(pin, kind, programs);
	if (!err)
		err = guard_attach();
	if (!err)
		err = put_in_force(pin, kind, deny, programs);
	if (err)
		return err;
	pin->in_force = true;
	clear_up(pin);
	return 0;
}

int pin_state(struct pin *pin, const char *text)
{
	int fd = state_store(pin->folder, text);

	if (fd < 0)
		return fd;
	guard_drop(pin->state);
	if (pin->state >= 0)
		close(pin->state);
	pin->state = fd;
	for (size_t i = 0; i < pin->count; i++)
		if (!strcmp(pin->kept[i].name, PIN_STATE)) {
			pin->kept[i].fd = fd;
			return note_file(&pin->kept[i]);
		}
	return keep(pin, pin->folder, PIN_STATE, fd);
}

/* --- Is all of it still there? */

static bool is_there(const struct kept *kept)
{
	char path[BPFFS_PATH];
	struct stat file;

	return !stat(bpffs_path(path, kept->folder, kept->name), &file) &&
	       file.st_dev == kept->device && file.st_ino == kept->inode;
}

/* What stands in its place is none of ours. */
static int pin_again(struct kept *kept)
{
	char path[BPFFS_PATH];
	int err = bpffs_make_folder(kept->folder);

	if (err && err != -EEXIST)
		return err;
	unlink(bpffs_path(path, kept->folder, kept->name));
	err = bpffs_pin(kept->fd, kept->folder, kept->name);
	return err ? err : note_file(kept);
}

/* A folder that was made anew, in a file system that was mounted anew, has no lock. */
static int lock_again(struct pin *pin)
{
	int err = bpffs_make_home(), fd;

	if (err)
		return err;
	fd = bpffs_lock();
	if (fd == -EWOULDBLOCK)
		return 0; /* it is still ours, or of somebody who looks */
	if (fd < 0)
		return fd;
	close(pin->lock);
	pin->lock = fd;
	return 0;
}

/* What was found missing in one look. */
struct missing {
	char pin[BPFFS_PATH]; /* the first pin */
	unsigned int pins;
	const char *hook; /* the first hook, or NULL */
};

/* The pins, from the first that is missing on. */
static int repair_pins(struct pin *pin, struct missing *missing)
{
	int err = 0;

	for (size_t i = 0; !err && i < pin->count; i++) {
		struct kept *kept = &pin->kept[i];

		if (is_there(kept))
			continue;
		if (!missing->pins++) {
			bpffs_path(missing->pin, kept->folder, kept->name);
			err = lock_again(pin);
		}
		if (!err)
			err = pin_again(kept);
	}
	return err;
}

/* The link of a hook is another one now. */
static int replace_link(struct pin *pin, int before, int link)
{
	for (size_t i = 0; i < pin->count; i++)
		if (pin->kept[i].fd == before) {
			pin->kept[i].fd = link;
			return pin_again(&pin->kept[i]);
		}
	return 0;
}

/* Where the gates lead. */
static int repair_gates(struct pin *pin, struct missing *missing)
{
	int err = 0;

	for (size_t i = 0; !err && i < pin->gate.hooks; i++) {
		struct gate_hook *hook = &pin->gate.hook[i];
		int link = hook->link;

		if (gate_program(hook) == pin->program_id[i])
			continue;
		if (!missing->hook)
			missing->hook = hook->name;
		err = gate_repair(&pin->gate, i, pin->program[i]);
		if (!err && hook->link != link)
			err = replace_link(pin, link, hook->link);
	}
	return err;
}

static void tell_missing(const struct missing *missing, int err)
{
	const char *why = err == -ENODEV ? BPFFS " is not mounted: mount -t bpf bpf " BPFFS :
			  err		 ? strerror(-err) :
					   "";

	if (missing->hook)
		complain("the program on the hook %s was gone: %s%s", missing->hook,
			 err ? "cannot attach it again: " : "attached again", why);
	if (missing->pins > 1)
		complain("%s and %u more pins were gone: %s%s", missing->pin, missing->pins - 1,
			 err ? "cannot pin them again: " : "pinned again", why);
	else if (missing->pins)
		complain("%s was gone: %s%s", missing->pin,
			 err ? "cannot pin it again: " : "pinned again", why);
}

/* It was there at the last look. */
static void begin_gap(struct pin *pin, const struct missing *missing, int64_t now)
{
	pin->gaps++;
	pin->gap = (struct pin_gap){ .from = now };
	snprintf(pin->gap.what, sizeof(pin->gap.what), "%s%s", missing->hook ? "hook " : "",
		 missing->hook ? missing->hook : missing->pin);
}

/* The time of day may have been set back. */
static int64_t seconds_between(int64_t from, int64_t to)
{
	return to > from ? to - from : 0;
}

bool pin_check(struct pin *pin, int64_t now)
{
	bool was_open = pin->gaps && !pin->gap.to, is_missing;
	struct missing missing = { .pins = 0 };
	int err = repair_gates(pin, &missing);

	if (!err)
		err = repair_pins(pin, &missing);
	is_missing = missing.hook || missing.pins;
	if (!is_missing && !was_open)
		return false;
	if (!was_open) {
		begin_gap(pin, &missing, now);
		tell_missing(&missing, err);
	} else if (!err) {
		complain("what was pinned is complete again");
	}
	pin->gap.to = err ? 0 : now;
	if (!err)
		pin->gap_seconds += seconds_between(pin->gap.from, now);
	return !err || !was_open;
}

const struct pin_gap *pin_gap(const struct pin *pin, unsigned int *gaps)
{
	*gaps = pin->gaps;
	return pin->gaps ? &pin->gap : NULL;
}

int64_t pin_gap_seconds(const struct pin *pin, int64_t now)
{
	bool is_open = pin->gaps && !pin->gap.to;

	return pin->gap_seconds + (is_open ? seconds_between(pin->gap.from, now) : 0);
}

unsigned int pin_hooks(const struct pin *pin)
{
	unsigned int hooks = 0;

	for (size_t i = 0; i < pin->gate.hooks; i++)
		hooks += gate_program(&pin->gate.hook[i]) == pin->program_id[i];
	return hooks;
}

void pin_close(struct pin *pin)
{
	if (!pin)
		return;
	if (pin->folder[0] && !pin->in_force)
		bpffs_remove_folder(pin->folder);
	gate_close(&pin->gate);
	if (pin->state >= 0)
		close(pin->state);
	if (pin->lock >= 0)
		close(pin->lock);
	free(pin->kept);
	free(pin);
}
