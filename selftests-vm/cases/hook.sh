# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2153,SC2317
#
# --hook cgroup, on a kernel that does not have bpf among its LSMs.
# cmdline: lsm=lockdown,yama

# shellcheck source=../guest/ways.sh
. /vm/ways.sh

# hook ARGS...: as `guard`, with the policy and this hook.
hook() {
	guard --hook cgroup -f "$POLICY" "$@"
}

# refused RULE BINDERARGS...: EPERM, no port, and a line that says so.
refused() {
	local rule=$1
	shift
	binder "$@"
	expect_errno EPERM
	expect_eq 0 "$HAS" 'port after a refusal'
	expect_line "(^| )$PID [^ ]+ .* deny +$rule\$"
}

# allowed RULE BINDERARGS...
allowed() {
	local rule=$1
	shift
	open "$@"
	expect_line "(^| )$PID [^ ]+ .* allow +$rule\$"
}

# decided: the protocols of this kernel that the hook sees.
decided() {
	local protocol
	for protocol in tcp4 tcp6 udp4 udp6 udplite4 udplite6 mptcp4 mptcp6 dccp4 dccp6 smc4 smc6; do
		! has_protocol $protocol >/dev/null || echo $protocol
	done
}

web_policy() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "web"; ports = 8080; }, { name = "clients"; ports = "ephemeral"; } );
	END
}

# --- Decisions

# The same lines as with the other hook. Nothing of it is left when it ends.
case_hook_deny_and_audit() {
	protocols=$(decided)
	count=$(echo "$protocols" | wc -l)
	expect [ "$count" -ge 4 ]
	web_policy
	hook --deny
	for protocol in $protocols; do
		allowed web "$protocol" "$(own_address "$protocol")" 8080
		allowed clients "$protocol" "$(own_address "$protocol")" 0
		refused - "$protocol" "$(own_address "$protocol")" 4444
		refused - "$protocol" "$(any_address "$protocol")" 4444
	done
	refused - tcp6 ::ffff:127.0.0.1 4444
	refused - -f 0 udp4 0.0.0.0 4444
	guard_stop
	expect_status 0
	expect_line ' TCP  127\.0\.0\.1 +8080 \.\.\.\.\.  0 allow   web$'
	expect_line ' UDP  ::1 +4444 \.\.\.\.\.  0 deny    -$'
	expect_error "^bindguard: $((4 * count + 2)) attempts: "
	for protocol in $protocols; do
		open "$protocol" "$(own_address "$protocol")" 4444
	done
	hook --audit
	for protocol in $protocols; do
		open "$protocol" "$(own_address "$protocol")" 4444
		expect_line "(^| )$PID [^ ]+ .* 4444 .* audit +-\$"
	done
	expect_no_line ' deny '
}

# What else the lines have: the error, who has refused, each bind once.
case_hook_lines() {
	web_policy
	hook --deny -E -w
	refused - tcp4 127.0.0.1 4444
	expect_line '^Operation not permitted .*  0 policy +bind +deny +-$'
	binder tcp4 192.0.2.1 8080
	expect_errno EADDRNOTAVAIL
	expect_line '  0 address_not_available +bind +allow +web$'
	binder -i lo -o REUSEPORT tcp6 ::1 8080
	expect_ok
	expect_line ' ::1 +8080 \.\.\.\.r  1 - +bind +allow +web$'
	expect_lines 3 ' binder '
	hook --deny -P 4444 -u 33 --json
	refused_quietly() {
		binder "$@" tcp4 127.0.0.1 4444
		expect_errno EPERM
	}
	refused_quietly
	refused_quietly -u 33
	guard_stop
	expect_lines 1 '"verdict":"deny".*"enforced":true.*"errno":"EPERM","refused_by":"policy"'
	expect_error '^bindguard: 2 attempts = 1 reported \+ 1 filtered \+ 0 lost$'
}

# The probes see what is refused, and count it with the failed binds.
case_hook_count() {
	web_policy
	for errors in '' E; do
		hook --deny --count ${errors:+-$errors}
		binder tcp4 127.0.0.1 8080
		binder tcp4 127.0.0.1 4444
		expect_errno EPERM
		expect_lines 1 '^127\.0\.0\.1 +8080 +1 +$'
		expect_lines ${#errors} '^127\.0\.0\.1 +4444 +1 +$'
		expect_error '^bindguard: 2 attempts: 1 allow, 1 deny, 0 audit$'
	done
}

case_hook_criteria() {
	mkdir "$TMP/bin"
	cp "$BINDER" "$TMP/bin/server"
	before=$(cgroup /svc/db/before)
	policy <<-END
		version = 1;
		default = "deny";
		forbid_options = [ "IP_TRANSPARENT", "SO_REUSEPORT", "SO_REUSEADDR" ];
		rules = (
			{ name = "uid"; uid = 33; ports = 7001; },
			{ name = "cgroup"; cgroup = "/svc/db"; ports = 7002; },
			{ name = "comm"; comm = "agent"; ports = 7003; },
			{ name = "protocol"; protocol = "udp"; ports = 7004; },
			{ name = "address"; address = "127.0.0.0/8"; ports = 7005; },
			{ name = "ports"; ports = "7006-7008"; permit_options = "SO_REUSEPORT"; },
			{ name = "no-free"; ports = 7010; forbid_options = "IP_FREEBIND"; },
			{ name = "exe"; exe = "$TMP/bin/server"; ports = 7011; },
			{ name = "host"; netns = "host"; ports = 7012; },
			{ name = "six"; family = "ipv6"; ports = 7013; },
			{ name = "trial"; verdict = "deny"; mode = "audit"; ports = 7014; },
			{ name = "tcp"; protocol = "tcp"; ports = 7015; }
		);
	END
	hook --deny
	allowed uid -u 33 tcp4 127.0.0.1 7001
	refused - tcp4 127.0.0.1 7001
	for path in /svc/db /svc/db/after; do
		allowed cgroup -c "$(cgroup $path)" tcp4 127.0.0.1 7002
	done
	allowed cgroup -c "$before" tcp6 ::1 7002
	refused - -c "$(cgroup /svc/dbx)" tcp4 127.0.0.1 7002
	refused - tcp4 127.0.0.1 7002
	allowed comm -n agent -N thread tcp4 127.0.0.1 7003
	refused - -n other -N agent tcp4 127.0.0.1 7003
	allowed protocol udp6 ::1 7004
	refused - tcp4 127.0.0.1 7004
	allowed address tcp4 127.0.0.9 7005
	allowed address tcp6 ::ffff:127.0.0.1 7005
	refused - tcp4 0.0.0.0 7005
	refused - tcp6 ::1 7005
	for port in 7006 7008; do
		allowed ports -o REUSEPORT tcp4 127.0.0.1 $port
	done
	refused - tcp4 127.0.0.1 7009
	refused 'ports:IP_TRANSPARENT' -o REUSEPORT,TRANSPARENT tcp4 127.0.0.1 7006
	refused 'ports:SO_REUSEADDR' -o REUSEADDR udp4 127.0.0.1 7006
	! has_protocol smc4 >/dev/null ||
		refused 'ports:IP_TRANSPARENT' -o TRANSPARENT smc4 127.0.0.1 7006
	refused 'no-free:IP_FREEBIND' -o FREEBIND tcp6 ::1 7010
	allowed no-free -o NOPORT tcp4 127.0.0.1 7010
	allowed host tcp4 127.0.0.1 7012
	binder_parse "$("$BINDER" contain net "$BINDER" tcp4 0.0.0.0 7012)"
	expect_errno EPERM
	allowed six tcp6 ::1 7013
	refused - tcp6 ::ffff:127.0.0.1 7013
	open tcp4 127.0.0.1 7014
	expect_line ' 7014 .* audit +trial$'
	! has_protocol mptcp4 >/dev/null || allowed tcp mptcp4 127.0.0.1 7015
	refused - udp4 127.0.0.1 7015
	refused - tcp4 127.0.0.1 7011
	BINDER=$TMP/bin/server
	allowed exe tcp4 127.0.0.1 7011
}

# A malformed address gets the kernel's errno, as the others do that the kernel would refuse.
case_hook_malformed_passes() {
	policy <<-'END'
		version = 1;
		default = "deny";
	END
	hook --deny
	malformed_pass
	refused - -l 24 tcp6 ::1 8080
}

# As case_policy_errno_parity.
case_hook_errno_parity() {
	echo 1024 >/proc/sys/net/ipv4/ip_unprivileged_port_start
	"$BINDER" matrix >"$TMP/without"
	policy <<-'END'
		version = 1;
		default = "deny";
	END
	hook --audit
	"$BINDER" matrix >"$TMP/with"
	guard_stop
	diff "$TMP/without" "$TMP/with" || fail 'errnos differ under --audit'
	expect [ "$(sed -n 's/^bindguard: \([0-9]*\) attempts: .*/\1/p' "$ERR")" -ge 200 ]
	policy <<-'END'
		version = 1;
		default = "allow";
	END
	hook --deny
	"$BINDER" matrix >"$TMP/with"
	guard_stop
	diff "$TMP/without" "$TMP/with" || fail 'errnos differ under --deny'
}

case_hook_reload() {
	web_policy
	hook --deny
	refused - tcp4 127.0.0.1 4444
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "later"; cgroup = "/later"; ports = 4444; } );
	END
	kill -HUP "$GUARD"
	expect_error 'generation 2 in force$'
	allowed later -c "$(cgroup /later/on)" tcp4 127.0.0.1 4444
	refused - tcp4 127.0.0.1 8080
	echo 'nonsense' >"$POLICY"
	kill -HUP "$GUARD"
	expect_error 'not reloaded: 1 error: generation 2 stays in force$'
	allowed later -c "$(cgroup /later)" tcp6 ::1 4444
	refused - tcp4 127.0.0.1 8080
}

# Tasks below the root, and where another program sits, which has changed the port before.
case_hook_cgroups_below() {
	before=$(cgroup /a/b/c)
	rewriter port 4444 "$before"
	web_policy
	hook --deny
	refused - -c "$before" tcp4 127.0.0.1 4444
	refused - -c "$(cgroup /d/e)" udp6 ::1 4444
	# The other one is for sockets that were made there; binder makes its own before it moves.
	allowed web -c "$before" tcp4 127.0.0.1 8080
	binder_parse "$(sh -c "echo \$\$ >$before/cgroup.procs; exec $BINDER tcp4 127.0.0.1 8080")"
	expect_errno EPERM
	expect_line "(^| )$PID [^ ]+ .* 4444 .* deny +-\$"
}

# A range of ports is decided port by port, as by the other hook.
case_hook_port_range() {
	needs_binder -m none -o PORTRANGE=40000-40000 tcp4 :: 0
	ranges_policy
	protocols=$(decided | grep -E '^(tcp|udp|mptcp)[46]$')
	hook --deny
	for protocol in $protocols; do
		"$BINDER" -m none -o PORTRANGE=40000-40000 "$protocol" :: 0 >/dev/null || continue
		any=$(any_address "$protocol")
		for range in 40000-40004 40006-40009 40009-40009; do
			allowed ten -o PORTRANGE=$range "$protocol" "$any" 0
			expect [ "$PORT" -ge "${range%-*}" ]
			expect [ "$PORT" -le "${range#*-}" ]
		done
		for range in 40005-40005 40000-40009 40009-40010 39999-40000 50000-50000 40006-0; do
			refused '.*' -o PORTRANGE=$range "$protocol" "$any" 0
		done
		allowed clients -u 33 "$protocol" "$any" 0
		refused '.*' -u 33 -o PORTRANGE=50000-50000 "$protocol" "$any" 0
	done
	refused 'no:40000-60999' -u 33 -o PORTRANGE=40000-0 tcp4 127.0.0.1 0
	# Not within the system's: as if there were none.
	allowed clients -u 33 -o PORTRANGE=8080-8090 tcp6 ::1 0
	allowed ten -o PORTRANGE=50000-50000 tcp4 127.0.0.1 40000
}

# No bind gets past it while others preempt the program.
case_hook_storm() {
	web_policy
	hook --deny
	"$BINDER" -q -r 10000 -t 4 udp4 127.0.0.1 4444 >"$TMP/udp"
	"$BINDER" -q -r 10000 -t 4 tcp6 ::1 4444 >"$TMP/tcp"
	expect_eq 'attempts=40000 ok=0 EPERM=40000' "$(tail -n 1 "$TMP/udp")"
	expect_eq 'attempts=40000 ok=0 EPERM=40000' "$(tail -n 1 "$TMP/tcp")"
	guard_stop
	expect_error '^bindguard: 80000 attempts: 0 allow, 80000 deny, 0 audit$'
}

case_hook_killed() {
	web_policy
	hook --deny
	refused - tcp4 127.0.0.1 4444
	guard_stop KILL
	bound() {
		binder tcp4 127.0.0.1 4444
		[ "$ERRNO" = - ]
	}
	poll "$POLLS_LINE" bound || fail 'binds are still refused'
}

# --- What is left open, and said to be

case_hook_leaves_open() {
	echo 0 0 >/proc/sys/net/ipv4/ping_group_range
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "web"; ports = 8080; forbid_options = "SO_REUSEPORT"; } );
	END
	hook --deny
	expect_error '^bindguard: --hook cgroup decides bind\(\) of TCP, UDP, .* leaves open:$'
	expect_error '^bindguard:   open: bind\(\) of raw, ping, SCTP and L2TP sockets, and sctp_bindx'
	expect_error '^bindguard:   open: listen\(\) without bind\(\)'
	expect_error '^bindguard:   open: options that a bound socket gains'
	expect_error '^bindguard:   open: connect\(\) and sendto\(\) without bind'
	expect_error '^bindguard:   open: what another program'
	binder raw4 127.0.0.1 0
	expect_ok
	expect_line ' RAW  127\.0\.0\.1 .* 0 - +-$' # the probes still show it, without a verdict
	! has_protocol sctp4 >/dev/null || open sctp4 127.0.0.1 4444
	! has_protocol sctp4 >/dev/null || open -m bindx sctp4 127.0.0.1 4445
	open icmp4 127.0.0.1 77
	open -m listen tcp4 0.0.0.0 0
	open -m listen tcp6 :: 0
	open -m connect udp4 127.0.0.1 9
	open -a REUSEPORT tcp4 127.0.0.1 8080
	expect_eq - "$SET" 'errno of an option that is set late'
	guard_stop
	expect_error '^bindguard: 1 attempts: 1 allow, 0 deny, 0 audit$'
}

# --- What it needs

case_hook_needs_the_root() {
	web_policy
	inner=$(cgroup /container)
	cat >"$TMP/inside" <<-END
		umount /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup &&
		exec $BINDGUARD --deny --hook cgroup -f $POLICY
	END
	STATUS=0
	"$BINDER" contain -c "$inner" mnt,cgroup /bin/sh "$TMP/inside" >"$OUT" 2>"$ERR" || STATUS=$?
	expect_status 69
	expect_error '^bindguard: cannot deny on this host: cgroup hook: .* not its root: run it outside'
	umount /sys/fs/cgroup
	bindguard --deny --hook cgroup -f "$POLICY"
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	expect_status 69
	expect_error '^bindguard: cannot deny on this host: cgroup hook: cgroup v2 is not mounted: mount '
}
