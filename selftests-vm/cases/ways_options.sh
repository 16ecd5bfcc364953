# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2153,SC2317
#
# Ways to a port by socket options: a range that chooses it, and what is set when it is bound.

# shellcheck source=../guest/ways.sh
. /vm/ways.sh

# --- IP_LOCAL_PORT_RANGE: a request for every port of the range

# ranges METHOD PROTO: the policy is in force.
ranges() {
	local any range
	any=$(any_address "$2")
	for range in 40000-40004 40006-40009 40009-40009; do
		open -m "$1" -o PORTRANGE=$range "$2" "$any" 0
		expect [ "$PORT" -ge "${range%-*}" ]
		expect [ "$PORT" -le "${range#*-}" ]
		expect_line "^ *$PID .* allow "
	done
	# One is denied, or none is allowed; 0 is no upper end.
	for range in 40005-40005 40000-40009 40009-40010 39999-40000 50000-50000 40006-0; do
		binder -m "$1" -o PORTRANGE=$range "$2" "$any" 0
		expect_refused '.*'
	done
	# Who may have an ephemeral port may not choose it.
	open -u 33 -m "$1" "$2" "$any" 0
	binder -u 33 -m "$1" -o PORTRANGE=50000-50000 "$2" "$any" 0
	expect_refused '.*'
	open -u 34 -m "$1" -o PORTRANGE=50000-0 "$2" "$any" 0
}

# ranges_open METHOD PROTO...: a range of one chooses the port. Skips where there are none.
ranges_open() {
	local method=$1 protocol
	shift
	for protocol in "$@"; do
		needs_binder -m none -o PORTRANGE=40000-40000 "$protocol" :: 0
		open -m "$method" -o PORTRANGE=40000-40000 "$protocol" "$(any_address "$protocol")" 0
		expect_eq 40000 "$PORT" 'port from a range of one'
	done
}

case_ways_port_range_bind() {
	ranges_open bind tcp4 tcp6 udp4 udp6
	ranges_policy
	enforce
	for protocol in tcp4 tcp6 udp4 udp6; do
		ranges bind $protocol
	done
	# One end is given: the other one is the system's.
	binder -u 33 -o PORTRANGE=40000-0 tcp4 127.0.0.1 0
	expect_refused 'no:40000-60999'
	binder -u 33 -o PORTRANGE=0-40004 tcp4 127.0.0.1 0
	expect_refused '-:32768-40004'
	open -u 33 -o PORTRANGE=0-0 tcp4 127.0.0.1 0
	# A bind to a port by its number has nothing to do with the range.
	open -o PORTRANGE=50000-50000 tcp4 127.0.0.1 40000
	closed -o PORTRANGE=40000-40000 tcp4 127.0.0.1 8080
}

case_ways_port_range_mptcp() {
	needs_protocol mptcp4
	ranges_open bind mptcp4 mptcp6
	ranges_open listen mptcp4
	ranges_policy
	enforce
	ranges bind mptcp4
	ranges bind mptcp6
	ranges listen mptcp4
}

case_ways_port_range_listen() {
	ranges_open listen tcp4 tcp6
	ranges_policy
	enforce
	ranges listen tcp4
	ranges listen tcp6
}

# The worst of the range's ports decides, and a rule in audit mode is not the worst.
case_ways_port_range_worst() {
	needs_binder -m none -o PORTRANGE=40000-40000 tcp4 0.0.0.0 0
	policy <<-'END'
		version = 1;
		default = "allow";
		rules = (
			{ name = "first"; verdict = "deny"; mode = "audit"; ports = 40001; },
			{ name = "second"; verdict = "deny"; ports = 40003; }
		);
	END
	guard --deny -f "$POLICY"
	open -o PORTRANGE=40000-40002 tcp4 127.0.0.1 0
	expect_line "^ *$PID .* audit +first:40000-40002\$"
	binder -o PORTRANGE=40000-40003 tcp4 127.0.0.1 0
	expect_refused second:40000-40003
}

# An end of the range that is not within ip_local_port_range does not count, and a range outside of it
# does not at all: then the kernel chooses any port, and being allowed the range is not enough.
case_ways_port_range_outside() {
	needs_binder -m none -o PORTRANGE=40000-40000 tcp4 0.0.0.0 0
	echo 45000 45100 >/proc/sys/net/ipv4/ip_local_port_range
	open -o PORTRANGE=40000-40009 tcp4 0.0.0.0 0
	expect [ "$PORT" -ge 45000 ]
	open -o PORTRANGE=40000-45001 tcp4 0.0.0.0 0
	expect [ "$PORT" -ge 45000 ] && expect [ "$PORT" -le 45001 ]
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "ten"; ports = "40000-40009"; } );
	END
	guard --deny -f "$POLICY"
	for way in tcp4 udp4; do
		binder -o PORTRANGE=40000-40009 $way 0.0.0.0 0
		expect_refused '.*'
	done
	binder -m listen -o PORTRANGE=40000-40009 tcp4 0.0.0.0 0
	expect_refused '.*'
}

# With a range such a port is one of the client's choice, which then receives from anywhere.
case_ways_connect_port_range() {
	needs_binder -m none -o PORTRANGE=40000-40000 tcp4 0.0.0.0 0
	binder_hold -L tcp4 127.0.0.1 8080
	open -o PORTRANGE=40000-40000 -m connect tcp4 127.0.0.1 8080
	expect_eq 40000 "$PORT" 'port of a TCP client'
	open -o PORTRANGE=40000-40000 -m connect udp4 127.0.0.1 9
	expect_eq 40000 "$PORT" 'port of a UDP client'
	open -o PORTRANGE=40000-40000 -m sendto udp4 127.0.0.1 9
	expect_eq '0.0.0.0 40000' "$ADDR $PORT" 'what sendto bound'
}

# --- Options set after the bind

case_ways_option_after_bind() {
	for protocol in tcp4 tcp6 udp4 udp6; do
		options_open plain $protocol
	done
	options_policy
	enforce
	for protocol in tcp4 tcp6 udp4 udp6; do
		options_refused plain $protocol
	done
}

# Options are the rule's whose port it is, and refused to whoever sets them; what no policy names is
# nobody's; a socket without a port is asked at its bind.
case_ways_option_of_rule() {
	options_policy
	enforce
	open -a REUSEPORT tcp4 127.0.0.1 8081
	expect_eq - "$SET" 'errno of a permitted option'
	open -a TRANSPARENT tcp4 127.0.0.1 8081
	expect_eq EACCES "$SET" 'errno of a forbidden option'
	expect_line "^ *$PID .* 8081 .* deny +web:IP_TRANSPARENT\$"
	open -a PRIORITY tcp4 127.0.0.1 8080
	expect_eq - "$SET" 'errno of another option'
	binder -m none -a REUSEPORT,TRANSPARENT tcp4 127.0.0.1 8080
	expect_eq '- -' "$ERRNO $SET" 'errno on an unbound socket'
	binder -o REUSEPORT tcp4 127.0.0.1 8080
	expect_refused '-:SO_REUSEPORT'
	for by in fork rights; do
		open -P $by -U 1000 -a REUSEPORT tcp4 127.0.0.1 8080
		expect_eq EACCES "$SET" 'errno of a forbidden option'
		expect_line "^ *$PID .* 8080 .* deny +-:SO_REUSEPORT\$"
	done
}

# What the option would be for: another one joins the port.
case_ways_option_join() {
	binder_hold -u 1000 -a REUSEPORT udp4 127.0.0.1 8080
	holder=$PID
	open -u 1000 -o REUSEPORT udp4 127.0.0.1 8080
	binder_release "$holder"
	policy <<-'END'
		version = 1;
		default = "allow";
		forbid_options = "SO_REUSEPORT";
		rules = ( { name = "other"; comm = "other"; permit_options = "SO_REUSEPORT"; } );
	END
	enforce
	binder_hold -u 1000 -a REUSEPORT udp4 127.0.0.1 8080
	expect_eq EACCES "$SET" 'errno of a forbidden option'
	binder -u 1000 -n other -o REUSEPORT udp4 127.0.0.1 8080
	expect_errno EADDRINUSE
}
