# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2153,SC2317
#
# What goes wrong around the program, or too fast: no decision is wrong or missing.
#
# FAULTS_ROUNDS is how many cgroups and processes come and go, FAULTS_SECONDS how long the program
# stands still; for more than a case has time for, run a script: . /vm/lib.sh;
# . /vm/cases/faults.sh; FAULTS_ROUNDS=10000 case_faults_processes.
#
# kernels: 5.10 6.12 newest

FAULTS_ROUNDS=${FAULTS_ROUNDS:-100}
FAULTS_SECONDS=${FAULTS_SECONDS:-3}

faults_policy() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = (
			{ name = "db"; cgroup = "/svc/db"; ports = 5432; },
			{ name = "web"; comm = "web"; ports = 8080; }
		);
	END
}

# Pinned, and the program is killed half-way: each new cgroup still gets its class.
case_faults_cgroups() {
	faults_policy
	guard --deny --pin -f "$POLICY" --quiet
	mkdir -p /sys/fs/cgroup/svc/db /sys/fs/cgroup/svc/other
	i=0
	while [ $i -lt "$FAULTS_ROUNDS" ]; do
		[ $i -ne $((FAULTS_ROUNDS / 2)) ] || guard_stop KILL
		mkdir /sys/fs/cgroup/svc/db/$i /sys/fs/cgroup/svc/other/$i
		binder -c /sys/fs/cgroup/svc/db/$i tcp4 127.0.0.1 5432
		expect_ok
		binder -c /sys/fs/cgroup/svc/other/$i tcp4 127.0.0.1 5432
		expect_errno EACCES
		rmdir /sys/fs/cgroup/svc/db/$i /sys/fs/cgroup/svc/other/$i
		i=$((i + 1))
	done
	"$BINDGUARD" status >"$TMP/status"
	expect grep -qE "^decisions +$((2 * i)) attempts: $i allow, $i deny, 0 audit\$" "$TMP/status"
}

# Processes that are gone before their event is read: each has its line, with its own name.
case_faults_processes() {
	faults_policy
	guard --deny -f "$POLICY" -E
	i=0
	while [ $i -lt "$FAULTS_ROUNDS" ]; do
		"$BINDER" -n web tcp4 127.0.0.1 8080 >>"$TMP/allowed"
		"$BINDER" -n gone tcp4 127.0.0.1 8080 >>"$TMP/denied" || true
		i=$((i + 1))
	done
	expect_eq "$i" "$(grep -c '^rc=0 ' "$TMP/allowed")" 'binds that succeeded'
	expect_eq "$i" "$(grep -c ' errno=EACCES ' "$TMP/denied")" 'binds that were refused'
	expect_lines "$i" '^ +0 +[0-9]+ web .* allow   web$'
	expect_lines "$i" '^-13 +[0-9]+ gone .* deny    -$'
	expect_error "^bindguard: $((2 * i)) attempts = $((2 * i)) reported \\+ 0 filtered \\+ 0 lost\$"
}

# The clock is set forth and back: attempts still find their outcomes.
case_faults_clock() {
	faults_policy
	guard --deny -f "$POLICY" -t
	for date in '2031-01-01 00:00:00' '2020-01-01 00:00:00' '2027-01-01 00:00:00'; do
		date -s "$date" >/dev/null
		binder -n web tcp4 127.0.0.1 8080
		expect_ok
		binder tcp4 127.0.0.1 8080
		expect_errno EACCES
	done
	expect_lines 3 '^[0-9]{1,3}\.[0-9]+ .* 8080 .* allow   web$'
	expect_lines 3 '^[0-9]{1,3}\.[0-9]+ .* 8080 .* deny    -$'
	expect_no_line '\?'
}

# The program stands still, and goes on where it was.
case_faults_stopped() {
	faults_policy
	guard --deny --pin -f "$POLICY"
	kill -STOP "$GUARD"
	"$BINDER" -q -r 0 -t 2 tcp4 127.0.0.1 8080 >"$TMP/binds" &
	busy=$!
	sleep "$FAULTS_SECONDS"
	kill "$busy"
	wait "$busy" || true
	kill -CONT "$GUARD"
	guard_stop
	said=$(cat "$TMP/binds")
	attempts=${said#attempts=} attempts=${attempts%% *}
	echo "$said"
	expect_eq "attempts=$attempts ok=0 EACCES=$attempts" "$said" 'what binder got'
	lost=$(sed -n 's/.* filtered + \([0-9]*\) lost$/\1/p' "$ERR")
	expect_error "^bindguard: $attempts attempts = $((attempts - lost)) reported \\+ 0 filtered \\+ $lost lost\$"
}
