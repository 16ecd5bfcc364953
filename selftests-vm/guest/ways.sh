# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# For cases of ways to a port. Each is shown to be open first, without bindguard, so that what refuses
# it afterwards can only be the policy; a kernel that does not have it is skipped.

nothing_allowed() {
	policy <<-'END'
		version = 1;
		default = "deny";
	END
}

# any_address PROTO: the wildcard of that family.
any_address() {
	case $1 in
	*6) echo :: ;;
	*) echo 0.0.0.0 ;;
	esac
}

# own_address PROTO
own_address() {
	case $1 in
	*6) echo ::1 ;;
	*) echo 127.0.0.1 ;;
	esac
}

# open ARGS...: works, and has a port.
open() {
	binder "$@"
	expect_ok
	expect [ "$HAS" -gt 0 ]
}

# closed ARGS...: is refused by the default.
closed() {
	binder "$@"
	expect_refused -
}

# open_then_closed <<END: each line's binder works without bindguard, and none does with it.
open_then_closed() {
	local arguments
	cat >"$TMP/ways"
	while read -r arguments; do
		# shellcheck disable=SC2086
		open $arguments </dev/null
	done <"$TMP/ways"
	nothing_allowed
	guard --deny -f "$POLICY"
	while read -r arguments; do
		# shellcheck disable=SC2086
		closed $arguments </dev/null
	done <"$TMP/ways"
}
