# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2153,SC2317
#
# Ways to a port, or to an option, that are no bind(2): each is open without bindguard, and decided
# with it.

RANGE_WELL=$((40010 * 65536 + 40000))	# as in the policy
RANGE_WIDE=$((40011 * 65536 + 40000))	# one more

ways_policy() {
	policy <<-'END'
		version = 1;
		default = "deny";
		forbid_options = [ "SO_REUSEPORT", "IP_FREEBIND", "IP_TRANSPARENT" ];
		rules = (
			{ name = "service"; ports = "80, 443, 40000-40010"; },
			{ name = "sharing"; ports = 8443; permit_options = "SO_REUSEPORT"; },
			{ name = "trial"; ports = 9000; verdict = "allow"; mode = "audit"; },
			{ name = "clients"; uid = 1000; ports = "ephemeral"; }
		);
	END
}

# has_port_range: skip where sockets have no range of their own.
has_port_range() {
	binder -o PORTRANGE=$RANGE_WELL tcp4 127.0.0.1 0
	[ "$RC" = 0 ] || skip "no IP_LOCAL_PORT_RANGE here"
}

# listen_decided PROTO ADDRESS NAME: the ephemeral port of a listen() without bind.
listen_decided() {
	needs_protocol "$1"
	binder -m listen "$1" "$2" 0
	expect_ok
	ways_policy
	guard --deny -f "$POLICY"
	binder -m listen "$1" "$2" 0
	expect_errno EACCES
	expect_line " $3 +$2 +0 .* deny    -\$"
	binder -u 1000 -m listen "$1" "$2" 0
	expect_ok
	expect test "$PORT" -gt 0
}

case_ways_listen_tcp() {
	listen_decided tcp4 0.0.0.0 TCP
	expect_line " TCP +0\.0\.0\.0 +$PORT .* allow   clients\$"
	binder -u 1000 -m listen tcp6 :: 0
	expect_line " TCP +:: +$PORT .* allow   clients\$"
	expect_lines 3 ' binder '
}

case_ways_listen_mptcp() {
	listen_decided mptcp4 0.0.0.0 MPTC
	expect_line " MPTC +0\.0\.0\.0 +$PORT .* allow   clients\$"
	expect_lines 2 ' binder '
}

case_ways_listen_sctp() {
	listen_decided sctp4 0.0.0.0 SCTP
}

case_ways_listen_smc() {
	listen_decided smc4 0.0.0.0 TCP
	expect_line " TCP +0\.0\.0\.0 +$PORT .* allow   clients\$"
}

# What cannot listen is refused by the kernel, with its own errno.
case_ways_listen_udp() {
	binder -m listen udp4 0.0.0.0 0
	expect_errno EOPNOTSUPP
	ways_policy
	guard --deny -f "$POLICY"
	binder -m listen udp4 0.0.0.0 0
	expect_errno EOPNOTSUPP
	expect_lines 0 ' binder '
}

# A socket that is bound may listen, whoever it is now, and is not reported twice.
case_ways_listen_bound() {
	ways_policy
	guard --deny -f "$POLICY"
	for protocol in tcp4 tcp6; do
		address=127.0.0.1
		[ $protocol = tcp4 ] || address=::1
		binder -L $protocol $address 443
		expect_ok
	done
	expect_lines 2 ' 443 .* allow   service$'
	expect_error 'bindguard: 2 attempts: 2 allow, 0 deny, 0 audit'
}

# SMC binds a TCP socket inside it, which no hook sees.
case_ways_smc() {
	needs_protocol smc4
	binder smc4 127.0.0.1 81
	expect_ok
	ways_policy
	guard --deny -f "$POLICY"
	for protocol in smc4 smc6; do
		address=127.0.0.1
		[ $protocol = smc4 ] || address=::1
		binder $protocol $address 81
		expect_errno EACCES
		expect_line " TCP +$address +81 .* deny    -\$"
		binder -L $protocol $address 80
		expect_ok
		expect_line " TCP +$address +80 .* allow   service\$"
	done
	# An option of the socket inside.
	binder -o FREEBIND smc4 127.0.0.1 80
	expect_errno EACCES
	expect_line ' 80 F.... .* deny    service:IP_FREEBIND$'
	expect_lines 5 ' binder '
}

case_ways_port_range_bind() {
	has_port_range
	binder -o PORTRANGE=$RANGE_WIDE tcp4 127.0.0.1 0
	expect_ok
	ways_policy
	guard --deny -f "$POLICY"
	for protocol in tcp4 udp4 tcp6 udp6; do
		address=127.0.0.1
		[ ${protocol%6} = $protocol ] || address=::1
		binder -o PORTRANGE=$RANGE_WELL $protocol $address 0
		expect_ok
		expect test "$PORT" -ge 40000 -a "$PORT" -le 40010
		expect_line " $address +$PORT .* allow   service\$"
		binder -o PORTRANGE=$RANGE_WIDE $protocol $address 0
		expect_errno EACCES
		# Also for whom ephemeral ports are allowed: the port is chosen.
		binder -u 1000 -o PORTRANGE=$RANGE_WIDE $protocol $address 0
		expect_errno EACCES
		binder -u 1000 $protocol $address 0
		expect_ok
	done
	expect_lines 8 ' 0 .* deny    -:40000-40011$'
}

# Only one end is given: the other one is the system's.
case_ways_port_range_half() {
	has_port_range
	ways_policy
	guard --deny -f "$POLICY"
	binder -u 1000 -o PORTRANGE=40000 tcp4 127.0.0.1 0
	expect_errno EACCES
	expect_line ' 0 .* deny    -:40000-65535$'
	binder -u 1000 -o PORTRANGE=$((40010 * 65536)) tcp4 127.0.0.1 0
	expect_errno EACCES
	expect_line ' 0 .* deny    -:1-40010$'
	binder -u 1000 -o PORTRANGE=0 tcp4 127.0.0.1 0
	expect_ok
}

case_ways_port_range_listen() {
	has_port_range
	binder -o PORTRANGE=$RANGE_WIDE -m listen tcp4 0.0.0.0 0
	expect_ok
	ways_policy
	guard --deny -f "$POLICY"
	binder -o PORTRANGE=$RANGE_WELL -m listen tcp4 0.0.0.0 0
	expect_ok
	expect_line " 0\.0\.0\.0 +$PORT .* allow   service\$"
	binder -o PORTRANGE=$RANGE_WIDE -m listen tcp4 0.0.0.0 0
	expect_errno EACCES
	binder -u 1000 -o PORTRANGE=$RANGE_WIDE -m listen tcp4 0.0.0.0 0
	expect_errno EACCES
	expect_lines 2 ' 0 .* deny    -:40000-40011$'
}

# The worst of the range's ports decides, and a rule in audit mode is not the worst.
case_ways_port_range_worst() {
	has_port_range
	policy <<-'END'
		version = 1;
		default = "allow";
		rules = (
			{ name = "first"; verdict = "deny"; mode = "audit"; ports = 40001; },
			{ name = "second"; verdict = "deny"; ports = 40003; }
		);
	END
	guard --deny -f "$POLICY"
	binder -o PORTRANGE=$((40002 * 65536 + 40000)) tcp4 127.0.0.1 0
	expect_ok
	expect_line ' audit   first:40000-40002$'
	binder -o PORTRANGE=$((40003 * 65536 + 40000)) tcp4 127.0.0.1 0
	expect_errno EACCES
	expect_line ' 0 .* deny    second:40000-40003$'
}

# option_decided OPTION LETTERS NAME PROTOCOL...: a bound socket does not gain it.
option_decided() {
	option=$1 letters=$2 name=$3
	shift 3
	for protocol in "$@"; do
		address=127.0.0.1
		[ "${protocol%6}" = "$protocol" ] || address=::1
		binder -a "$option" "$protocol" "$address" 443
		expect_errno EACCES
		expect_eq setsockopt "${BOUND##*op=}" "what was refused"
		expect_line " $address +443 $letters .* deny    service:$name\$"
	done
}

case_ways_option_after_bind() {
	for option in REUSEPORT FREEBIND TRANSPARENT; do
		binder -a $option tcp4 127.0.0.1 443
		expect_ok
	done
	ways_policy
	guard --deny -f "$POLICY"
	option_decided REUSEPORT '\.\.\.\.r' SO_REUSEPORT tcp4 udp4 tcp6 udp6
	option_decided FREEBIND 'F\.\.\.\.' IP_FREEBIND tcp4 udp4 tcp6 udp6
	option_decided TRANSPARENT '\.T\.\.\.' IP_TRANSPARENT tcp4 udp4 tcp6 udp6
	# Not forbidden: allowed, and no event.
	binder -a REUSEADDR tcp4 127.0.0.1 443
	expect_ok
	binder -a REUSEPORT tcp4 127.0.0.1 8443
	expect_ok
	expect_lines 12 ' 443 .* deny '
}

# Before it is bound, an option is not refused: the bind is.
case_ways_option_before_bind() {
	ways_policy
	guard --deny -f "$POLICY"
	binder -o REUSEPORT tcp4 127.0.0.1 443
	expect_errno EACCES
	expect_eq bind "${BOUND##*op=}" "what was refused"
	expect_lines 1 ' 443 \.\.\.\.r .* deny    service:SO_REUSEPORT$'
}

# What --audit says is what --deny would have done.
case_ways_audited() {
	ways_policy
	guard --audit -f "$POLICY"
	binder -m listen tcp4 0.0.0.0 0
	expect_ok
	expect_line " 0\.0\.0\.0 +$PORT .* audit   -\$"
	binder -a REUSEPORT tcp4 127.0.0.1 443
	expect_ok
	expect_line ' 443 \.\.\.\.r .* audit   service:SO_REUSEPORT$'
	guard_stop
	expect_error 'bindguard: 3 attempts: 1 allow, 0 deny, 2 audit'
	expect_error 'bindguard: 3 attempts = 3 reported \+ 0 filtered \+ 0 lost'
}

case_ways_bindx() {
	needs_protocol sctp4
	binder -m bindx sctp4 127.0.0.1 81
	expect_ok
	ways_policy
	guard --deny -f "$POLICY"
	for protocol in sctp4 sctp6; do
		address=127.0.0.1
		[ $protocol = sctp4 ] || address=::1
		binder -m bindx $protocol $address 81
		expect_errno EACCES
		expect_line " SCTP +$address +81 .* deny    -\$"
		binder -m bindx $protocol $address 80
		expect_ok
		expect_line " SCTP +$address +80 .* allow   service\$"
		binder -m bindx -o REUSEPORT $protocol $address 80
		expect_errno EACCES
		expect_line " SCTP +$address +80 .* deny    service:SO_REUSEPORT\$"
	done
	binder -m bindx sctp6 127.0.0.1 81
	expect_errno EACCES
	expect_line ' SCTP +::ffff:127.0.0.1 +81 .* deny    -$'
}
