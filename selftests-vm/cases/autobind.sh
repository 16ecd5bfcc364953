# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2153
#
# --autobind: the ports that the kernel chooses by itself, as a socket connects or sends.

# Somebody to connect to, by IPv4 and IPv6.
peer() {
	binder_hold -L tcp6 :: 9000
	expect_ok
}

# The columns PROT and ADDR of the last binder, as -w shows them.
autobound() {
	expect_ok
	expect [ "$PORT" -gt 0 ]
	expect_line "^ *$PID binder +$1 +$2 +$PORT \.\.\.\.\. +0 .*$3"
}

# METHOD PROTO TO PROT ADDR VIA, each way of a thing to be seen.
ways() {
	cat <<-END
		connect tcp4 127.0.0.1 TCP 127\.0\.0\.1 connect
		connect tcp6 ::1 TCP ::1 connect
		connect tcp6 ::ffff:127.0.0.1 TCP ::ffff:127\.0\.0\.1 connect
		connect udp4 127.0.0.1 UDP 127\.0\.0\.1 connect
		connect udp6 ::1 UDP ::1 connect
		connect udp6 ::ffff:127.0.0.1 UDP ::ffff:127\.0\.0\.1 connect
		sendto udp4 127.0.0.1 UDP 0\.0\.0\.0 sendto
		sendto udp6 ::1 UDP :: sendto
		sendto udp6 ::ffff:127.0.0.1 UDP :: sendto
		fastopen tcp4 127.0.0.1 TCP 127\.0\.0\.1 sendto
		fastopen tcp6 ::1 TCP ::1 sendto
	END
}

# each_way END: the lines of all, which end like that after the interface.
each_way() {
	local method proto to prot address via
	ways >"$TMP/ways"
	while read -r method proto to prot address via; do
		binder -m "$method" "$proto" "$to" 9000
		autobound "$prot" "$address" "$via$1"
	done <"$TMP/ways"
	expect_lines "$(wc -l <"$TMP/ways")" ' binder '
}

case_autobind_lines() {
	peer
	guard -w --autobind
	expect_line ' IF VIA$'
	each_way '$'
	expect_eq '' "$(cat "$ERR")" 'stderr'
}

# Nothing is decided: neither denied by the default, nor counted with the attempts.
case_autobind_with_policy() {
	peer
	policy <<-'END'
		version = 1; default = "deny";
	END
	guard --deny -f "$POLICY" -w --autobind
	each_way ' +- +-$'
	expect_error ' 0 attempts = 0 reported \+ 0 filtered \+ 0 lost$'
	guard --audit -f "$POLICY" -w -E --autobind
	binder -m connect tcp4 127.0.0.1 9000
	expect_line "^Success +$PID .* $PORT .* 0 - +connect +- +-\$"
	binder tcp4 127.0.0.1 8080
	expect_ok
	expect_line "^Success +$PID .* 8080 .* 0 - +bind +audit +-\$"
	guard_stop
	expect_error ' 1 attempts = 1 reported \+ 0 filtered \+ 0 lost$'
}

# Without the option all is as ever.
case_autobind_not_asked_for() {
	local method proto to rest
	peer
	guard -w -E
	expect_line ' IF REFUSED_BY$'
	ways >"$TMP/ways"
	while read -r method proto to rest; do
		binder -m "$method" "$proto" "$to" 9000
		expect_ok
	done <"$TMP/ways"
	binder tcp4 127.0.0.1 8080
	expect_line ' 8080 '
	expect_lines 1 ' binder '
}

# A socket that was bound, to port 0 even, gets no port as it connects.
case_autobind_bound_before() {
	local proto to
	peer
	guard -w --autobind
	for proto in tcp4 tcp6 udp4 udp6; do
		to=127.0.0.1
		[ "${proto%6}" = "$proto" ] || to=::1
		binder -m bound-connect $proto $to 9000
		expect_ok
		expect_line "^ *$PID .* $PORT .* bind\$"
	done
	binder -o NOPORT -m bound-connect tcp4 127.0.0.1 9000
	expect_line "^ *$PID .* $PORT \.\.N\.\. .* connect\$"
	expect_lines 6 ' binder '
	expect_lines 1 ' connect$'
}

case_autobind_filters() {
	inside=$(cgroup /inside)
	pinmap /sys/fs/bpf/cgroups 8 "$(stat -c %i "$inside")"
	peer
	guard -w --autobind -u 1000 --cgroupmap /sys/fs/bpf/cgroups
	for way in 'connect tcp4' 'connect udp4' 'sendto udp4' 'fastopen tcp4'; do
		binder -u 1000 -m "${way% *}" "${way#* }" 127.0.0.1 9000
		binder -c "$inside" -m "${way% *}" "${way#* }" 127.0.0.1 9000
		binder -c "$inside" -u 1000 -m "${way% *}" "${way#* }" 127.0.0.1 9000
		expect_line "^ *$PID .* $PORT .* ${way% *}\$|^ *$PID .* $PORT .* sendto\$"
	done
	expect_lines 4 ' binder '
}

# The port counts that was chosen; with a policy too, where it is counted nowhere.
case_autobind_port_filter() {
	peer
	echo 40000 40000 >/proc/sys/net/ipv4/ip_local_port_range
	policy <<-'END'
		version = 1; default = "allow";
	END
	for mode in '' "--deny -f $POLICY"; do
		# Another peer each time: the port is not free for the last one yet.
		to=127.0.0.$((${#mode} + 1))
		# shellcheck disable=SC2086
		guard $mode -w --autobind -P 40000
		binder -m sendto udp4 "$to" 9000
		expect_line "^ *$PID .* 40000 "
		binder -m connect tcp4 "$to" 9000
		expect_line "^ *$PID .* 40000 "
		expect_lines 2 ' binder '
		# shellcheck disable=SC2086
		guard $mode -w --autobind -P 40001
		binder -m sendto udp4 127.0.0.1 9000
		binder -m connect tcp6 ::1 9000
		expect_no_line ' binder '
	done
}

case_autobind_json() {
	peer
	guard --json --autobind
	binder -m sendto udp6 ::1 9000
	expect_line "\"pid\":$PID,.*\"via\":\"sendto\",.*\"port\":$PORT,.*\"requested_port\":0,"
	binder -m connect tcp4 127.0.0.1 9000
	expect_line "\"pid\":$PID,.*\"via\":\"connect\",.*\"port\":$PORT,.*\"verdict\":null,"
	guard_stop
}

case_autobind_mptcp() {
	needs_protocol mptcp4
	binder_hold -L mptcp4 127.0.0.1 9000
	guard -w --autobind
	binder -m connect mptcp4 127.0.0.1 9000
	autobound MPTCP '127\.0\.0\.1' 'connect$'
	expect_lines 1 ' binder '
}

case_autobind_count() {
	peer
	echo 40000 40000 >/proc/sys/net/ipv4/ip_local_port_range
	guard --count --autobind
	binder -m sendto udp4 127.0.0.1 9000
	binder -m connect udp4 127.0.0.1 9000
	guard_stop
	expect_line '^0\.0\.0\.0 +40000 +1 *$'
	expect_line '^127\.0\.0\.1 +40000 +1 *$'
}
