# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# For cases of ways to a port. Each is shown to be open first, without bindguard, so that what refuses
# it afterwards can only be the policy; a kernel that does not have it is skipped. What has to be shown
# under one policy after the other is one case: to start bindguard takes the guest many seconds, to
# reload a policy none.

GENERATION=0

# enforce: the policy as it is now comes into force.
enforce() {
	GENERATION=$((GENERATION + 1))
	if [ $GENERATION -eq 1 ]; then
		guard --deny -f "$POLICY"
		return
	fi
	kill -HUP "$GUARD"
	expect_error "generation $GENERATION in force\$"
}

nothing_allowed() {
	policy <<-'END'
		version = 1;
		default = "deny";
	END
}

# Ranges of ports: those within ten, one of which is denied, are one thing, others another.
ranges_policy() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = (
			{ name = "no"; verdict = "deny"; ports = 40005; },
			{ name = "ten"; ports = "40000-40009"; },
			{ name = "clients"; uid = 33; ports = "ephemeral"; },
			{ name = "top"; uid = 34; ports = [ "50000-65535", "ephemeral" ]; }
		);
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

# each COMMAND FILE: the command with the words of each line.
each() {
	local arguments
	while read -r arguments; do
		# shellcheck disable=SC2086
		"$1" $arguments </dev/null
	done <"$2"
}

# open_then_closed <<END: each line's binder works without bindguard, and none does with it.
open_then_closed() {
	cat >"$TMP/ways"
	each open "$TMP/ways"
	nothing_allowed
	enforce
	each closed "$TMP/ways"
}

# --- Options set after the bind

options_policy() {
	policy <<-'END'
		version = 1;
		default = "allow";
		forbid_options = [ "IP_FREEBIND", "IP_TRANSPARENT", "IP_BIND_ADDRESS_NO_PORT",
				   "SO_REUSEADDR", "SO_REUSEPORT" ];
		rules = (
			{ name = "web"; ports = 8081; permit_options = "SO_REUSEPORT"; },
			{ name = "own"; ports = 8082; permit_options =
			  [ "IP_FREEBIND", "IP_TRANSPARENT", "IP_BIND_ADDRESS_NO_PORT",
			    "SO_REUSEADDR", "SO_REUSEPORT" ]; }
		);
	END
}

# option_names PROTO: binder's words for the options, and the policy's.
option_names() {
	echo 'FREEBIND=IP_FREEBIND TRANSPARENT=IP_TRANSPARENT NOPORT=IP_BIND_ADDRESS_NO_PORT'
	echo 'REUSEADDR=SO_REUSEADDR REUSEPORT=SO_REUSEPORT'
	case $1 in
	*6) echo 'V6FREEBIND=IP_FREEBIND V6TRANSPARENT=IP_TRANSPARENT' ;;
	esac
}

# options_open WAY PROTO: each option can be set after the bind.
options_open() {
	local pair
	for pair in $(option_names "$2"); do
		open -w "$1" -a "${pair%=*}" "$2" "$(own_address "$2")" 8080
		expect_eq - "$SET" "errno of ${pair%=*} without bindguard"
	done
}

# options_refused WAY PROTO: under options_policy each is refused, told, and the port still there.
options_refused() {
	local own pair
	own=$(own_address "$2")
	for pair in $(option_names "$2"); do
		open -w "$1" -a "${pair%=*}" "$2" "$own" 8080
		expect_eq 'EACCES 8080' "$SET $HAS" "errno of ${pair%=*}, and the port"
		expect_line "^ *$PID .* 8080 .* deny +-:${pair#*=}\$"
		open -w "$1" -a "${pair%=*}" "$2" "$own" 8082
		expect_eq - "$SET" "errno of ${pair%=*} where a rule permits it"
	done
}
