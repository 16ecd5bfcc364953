# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2153
#
# --metrics: a file for Prometheus' node_exporter, written without privileges.
#
# kernels: 5.10 6.12 newest

FILE=$TMP/metrics/bindguard.prom
PINS=/sys/fs/bpf/bindguard

metrics_policy() {
	mkdir -p "$TMP/metrics"
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "web"; ports = 8080; }, { name = "no\"telnet"; verdict = "deny"; ports = 23; } );
	END
}

# A poll is 0.05 s, and it may take 15 s until it is written.
has_metric() {
	grep -qsxF -- "$1" "$FILE"
}

# expect_metric LINE, which is without "bindguard_".
expect_metric() {
	poll "$POLLS_READY" has_metric "bindguard_$1" ||
		fail "expected bindguard_$1 in: $(grep -v '^#' "$FILE" 2>&1)"
}

decisions() {
	echo "decisions_total{mode=\"deny\",verdict=\"$1\",rule=\"$2\"} $3"
}

case_metrics_deny() {
	metrics_policy
	guard --deny -f "$POLICY" --metrics "$FILE"
	expect_metric 'up 1'
	expect_metric 'enforcing 1'
	expect_metric 'hooks_attached 4'
	expect_metric 'policy_rules 2'
	expect_metric "$(decisions deny 'no\"telnet' 0)"
	binder tcp4 127.0.0.1 8080
	binder tcp4 127.0.0.1 23
	binder tcp4 127.0.0.1 24
	# While it runs, and without privileges.
	expect_metric 'attempts_total 3'
	expect_metric "$(decisions allow web 1)"
	expect_metric "$(decisions deny 'no\"telnet' 1)"
	expect_metric "$(decisions deny '' 1)"
	echo 'nonsense' >"$POLICY"
	kill -HUP "$GUARD"
	expect_error 'stays in force$'
	echo 'version = 1; default = "allow";' >"$POLICY"
	kill -HUP "$GUARD"
	expect_error 'generation 2 in force$'
	binder udp6 ::1 23
	expect_ok
	guard_stop
	expect_metric 'up 0'
	expect_metric 'enforcing 0'
	expect_metric 'attempts_total 4'
	expect_metric "$(decisions allow web 1)"
	expect_metric "$(decisions allow '' 1)"
	expect_metric 'reloads_total{result="success"} 1'
	expect_metric 'reloads_total{result="failure"} 1'
	expect_metric 'policy_generation 2'
	expect_eq 644 "$(stat -c %a "$FILE")" 'mode of the file'
	expect_eq "$FILE" "$(find "$TMP/metrics" -type f)" 'files'
}

# What it says of gaps is what status and the stream say.
case_metrics_gap() {
	metrics_policy
	guard --deny --pin -f "$POLICY" --metrics "$FILE" --json
	expect_metric 'gaps_total 0'
	rm -r $PINS
	expect_error 'gone: pinned again$'
	expect_line "^\\{\"record\":\"gap\",.*\"to\":\"[^\"]+\",\"what\":\"$PINS/"
	"$BINDGUARD" status --json >"$TMP/status" || fail "status: $(cat "$TMP/status")"
	guard_stop
	gaps=$(grep -c '"record":"gap"' "$OUT")
	expect_metric "gaps_total $gaps"
	expect_metric 'gap_open 0'
	seconds=$(sed -n 's/^bindguard_gap_seconds_total //p' "$FILE")
	expect grep -q "\"gaps\":$gaps,\"gap_seconds\":$seconds," "$TMP/status"
	# Without the program it is still in force.
	expect_metric 'up 0'
	expect_metric 'enforcing 1'
	expect_metric 'hooks_attached 4'
	bindguard unload
}

# Observing there is nothing that is decided. A folder of another user is none to write to, for root
# without capabilities; which is told once, and what is denied stays so.
case_metrics_folder() {
	metrics_policy
	guard --metrics "$FILE"
	binder tcp4 127.0.0.1 23
	expect_ok
	guard_stop
	expect_metric 'info{version="0.1.0",mode="observe",hook=""} 1'
	expect_metric 'attempts_total 1'
	expect_metric 'hooks_attached 0'
	rm "$FILE"
	chown 1000 "$TMP/metrics"
	guard --deny -f "$POLICY" --metrics "$FILE"
	expect_error "^bindguard: --metrics $FILE: cannot write it: Permission denied: its folder must belong to this user\$"
	binder tcp4 127.0.0.1 23
	expect_errno EACCES
	guard_stop
	expect_status 0
	expect_eq 1 "$(grep -c 'cannot write it' "$ERR")" 'times that it was told'
	bindguard --metrics "$TMP/nowhere/b.prom"
	expect_status 73
	expect_error "^bindguard: --metrics $TMP/nowhere/b.prom: cannot open its folder: No such file or directory\$"
}
