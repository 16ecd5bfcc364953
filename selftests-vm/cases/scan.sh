# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2153,SC2317
#
# bindguard scan, and what --audit and --deny say of sockets that were bound before.

# expect_bound LINE: scan prints this line, after the process's number; what is PID here is $PID.
expect_bound() {
	expect grep -qE -- "^ *$PID $1" "$OUT"
}

expect_not_bound() {
	! grep -qE -- "^ *$PID " "$OUT" || fail "expected no line for process $PID"
}

# The last two words of the line of this process: VERDICT and RULE.
judged() {
	awk -v pid="$1" '$1 == pid { print $(NF - 1), $NF }' "$2"
}

# hold ARGS...: binder_hold; fails if it does not bind, does nothing where there is no such socket.
hold() {
	binder_hold "$@"
	[ "$RC" != socket ] || return 1
	expect_ok
}

case_scan_nothing() {
	bindguard scan
	expect_status 0
	expect_text '     PID COMM         PROT ADDR             PORT OPTS  IF    UID NETNS      STATE'
	expect_lines 1 .
	policy <<-'END'
		version = 1; default = "deny";
		rules = ( { name = "a"; ports = 1; } );
	END
	bindguard scan "$POLICY"
	expect_status 0
	expect_lines 1 '^ +PID COMM .* NETNS      STATE     VERDICT RULE$'
	expect_lines 1 .
	expect_eq '' "$(cat "$ERR")" 'on stderr'
}

# Each protocol, in a list without verdicts.
case_scan_protocols() {
	modprobe -q dccp_ipv4 || true
	while read -r protocol address port name; do
		hold "$protocol" "$address" "$port" || continue
		echo "$PID $name +$address +$port" >>"$TMP/bound"
	done <<-'END'
		tcp4 127.0.0.1 4101 TCP
		tcp6 fd00::1 4102 TCP
		udp4 0.0.0.0 4103 UDP
		udp6 :: 4104 UDP
		udplite4 10.0.0.1 4105 UDPLITE
		udplite6 ::1 4106 UDPLITE
		sctp4 127.0.0.1 4107 SCTP
		sctp6 ::1 4108 SCTP
		mptcp4 127.0.0.1 4109 MPTCP
		mptcp6 :: 4110 MPTCP
		icmp4 127.0.0.1 4111 ICMP
		icmp6 ::1 4112 ICMPV6
		raw4 127.0.0.1 255 RAW
		raw6 ::1 255 RAW
		dccp4 0.0.0.0 4113 UNKNOWN
	END
	bindguard scan -w
	expect_status 0
	while read -r PID where; do
		expect_bound "binder +$where +\.\.\.[R.]\. +0 +0 host +bound +/\$"
	done <"$TMP/bound"
	# All but UDP-Lite, MPTCP and DCCP are on every kernel.
	expect [ "$(wc -l <"$TMP/bound")" -ge 10 ]
	expect_lines $(($(wc -l <"$TMP/bound") + 1)) .
}

case_scan_listening() {
	hold -L tcp4 127.0.0.1 4101
	bindguard scan
	expect_bound 'binder +TCP +127\.0\.0\.1 +4101 \.\.\.\.\. +0 +0 host +listen$'
	hold -L sctp6 :: 4102
	bindguard scan
	expect_bound 'binder +SCTP +:: +4102 \.\.\.\.\. +0 +0 host +listen$'
	if hold -L mptcp4 0.0.0.0 4103; then
		bindguard scan
		expect_bound 'binder +MPTC +0\.0\.0\.0 +4103 \.\.\.\.\. +0 +0 host +listen$'
	fi
	# The kernel binds it, nobody else did.
	hold -m listen tcp4 0.0.0.0 0
	bindguard scan
	expect_bound "binder +TCP +0\.0\.0\.0 +$PORT \.\.\.\.\. +0 +0 host +listen\$"
}

# Every combination of options, and an interface.
case_scan_options() {
	letters() {
		[ $(($1 >> $2 & 1)) = 1 ] && echo "$3" || echo .
	}
	words='FREEBIND TRANSPARENT NOPORT REUSEADDR REUSEPORT'
	for set in $(seq 0 31); do
		options='' bit=0
		for word in $words; do
			[ $((set >> bit & 1)) = 0 ] || options=$options${options:+,}$word
			bit=$((bit + 1))
		done
		hold -i lo ${options:+-o "$options"} tcp6 ::1 $((4200 + set))
		echo "$PID $((4200 + set)) $(letters "$set" 0 F)$(letters "$set" 1 T)$(
			letters "$set" 2 N)$(letters "$set" 3 R)$(letters "$set" 4 r)" >>"$TMP/wanted"
	done
	bindguard scan
	awk 'NR > 1 { print $1, $5, $6 }' "$OUT" | sort -n >"$TMP/got"
	sort -n "$TMP/wanted" >"$TMP/sorted"
	expect cmp "$TMP/sorted" "$TMP/got"
	index=$(cat /sys/class/net/lo/ifindex)
	expect_lines 32 " +$index +0 host +bound\$"
}

# share PORTS UID...: sharer in the background; PIDS are its processes.
share() {
	local file
	HELD=$((HELD + 1))
	file=$TMP/shared.$HELD
	sharer "$@" >"$file" &
	poll "$POLLS_READY" test -s "$file" || fail "sharer $* printed nothing"
	PIDS=$(cat "$file")
	PID=${PIDS%% *}
}

# Connections: one from a port that was asked for is bound; accepted and ordinary ones are not.
case_scan_connections() {
	nc -l -p 4301 >/dev/null </dev/zero &
	server=$!
	listens() {
		"$BINDGUARD" scan >"$OUT" && grep -qE "^ *$server nc .* 4301 .* listen\$" "$OUT"
	}
	poll 20 listens || fail 'nc does not listen'
	share 4302:4301 0
	client=$PID
	# It has accepted by the time that it no longer listens.
	stopped() {
		"$BINDGUARD" scan >"$OUT" && ! grep -qE "^ *$server nc .* listen\$" "$OUT"
	}
	poll 20 stopped || fail 'nc does not accept'
	expect_bound 'sharer +TCP +127\.0\.0\.1 +4302 \.\.\.\.\. +0 +0 host +connected$'
	PID=$server
	expect_not_bound
	expect grep -qE ':10CD .* 01 ' /proc/net/tcp6
	kill "$client"

	hold -L tcp4 127.0.0.1 4303
	server=$PID
	share 0:4303 0
	client=$PID
	policy <<-'END'
		version = 1; default = "deny"; rules = ( { name = "all"; ports = 4303; } );
	END
	bindguard scan "$POLICY"
	expect_status 0
	PID=$server
	expect_bound 'binder +TCP .* 4303 .* listen +allow +all$'
	PID=$client
	expect_not_bound
}

case_scan_other_netns() {
	unshare -n "$BINDER" -k udp4 0.0.0.0 4401 >"$TMP/inside" &
	poll "$POLLS_READY" test -s "$TMP/inside"
	binder_parse "$(cat "$TMP/inside")"
	expect_ok
	inode=$(readlink "/proc/$PID/ns/net" | tr -cd 0-9)
	policy <<-'END'
		version = 1; default = "deny";
		rules = ( { name = "host"; netns = "host"; }, { name = "all"; ports = 4402; } );
	END
	bindguard scan "$POLICY"
	expect_status 1
	expect_bound "binder +UDP +0\.0\.0\.0 +4401 \.\.\.\.\. +0 +0 $inode +bound +deny +-\$"
	bindguard scan --json "$POLICY"
	expect_line "\"netns\":$inode,\"netns_host\":false,.*\"pid\":$PID,.*\"verdict\":\"deny\""
	hold udp4 0.0.0.0 4401
	bindguard scan "$POLICY"
	expect_bound 'binder +UDP +0\.0\.0\.0 +4401 \.\.\.\.\. +0 +0 host +bound +allow +host$'
}

# Who has it: user, name, cgroup, executable.
case_scan_owner() {
	mkdir -p "$TMP/bin"
	cp "$BINDER" "$TMP/bin/server"
	policy <<-END
		version = 1; default = "deny";
		rules = (
			{ name = "user"; uid = 1000; ports = 4501; },
			{ name = "name"; comm = "agent"; ports = 4502; },
			{ name = "group"; cgroup = "/svc/db"; ports = 4503; },
			{ name = "file"; exe = "$TMP/bin/server"; ports = 4504; }
		);
	END
	hold -u 1000 tcp4 127.0.0.1 4501
	user=$PID
	hold -n agent -N thread tcp4 127.0.0.1 4502
	name=$PID
	hold -c "$(cgroup /svc/db/one)" tcp4 127.0.0.1 4503
	group=$PID
	BINDER=$TMP/bin/server
	hold tcp4 127.0.0.1 4504
	file=$PID
	bindguard scan "$POLICY"
	expect_status 0
	expect_eq 'allow user' "$(judged "$user" "$OUT")" 'verdict and rule by the user'
	expect_eq 'allow name' "$(judged "$name" "$OUT")" 'verdict and rule by the name'
	expect_eq 'allow group' "$(judged "$group" "$OUT")" 'verdict and rule by the cgroup'
	expect_eq 'allow file' "$(judged "$file" "$OUT")" 'verdict and rule by the executable'
	bindguard scan -w "$POLICY"
	PID=$group
	expect_bound 'binder .* allow   group /svc/db/one$'
	bindguard scan --json "$POLICY"
	expect_line "\"owners\":\[\{\"pid\":$file,\"comm\":\"server\",\"uid\":0,\"cgroup\":\"/\",\"exe\":\"$TMP/bin/server\","

	# None of them may be another one.
	for port in 4501 4502 4503; do
		hold -o REUSEPORT tcp4 10.0.0.1 $port
	done
	bindguard scan "$POLICY"
	expect_status 1
	expect_lines 3 ' deny    -$'
}

# Root binds, another user has it now: the present owner counts.
case_scan_present_owner() {
	policy <<-'END'
		version = 1; default = "deny";
		rules = ( { name = "root"; uid = 0; }, { name = "www"; uid = 33; ports = 4601; } );
	END
	share 4601 33
	bindguard scan "$POLICY"
	expect_status 0
	expect_bound 'sharer +TCP +127\.0\.0\.1 +4601 \.\.\.\.\. +0 +33 host +listen +allow +www$'
}

# A socket is one, however many have it; what one of them may not have is denied.
case_scan_shared() {
	policy <<-'END'
		version = 1; default = "deny";
		rules = ( { name = "root"; uid = 0; }, { name = "www"; uid = 33; } );
	END
	share 4701 33 0 33 33
	# shellcheck disable=SC2086 # words on purpose, here and below
	set -- $PIDS
	first=$1 root=$2 second=$3 third=$4
	bindguard scan "$POLICY"
	expect_status 0
	expect_lines 3 .
	expect_line "^ *$root sharer .* 4701 .* 0 host +listen +allow +root\$"
	expect_line "^ *$first\+2 sharer .* 4701 .* 33 host +listen +allow +www\$"
	bindguard scan --json "$POLICY"
	expect_lines 1 .
	for pid in $first $root $second $third; do
		expect_line "\"owners\":\[.*\{\"pid\":$pid,\"comm\":\"sharer\",\"uid\":"
	done

	share 4702 0 1000
	# shellcheck disable=SC2086
	set -- $PIDS
	root=$1 other=$2
	bindguard scan "$POLICY"
	expect_status 1
	expect_line "^ *$root sharer .* 4702 .* 0 host +listen +allow +root\$"
	expect_line "^ *$other sharer .* 4702 .* 1000 host +listen +deny +-\$"
	bindguard scan --json "$POLICY"
	expect_lines 2 .
	expect_line "\"port\":4702,.*\"pid\":$other,\"comm\":\"sharer\",\"uid\":1000,\"verdict\":\"deny\","
}

# What scan says of a socket is what --audit said of its bind.
case_scan_verdicts() {
	modprobe -q dccp_ipv4 || true
	policy <<-'END'
		version = 1; default = "deny"; forbid_options = "IP_TRANSPARENT";
		rules = (
			{ name = "raw"; protocol = "raw"; },
			{ name = "picked"; address = "wildcard"; ports = "ephemeral"; },
			{ name = "picked-own"; address = "loopback"; ports = "ephemeral"; },
			{ name = "stream"; protocol = "tcp"; address = "wildcard"; ports = "4800-4899"; },
			{ name = "stream-own"; protocol = "tcp"; family = "ipv4"; ports = "4800-4899"; },
			{ name = "trial"; mode = "audit"; verdict = "deny"; protocol = "udp"; family = "ipv6"; },
			{ name = "packets"; protocol = [ "udp", "udplite", "icmp" ]; ports = "4800-4899"; },
			{ name = "six"; protocol = [ "sctp", "icmpv6" ]; family = "ipv6"; ports = "4800-4899"; }
		);
	END
	guard --audit -f "$POLICY"
	port=4800
	mkdir "$TMP/holding"
	for protocol in tcp udp udplite sctp mptcp icmp raw dccp; do
		for address in 0.0.0.0 127.0.0.1 10.0.0.1 :: ::1 ::ffff:127.0.0.1; do
			for asked in 0 $((port += 1)); do
				way=$protocol$([ "${address#*:}" = "$address" ] && echo 4 || echo 6)
				# The kernel does not say which port an SCTP socket has asked for, and of
				# a raw socket not that it was bound to the wildcard.
				case $protocol:$asked:$address in
				sctp:0:* | raw:*:0.0.0.0 | raw:*:::) continue ;;
				esac
				# All at once: one after the other they take too long.
				"$BINDER" -k "$way" "$address" "$asked" >"$TMP/holding/$way-$address-$asked" 2>&1 &
			done
		done
	done
	all_bound() {
		for file in "$TMP"/holding/*; do
			[ -s "$file" ] || return 1
		done
	}
	poll "$POLLS_READY" all_bound || fail 'not all binders have bound'
	# Not every kernel has every socket, nor takes every address.
	for file in "$TMP"/holding/*; do
		binder_parse "$(cat "$file")"
		[ "$RC" != 0 ] || echo "$PID ${file##*/}" >>"$TMP/bound"
	done
	hold -o TRANSPARENT tcp4 127.0.0.1 4890 && echo "$PID transparent" >>"$TMP/bound"
	expect_line " 4890 .* audit   stream-own:IP_TRANSPARENT\$"
	guard_stop
	mv "$OUT" "$TMP/audit"
	bindguard scan "$POLICY"
	expect_status 1
	# --audit says "audit" of all that it lets through.
	for file in "$TMP/audit" "$OUT"; do
		awk 'NR == FNR { bound[$1] = $2; next }
			$1 in bound {
				sub("deny", "audit", $(NF - 1))
				print $1, bound[$1], $(NF - 1), $NF
			}' "$TMP/bound" "$file" | sort >"$file.judged"
	done
	diff "$TMP/audit.judged" "$OUT.judged" || fail 'scan judges otherwise than --audit'
	expect_eq "$(wc -l <"$TMP/bound")" "$(wc -l <"$OUT.judged")" 'sockets judged'
	# Of all that was bound there is no rule that decided nothing.
	for rule in raw picked picked-own stream stream-own trial packets six; do
		expect_line " $rule\$"
	done
	expect_line ' deny    -$'
	expect_line ' audit   trial$'
	expect [ "$(wc -l <"$TMP/bound")" -ge 50 ]
}

case_scan_status() {
	hold tcp4 127.0.0.1 4901
	policy <<-'END'
		version = 1; default = "allow";
		rules = ( { name = "trial"; verdict = "deny"; mode = "audit"; ports = 4901; } );
	END
	bindguard scan "$POLICY"
	expect_status 0
	expect_line ' 4901 .* audit   trial$'
	policy <<-'END'
		version = 1; default = "allow"; rules = ( { name = "x"; ports = 0; } );
	END
	bindguard scan "$POLICY"
	expect_status 78
	expect_error 'policy not loaded$'
	bindguard scan --wrong
	expect_status 64
	bindguard scan -w --json
	expect_status 64
	bindguard scan "$POLICY" more
	expect_status 64
	bindguard scan "$TMP/none.conf"
	expect_status 78
	bindguard scan --help
	expect_status 0
	expect_line '^usage: bindguard scan '
}

# A line of JSON has all keys, in this order.
case_scan_json() {
	value='("[^"]*"|[0-9]+|null|true|false|\[[^]]*\])'
	line='^\{'
	for key in record time boot_id host protocol protocol_number type family address port options interface \
		interface_index netns netns_host state inode pid comm uid verdict rule cause forbidden; do
		line="$line\"$key\":$value,"
	done
	line="$line\"owners\":\[\{"
	for key in pid comm uid cgroup exe verdict rule cause forbidden; do
		line="$line\"$key\":$value,"
	done
	line="${line%,}\}\]\}\$"
	hold -L -i lo -o REUSEADDR,REUSEPORT tcp6 ::1 5001
	hold -n 'a"b\c' udp4 0.0.0.0 5002
	hold raw4 127.0.0.1 0
	bindguard scan --json
	expect_status 0
	sed 's/\\"//g' "$OUT" >"$TMP/plain"
	expect_eq 3 "$(grep -cE "$line" "$TMP/plain")" 'lines with all keys'
	expect_line '^\{"record":"socket",.*,"protocol":"TCP","protocol_number":6,"type":"stream","family":"ipv6","address":"::1","port":5001,"options":\["SO_REUSEADDR","SO_REUSEPORT"\],"interface":"lo","interface_index":1,'
	expect_line '"comm":"a\\"b\\\\c","uid":0,"verdict":null,"rule":null,"cause":null,"forbidden":null,"owners":'
	expect_line '"type":"raw",.*"port":null,'
	policy <<-'END'
		version = 1; default = "deny";
		rules = ( { name = "web"; protocol = "tcp"; ports = 5001; forbid_options = "SO_REUSEPORT"; } );
	END
	bindguard scan --json "$POLICY"
	expect_status 1
	expect_line '"verdict":"deny","rule":"web","cause":"options","forbidden":\["SO_REUSEPORT"\],"owners"'
	expect_line '"port":5002,.*"verdict":"deny","rule":null,"cause":"default","forbidden":\[\],"owners"'
}

# Bytes that others chose.
case_scan_escapes() {
	hold -n "$(printf 'a\033[2J')" -c "$(cgroup "/$(printf 'x\033c')")" tcp4 127.0.0.1 5101
	bindguard scan -w
	expect_bound 'a\\x1b\[2J +TCP .* /x\\x1bc$'
	bindguard scan --json
	expect_line '"comm":"a\\\\x1b\[2J"'
	expect_line '"cgroup":"/x\\\\x1bc"'
}

# What --audit and --deny say at the start. A start takes a while, so each has a case.
start_policy() {
	policy <<-'END'
		version = 1; default = "deny";
		rules = ( { name = "web"; ports = 5201; } );
	END
	hold tcp4 0.0.0.0 5201
	hold -n python3 tcp4 0.0.0.0 5202
	first=$PID
	hold -u 1000 udp6 ::1 5203
	second=$PID
}

case_scan_at_start_audit() {
	start_policy
	guard --audit -f "$POLICY"
	expect_error "^bindguard: 3 sockets bound before; 2 would be denied: $first python3 TCP 0\.0\.0\.0:5202, $second binder UDP \[::1\]:5203\$"
}

case_scan_at_start_deny() {
	start_policy
	hold raw4 127.0.0.1 0
	hold sctp4 127.0.0.1 5205
	hold tcp4 127.0.0.1 5206
	guard --deny -f "$POLICY"
	expect_error "^bindguard: 6 sockets bound before; 5 would be denied: .*, and 2 more: run 'bindguard scan $POLICY'\$"
	binder tcp4 127.0.0.1 5204
	expect_errno EACCES
}

# Without a policy there is nothing to say.
case_scan_at_start_well() {
	hold tcp4 0.0.0.0 5201
	policy <<-'END'
		version = 1; default = "allow";
		rules = ( { name = "trial"; verdict = "deny"; mode = "audit"; ports = 5201; } );
	END
	guard --audit -f "$POLICY"
	expect_error '^bindguard: 1 socket bound before; 0 would be denied$'
	guard_stop
	guard
	expect_no_error 'bound before'
}

# As --deny judges: by the cgroups' classes in the policy that it has in force.
case_scan_at_start_by_cgroup() {
	policy <<-'END'
		version = 1; default = "deny";
		rules = ( { name = "db"; cgroup = "/svc/db"; } );
	END
	hold -c "$(cgroup /svc/db/one)" tcp4 127.0.0.1 5301
	hold tcp4 127.0.0.1 5302
	guard --deny -f "$POLICY"
	expect_error "^bindguard: 2 sockets bound before; 1 would be denied: $PID binder TCP 127\.0\.0\.1:5302\$"
}

# port_range LO-HI VERDICT RULE [SYSTEM]: what the hook says of such a bind, scan says of the socket. In
# a network namespace whose own range is SYSTEM, if that is there.
port_range() {
	local binds="exec $BINDER -o PORTRANGE=$1 -k tcp4 0.0.0.0 0"
	if [ -z "${4:-}" ]; then
		sh -c "$binds" >"$TMP/range" &
	else
		unshare -n sh -c "echo ${4%-*} ${4#*-} >/proc/sys/net/ipv4/ip_local_port_range; $binds" \
			>"$TMP/range" &
	fi
	PID=$!
	poll "$POLLS_READY" test -s "$TMP/range" || fail 'the binder printed nothing'
	expect_line "^ *$PID binder +TCP .* $2 +$3(:.*)?\$"
	echo "$PID $2 $3" >>"$TMP/expected"
	: >"$TMP/range"
}

# The range of a socket counts as far as it is within that of its network namespace.
case_scan_port_range() {
	needs_binder -m none -o PORTRANGE=40000-40000 tcp4 :: 0
	policy <<-'END'
		version = 1; default = "deny";
		rules = ( { name = "own"; ports = "40000-40004"; },
			  { name = "low"; ports = "32768-32770"; },
			  { name = "inner"; ports = "2000-2010"; },
			  { name = "any"; ports = "ephemeral"; } );
	END
	guard --audit -f "$POLICY"
	port_range 40000-40004 allow own
	port_range 40004-40005 audit -
	port_range 1000-2000 allow any
	port_range 1000-32769 allow low
	port_range 1000-32771 audit -
	port_range 2000-2010 allow any
	port_range 2000-2010 allow inner 2000-3000
	port_range 2000-2011 audit - 2000-3000
	port_range 40000-40004 allow any 2000-3000
	guard_stop
	bindguard scan "$POLICY"
	while read -r pid verdict rule; do
		[ "$verdict" = allow ] || verdict=deny
		expect_eq "$verdict $rule" "$(judged "$pid" "$OUT")" "scan's verdict of $pid"
	done <"$TMP/expected"
	expect_eq 9 "$(wc -l <"$TMP/expected")" 'ranges'
}

# What is bound is a TCP socket inside: by the family, and by the protocol.
case_scan_smc() {
	policy <<-'END'
		version = 1; default = "deny"; forbid_options = "IP_FREEBIND";
		rules = ( { name = "web"; protocol = "tcp"; ports = "4910, 4911"; address = "127.0.0.1"; },
			  { name = "any"; ports = "ephemeral"; } );
	END
	while read -r verdict rule port state arguments; do
		# shellcheck disable=SC2086
		hold $arguments || continue
		echo "$PID TCP +[0-9a-f.:]+ +$port .* host +$state +$verdict +$rule" >>"$TMP/expected"
	done <<-'END'
		allow web 4910 listen -L smc4 127.0.0.1 4910
		deny - 4910 bound smc6 ::1 4910
		allow any [0-9]+ bound smc4 0.0.0.0 0
		deny - [0-9]+ listen -m listen smc6 :: 0
		deny web:IP_FREEBIND 4911 bound -o FREEBIND smc4 127.0.0.1 4911
		deny - 4912 bound -p 256 tcp4 127.0.0.1 4912
		deny - [0-9]+ listen -p 256 -m listen tcp6 :: 0
	END
	[ -s "$TMP/expected" ] || skip 'no SMC here'
	bindguard scan -w "$POLICY"
	while read -r pid rest; do
		expect_line "^ *$pid binder +$rest( |\$)"
	done <"$TMP/expected"
	expect_lines $(($(wc -l <"$TMP/expected") + 1)) .
}
