# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2153
#
# Observation, without a policy: what bindsnoop shows, in its columns.

upper() {
	echo "$1" | tr '[:lower:]' '[:upper:]'
}

case_observe_tcp_udp_lines() {
	guard
	for protocol in tcp udp; do
		binder ${protocol}4 127.0.0.1 8080
		expect_text "$(printf '%8d binder       %-4s 127.0.0.1        8080 .....  0' \
			"$PID" "$(upper $protocol)")"
		binder ${protocol}6 fd00::1 8081
		expect_text "$(printf '%8d binder       %-4s fd00::1          8081 .....  0' \
			"$PID" "$(upper $protocol)")"
	done
	expect_lines 4 ' binder '
	expect_status 0
	expect_eq 'Tracing binds ... Hit Ctrl-C to end' "$(sed -n 1p "$OUT")" banner
	expect_eq '     PID COMM         PROT ADDR            PORT   OPTS IF' "$(sed -n 2p "$OUT")" header
}

case_observe_option_flags() {
	guard
	port=7000
	for pair in FREEBIND=F.... TRANSPARENT=.T... NOPORT=..N.. REUSEADDR=...R. REUSEPORT=....r \
		FREEBIND,TRANSPARENT,NOPORT,REUSEADDR,REUSEPORT=FTNRr; do
		for protocol in tcp4 udp6; do
			port=$((port + 1))
			address=127.0.0.1
			[ $protocol = tcp4 ] || address=::1
			binder -o "${pair%%=*}" $protocol $address $port
			expect_ok
			expect_line " $address +$port $(echo "${pair#*=}" | sed 's/\./\\./g')  0\$"
		done
	done
	expect_lines 12 ' binder '
}

case_observe_port_filter() {
	guard -P 8080,8443
	binder tcp4 127.0.0.1 8079
	binder tcp4 127.0.0.1 8080
	binder udp6 ::1 8443
	expect_line ' 8443 '
	expect_lines 2 ' binder '
}

case_observe_pid_filter() {
	binder_hold tcp4 127.0.0.1 8000
	guard -p "$PID"
	binder tcp4 127.0.0.1 8001
	expect_no_line ' binder '
	guard -p 1
	binder tcp4 127.0.0.1 8002
	expect_no_line ' binder '
	# A shell that waits, tells its pid, and becomes the binder.
	mkfifo "$TMP/go"
	sh -c "read -r go <$TMP/go; exec $BINDER tcp4 127.0.0.1 8003 >/dev/null" &
	guard -p $!
	binder tcp4 127.0.0.1 8004
	echo go >"$TMP/go"
	expect_line ' binder .* 8003 '
	expect_lines 1 ' binder '
}

case_observe_uid_filter() {
	guard -u 1000 -U
	binder -u 1001 tcp4 127.0.0.1 8001
	binder -u 1000 tcp4 127.0.0.1 8002
	expect_line '^  1000 .* binder .* 8002 '
	expect_lines 1 ' binder '
	guard -u www-data
	binder -u 33 tcp4 127.0.0.1 8003
	binder tcp4 127.0.0.1 8004
	expect_line ' 8003 '
	expect_lines 1 ' binder '
	guard -u 0
	binder -u 33 tcp4 127.0.0.1 8005
	binder tcp4 127.0.0.1 8006
	expect_line ' 8006 '
	expect_lines 1 ' binder '
}

case_observe_all_columns() {
	guard -t -U -E
	binder -u 33 tcp4 127.0.0.1 8080
	expect_text "$(printf '0.000000      33   0 %8d binder       TCP  127.0.0.1        8080 .....  0' \
		"$PID")"
	expect_lines 1 '^TIME\(s\)      UID  RC      PID COMM         PROT ADDR            PORT   OPTS IF$'
}

case_observe_wide() {
	guard -w -E
	binder tcp6 fd00::1 8080
	expect_text "$(printf '%-25s %10d binder       TCP  %-39s  8080 .....  0 -' \
		Success "$PID" fd00::1)"
	binder tcp4 192.0.2.1 8080
	expect_text "$(printf '%-25s %10d binder       TCP  %-39s  8080 .....  0 address_not_available' \
		'Cannot assign requested address' "$PID" 192.0.2.1)"
	guard_stop
}

# A failed bind shows what was asked for, so that -P finds it.
case_observe_errors() {
	binder_hold -L tcp4 127.0.0.1 8080
	echo 1024 >/proc/sys/net/ipv4/ip_unprivileged_port_start
	guard -E -P 8080,8081,80,0
	binder tcp4 127.0.0.1 8080
	expect_errno EADDRINUSE
	expect_line '^-98 .* TCP  127\.0\.0\.1 +8080 '
	binder tcp4 192.0.2.1 8081
	expect_errno EADDRNOTAVAIL
	expect_line '^-99 .* TCP  192\.0\.2\.1 +8081 '
	binder -u 33 udp6 :: 80
	expect_errno EACCES
	expect_line '^-13 .* UDP  :: +80 '
	binder -l 3 tcp4 127.0.0.1 8081
	expect_errno EINVAL
	expect_line '^-22 .* TCP  0\.0\.0\.0 +0 '
	expect_lines 4 ' binder '
}

case_observe_errors_hidden() {
	guard
	binder tcp4 192.0.2.1 8081
	expect_errno EADDRNOTAVAIL
	binder tcp4 127.0.0.1 8082
	expect_line ' 8082 '
	expect_lines 1 ' binder '
}

case_observe_port_zero() {
	guard
	binder udp4 0.0.0.0 0
	expect_ok
	expect_line " UDP  0\.0\.0\.0 +$PORT "
}

case_observe_odd_addresses() {
	guard -E
	binder -f 0 tcp4 0.0.0.0 8080
	expect_ok
	expect_line '^  0 .* TCP  0\.0\.0\.0 +8080 '
	binder -f 0 tcp4 127.0.0.1 8081
	expect_errno EAFNOSUPPORT
	expect_line '^-97 .* TCP  127\.0\.0\.1 +8081 '
	binder tcp6 ::ffff:127.0.0.1 8082
	expect_ok
	expect_line '^  0 .* TCP  ::ffff:127\.0\.0\. +8082 '
	guard_stop
}

case_observe_mptcp() {
	needs_protocol mptcp4
	guard
	binder mptcp4 127.0.0.1 8080
	expect_line ' MPTC 127\.0\.0\.1 +8080 '
	binder -o REUSEADDR mptcp6 ::1 8081
	expect_line ' MPTC ::1 +8081 \.\.\.R\. '
	expect_lines 2 ' binder '
}

case_observe_other_protocols() {
	guard
	binder raw4 127.0.0.1 0
	expect_ok
	expect_line ' binder +[A-Z0-9]+ +127\.0\.0\.1 '
	for pair in udplite4=UDPL icmp4=ICMP sctp4=SCTP; do
		protocol=${pair%%=*}
		"$BINDER" -m none "$protocol" 127.0.0.1 0 >/dev/null 2>&1 || continue
		binder "$protocol" 127.0.0.1 8080
		expect_ok
		expect_line " ${pair#*=} 127\.0\.0\.1 +8080 "
	done
}

case_observe_interface() {
	guard
	binder -i lo tcp4 127.0.0.1 8080
	expect_line ' 8080 \.\.\.\.\.  1$'
}

# The thread's name, with what a terminal would act on made harmless.
case_observe_hostile_comm() {
	guard
	binder -n "$(printf 'a\033[31mb')" tcp4 127.0.0.1 8080
	expect_line '^ +[0-9]+ a\\x1b\[31mb +TCP '
	binder -n "$(printf 'x\ny')" tcp4 127.0.0.1 8081
	expect_line '^ +[0-9]+ x\\x0ay +TCP '
	binder -n leader -N worker tcp4 127.0.0.1 8082
	expect_line ' worker +TCP .* 8082 '
}

case_observe_count() {
	guard --count
	for port in 8080 8081 8081 8081; do
		binder tcp4 127.0.0.1 $port
	done
	binder tcp6 ::1 8082
	binder tcp4 192.0.2.1 8083
	guard_stop
	expect_status 0
	# The trailing blanks are the original's; a bar keeps them here.
	sed 's/|$//' >"$TMP/expected" <<-'END'
		Tracing binds ... Hit Ctrl-C to end

		LADDR                                           LPORT     BINDS     |
		127.0.0.1                                        8081     3         |
		127.0.0.1                                        8080     1         |
		::1                                              8082     1         |
	END
	expect cmp "$TMP/expected" "$OUT"
}

case_observe_count_errors() {
	guard --count -E -P 8083
	binder tcp4 192.0.2.1 8083
	binder tcp4 192.0.2.1 8083
	binder tcp4 127.0.0.1 8084
	expect_lines 1 '^192\.0\.2\.1 +8083 +2 +$'
	expect_lines 0 8084
}

case_observe_cgroupmap() {
	inside=$(cgroup /inside)
	pinmap /sys/fs/bpf/cgroups 8 "$(stat -c %i "$inside")"
	guard --cgroupmap /sys/fs/bpf/cgroups
	binder tcp4 127.0.0.1 8080
	binder -c "$inside" tcp4 127.0.0.1 8081
	expect_line ' 8081 '
	expect_lines 1 ' binder '
	# Any value type will do.
	pinmap /sys/fs/bpf/cgroups4 4 "$(stat -c %i "$inside")"
	guard --cgroupmap /sys/fs/bpf/cgroups4
	binder tcp4 127.0.0.1 8082
	binder -c "$inside" tcp4 127.0.0.1 8083
	expect_line ' 8083 '
	expect_lines 1 ' binder '
}

case_observe_mntnsmap() {
	ours=$(readlink /proc/self/ns/mnt)
	pinmap /sys/fs/bpf/ours 4 "$(echo "$ours" | tr -cd 0-9)"
	pinmap /sys/fs/bpf/others 4 1
	guard --mntnsmap /sys/fs/bpf/ours
	unshare -m "$BINDER" tcp4 127.0.0.1 8080 >/dev/null
	binder tcp4 127.0.0.1 8081
	expect_line ' 8081 '
	expect_lines 1 ' binder '
	guard --mntnsmap /sys/fs/bpf/others
	binder tcp4 127.0.0.1 8082
	expect_no_line ' binder '
}

# A reader that goes away ends it; so does SIGTERM.
case_observe_ends_cleanly() {
	guard
	guard_stop TERM
	expect_status 0
	expect_eq 2 "$(wc -l <"$OUT")" 'lines printed'
	(
		"$BINDGUARD" 2>"$ERR"
		echo $? >"$TMP/status"
	) | head -n 1 >"$OUT"
	expect_eq 0 "$(cat "$TMP/status")" status
	expect_eq "$(has_trampolines || echo "bindguard: kprobes watch, since this kernel cannot attach \
fexit probes: binds of 32-bit programs are not seen")" "$(cat "$ERR")" stderr
}

# With a reader that never looks, in the smallest time and space: every bind is accounted for.
case_observe_storm_adds_up() {
	guard -P 9
	binder -r 2000 -t 4 tcp4 127.0.0.1 0
	guard_stop
	expect_status 0
	expect_no_line ' binder '
}

# How often it has gone to sleep, and so been woken.
sleeps() {
	sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' "/proc/$GUARD/status"
}

# While nothing binds nothing wakes it; the next bind does, but not each of many.
case_observe_sleeps() {
	local before
	guard
	sleep 0.5
	before=$(sleeps)
	sleep 2
	expect_eq "$before" "$(sleeps)" 'sleeps while nothing binds'
	binder tcp4 127.0.0.1 8080
	expect_line ' 8080 '
	sleep 0.5
	before=$(sleeps)
	binder -r 2000 udp4 127.0.0.1 8081
	binder tcp4 127.0.0.1 8082
	expect_line ' 8082 '
	expect [ $(($(sleeps) - before)) -lt 500 ]
}

case_observe_listing() {
	bindguard --ebpf
	expect_status 0
	expect_line '^program inet6?_bind'
	expect_line '^ +0: [0-9a-f]{2} dst r'
}
