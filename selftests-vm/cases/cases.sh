# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2153
#
# What "bindguard test" says offline is what happens to real binds.

# The binds are the entries of binds.conf.

# shellcheck source=selftests-vm/guest/binds.sh
. /vm/binds.sh

# There are no sockets of IGMP; of some protocols some kernels have none.
skipped_for_a_reason() {
	local protocol none=0 line=0 reason
	while IFS='	' read -r _ _ _ _ _ protocol _; do
		line=$((line + 1))
		reason=$(sed -n "s/^ok $line - .* # SKIP //p" "$TMP/tap")
		case $protocol:$reason in
		*: | mptcp:*EPROTONOSUPPORT | dccp:* | 33:* | udplite:*EPROTONOSUPPORT) ;;
		2:*EPROTONOSUPPORT) none=$((none + 1)) ;;
		*) fail "case $line, $protocol: skipped: $reason" ;;
		esac
	done <"$TMP/list"
	expect_eq 1 "$none" 'cases that no kernel can make'
}

case_cases_agree_with_real_binds() {
	local count
	policy </vm/cases/binds.conf
	bindguard test "$POLICY"
	expect_status 0
	expect_line '^ok [0-9]+ - not plain$'
	expect_line '^# not reached: over '
	"$BINDGUARD" test --list "$POLICY" >"$TMP/list"
	count=$(wc -l <"$TMP/list")
	expect test "$count" -ge 42
	binds_prepare "$TMP/list"
	binds_make "$TMP/list" >"$TMP/bare"
	guard --deny --json -E -f "$POLICY"
	binds_make "$TMP/list" >"$TMP/made"
	guard_stop
	binds_judge deny "$TMP/list" "$TMP/bare" "$TMP/made" "$OUT" >"$TMP/tap"
	cat "$TMP/tap"
	expect_eq "$count" "$(grep -cE '^ok [0-9]+ - [0-9]+( # SKIP .*)?$' "$TMP/tap")" 'cases that passed'
	skipped_for_a_reason
}
