# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2016
#
# The harness itself: what every other case takes for granted.

case_harness_binds() {
	binder tcp4 127.0.0.1 8080
	expect_ok
	expect_eq 0 "$RC" rc
	expect_eq 127.0.0.1 "$ADDR" addr
	expect_eq 8080 "$PORT" port

	binder tcp4 127.0.0.1 0
	expect_ok
	expect [ "$PORT" -gt 0 ]
}

case_harness_errno_names() {
	binder_hold -L tcp4 127.0.0.1 8080
	expect_ok
	holder=$PID
	binder tcp4 127.0.0.1 8080
	expect_errno EADDRINUSE
	binder_release "$holder"

	binder tcp4 192.0.2.1 8080
	expect_errno EADDRNOTAVAIL
	binder -l 2 tcp4 127.0.0.1 8080
	expect_errno EINVAL
	binder -f 77 tcp4 127.0.0.1 8080
	expect_errno EAFNOSUPPORT
}

case_harness_addresses() {
	for address in 127.0.0.1 10.0.0.1 10.1.2.3 0.0.0.0; do
		binder udp4 "$address" 5300
		expect_ok
	done
	for address in ::1 fd00::1 ::; do
		binder udp6 "$address" 5300
		expect_ok
		expect_eq "$address" "$ADDR" addr
	done
	binder tcp6 ::ffff:127.0.0.1 5300
	expect_ok
}

case_harness_users() {
	binder -u 33 -g 33 tcp4 127.0.0.1 80
	expect_ok
	echo 1024 >/proc/sys/net/ipv4/ip_unprivileged_port_start
	binder -u 33 -g 33 tcp4 127.0.0.1 80
	expect_errno EACCES
	binder tcp4 127.0.0.1 80
	expect_ok
}

case_harness_options() {
	binder -u 1000 -o FREEBIND,TRANSPARENT,NOPORT,REUSEADDR,REUSEPORT tcp4 192.0.2.1 8080
	expect_ok
	binder -i lo tcp4 0.0.0.0 8080
	expect_ok
	binder -n renamed -N other -c "$(cgroup /a/b)" tcp6 :: 8080
	expect_ok
}

case_harness_raw_and_ping() {
	binder raw4 127.0.0.1 0
	expect_ok
	binder icmp4 127.0.0.1 0
	expect_ok
	binder icmp6 ::1 0
	expect_ok
}

case_harness_sctp() {
	needs_protocol sctp4
	binder -L sctp4 127.0.0.1 3868
	expect_ok
	binder -m bindx sctp6 ::1 3868
	expect_ok
}

case_harness_mptcp() {
	needs_protocol mptcp4
	binder -L mptcp4 127.0.0.1 8080
	expect_ok
}

case_harness_dccp() {
	needs_protocol dccp4
	binder -L dccp4 127.0.0.1 8080
	expect_ok
}

case_harness_smc() {
	needs_protocol smc4
	binder -L smc4 127.0.0.1 8080
	expect_ok
}

case_harness_udplite() {
	needs_protocol udplite4
	binder udplite4 127.0.0.1 8080
	expect_ok
}

case_harness_unix() {
	binder unix "$TMP/socket" 0
	expect_ok
	expect [ -S "$TMP/socket" ]
}

case_harness_listen_alone() {
	binder -m listen tcp4 0.0.0.0 0
	expect_ok
	expect [ "$PORT" -gt 0 ]
}

# Nothing of one case is there in the next.
case_harness_leaves() {
	binder_hold tcp4 0.0.0.0 7777
	expect_ok
	(setsid sleep 1000 &)
	cgroup /left/over
	: >/tmp/left
}

case_harness_leaves_nothing() {
	binder tcp4 0.0.0.0 7777
	expect_ok
	expect [ ! -e /tmp/left ]
	expect [ ! -e /sys/fs/cgroup/left ]
}

case_harness_repeats() {
	binder -q -r 100 -t 4 udp4 127.0.0.1 9000
	expect_eq "attempts=400 ok=400" "$BOUND" totals
}

case_harness_bpf() {
	lsm_active bpf || fail "no bpf in: $(cat /sys/kernel/security/lsm)"
	expect [ -s /sys/kernel/btf/vmlinux ]
	expect grep -q ' /sys/fs/bpf bpf ' /proc/mounts
	expect grep -q ' /sys/fs/cgroup cgroup2 ' /proc/mounts
}

# Its libraries came along, so the loader does not complain.
case_harness_libraries() {
	bindguard --help
	expect_no_error 'error while loading'
	expect [ "$STATUS" -ne 127 ]
}

# Each way that the kernel has gets the same port, and tells the option that it set late.
harness_way() {
	needs_binder -w "$1" -m none -a REUSEADDR tcp4 127.0.0.1 0
	binder -w "$1" -a REUSEADDR -L tcp4 127.0.0.1 8080
	expect_ok
	expect_eq '- 8080' "$SET $HAS" 'late option and port'
	binder -w "$1" -u 1000 -a TRANSPARENT udp6 ::1 8080
	expect_ok
	expect_eq 'EPERM 8080' "$SET $HAS" 'late option and port'
	binder -w "$1" -l 2 tcp4 127.0.0.1 8080
	expect_errno EINVAL
	expect_eq 0 "$HAS" 'port after a refusal'
}

case_harness_way_int80() {
	harness_way int80
}

case_harness_way_socketcall() {
	harness_way socketcall
}

case_harness_way_uring() {
	harness_way uring
}

case_harness_way_uring_async() {
	harness_way uring-async
}

case_harness_way_uring_sqpoll() {
	harness_way uring-sqpoll
}

case_harness_autobind() {
	binder -m sendto udp4 127.0.0.1 9
	expect_ok
	expect [ "$HAS" -gt 0 ]
	binder_hold -L tcp4 127.0.0.1 8080
	for method in connect fastopen; do
		binder -m $method tcp4 127.0.0.1 8080
		expect_ok
		expect [ "$HAS" -gt 0 ]
	done
}

case_harness_port_range() {
	needs_binder -m none -o PORTRANGE=40000-40000 tcp4 0.0.0.0 0
	binder -o PORTRANGE=40000-40000 tcp4 127.0.0.1 0
	expect_eq 40000 "$PORT" port
}

# A list of addresses, and more of them after a bind; the kernel lists those of listening sockets.
case_harness_bindx_lists() {
	needs_protocol sctp4
	binder_hold -L -m bindx sctp4 127.0.0.1,10.0.0.1 3868
	expect_ok
	binder_hold -L -x 10.0.0.2,10.0.0.3 sctp4 127.0.0.1 3869
	expect_ok
	binder_hold -L -x ::1,10.0.0.1 sctp6 fd00::1 3870
	expect_ok
	expect grep -qE ' 3868 .* 127\.0\.0\.1 10\.0\.0\.1 *$' /proc/net/sctp/eps
	expect grep -qE ' 3869 .* 127\.0\.0\.1 10\.0\.0\.2 10\.0\.0\.3 *$' /proc/net/sctp/eps
	expect grep -qE ' 3870 .*:0001 [0:]*:0001 10\.0\.0\.1 *$' /proc/net/sctp/eps
}

# What follows the bind is done by another process and user.
case_harness_passes() {
	for by in fork rights; do
		binder -u 33 -P $by -L tcp4 127.0.0.1 8080
		expect_ok
		binder -P $by -U 1000 -a TRANSPARENT -L tcp4 127.0.0.1 8080
		expect_ok
		expect_eq 'EPERM 8080' "$SET $HAS" 'late option and port'
	done
}

case_harness_contains() {
	"$BINDER" contain -u 1000 -c "$(cgroup /a/b)" user,pid,net,mnt,cgroup \
		sh -c 'echo "$$ $(id -u) $(cat /proc/self/cgroup)"; binder tcp4 127.0.0.1 80' >"$TMP/said"
	expect_eq '1 0 0::/' "$(head -n 1 "$TMP/said")" 'pid, uid, cgroup inside'
	binder_parse "$(tail -n 1 "$TMP/said")"
	expect_ok
	expect [ "$PID" -gt 1 ]
	"$BINDER" contain -m 100000 -u 33 user sh -c 'id -u; cat /proc/self/uid_map' >"$TMP/said"
	expect_eq 33 "$(head -n 1 "$TMP/said")" 'uid inside'
	expect grep -qE '^ *0 +100000 +65536$' "$TMP/said"
	expect [ "$(readlink /proc/self/ns/net)" != "$("$BINDER" contain net readlink /proc/self/ns/net)" ]
}

# Many outcomes, and twice the same.
case_harness_matrix() {
	"$BINDER" matrix >"$TMP/first"
	"$BINDER" matrix >"$TMP/second"
	expect cmp "$TMP/first" "$TMP/second"
	expect [ "$(sed 's/.* //' "$TMP/first" | sort -u | wc -l)" -ge 7 ]
}
