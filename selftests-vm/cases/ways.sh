# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2153,SC2317
#
# Ways to a port: bind(2) in other clothes, listen() alone, and sockets that change hands.

# shellcheck source=../guest/ways.sh
. /vm/ways.sh

# listening: the ports that sockets listen on, TCP's and what is like it, as the kernel lists them.
listening() {
	cat /proc/net/tcp /proc/net/tcp6 | awk '$4 == "0A" { print $2 }'
}

# --- bind(2), in other clothes

# ways_bind WAY...
ways_bind() {
	local way
	for way in "$@"; do
		needs_binder -w "$way" -m none tcp4 127.0.0.1 0
	done
	for way in "$@"; do
		echo "-w $way tcp4 127.0.0.1 8080"
		echo "-w $way -u 1000 udp6 ::1 8081"
		echo "-w $way tcp6 ::ffff:127.0.0.1 0"
	done >"$TMP/lines"
	open_then_closed <"$TMP/lines"
}

case_ways_io_uring_bind() {
	ways_bind uring uring-async uring-sqpoll
}

case_ways_compat_bind() {
	ways_bind int80 socketcall
}

# io_uring's workers have names of their own: that of the process counts.
case_ways_io_uring_comm() {
	needs_binder -w uring -m none tcp4 127.0.0.1 0
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "agent"; comm = "agent"; ports = 8080; } );
	END
	guard --deny -f "$POLICY"
	for way in uring uring-async uring-sqpoll; do
		binder -w $way -n agent tcp4 127.0.0.1 8080
		expect_ok
		expect_line "^ *$PID .* allow +agent\$"
		closed -w $way -n other tcp4 127.0.0.1 8080
	done
}

case_ways_unspec() {
	open_then_closed <<-'END'
		-f 0 tcp4 0.0.0.0 8080
		-f 0 udp4 0.0.0.0 8080
	END
}

# A dual-stack socket takes IPv4's port.
case_ways_mapped() {
	open tcp6 ::ffff:127.0.0.1 8080
	open udp6 ::ffff:127.0.0.1 8080
	policy <<-'END'
		version = 1;
		default = "allow";
		rules = ( { name = "no"; verdict = "deny"; address = "127.0.0.1"; ports = 8080; } );
	END
	guard --deny -f "$POLICY"
	binder tcp6 ::ffff:127.0.0.1 8080
	expect_refused no
	binder udp6 ::ffff:127.0.0.1 8080
	expect_refused no
	open tcp6 ::1 8080
}

# ways_protocol NAME: of both families, where there is such a thing.
ways_protocol() {
	needs_protocol "${1}4"
	needs_protocol "${1}6"
	open_then_closed <<-END
		${1}4 127.0.0.1 8080
		${1}4 0.0.0.0 0
		${1}6 ::1 8080
		${1}6 :: 0
		${1}6 ::ffff:127.0.0.1 8080
	END
}

case_ways_sctp() {
	ways_protocol sctp
}

# SCTP's IPv6 sockets take IPv4's addresses as they are, too.
case_ways_sctp_ipv4_on_ipv6() {
	needs_protocol sctp6
	open_then_closed <<-END
		sctp6 127.0.0.1 8080
	END
}

case_ways_mptcp() {
	ways_protocol mptcp
}

case_ways_dccp() {
	ways_protocol dccp
}

case_ways_udplite() {
	ways_protocol udplite
}

# A TCP socket with another transport below it, by a family or by a protocol of its own.
case_ways_smc() {
	ways_protocol smc
}

# The TCP socket inside, which no hook sees: its address, options and rule.
case_ways_smc_decided() {
	needs_protocol smc4
	policy <<-'END'
		version = 1;
		default = "deny";
		forbid_options = "IP_FREEBIND";
		rules = ( { name = "web"; protocol = "tcp"; ports = 80; },
			  { name = "clients"; uid = 1000; ports = "ephemeral"; } );
	END
	guard --deny -f "$POLICY"
	for protocol in smc4 smc6; do
		address=$(own_address $protocol)
		closed $protocol "$address" 81
		expect_line "^ *$PID .* TCP +$address +81 .* deny +-\$"
		open -L $protocol "$address" 80
		expect_line "^ *$PID .* TCP +$address +80 .* allow +web\$"
		open -m listen -u 1000 $protocol "$(any_address $protocol)" 0
		expect_line "^ *$PID .* TCP +$(any_address $protocol) +$PORT .* allow +clients\$"
	done
	binder -o FREEBIND smc4 127.0.0.1 80
	expect_refused web:IP_FREEBIND
	expect_line "^ *$PID .* 80 F\.\.\.\. .* deny "
	expect_lines 7 ' binder '
}

case_ways_smc_listen() {
	needs_protocol smc4
	open_then_closed <<-'END'
		-m listen smc4 0.0.0.0 0
		-m listen smc6 :: 0
	END
}

case_ways_smc_protocol() {
	needs_binder -p 256 -m none tcp4 0.0.0.0 0
	open_then_closed <<-'END'
		-p 256 tcp4 127.0.0.1 8080
		-p 256 tcp6 ::1 8080
	END
}

# --- listen() without bind(): a request for an ephemeral port

# ways_listen NAME COLUMN: of both families.
ways_listen() {
	local any protocol
	for protocol in "${1}4" "${1}6"; do
		needs_protocol "$protocol"
		open -m listen "$protocol" "$(any_address "$protocol")" 0
	done
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "clients"; uid = 33; ports = "ephemeral"; },
			  { name = "web"; uid = 34; ports = "1-65535"; } );
	END
	guard --deny -f "$POLICY"
	for protocol in "${1}4" "${1}6"; do
		any=$(any_address "$protocol")
		closed -m listen "$protocol" "$any" 0
		expect_line "^ *$PID .* $2 $(echo "$any" | sed 's/\./\\./g') +0 .* deny +-\$"
		# Whoever may have every port by its number may not have the kernel choose.
		closed -u 34 -m listen "$protocol" "$any" 0
		open -u 33 -m listen "$protocol" "$any" 0
		expect_line "^ *$PID .* allow +clients\$"
	done
	expect_eq '' "$(listening)" 'listening sockets'
}

case_ways_listen_tcp() {
	ways_listen tcp 'TCP '
}

case_ways_listen_sctp() {
	ways_listen sctp SCTP
}

case_ways_listen_mptcp() {
	ways_listen mptcp MPTC
}

case_ways_listen_dccp() {
	ways_listen dccp UNKN
}

# What cannot listen is refused by the kernel, with its own errno.
case_ways_listen_udp() {
	binder -m listen udp4 0.0.0.0 0
	expect_errno EOPNOTSUPP
	nothing_allowed
	guard --deny -f "$POLICY"
	binder -m listen udp4 0.0.0.0 0
	expect_errno EOPNOTSUPP
	expect_lines 0 ' binder '
}

# The bind was decided: listen() is not decided again, and gives no line of its own.
case_ways_listen_after_bind() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "web"; ports = 8080; } );
	END
	guard --deny -f "$POLICY"
	open -L tcp4 127.0.0.1 8080
	open -L tcp6 ::1 8080
	expect_lines 2 ' (allow|deny) '
	expect_error 'bindguard: 2 attempts: 2 allow, 0 deny, 0 audit'
}

# The line has the port that it got.
case_ways_listen_audit() {
	nothing_allowed
	guard --audit -f "$POLICY"
	open -m listen tcp4 0.0.0.0 0
	expect_line "^ *$PID .* TCP +0\.0\.0\.0 +$PORT .* audit +-\$"
	guard_stop
	expect_error 'bindguard: 1 attempts: 0 allow, 0 deny, 1 audit'
	expect_error 'bindguard: 1 attempts = 1 reported \+ 0 filtered \+ 0 lost'
}

# ways_listen_way WAY...
ways_listen_way() {
	local way
	for way in "$@"; do
		needs_binder -w "$way" -m none tcp4 127.0.0.1 0
	done
	for way in "$@"; do
		echo "-w $way -m listen tcp4 0.0.0.0 0"
		echo "-w $way -m listen -u 1000 tcp6 :: 0"
	done >"$TMP/lines"
	open_then_closed <"$TMP/lines"
}

case_ways_io_uring_listen() {
	ways_listen_way uring uring-async uring-sqpoll
}

case_ways_compat_listen() {
	ways_listen_way int80 socketcall
}

# --- Ports for the sake of a peer

# What clients do without bind() has no verdict: connect(), sendto(), fast open.
case_ways_connect() {
	binder_hold -L tcp4 127.0.0.1 8080
	binder_hold -L tcp6 ::1 8080
	nothing_allowed
	for mode in without deny; do
		[ $mode = without ] || guard --deny -f "$POLICY"
		open -m connect tcp4 127.0.0.1 8080
		open -m fastopen tcp4 127.0.0.1 8080
		open -m connect tcp6 ::1 8080
		open -m connect udp4 127.0.0.1 9
		open -m sendto udp4 127.0.0.1 9
		open -m sendto udp6 ::1 9
	done
	expect_lines 0 ' binder '
}

# --- A socket that changes hands

# Who binds is asked, not who listens on it later.
case_ways_passed_bound() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "web"; uid = 33; ports = 8080; } );
	END
	for by in fork rights; do
		open -P $by -U 1000 -L tcp4 127.0.0.1 8080
	done
	guard --deny -f "$POLICY"
	open -u 33 -P rights -U 1000 -L tcp4 127.0.0.1 8080
	binder -u 34 -P rights -U 33 -L tcp4 127.0.0.1 8080
	expect_refused -
	expect_lines 1 ' 8080 .* allow +web$'
}

# Of a socket without a port it is who listens.
case_ways_passed_unbound() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "clients"; uid = 33; ports = "ephemeral"; } );
	END
	for by in fork rights; do
		open -m none -P $by -U 1000 -L tcp4 0.0.0.0 0
	done
	guard --deny -f "$POLICY"
	for by in fork rights; do
		binder -m none -P $by -U 1000 -L tcp4 0.0.0.0 0
		expect_refused -
		open -m none -P $by -U 33 -L tcp4 0.0.0.0 0
		expect_line "^ *$PID .* allow +clients\$"
	done
}
