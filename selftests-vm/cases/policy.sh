# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2153,SC2317
#
# Audit and deny: the policy's verdict on real binds.

web_policy() {
	policy <<-'END'
		version = 1;
		default = "deny";
		forbid_options = [ "IP_TRANSPARENT", "SO_REUSEPORT" ];
		rules = (
			{ name = "web"; uid = "www-data"; protocol = "tcp"; ports = "80, 443, 8000-8100";
			  permit_options = "SO_REUSEPORT"; },
			{ name = "clients"; ports = "ephemeral"; },
			{ name = "trial"; verdict = "deny"; mode = "audit"; ports = 9000; },
			{ name = "by-name"; comm = [ "agent", "fifteen-letters" ]; ports = "7000-7010"; },
			{ name = "service"; cgroup = "/svc/db"; ports = 5432; },
			{ name = "no-free"; ports = 6000; forbid_options = "IP_FREEBIND"; },
			{ name = "raw"; protocol = "raw"; uid = 0; }
		);
	END
}

# What --deny refuses, --audit lets through; the lines say which.
case_policy_deny_and_audit() {
	web_policy
	for mode in deny audit; do
		guard --$mode -f "$POLICY"
		binder -u 33 tcp4 127.0.0.1 8080
		expect_ok
		expect_line ' TCP  127\.0\.0\.1 +8080 \.\.\.\.\.  0 allow   web$'
		binder tcp4 127.0.0.1 8081
		if [ $mode = deny ]; then expect_errno EACCES; else expect_ok; fi
		expect_line " TCP  127\.0\.0\.1 +8081 \.\.\.\.\.  0 $(printf %-7s $mode) -\$"
		binder udp6 ::1 443
		if [ $mode = deny ]; then expect_errno EACCES; else expect_ok; fi
		expect_line " UDP  ::1 +443 \.\.\.\.\.  0 $(printf %-7s $mode) -\$"
		guard_stop
		expect_status 0
	done
	# The hooks are gone with the program.
	binder tcp4 127.0.0.1 8081
	expect_ok
}

case_policy_header() {
	web_policy
	guard --audit -f "$POLICY"
	expect_text '     PID COMM         PROT ADDR            PORT   OPTS IF VERDICT RULE'
	guard_stop
	guard --audit -f "$POLICY" -t -U -E -w
	guard_stop
	expect_line '^TIME\(s\)      UID RC                               PID COMM .* IF REFUSED_BY +VIA +VERDICT RULE$'
}

case_policy_families() {
	web_policy
	guard --deny -f "$POLICY"
	for protocol in tcp4 tcp6 udp4 udp6; do
		address=127.0.0.1
		[ "${protocol%6}" = "$protocol" ] || address=::1
		binder $protocol $address 4444
		expect_errno EACCES
		binder $protocol $address 0
		expect_ok
		expect_line " $address +$PORT .* allow   clients\$"
	done
	expect_lines 4 ' 4444 .* deny +-$'
}

case_policy_uid() {
	web_policy
	guard --deny -f "$POLICY"
	for port in 80 443 8000 8100; do
		binder -u 33 tcp4 127.0.0.1 $port
		expect_ok
	done
	for port in 79 81 442 444 7999 8101; do
		binder -u 33 tcp4 127.0.0.1 $port
		expect_errno EACCES
	done
	binder -u 1000 tcp4 127.0.0.1 8080
	expect_errno EACCES
}

# The name that counts is the process's, not that of the thread that binds.
case_policy_comm() {
	web_policy
	guard --deny -f "$POLICY"
	binder -n agent tcp4 127.0.0.1 7000
	expect_ok
	binder -n fifteen-letters tcp4 127.0.0.1 7010
	expect_ok
	binder -n agen tcp4 127.0.0.1 7001
	expect_errno EACCES
	binder -n agents tcp4 127.0.0.1 7002
	expect_errno EACCES
	binder -n agent -N other tcp4 127.0.0.1 7003
	expect_ok
	expect_line ' other +TCP .* 7003 .* allow   by-name$'
	binder -n other -N agent tcp4 127.0.0.1 7004
	expect_errno EACCES
}

# Cgroups from before and after the start, deep below the named one and beside it.
case_policy_cgroup() {
	before=$(cgroup /svc/db/before)
	web_policy
	guard --deny -f "$POLICY"
	for path in /svc/db /svc/db/after /svc/db/a/b/c/d; do
		binder -c "$(cgroup $path)" tcp4 127.0.0.1 5432
		expect_ok
	done
	binder -c "$before" tcp4 127.0.0.1 5432
	expect_ok
	for path in /svc /svc/dbx /svc/other/db /db; do
		binder -c "$(cgroup $path)" tcp4 127.0.0.1 5432
		expect_errno EACCES
	done
	binder tcp4 127.0.0.1 5432
	expect_errno EACCES
}

# A service restarts: its cgroup goes and comes back under another id, and the rule still holds.
case_policy_cgroup_made_again() {
	web_policy
	guard --deny -f "$POLICY"
	for _ in 1 2 3; do
		service=$(cgroup /svc/db)
		binder -c "$service" tcp4 127.0.0.1 5432
		expect_ok
		rmdir "$service"
		rmdir /sys/fs/cgroup/svc
		service=$(cgroup /svc/web)
		binder -c "$service" tcp4 127.0.0.1 5432
		expect_errno EACCES
		rmdir "$service"
		rmdir /sys/fs/cgroup/svc
	done
}

# Each new cgroup is used at once.
case_policy_cgroup_churn() {
	web_policy
	guard --deny -f "$POLICY"
	mkdir -p /sys/fs/cgroup/svc/db
	i=0
	while [ $i -lt 100 ]; do
		mkdir /sys/fs/cgroup/svc/db/$i
		binder -c /sys/fs/cgroup/svc/db/$i tcp4 127.0.0.1 5432
		expect_ok
		rmdir /sys/fs/cgroup/svc/db/$i
		i=$((i + 1))
	done
	guard_stop
	expect_error 'bindguard: 100 attempts: 100 allow, 0 deny, 0 audit'
}

case_policy_options() {
	web_policy
	guard --deny -f "$POLICY"
	binder -u 33 -o REUSEPORT tcp4 127.0.0.1 8080
	expect_ok
	expect_line ' 8080 \.\.\.\.r  0 allow   web$'
	binder -u 33 -o REUSEPORT,TRANSPARENT tcp4 127.0.0.1 8081
	expect_errno EACCES
	expect_line ' 8081 \.T\.\.r  0 deny    web:IP_TRANSPARENT$'
	binder -o REUSEPORT,TRANSPARENT tcp4 127.0.0.1 0
	expect_errno EACCES
	expect_line ' 0 \.T\.\.r  0 deny    clients:IP_TRANSPARENT,SO_REUSEPORT$'
	binder tcp4 127.0.0.1 6000
	expect_ok
	binder -o FREEBIND tcp4 127.0.0.1 6000
	expect_errno EACCES
	expect_line ' 6000 F\.\.\.\.  0 deny    no-free:IP_FREEBIND$'
}

case_policy_rule_mode_audit() {
	web_policy
	guard --deny -f "$POLICY"
	binder tcp4 127.0.0.1 9000
	expect_ok
	expect_line ' 9000 .* audit   trial$'
}

case_policy_raw() {
	web_policy
	guard --deny -f "$POLICY"
	binder raw4 127.0.0.1 0
	expect_ok
	expect_line ' allow   raw$'
	binder -u 1000 raw4 127.0.0.1 0
	expect_errno EACCES
}

case_policy_mptcp() {
	needs_protocol mptcp4
	web_policy
	guard --deny -f "$POLICY"
	binder -u 33 mptcp4 127.0.0.1 8080
	expect_ok
	expect_line ' MPTC 127\.0\.0\.1 +8080 .* allow   web$'
	binder mptcp6 ::1 8080
	expect_errno EACCES
	expect_line ' MPTC ::1 +8080 .* deny +-$'
	expect_lines 2 ' MPTC '
}

# What is malformed gets the kernel's own errno, whatever the policy.
case_policy_malformed_passes() {
	policy <<-'END'
		version = 1;
		default = "deny";
	END
	guard --deny -f "$POLICY" -E
	malformed_pass
	# These the kernel would accept.
	binder -f 0 tcp4 0.0.0.0 8080
	expect_errno EACCES
	binder -l 24 tcp6 ::1 8080
	expect_errno EACCES
	binder -f 77 raw4 127.0.0.1 0
	expect_errno EACCES
	expect_lines 8 '^-(22|97) .* allow   -$'
	expect_lines 3 '^-13 .* deny    -$'
}

# The kernel's own errno, in some thousand cells, under everything that refuses nothing: a policy that
# allows all of it, and one that denies all of it when it is only audited.
case_policy_errno_parity() {
	for protocol in sctp4 dccp4 dccp6 smc4; do
		has_protocol $protocol >/dev/null || true
	done
	echo 1024 >/proc/sys/net/ipv4/ip_unprivileged_port_start
	"$BINDER" matrix >"$TMP/without"
	policy <<-'END'
		version = 1;
		default = "deny";
		forbid_options = [ "IP_FREEBIND", "IP_TRANSPARENT", "IP_BIND_ADDRESS_NO_PORT",
				   "SO_REUSEADDR", "SO_REUSEPORT" ];
	END
	parity --audit
	policy <<-'END'
		version = 1;
		default = "allow";
	END
	parity --deny
	expect [ "$(grep -vc ' socket ' "$TMP/without")" -ge 400 ]
	expect [ "$(sed 's/.* //' "$TMP/without" | sort -u | wc -l)" -ge 7 ]
}

# parity MODE: the same, cell by cell, and there was something to decide.
parity() {
	guard "$1" -f "$POLICY"
	"$BINDER" matrix >"$TMP/with"
	guard_stop
	expect [ "$(sed -n 's/^bindguard: \([0-9]*\) attempts: .*/\1/p' "$ERR")" -ge 400 ]
	diff "$TMP/without" "$TMP/with" || fail "errnos differ under $1"
}

# Filters choose what is shown, never what is decided.
case_policy_filters() {
	web_policy
	guard --deny -f "$POLICY" -P 4444 -u 33
	binder -u 33 tcp4 127.0.0.1 4444
	expect_errno EACCES
	binder -u 33 tcp4 127.0.0.1 4445
	expect_errno EACCES
	binder tcp4 127.0.0.1 4444
	expect_errno EACCES
	binder -u 33 tcp4 127.0.0.1 0
	expect_ok
	expect_lines 1 ' binder '
	expect_lines 1 ' 4444 .* deny '
	expect_error 'bindguard: 4 attempts: 1 allow, 3 deny, 0 audit'
	expect_error 'bindguard: 4 attempts = 1 reported \+ 3 filtered \+ 0 lost'
}

case_policy_errors_shown_with_E() {
	web_policy
	guard --deny -f "$POLICY"
	binder -u 33 tcp4 192.0.2.1 8080
	expect_errno EADDRNOTAVAIL
	binder -u 33 tcp4 127.0.0.1 8081
	expect_line ' 8081 '
	expect_lines 1 ' binder '
	guard --deny -f "$POLICY" -E
	binder -u 33 tcp4 192.0.2.1 8080
	expect_line '^-99 .* 192\.0\.2\.1 +8080 .* allow   web$'
	binder tcp4 127.0.0.1 8081
	expect_line '^-13 .* 8081 .* deny +-$'
	guard_stop
}

case_policy_count() {
	web_policy
	guard --deny -f "$POLICY" --count
	binder -u 33 tcp4 127.0.0.1 8080
	binder -u 33 tcp4 127.0.0.1 8080
	binder tcp4 127.0.0.1 8080
	expect_errno EACCES
	expect_lines 1 '^127\.0\.0\.1 +8080 +2 +$'
	expect_error 'bindguard: 3 attempts: 2 allow, 1 deny, 0 audit'
}

programs() {
	pinmap --count | sed 's/.*programs=//'
}

# Decided as ever, and counted; there are no probes for what nobody sees.
case_policy_quiet() {
	web_policy
	guard --deny -f "$POLICY"
	all=$(programs)
	guard_stop
	guard --deny -f "$POLICY" --quiet
	expect [ "$(programs)" -lt "$all" ]
	binder -u 33 tcp4 127.0.0.1 8080
	expect_ok
	binder tcp4 127.0.0.1 8080
	expect_errno EACCES
	binder tcp4 127.0.0.1 0
	expect_ok
	kill -HUP "$GUARD"
	expect_error ' generation 2 in force$'
	binder -u 33 tcp4 127.0.0.1 8080
	expect_ok
	guard_stop
	expect_eq 'Tracing binds ... Hit Ctrl-C to end' "$(cat "$OUT")" stdout
	expect_error '^bindguard: 4 attempts: 3 allow, 1 deny, 0 audit$'
	expect_error '^bindguard: 4 attempts = 0 reported \+ 4 filtered \+ 0 lost$'
}

# Another LSM, or whatever else comes between: an attempt whose outcome never comes is not lost.
case_policy_storm_adds_up() {
	web_policy
	guard --audit -f "$POLICY"
	binder -r 1000 -t 4 tcp4 127.0.0.1 0
	binder -r 1000 -t 4 tcp4 127.0.0.1 4444
	guard_stop
	expect_status 0
	attempts=$(sed -n 's/^bindguard: \([0-9]*\) attempts = .*/\1/p' "$ERR")
	expect [ "$attempts" -ge 2000 ]
	expect_eq "$attempts" "$(sed -n 's/.* attempts = \([0-9]*\) reported.*/\1/p' "$ERR")" reported
	expect_eq "$attempts" "$(grep -c ' binder ' "$OUT")" 'lines printed'
}

# A reader that stands still while the ring fills: what is lost is told and counted, and decided.
case_policy_lost_adds_up() {
	web_policy
	guard --deny -f "$POLICY"
	kill -STOP "$GUARD"
	binder -q -r 40000 udp4 127.0.0.1 4444
	kill -CONT "$GUARD"
	expect_error '^bindguard: [0-9]+ events lost: the ring buffer was full$'
	binder -u 33 tcp4 127.0.0.1 8080
	expect_line ' 8080 .* allow   web$'
	guard_stop
	expect_error '^bindguard: 40001 attempts: 1 allow, 40000 deny, 0 audit$'
	# An outcome that took longer than a second has a line of its own, without a verdict.
	reported=$(grep -cE ' binder .* (allow|deny) ' "$OUT")
	lost=$(sed -n 's/.* filtered + \([0-9]*\) lost$/\1/p' "$ERR")
	expect [ "$lost" -gt 0 ]
	expect_eq 40001 $((reported + lost)) 'reported and lost'
	expect_error "^bindguard: 40001 attempts = $reported reported \\+ 0 filtered \\+ $lost lost\$"
}

# Without a pin, the policy ends with the program, however it ends.
case_policy_killed() {
	web_policy
	guard --deny -f "$POLICY"
	binder tcp4 127.0.0.1 4444
	expect_errno EACCES
	guard_stop KILL
	bound() {
		binder tcp4 127.0.0.1 4444
		[ "$ERRNO" = - ]
	}
	poll "$POLLS_LINE" bound || fail 'binds are still refused'
}

# 4,096 rules, each alone responsible for its port.
case_policy_large() {
	{
		echo 'version = 1; default = "deny"; rules = ('
		i=1
		while [ $i -le 4096 ]; do
			[ $i -eq 1 ] || echo ,
			echo "{ name = \"r$i\"; ports = $((10000 + i)); uid = $((i % 7)); }"
			i=$((i + 1))
		done
		echo ');'
	} | policy
	guard --deny -f "$POLICY"
	for i in 1 64 65 2048 4095 4096; do
		binder -u $((i % 7)) tcp4 127.0.0.1 $((10000 + i))
		expect_ok
		expect_line " $((10000 + i)) .* allow   r$i\$"
		binder -u $(((i + 1) % 7)) tcp4 127.0.0.1 $((10000 + i))
		expect_errno EACCES
	done
	guard_stop
}
