# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2153
#
# What "bindguard test" says offline is what happens to real binds.

# Each test of the policy is a bind: a new one is one entry there.

# shellcheck source=selftests-vm/guest/binds.sh
. /vm/binds.sh

# There are no sockets of IGMP; of some protocols some kernels have none.
skipped_for_a_reason() {
	local protocol number line=0 reason
	while IFS='	' read -r _ _ _ _ _ protocol _; do
		line=$((line + 1))
		reason=$(sed -n "s/^ok $line - .* # SKIP //p" "$TMP/tap")
		case $protocol:$reason in
		*: | mptcp:*EPROTONOSUPPORT | dccp:* | 33:* | udplite:*EPROTONOSUPPORT) ;;
		2:*EPROTONOSUPPORT) number=$line ;;
		*) fail "case $line, $protocol: skipped: $reason" ;;
		esac
	done <"$TMP/list"
	expect_eq 42 "$number" 'the case that no kernel can make'
}

case_cases_agree_with_real_binds() {
	policy <<-'END'
		version = 1;
		default = "deny";
		forbid_options = [ "IP_TRANSPARENT" ];
		rules = (
			{ name = "no-telnet"; verdict = "deny"; ports = 23; },
			{ name = "web"; uid = 33; protocol = "tcp"; ports = "80, 443";
			  permit_options = "SO_REUSEPORT"; address = [ "wildcard", "10.0.0.0/8" ]; },
			{ name = "trial"; verdict = "deny"; mode = "audit"; ports = "9000-9099"; },
			{ name = "agents"; comm = "agent*"; family = "ipv6"; },
			{ name = "database"; unit = "db.service"; ports = 5432; },
			{ name = "clients"; protocol = "udp"; ports = "ephemeral"; },
			{ name = "over"; ports = 7000; expires = "2020-01-01"; },
			{ name = "plain"; ports = 6000; forbid_options = "SO_REUSEADDR"; },
			{ name = "named"; exe = "/usr/sbin/named"; protocol = "udp"; ports = 53; },
			{ name = "shell"; exe = "/opt/shell/bin/sh"; ports = 54; },
			{ name = "here"; netns = "host"; ports = 9999; },
			{ name = "link"; address = "fe80::/10"; ports = 546; },
			{ name = "root"; uid = 0; protocol = [ "raw", "icmp" ]; }
		);
		tests = (
			{ name = "telnet"; uid = 0; bind = "tcp 0.0.0.0:23"; expect = "deny"; rule = "no-telnet"; },
			{ name = "http"; uid = 33; bind = "tcp 0.0.0.0:80"; expect = "allow"; rule = "web"; },
			{ name = "https"; uid = 33; bind = "tcp [::]:443"; options = [ "SO_REUSEPORT" ];
			  expect = "allow"; rule = "web"; },
			{ name = "inside"; uid = 33; bind = "tcp 10.0.0.1:80"; expect = "allow"; rule = "web"; },
			{ name = "mapped"; uid = 33; bind = "tcp [::ffff:10.0.0.1]:80"; expect = "allow"; },
			{ name = "loop"; uid = 33; bind = "tcp 127.0.0.1:80"; expect = "deny"; rule = "-"; },
			{ name = "transparent"; uid = 33; bind = "tcp 0.0.0.0:80"; options = "IP_TRANSPARENT";
			  expect = "deny"; rule = "web"; },
			{ name = "trial low"; bind = "tcp 127.0.0.1:9000"; expect = "audit"; rule = "trial"; },
			{ name = "trial high"; bind = "udp 127.0.0.1:9099"; expect = "audit"; rule = "trial"; },
			{ name = "trial above"; bind = "udp 127.0.0.1:9100"; expect = "deny"; rule = "-"; },
			{ name = "agent"; comm = "agent-7"; bind = "udp [::1]:5000"; expect = "allow"; rule = "agents"; },
			{ name = "agent 4"; comm = "agent-7"; bind = "udp 127.0.0.1:5000"; expect = "deny"; },
			{ name = "db"; uid = 0; cgroup = "/system.slice/db.service/x"; bind = "tcp 127.0.0.1:5432";
			  expect = "allow"; rule = "database"; },
			{ name = "not db"; uid = 0; cgroup = "/system.slice/dbx"; bind = "tcp 127.0.0.1:5432";
			  expect = "deny"; },
			{ name = "client"; bind = "udp 0.0.0.0:ephemeral"; expect = "allow"; rule = "clients"; },
			{ name = "tcp client"; bind = "tcp 0.0.0.0:0"; expect = "deny"; },
			{ name = "expired"; bind = "tcp 127.0.0.1:7000"; expect = "deny"; rule = "-"; },
			{ name = "plain"; bind = "tcp 127.0.0.1:6000"; expect = "allow"; rule = "plain"; },
			{ name = "not plain"; bind = "tcp 127.0.0.1:6000"; options = "SO_REUSEADDR";
			  expect = "deny"; rule = "plain"; },
			{ name = "listener"; uid = 33; via = "listen"; bind = "tcp 0.0.0.0:0"; expect = "deny"; rule = "-"; },
			{ name = "late"; uid = 33; via = "setsockopt"; bind = "tcp 0.0.0.0:80";
			  options = "IP_TRANSPARENT"; expect = "deny"; rule = "web"; },
			{ name = "late, two"; uid = 33; via = "setsockopt"; bind = "tcp 0.0.0.0:80";
			  options = [ "SO_REUSEPORT", "IP_TRANSPARENT" ]; expect = "deny"; rule = "web"; },
			{ name = "late, allowed"; uid = 33; via = "setsockopt"; bind = "tcp 0.0.0.0:80";
			  options = "SO_REUSEPORT"; expect = "allow"; },
			{ name = "bound listener"; uid = 33; via = "listen"; bind = "tcp 0.0.0.0:80"; expect = "allow"; },
			{ name = "elsewhere"; bind = "udp 192.0.2.7:9000"; expect = "audit"; rule = "trial"; },
			{ name = "elsewhere 6"; bind = "udp [2001:db8::7]:9000"; expect = "audit"; },
			{ name = "named"; exe = "/usr/sbin/named"; bind = "udp [::]:53"; expect = "allow"; rule = "named"; },
			{ name = "not named"; exe = "/usr/sbin/names"; bind = "udp [::]:53"; expect = "deny"; rule = "-"; },
			{ name = "sh"; exe = "/opt/shell/bin/sh"; bind = "tcp [::]:54"; expect = "allow"; rule = "shell"; },
			{ name = "here"; bind = "tcp 127.0.0.1:9999"; expect = "allow"; rule = "here"; },
			{ name = "other"; netns = "other"; bind = "tcp 10.9.9.9:9999"; expect = "deny"; rule = "-"; },
			{ name = "link local"; bind = "udp [fe80::7]:546"; expect = "allow"; rule = "link"; },
			{ name = "mptcp"; uid = 33; bind = "mptcp 0.0.0.0:443"; expect = "allow"; rule = "web"; },
			{ name = "sctp"; via = "bindx"; bind = "sctp 0.0.0.0:9001"; expect = "audit"; rule = "trial"; },
			{ name = "dccp"; bind = "33 0.0.0.0:9002"; expect = "audit"; rule = "trial"; },
			{ name = "udplite"; bind = "udplite [::]:9003"; expect = "audit"; rule = "trial"; },
			{ name = "multicast"; bind = "udp 224.0.0.251:9004"; expect = "audit"; rule = "trial"; },
			{ name = "raw"; uid = 0; bind = "raw 127.0.0.1"; expect = "allow"; rule = "root"; },
			{ name = "not root"; uid = 5; bind = "raw 127.0.0.1"; expect = "deny"; rule = "-"; },
			{ name = "ping"; uid = 0; bind = "icmp 127.0.0.1:0"; expect = "allow"; rule = "root"; },
			{ name = "comm"; comm = "agent 7"; bind = "udp [::1]:5001"; expect = "allow"; rule = "agents"; },
			{ name = "no protocol"; bind = "2 0.0.0.0:1"; expect = "deny"; }
		);
	END
	bindguard test "$POLICY"
	expect_status 0
	expect_line '^ok 19 - not plain$'
	expect_line '^# not reached: over '
	"$BINDGUARD" test --list "$POLICY" >"$TMP/list"
	expect_eq 42 "$(wc -l <"$TMP/list")" 'cases listed'
	binds_prepare "$TMP/list"
	binds_make "$TMP/list" >"$TMP/bare"
	guard --deny --json -E -f "$POLICY"
	binds_make "$TMP/list" >"$TMP/made"
	guard_stop
	binds_judge deny "$TMP/list" "$TMP/bare" "$TMP/made" "$OUT" >"$TMP/tap"
	cat "$TMP/tap"
	expect_eq 42 "$(grep -cE '^ok [0-9]+ - [0-9]+( # SKIP .*)?$' "$TMP/tap")" 'cases that passed'
	skipped_for_a_reason
}
