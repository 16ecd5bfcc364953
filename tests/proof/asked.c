/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: read_asked() reads what bind(2) asks for and of which socket, and no byte beyond the length
 * Bound: every socket, every address of every length from INT_MIN to INT_MAX; each read may fail
 * Flags: --unwind 33 --unsigned-overflow-check
 * Mutant: bpf/request.bpf.h s/length < SOCKADDR_IN_LEN/length < SOCKADDR_IN_LEN - 1/
 * Mutant: bpf/request.bpf.h s/length >= SOCKADDR_IN6_LEN/length > SOCKADDR_IN6_LEN/
 * Mutant: bpf/request.bpf.h s/return ASKED_UNREADABLE/return ASKED_MALFORMED/
 * Mutant: bpf/request.bpf.h s/AF_UNSPEC \&\&/AF_UNSPEC ||/
 * Mutant: bpf/request.bpf.h s/address\[2\] = MAPPED_IPV4/address[1] = MAPPED_IPV4/
 * Mutant: bpf/kernel.bpf.h s/in->sin_addr = address->sin_addr/in->sin_addr = address->sin_port/
 * Mutant: bpf/kernel.bpf.h s/sa_data\[2\]/sa_data[3]/
 * Mutant: bpf/kernel.bpf.h s/reuseport \* BIND_OPT_REUSEPORT/reuseport * BIND_OPT_REUSEADDR/
 * Mutant: bpf/kernel.bpf.h s/8 \* byte_/byte_/
 * Mutant: bpf/kernel.bpf.h s/ \&\& sk->sk_type == SOCK_STREAM//
 * Mutant: bpf/socket.bpf.h s/SMCPROTO_SMC6 ? AF_INET6 : AF_INET/SMCPROTO_SMC6 ? AF_INET : AF_INET6/
 * Mutant: bpf/request.bpf.h s/by == ASKED_BY_PROBE)/by != ASKED_BY_PROBE)/
 */
#include <stdlib.h>

#include "kernel.h"

#define LONGEST 32 /* bytes of the address that anybody looks at, and some more */

static __u8 memory[sizeof(union proof_sock)]; /* the socket: CBMC reads a union itself wrongly */
static __u8 bytes[LONGEST]; /* the address; what is beyond its length does not matter */

static void *proof_lookup(const void *map, const void *key)
{
	(void)map, (void)key;
	PROVE(!"nothing is looked up here");
	return NULL;
}

/* An address of just this length: an object without a byte beyond it. */
static struct sockaddr *make_address(int length)
{
	size_t size = length < 0 ? 0 : length;
	__u8 *address = malloc(size);

	ASSUME(address);
	for (size_t i = 0; i < LONGEST; i++)
		if (i < size)
			bytes[i] = address[i];
	return (struct sockaddr *)address;
}

static __u16 family(void)
{
	return bytes[0] | bytes[1] << 8;
}

static bool is_any_ipv4(void)
{
	return !bytes[4] && !bytes[5] && !bytes[6] && !bytes[7];
}

static bool is_smc(const struct sock *sk)
{
	return sk->__sk_common.skc_family == AF_SMC;
}

/* An SMC socket is what the TCP socket inside it is: its protocol tells. */
static bool is_over_ipv4(const struct sock *sk)
{
	return sk->__sk_common.skc_family == AF_INET || (is_smc(sk) && sk->sk_protocol != 1);
}

/* What the kernel is going to say to it, from bind(2), ip(7), ipv6(7) and its source. */
static bool is_well_formed(const struct sock *sk, int length)
{
	if (length < 16)
		return false;
	if (is_over_ipv4(sk))
		return family() == AF_INET || sk->sk_type == SOCK_RAW ||
		       (family() == AF_UNSPEC && is_any_ipv4());
	if (length >= 24 && family() == AF_INET6)
		return true;
	return family() == AF_INET && sk->sk_protocol == IPPROTO_SCTP;
}

/* Byte i of the address as events have it: of IPv4 the first four, on an IPv6 socket mapped. */
static __u8 address_byte(const struct sock *sk, int i)
{
	if (is_over_ipv4(sk))
		return i < 4 ? bytes[4 + i] : 0;
	if (family() == AF_INET6)
		return bytes[8 + i];
	if (i < 10)
		return 0;
	return i < 12 ? 0xff : bytes[4 + i - 12];
}

static void check_content(const struct sock *sk, const struct asked *asked)
{
	PROVE(asked->port == (bytes[2] << 8 | bytes[3]));
	for (int i = 0; i < 16; i++)
		PROVE(((const __u8 *)asked->address)[i] == address_byte(sk, i));
}

static __u32 options(const union proof_sock *sock)
{
	__u64 bits = sock->bytes[BITFIELDS_OFFSET] | sock->bytes[BITFIELDS_OFFSET + 1] << 8;
	bool is_free = bits >> proof_bit_freebind & 1;
	bool is_transparent = bits >> proof_bit_transparent & 1;
	bool is_without_port = bits >> proof_bit_bind_address_no_port & 1;
	__u32 reuse = (sock->sk.__sk_common.skc_reuse ? BIND_OPT_REUSEADDR : 0) |
		      (sock->sk.__sk_common.skc_reuseport ? BIND_OPT_REUSEPORT : 0);

	if (proof_has_flags) {
		bits = sock->flags.inet_flags;
		is_free = bits >> inet_flag_freebind & 1;
		is_transparent = bits >> inet_flag_transparent & 1;
		is_without_port = bits >> inet_flag_address_no_port & 1;
	}
	if (is_smc(&sock->sk)) /* it has them inside */
		is_free = is_transparent = is_without_port = false;
	return (is_free ? BIND_OPT_FREEBIND : 0) | (is_transparent ? BIND_OPT_TRANSPARENT : 0) |
	       (is_without_port ? BIND_OPT_ADDRESS_NO_PORT : 0) | reuse;
}

static __u16 protocol(const union proof_sock *sock, enum asked_by by)
{
	if (by == ASKED_BY_HOOK && is_smc(&sock->sk))
		return IPPROTO_TCP;
	if (by == ASKED_BY_PROBE && sock->sk.sk_protocol == IPPROTO_TCP &&
	    sock->sk.sk_type == SOCK_STREAM && proof_has_mptcp && sock->tcp.is_mptcp)
		return IPPROTO_MPTCP;
	return sock->sk.sk_protocol;
}

static void check_protocol(const union proof_sock *sock, enum asked_by by,
			   const struct asked *asked)
{
	if (proof_failed_reads)
		return;
	PROVE(asked->protocol == protocol(sock, by));
	REACH(asked->protocol == IPPROTO_MPTCP && by == ASKED_BY_PROBE && has_cast);
	REACH(asked->protocol == IPPROTO_MPTCP && by == ASKED_BY_PROBE && !has_cast);
}

static void check_options(const union proof_sock *sock, const struct asked *asked)
{
	__u32 read = asked_options((struct sock *)&sock->sk, asked);

	PROVE(!(read & ~BIND_OPT_ALL));
	PROVE(!asked->options);
	if (proof_failed_reads)
		return;
	PROVE(read == options(sock));
	REACH(read == BIND_OPT_ALL && !proof_has_flags);
	REACH(read == BIND_OPT_ALL && proof_has_flags);
	REACH(read == BIND_OPT_REUSEADDR && is_smc(&sock->sk));
}

int main(void)
{
	union proof_sock *sock = (union proof_sock *)memory;
	enum asked_by by = nondet_bool() ? ASKED_BY_HOOK : ASKED_BY_PROBE;
	struct asked asked;
	int length;
	struct sockaddr *address = make_address(length);
	enum asked_state state;
	bool is_ipv4, is_failed;

	__CPROVER_havoc_object(memory);
	is_ipv4 = is_over_ipv4(&sock->sk);
	make_version();
	state = read_asked(&sock->sk, socket_family(&sock->sk), address, length, by, &asked);
	is_failed = proof_failed_reads && proof_failed_last == address;

	check_protocol(sock, by, &asked);
	if (is_failed) {
		PROVE(state == ASKED_UNREADABLE);
	} else if (is_well_formed(&sock->sk, length)) {
		PROVE(state == ASKED_WELL);
		check_content(&sock->sk, &asked);
	} else {
		PROVE(state == ASKED_MALFORMED);
	}
	PROVE(asked.via == BIND_VIA_BIND && !asked.is_bound && !asked.range);
	REACH(state == ASKED_WELL && is_ipv4 && is_smc(&sock->sk));
	REACH(state == ASKED_WELL && !is_ipv4 && is_smc(&sock->sk));
	REACH(length < 0);
	REACH(is_failed);
	REACH(proof_failed_reads && state == ASKED_WELL);
	REACH(state == ASKED_WELL && is_ipv4 && family() == AF_INET && has_cast);
	REACH(state == ASKED_WELL && is_ipv4 && family() == AF_UNSPEC && !has_cast);
	REACH(state == ASKED_MALFORMED && is_ipv4 && length > 1000);
	REACH(state == ASKED_WELL && !is_ipv4 && length == 24);
	REACH(state == ASKED_WELL && !is_ipv4 && asked.address[2] == MAPPED_IPV4 && length == 16);
	REACH(state == ASKED_MALFORMED && !is_ipv4 && length == 23 && family() == AF_INET6);
	check_options(sock, &asked);
	return 0;
}
