# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2153,SC2317
#
# SCTP's bindx, which adds addresses to a socket: every one is decided.

# shellcheck source=../guest/ways.sh
. /vm/ways.sh

bindx_policy() {
	policy <<-'END'
		version = 1;
		default = "deny";
		forbid_options = "SO_REUSEPORT";
		rules = (
			{ name = "own"; protocol = "sctp"; ports = 3868;
			  address = [ "loopback", "10.0.0.0/24" ]; },
			{ name = "clients"; uid = 33; ports = "ephemeral"; }
		);
	END
}

# addresses N LAST: N - 1 allowed ones, and the last.
addresses() {
	local i=1
	while [ $i -lt "$1" ]; do
		printf '10.0.0.%d,' $i
		i=$((i + 1))
	done
	echo "$2"
}

case_ways_bindx() {
	needs_protocol sctp4
	open -m bindx sctp4 10.1.0.1 3868
	open -m bindx sctp4 "$(addresses 16 10.1.0.1)" 3868
	open -m bindx sctp6 fd00::1,::1,10.1.0.1 3868
	open -m bindx sctp4 127.0.0.1 0
	open -x 10.1.0.1 sctp4 127.0.0.1 3868
	open -x fd00::1,10.1.0.1 sctp6 ::1 3868
	bindx_policy
	enforce
	bindx_before
	bindx_after
}

bindx_before() {
	open -m bindx sctp4 127.0.0.1 3868
	expect_line "^ *$PID .* SCTP 127\\.0\\.0\\.1 +3868 .* allow +own\$"
	open -m bindx sctp4 "$(addresses 16 10.0.0.16)" 3868
	open -m bindx sctp6 ::1,127.0.0.1 3868
	closed -m bindx sctp4 10.1.0.1 3868
	expect_line "^ *$PID .* SCTP 10\\.1\\.0\\.1 +3868 .* deny +-\$"
	closed -m bindx sctp4 127.0.0.1 3869
	binder -m bindx -o REUSEPORT sctp4 127.0.0.1 3868
	expect_refused own:SO_REUSEPORT
	for list in 10.0.0.1,10.1.0.1 10.1.0.1,10.0.0.1 "$(addresses 16 10.1.0.1)"; do
		closed -m bindx sctp4 "$list" 3868
	done
	for list in fd00::1 ::1,fd00::1 ::1,10.1.0.1 10.1.0.1,::1 ::1,127.0.0.1,::; do
		closed -m bindx sctp6 "$list" 3868
	done
	closed -m bindx sctp6 10.1.0.1 3868
	expect_line "^ *$PID .* SCTP ::ffff:10\\.1\\.0\\.1 +3868 .* deny +-\$"
	closed -m bindx sctp4 127.0.0.1 0
	open -u 33 -m bindx sctp4 127.0.0.1 0
}

# Addresses added to a socket that has one: it keeps what it had.
bindx_after() {
	binder_hold -L -x 10.0.0.1,10.0.0.2 sctp4 127.0.0.1 3868
	expect_ok
	expect grep -qE ' 3868 .* 127\.0\.0\.1 10\.0\.0\.1 10\.0\.0\.2 *$' /proc/net/sctp/eps
	binder_release "$PID"
	for list in 10.1.0.1 10.0.0.1,10.1.0.1 10.1.0.1,10.0.0.1; do
		binder -x $list sctp4 127.0.0.1 3868
		expect_eq 'EACCES 3868' "$ERRNO $HAS" 'errno of bindx, and the port'
		expect_line "^ *$PID .* SCTP 10\\.1\\.0\\.1 +3868 .* deny +-\$"
	done
	binder -x fd00::1,::1 sctp6 127.0.0.1 3868
	expect_eq 'EACCES 3868' "$ERRNO $HAS" 'errno of bindx, and the port'
}
