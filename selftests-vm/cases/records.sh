# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2153,SC2317
#
# What a record says beside the columns of bindsnoop: who refused, what was rewritten, JSON.
#
# kernels: 5.10 6.12 newest

records_policy() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = (
			{ name = "web"; ports = "80, 8080"; reason = "the \"web\" site"; },
			{ name = "no-telnet"; verdict = "deny"; ports = 23; }
		);
	END
}

# field NAME: its value in the last object printed.
field() {
	sed -n "\$s/.*[{,]\"$1\":\(\"[^\"]*\"\|\[[^]]*\]\|{[^}]*}\|[^,}]*\).*/\1/p" "$OUT"
}

# expect_field NAME VALUE
expect_field() {
	expect_eq "$2" "$(field "$1")" "\"$1\" in the last object"
}

# binder_in CGROUP ARGS...: its socket is made in the cgroup, too, and stays open until the case ends.
binder_in() {
	: >"$TMP/inside"
	sh -c "echo \$\$ >$1/cgroup.procs; shift; exec $BINDER -k \"\$@\"" sh "$@" >"$TMP/inside" 2>&1 &
	poll "$POLLS_READY" test -s "$TMP/inside" || fail "binder $* printed nothing"
	binder_parse "$(tail -n 1 "$TMP/inside")"
}

case_records_refused_by() {
	binder_hold -L tcp4 127.0.0.1 8080
	echo 1024 >/proc/sys/net/ipv4/ip_unprivileged_port_start
	inside=$(cgroup /refusing)
	rewriter refuse "$inside"
	records_policy
	guard --deny -f "$POLICY" -E -w
	expect_line ' IF REFUSED_BY +VIA +VERDICT RULE$'
	binder tcp4 127.0.0.1 8080
	expect_errno EADDRINUSE
	expect_line '  0 address_in_use +bind +allow   web$'
	binder tcp4 192.0.2.1 8080
	expect_line '  0 address_not_available +bind +allow   web$'
	binder -u 33 tcp4 127.0.0.1 80
	expect_errno EACCES
	expect_line '  0 privileged_port +bind +allow   web$'
	binder tcp4 127.0.0.1 23
	expect_errno EACCES
	expect_line '  0 policy +bind +deny    no-telnet$'
	binder_in "$inside" tcp4 127.0.0.1 8080
	expect_errno EPERM
	expect_line '  0 cgroup_bpf +bind +allow   web$'
	binder -l 3 tcp4 127.0.0.1 8080
	expect_errno EINVAL
	expect_line '  0 other +bind +allow   -$'
	binder tcp4 127.0.0.1 80
	expect_ok
	expect_line '  0 - +bind +allow   web$'
	binder -m listen tcp4 0.0.0.0 0
	expect_errno EACCES
	expect_line '  0 policy +listen +deny    -$'
}

# What is bound is judged, and counted; it cannot be undone any more.
case_records_rewritten() {
	inside=$(cgroup /rewriting)
	rewriter port 23 "$inside"
	records_policy
	guard --deny -f "$POLICY"
	binder_in "$inside" tcp4 127.0.0.1 8080
	expect_eq 23 "$PORT" "the port that is bound"
	expect_line ' 127\.0\.0\.1 +23 .* allow   web:rewritten:deny:no-telnet$'
	binder tcp4 127.0.0.1 8080
	expect_ok
	expect_line ' 8080 .* allow   web$'
	guard_stop
	expect_error 'bindguard: 1 binds were rewritten by another program after the decision$'
	guard --deny -f "$POLICY" --json
	binder_in "$inside" udp4 127.0.0.1 80
	expect_line '"rewritten":true'
	expect_field requested_port 80
	expect_field port 23
	expect_line '"verdict":"allow","rule":"web",'
	expect_field bound_decision '{"verdict":"deny","rule":"no-telnet","cause":"rule","forbidden":[]}'
}

# Addresses that look rewritten, and are not.
case_records_not_rewritten() {
	records_policy
	guard --audit -f "$POLICY"
	binder tcp4 0.0.0.0 0
	binder udp4 224.0.0.1 8080
	binder udp6 ff02::1%lo 8080
	binder -f 0 tcp4 0.0.0.0 8080
	binder tcp6 ::ffff:127.0.0.1 8080
	binder raw4 127.0.0.1 5
	binder icmp4 127.0.0.1 9
	binder sctp4 127.0.0.1 8080
	binder mptcp4 127.0.0.1 8080
	expect_no_line rewritten
	expect_no_error rewritten
}

case_records_json() {
	records_policy
	guard --deny -f "$POLICY" --json
	expect_error 'Tracing binds'
	binder_hold -u 33 -n 'a"b' -o REUSEADDR tcp4 127.0.0.1 8080
	expect_line '"port":8080'
	expect_field record '"bind"'
	expect_field sequence 2
	expect_field pid "$PID"
	expect_field ns_pid "$PID"
	expect_field uid 33
	expect_field euid 33
	expect_field gid 0
	expect_field login_uid null
	expect_field exe '"/bin/binder"'
	expect_field cgroup '"/"'
	expect_field via '"bind"'
	expect_field protocol '"TCP"'
	expect_field type '"stream"'
	expect_field family '"ipv4"'
	expect_field address '"127.0.0.1"'
	expect_field options '["SO_REUSEADDR"]'
	expect_field port_range null
	expect_field netns "$(readlink /proc/self/ns/net | tr -cd 0-9)"
	expect_field netns_host true
	expect_field verdict '"allow"'
	expect_field rule '"web"'
	expect_field enforced true
	expect_field generation 1
	expect_field rc 0
	expect_field errno null
	expect_field refused_by null
	expect_field rewritten false
	expect_field bound_decision null
	expect_field boot_id "\"$(cat /proc/sys/kernel/random/boot_id)\""
	# A quote in a name stays inside its string.
	expect_line '"comm":"a\\"b"'
	binder tcp6 ::1 23
	expect_line '"errno":"EACCES"'
	expect_field sequence 3
	expect_field rule '"no-telnet"'
	expect_field refused_by '"policy"'
	expect_field rc -13
	expect_field mode '"deny"'
	expect_field policy_sha256 "\"$(sha256sum "$POLICY" | cut -c -64 | sha256sum | cut -c -64)\""
	expect_field count 1
	expect_field last_time null
	expect_lines 2 '^\{"record":"bind",.*\}$'
	# Two before those, and the totals.
	expect_lines 5 '^\{.*\}$'
	expect_lines 5 ''
}

# last KIND: only the last line of that kind stays in OUT.
last() {
	expect_line "^\\{\"record\":\"$1\","
	grep "^{\"record\":\"$1\"," "$OUT" | tail -n 1 >"$TMP/last"
	cp "$TMP/last" "$OUT"
}

# What runs, by which policies it decides, and what has become of the binds.
case_records_stream() {
	binder_hold tcp4 127.0.0.1 23
	records_policy
	sum=$(sha256sum "$POLICY" | cut -c -64)
	kernel=$(uname -r | sed 's/[.+]/\\&/g')
	guard --deny -f "$POLICY" --json -P 80,23
	expect_line "^\\{\"record\":\"start\",.*,\"sequence\":0,\"version\":\"[0-9.]+\",\"kernel\":\"$kernel\",\"machine\":\"$(uname -m)\",\"mode\":\"deny\",\"hook\":\"lsm\",\"pinned\":false,\"not_covered\":\\[.*\\],\"bound_before\":1,\"denied_before\":1\\}\$"
	expect_line "^\\{\"record\":\"policy\",.*,\"sequence\":1,\"generation\":1,\"policy\":\"$POLICY\",\"policy_sha256\":\"[0-9a-f]{64}\",\"files\":\\[\\{\"path\":\"$POLICY\",\"sha256\":\"$sum\"\\}\\],\"rules\":2,\"default\":\"deny\",\"cause\":\"start\"\\}\$"
	binder tcp4 127.0.0.1 80
	binder tcp4 127.0.0.1 8080
	binder tcp4 127.0.0.1 23
	expect_line '"port":23,'
	echo 'version = 1; default = "allow";' >"$POLICY"
	kill -HUP "$GUARD"
	expect_line '^\{"record":"policy",.*"generation":2,.*"rules":0,"default":"allow","cause":"reload"\}$'
	echo 'version = 1; default = 5; nonsense = 1;' >"$POLICY"
	kill -HUP "$GUARD"
	expect_line '^\{"record":"reload_failed",.*"generation":2,"errors":2\}$'
	binder udp4 127.0.0.1 80
	expect_line '"generation":2,"rc":0'
	guard_stop
	expect_eq "$(seq 0 7)" "$(sed -n 's/.*"run":"[0-9a-f-]*","sequence":\([0-9]*\),.*/\1/p' "$OUT")" \
		'the lines are numbered'
	expect_eq 1 "$(sed -n 's/.*"run":"\([0-9a-f-]*\)".*/\1/p' "$OUT" | sort -u | wc -l)" 'of one run'
	last totals
	expect_field final true
	expect_field attempts 4
	expect_field allow 3
	expect_field deny 1
	expect_field audit 0
	expect_field reported 3
	expect_field filtered 1
	expect_field folded 0
	expect_field lost 0
	expect_field pending 0
	expect_field generation 2
}

# Without a policy nothing is decided, and all keys are there all the same.
case_records_json_observed() {
	guard --json -E
	binder udp6 ::1 8080
	expect_line '"port":8080'
	for key in verdict rule cause forbidden reason enforced generation bound_decision; do
		expect_field $key null
	done
	expect_field mode '"observe"'
	expect_field policy_sha256 null
	expect_field rc 0
	binder -l 3 udp4 127.0.0.1 8080
	expect_line '"errno":"EINVAL"'
	expect_field refused_by '"other"'
}

# The same bind in the forms of other schemas, whose lines are binds only.
case_records_formats() {
	records_policy
	guard --deny -f "$POLICY" --format ocsf
	expect_error 'Tracing binds'
	binder_hold -u 33 tcp4 127.0.0.1 8080
	expect_line "\"class_uid\":4001,.*\"activity_id\":7,.*\"action_id\":1,.*\"status_id\":1,.*\"message\":\"bind by binder: TCP 127.0.0.1:8080: allow\",.*\"actor\":\\{\"process\":\\{\"pid\":$PID,.*\"file\":\\{\"path\":\"/bin/binder\".*\"dst_endpoint\":\\{\"ip\":\"127.0.0.1\",\"port\":8080"
	binder tcp6 ::1 23
	expect_line '"action":"Denied",.*"is_alert":true,.*"status_code":"EACCES","status_detail":"policy"'
	expect_lines 2 '^\{"time":[0-9]{13},.*\}$'
	expect_lines 2 ''
	guard --audit -f "$POLICY" --format ecs
	binder_hold tcp4 127.0.0.1 80
	expect_line "\"event\":\\{\"kind\":\"event\",\"category\":\\[\"network\"\\],\"type\":\\[\"allowed\"\\],\"outcome\":\"success\",.*\"process\":\\{\"pid\":$PID,.*\"server\":\\{\"address\":\"127.0.0.1\",\"ip\":\"127.0.0.1\",\"port\":80\\}"
	binder tcp6 ::1 23
	expect_line '"kind":"alert".*"type":\["allowed"\].*"verdict":"audit"'
	expect_lines 2 '^\{"@timestamp":".*\}$'
	expect_lines 2 ''
}
