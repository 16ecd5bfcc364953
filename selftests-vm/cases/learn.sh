# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2153,SC2317
#
# From records to a policy, and from the policy to what it decides.
#
# kernels: 5.10 6.12 newest

# binds: of different users, cgroups and executables. They stay until binds_end, so that all is
# known of them.
binds() {
	HOLDERS=
	for arguments in "-u 33 -c $SERVICE tcp4 0.0.0.0 80" "-c $SERVICE udp6 ::1 53" \
		"-u 1000 tcp4 127.0.0.1 8080" "-u 1000 udp4 0.0.0.0 0"; do
		# shellcheck disable=SC2086
		binder_hold $arguments
		expect_ok
		HOLDERS="$HOLDERS $PID"
	done
	BINDER=$TMP/other
	binder_hold -u 1000 tcp4 127.0.0.1 9000
	BINDER=/bin/binder
	expect_ok
	HOLDERS="$HOLDERS $PID"
}

binds_end() {
	for holder in $HOLDERS; do
		binder_release "$holder"
	done
}

# recorded N: so many binds are in the log by now, which becomes log.json.
recorded() {
	lines() { [ "$(grep -cs '"requested_port"' "$OUT")" -ge "$1" ]; }
	poll "$POLLS_LINE" lines "$1" || fail "expected $1 binds in the log"
	guard_stop
	cp "$OUT" "$TMP/log.json"
}

case_learn() {
	SERVICE=$(cgroup /system.slice/web.service)
	cp /bin/binder "$TMP/other"
	echo 'version = 1; default = "deny"; rules = ();' | policy
	guard --audit -f "$POLICY" --json
	expect_error 'Tracing binds'
	binds
	recorded 5
	binds_end

	bindguard learn -o "$TMP/learned.conf" "$TMP/log.json"
	expect_status 0
	cp "$TMP/learned.conf" "$POLICY"
	expect_error 'from 5 binds$'
	bindguard check "$POLICY"
	expect_status 0
	expect grep -q 'unit = "web.service";' "$POLICY"
	expect grep -q 'exe = "/bin/binder";' "$POLICY"
	expect grep -q "exe = \"$TMP/other\";" "$POLICY"

	# All that was seen is allowed now, and nothing else.
	bindguard replay "$POLICY" "$TMP/log.json"
	expect_status 1
	expect_line '^5 of 5 decisions would change$'
	expect_eq 5 "$(grep -c '^audit -> allow ' "$OUT")" 'changes into allow'
	guard --deny -f "$POLICY" --json
	expect_error 'Tracing binds'
	binds
	refused 0.0.0.0 80
	refused 127.0.0.1 9000
	refused 127.0.0.1 8081 -u 1000
	refused 127.0.0.1 8080 -u 1001
	refused 127.0.0.1 80 -u 33 -c "$SERVICE"
	recorded 10
	bindguard replay "$POLICY" "$TMP/log.json"
	expect_status 0
	expect_text '0 of 10 decisions would change'
	bindguard learn --base "$POLICY" "$TMP/log.json"
	expect_error 'bindguard: 0 rules from 0 binds$'
	expect_error 'left out: 5 binds that were denied'
	bindguard learn --prune "$POLICY" "$TMP/log.json"
	expect_status 0
	expect_line '^0 of [0-9]+ rules never hit since '
}

# refused ADDRESS PORT ARGS...: the process stays, so that all is known of it.
refused() {
	address=$1 port=$2
	shift 2
	binder_hold "$@" tcp4 "$address" "$port"
	expect_errno EACCES
}

# It observes by itself, until Ctrl-C or for the time that it was told.
case_learn_for() {
	SERVICE=$(cgroup /system.slice/web.service)
	cp /bin/binder "$TMP/other"
	echo 'version = 1; default = "deny"; rules = ({ name = "web"; unit = "web.service"; });' | policy
	guard learn --for 1h --base "$POLICY"
	binds
	guard_stop
	expect_status 0
	expect_line 'exe = "/bin/binder";'
	expect_line "exe = \"$TMP/other\";"
	expect_line 'ports = 8080;'
	expect_no_line 'web.service'
	expect_error 'from 3 binds$'
	expect_error 'left out: 2 binds that the base allows$'
	guard learn --for 5s
	guard_wait
	expect_status 0
	expect_text 'default = "deny";'
	expect_error 'bindguard: 0 rules from 0 binds$'
}
