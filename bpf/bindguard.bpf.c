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
static __always_inline void decide_bind(struct sock *sk, const struct asked *asked,
					enum asked_state state, struct bind_decision *decision)
{
	__u32 zero = 0;
	const struct image *image = bpf_map_lookup_elem(&policy, &zero);
	const union bind_page *header = image ? image_page(image, 0) : 0;
	struct bind_request request;

	__builtin_memset(decision, 0, sizeof(*decision));
	decision->rule = BIND_RULE_NONE;
	if (!header) {
		/* Cannot happen: the policy is published before the hook is attached. */
		decision->verdict = BIND_DENY;
		decision->enforced = 1;
		decision->cause = BIND_CAUSE_UNREADABLE;
		return;
	}
	if (state == ASKED_MALFORMED) {
		decision->generation = header->header.generation;
		decision->verdict = BIND_ALLOW;
		decision->cause = BIND_CAUSE_MALFORMED;
		return;
	}
	decide_unreadable(image, decision);
	if (state == ASKED_UNREADABLE)
		return;
	read_request(sk, asked, header->header.flags, &request);
	if ((header->header.flags & BIND_IMAGE_CGROUPS) && !read_cgroup(&request.cgroup))
		return;
	decide(image, &request, decision);
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

/*
 * Gives a new cgroup its class. This runs in mkdir(2) before it returns, so no task can be in the
 * cgroup yet. A path that is longer than a rule can name is cut, which puts it where it belongs.
 */
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(cgroup_made, struct cgroup *cgroup, const char *path)
{
	struct bind_path key = { 0 };
	__u32 zero = 0, class;
	const struct image *image = bpf_map_lookup_elem(&policy, &zero);
	__u64 id;

	if (!image || cgroup->root->hierarchy_id)
		return 0;
	id = cgroup->kn->id;
	bpf_probe_read_kernel_str(key.text, sizeof(key.text), path);
	decide_path_key(&key);
	if (decide_cgroup(image, &key, &class) ||
	    bpf_map_update_elem(&cgroups, &id, &class, BPF_ANY))
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
