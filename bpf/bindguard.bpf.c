/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF programs. With a policy, the LSM program decides every bind and reports the attempt; the
 * probes on inet_bind() and inet6_bind() report the outcome. Without one, the probes report alone,
 * as bindsnoop does.
 *
 * Only LSM programs run for every bind: on preemptible kernels the probes are skipped when another
 * task runs one of them on the same CPU. So nothing that counts is decided or remembered in them.
 * And since an LSM program can be preempted too, there is no per-CPU scratch memory.
 */
#include "vmlinux.h"

#include <bpf/bpf_tracing.h>

#include "image.bpf.h"
#include "kernel.bpf.h"
#include "maps.bpf.h"
#include "report.bpf.h"
#include "request.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/*
 * Decides the request. Whatever cannot be read is denied. Requests that the kernel is going to
 * refuse by itself are passed on, so that programs see the errno they know.
 */
static __always_inline void decide_bind(struct sock *sk, struct asked *asked,
					enum asked_state state, struct bind_decision *decision)
{
	const struct bind_image_header *header;
	struct bind_request request;
	struct image image;

	header = image_open(&image, BIND_SLOT_IN_FORCE);
	decide_unreadable(header, decision);
	/* Without a header: cannot happen, the policy is published before the hook is attached. */
	if (!header || state == ASKED_UNREADABLE)
		return;
	if (state == ASKED_MALFORMED) {
		decision->verdict = BIND_ALLOW;
		decision->cause = BIND_CAUSE_MALFORMED;
		decision->enforced = 0;
		return;
	}
	forget_asked(asked, header->generation);
	read_request(sk, asked, header, &request);
	decide_by(&image, header, &request, decision);
}

SEC("lsm/socket_bind")
int BPF_PROG(bind_attempt, struct socket *sock, struct sockaddr *address, int length, int ret)
{
	struct bind_decision decision;
	enum asked_state state;
	struct asked asked;
	struct sock *sk;
	int refused;

	if (ret)
		return ret;
	sk = sock->sk;
	/* The verifier of 6.12 and later wants to see that it is not NULL. */
	if (!sk || !is_inet(sk))
		return 0;

	state = read_asked(sk, address, length, &asked);
	decide_bind(sk, &asked, state, &decision);
	report_attempt(sk, &asked, &decision);

	/*
	 * Two constants, on two paths: out of anything shorter clang 14 makes a negation, whose
	 * range the verifier of 6.12 does not follow.
	 */
	refused = decision.verdict == BIND_DENY && decision.enforced;
	barrier_var(refused);
	if (!refused)
		return 0;
	asm volatile("" ::: "memory");
	return -EACCES;
}

static __always_inline int bind_outcome(struct sock *sk, struct sockaddr *address, int length,
					int rc)
{
	struct asked asked;

	/* With a policy, what is not shown is counted by the attempt. */
	if (with_policy && !shows_task())
		return 0;
	if (!sk || !is_inet(sk))
		return 0;
	read_asked(sk, address, length, &asked);
	report_outcome(sk, &asked, rc);
	return 0;
}

/*
 * Up to 6.5 everything goes through these two; from 6.6 on, MPTCP calls inet_bind_sk() and
 * inet6_bind_sk() directly, so the probes move there.
 */
SEC("fexit/inet_bind")
int BPF_PROG(inet_bind_outcome, struct socket *sock, struct sockaddr *address, int length, int rc)
{
	return bind_outcome(sock->sk, address, length, rc);
}

SEC("fexit/inet6_bind")
int BPF_PROG(inet6_bind_outcome, struct socket *sock, struct sockaddr *address, int length, int rc)
{
	return bind_outcome(sock->sk, address, length, rc);
}

SEC("fexit/inet_bind_sk")
int BPF_PROG(inet_bind_sk_outcome, struct sock *sk, struct sockaddr *address, int length, int rc)
{
	return bind_outcome(sk, address, length, rc);
}

SEC("fexit/inet6_bind_sk")
int BPF_PROG(inet6_bind_sk_outcome, struct sock *sk, struct sockaddr *address, int length, int rc)
{
	return bind_outcome(sk, address, length, rc);
}

/* Adds the class in the image of this slot, if there is one whose rules name cgroups. */
static __always_inline void add_class(__u32 slot, const struct bind_path *path,
				      struct bind_cgroup *cgroup)
{
	const struct bind_image_header *header;
	struct image image;
	__u32 class, parity;

	header = image_open(&image, slot);
	if (!header || !(header->flags & BIND_IMAGE_CGROUPS) || decide_cgroup(&image, path, &class))
		return;
	/* Not by index: 5.10 has no stores to the stack at an offset that it does not know. */
	parity = BIND_PARITY(header->generation);
	cgroup->class[0] |= class * (parity ^ 1);
	cgroup->class[1] |= class * parity;
}

/*
 * Gives a new cgroup its class, in the image in force and in the upcoming one. This runs in mkdir(2)
 * before it returns, so no task can be in the cgroup yet.
 */
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(cgroup_made, struct cgroup *cgroup, const char *path)
{
	struct bind_cgroup classes = { { BIND_CGROUP_UNKNOWN } };
	struct bind_path where = { 0 };
	__u64 id;

	if (cgroup->root->hierarchy_id)
		return 0;
	id = cgroup->kn->id;
	bpf_probe_read_kernel_str(where.text, BIND_PATTERN_LEN + 1, path);
	add_class(BIND_SLOT_IN_FORCE, &where, &classes);
	add_class(BIND_SLOT_UPCOMING, &where, &classes);
	if (!(classes.class[0] | classes.class[1]))
		return 0; /* no rule names a cgroup */
	if (bpf_map_update_elem(&cgroups, &id, &classes, BPF_ANY))
		COUNT(cgroups_lost);
	return 0;
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(cgroup_removed, struct cgroup *cgroup, const char *path)
{
	__u64 id = cgroup->kn->id;

	if (!cgroup->root->hierarchy_id)
		bpf_map_delete_elem(&cgroups, &id);
	return 0;
}
