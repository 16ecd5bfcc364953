# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2153,SC2317
#
# Ways to a port: bind(2) in other clothes, listen() alone, and sockets that change hands.

# shellcheck source=../guest/ways.sh
. /vm/ways.sh

# --- Other entries to the kernel

# way_lines WAY...: binds, listens without bind, and SCTP's bindx if this kernel has it for that way.
way_lines() {
	local way
	for way in "$@"; do
		cat <<-END
			-w $way tcp4 127.0.0.1 8080
			-w $way -u 1000 udp6 ::1 8081
			-w $way tcp6 ::ffff:127.0.0.1 0
			-w $way -m listen tcp4 0.0.0.0 0
			-w $way -m listen -u 1000 tcp6 :: 0
		END
		! "$BINDER" -w "$way" -m none -a REUSEADDR sctp4 :: 0 >/dev/null ||
			echo "-w $way -m bindx sctp4 127.0.0.1,10.0.0.1 3868"
	done
}

# io_uring's workers have names of their own: that of the process counts.
case_ways_io_uring() {
	for way in uring uring-async uring-sqpoll; do
		needs_binder -w $way -m none -a REUSEADDR tcp4 127.0.0.1 0
		options_open $way udp6
	done
	way_lines uring uring-async uring-sqpoll >"$TMP/lines"
	open_then_closed <"$TMP/lines"
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "agent"; comm = "agent"; ports = 8080; } );
	END
	enforce
	for way in uring uring-async uring-sqpoll; do
		open -w $way -n agent tcp4 127.0.0.1 8080
		expect_line "^ *$PID .* allow +agent\$"
		closed -w $way -n other tcp4 127.0.0.1 8080
	done
	options_policy
	enforce
	for way in uring uring-async uring-sqpoll; do
		options_refused $way udp6
	done
}

# The calls of 32-bit programs.
case_ways_compat() {
	for way in int80 socketcall; do
		needs_binder -w $way -m none tcp4 127.0.0.1 0
		options_open $way tcp6
	done
	way_lines int80 socketcall >"$TMP/lines"
	open_then_closed <"$TMP/lines"
	options_policy
	enforce
	for way in int80 socketcall; do
		options_refused $way tcp6
	done
}

# --- Other addresses and sockets

# AF_UNSPEC is IPv4 to an IPv4 socket, and a dual-stack socket takes IPv4's port.
case_ways_addresses() {
	open_then_closed <<-'END'
		-f 0 tcp4 0.0.0.0 8080
		-f 0 udp4 0.0.0.0 8080
		tcp6 ::ffff:127.0.0.1 8080
		udp6 ::ffff:127.0.0.1 8080
		-l 24 tcp6 ::1 8080
	END
	policy <<-'END'
		version = 1;
		default = "allow";
		rules = ( { name = "no"; verdict = "deny"; ports = 8080;
			    address = [ "127.0.0.1", "0.0.0.0" ]; } );
	END
	enforce
	binder tcp6 ::ffff:127.0.0.1 8080
	expect_refused no
	binder udp6 ::ffff:127.0.0.1 8080
	expect_refused no
	binder -f 0 udp4 0.0.0.0 8080
	expect_refused no
	open tcp6 ::1 8080
}

# protocol_lines NAME: of both families.
protocol_lines() {
	cat <<-END
		${1}4 127.0.0.1 8080
		${1}4 0.0.0.0 0
		${1}6 ::1 8080
		${1}6 :: 0
		${1}6 ::ffff:127.0.0.1 8080
	END
}

listen_policy() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "clients"; uid = 33; ports = "ephemeral"; },
			  { name = "web"; uid = 34; ports = "1-65535"; } );
	END
}

# ways_listen PROTO COLUMN: under listen_policy, listen() without bind is for an ephemeral port.
ways_listen() {
	local any
	any=$(any_address "$1")
	closed -m listen "$1" "$any" 0
	expect_line "^ *$PID .* $2 +$any +0 .* deny +-\$"
	# Whoever may have every port by its number may not have the kernel choose.
	closed -u 34 -m listen "$1" "$any" 0
	open -u 33 -m listen "$1" "$any" 0
	expect_line "^ *$PID .* allow +clients\$"
}

# ways_protocol NAME COLUMN: bind and listen.
ways_protocol() {
	needs_protocol "${1}4"
	needs_protocol "${1}6"
	open -m listen "${1}4" 0.0.0.0 0
	open -m listen "${1}6" :: 0
	protocol_lines "$1" >"$TMP/lines"
	open_then_closed <"$TMP/lines"
	listen_policy
	enforce
	ways_listen "${1}4" "$2"
	ways_listen "${1}6" "$2"
}

# SCTP's IPv6 sockets take IPv4's addresses as they are, too.
case_ways_sctp() {
	needs_protocol sctp6
	open sctp6 127.0.0.1 8080
	ways_protocol sctp SCTP
	closed sctp6 127.0.0.1 8080
}

case_ways_mptcp() {
	ways_protocol mptcp MPTC
}

case_ways_dccp() {
	ways_protocol dccp UNKN
}

case_ways_udplite() {
	needs_protocol udplite4
	protocol_lines udplite >"$TMP/lines"
	open_then_closed <"$TMP/lines"
}

smc_policy() {
	policy <<-'END'
		version = 1;
		default = "deny";
		forbid_options = "IP_FREEBIND";
		rules = ( { name = "web"; protocol = "tcp"; ports = 80; },
			  { name = "clients"; uid = 1000; ports = "ephemeral"; } );
	END
}

# SMC is a TCP socket with another transport, by a family or by a protocol of its own. Of AF_SMC the
# one that is bound is inside, where no hook sees it.
case_ways_smc() {
	ways_protocol smc TCP
	smc_policy
	enforce
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
}

case_ways_smc_protocol() {
	needs_binder -p 256 -m none tcp4 0.0.0.0 0
	open_then_closed <<-'END'
		-p 256 tcp4 127.0.0.1 8080
		-p 256 tcp6 ::1 8080
		-p 256 -m listen tcp4 0.0.0.0 0
	END
}

# --- listen() without bind()

case_ways_listen() {
	open -m listen tcp4 0.0.0.0 0
	open -m listen tcp6 :: 0
	for by in fork rights; do
		open -m none -P $by -U 1000 -L tcp4 0.0.0.0 0
	done
	binder -m listen udp4 0.0.0.0 0
	expect_errno EOPNOTSUPP
	listen_policy
	enforce
	ways_listen tcp4 TCP
	ways_listen tcp6 TCP
	# Of a socket that changes hands it is who listens.
	for by in fork rights; do
		binder -m none -P $by -U 1000 -L tcp4 0.0.0.0 0
		expect_refused -
		open -m none -P $by -U 33 -L tcp4 0.0.0.0 0
		expect_line "^ *$PID .* allow +clients\$"
	done
	# What cannot listen is refused by the kernel, with its own errno.
	binder -n never -m listen udp4 0.0.0.0 0
	expect_errno EOPNOTSUPP
	expect_lines 0 ' never '
}

# What is bound was decided: listen() is not decided again, whoever listens, and has no line.
case_ways_listen_after_bind() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "web"; uid = 33; ports = 8080; } );
	END
	guard --deny -f "$POLICY"
	open -u 33 -L tcp4 127.0.0.1 8080
	open -u 33 -L tcp6 ::1 8080
	open -u 33 -P rights -U 1000 -L tcp4 127.0.0.1 8080
	binder -u 34 -P rights -U 33 -L tcp4 127.0.0.1 8080
	expect_refused -
	expect_lines 3 ' 8080 .* allow +web$'
	expect_error 'bindguard: 4 attempts: 3 allow, 1 deny, 0 audit'
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

# --- What --audit says of all that is what --deny would have done.

case_ways_audited() {
	policy <<-'END'
		version = 1;
		default = "deny";
		forbid_options = "SO_REUSEPORT";
		rules = ( { name = "web"; ports = 8080; } );
	END
	guard --audit -f "$POLICY"
	open -m listen tcp4 0.0.0.0 0
	expect_line "^ *$PID .* TCP +0\.0\.0\.0 +$PORT .* audit +-\$"
	open -a REUSEPORT udp4 127.0.0.1 8080
	expect_eq - "$SET" 'errno of a forbidden option'
	expect_line "^ *$PID .* 8080 \.\.\.\.r .* audit +web:SO_REUSEPORT\$"
	guard_stop
	expect_error 'bindguard: 3 attempts: 1 allow, 0 deny, 2 audit'
	expect_error 'bindguard: 3 attempts = 3 reported \+ 0 filtered \+ 0 lost'
}
