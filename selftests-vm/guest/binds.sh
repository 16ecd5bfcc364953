# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2154
#
# binds.sh - makes the binds that `bindguard test --list` lists, and compares what came of them.
#
#	binds_prepare LIST		what they need: cgroups, executables, addresses
#	binds_make LIST >LINES		makes them, a line "NUMBER what binder said" each
#	binds_judge MODE LIST BARE LINES RECORDS	TAP, a point NUMBER each
#
# BARE are the lines of the same binds when nobody had a say in them, RECORDS what --json -E says. MODE is
# deny or audit.

BINDS_BINDER=${BINDER:-/bin/binder}

# binds_each LIST COMMAND: for each line of it, its fields in variables; "-" is what is not set.
binds_each() {
	number=0
	while IFS='	' read -r uid comm cgroup exe netns protocol address port options via rest; do
		number=$((number + 1))
		comm=$(printf '%b' "$comm")
		cgroup=$(printf '%b' "$cgroup")
		exe=$(printf '%b' "$exe")
		"$2" </dev/null
	done <"$1"
}

# An address is on the loopback interface, or it could not be bound; those that can be anyway, and
# those that nobody can have, make no difference.
binds_address() {
	case $address in
	0.0.0.0 | :: | 127.* | ::1) ;;
	*:*) ip -6 addr add "$address/128" dev lo 2>/dev/null || true ;;
	*) ip addr add "$address/32" dev lo 2>/dev/null || true ;;
	esac
}

# The program that binds is under the path that the case says, whatever was there: shell and tools are
# elsewhere. A file of its own, since a rule means a name in a folder.
binds_prepare_one() {
	[ "$cgroup" = / ] || mkdir -p "/sys/fs/cgroup$cgroup"
	if [ "$exe" != - ] && mkdir -p "${exe%/*}/"; then
		rm -f "$exe"
		cp "$BINDS_BINDER" "$exe"
	fi
	binds_address
}

binds_prepare() {
	modprobe -q dccp_ipv4 || true
	modprobe -q dccp_ipv6 || true
	binds_each "$1" binds_prepare_one
}

# The protocol as binder calls it; nothing for one of which it makes no sockets.
binds_protocol() {
	local family=4
	case $address in
	*:*) family=6 ;;
	esac
	case $protocol in
	icmp) echo icmp4 ;;
	icmpv6) echo icmp6 ;;
	33) echo dccp$family ;;
	[0-9]*) ;;
	*) echo "$protocol$family" ;;
	esac
}

# Options as binder calls them, with spaces between.
binds_options() {
	[ "$options" = - ] || echo "$options" | sed 's/IP_BIND_ADDRESS_NO_PORT/NOPORT/; s/IP_//g; s/SO_//g; s/,/ /g'
}

# The options set before the bind, without one.
binds_options_but() {
	local option list=
	for option in $(binds_options); do
		[ "$option" = "$1" ] || list=$list${list:+,}$option
	done
	echo "${list:+-o $list}"
}

# binds_try LATE: the bind, with that option set after it. A socket that listens and has a port is bound first. What binds in another network namespace makes
# that as init makes the first one.
binds_try() {
	local program=$BINDS_BINDER socket scope=
	socket=$(binds_protocol)
	[ -n "$socket" ] || { echo "$number protocol errno=EPROTONOSUPPORT" && return; }
	[ "$exe" = - ] || program=$exe
	[ "$comm" != - ] || comm=
	case $address in
	[fF][eE][89abAB]?:*) scope=%lo ;;
	esac
	# shellcheck disable=SC2046
	set -- -n "$comm" -u "$uid" $(binds_options_but "$1") ${1:+-a "$1"}
	[ "$cgroup" = / ] || set -- "$@" -c "/sys/fs/cgroup$cgroup"
	case $via:$port in
	setsockopt:*) ;;
	listen:0) set -- "$@" -m listen ;;
	listen:*) set -- "$@" -L ;;
	*) set -- "$@" -m "$via" ;;
	esac
	set -- "$program" "$@" "$socket" "$address$scope" "$port"
	if [ "$netns" = other ]; then
		set -- "$BINDS_BINDER" contain net sh /vm/binds-netns "$address" "$@"
	fi
	echo "$number $("$@" 2>&1 | tail -n 1)"
}

# With setsockopt one of the options comes late: the first one without which the socket may be bound.
binds_make_one() {
	local option line=
	[ "$via" = setsockopt ] || { binds_try '' && return; }
	for option in $(binds_options); do
		line="$(binds_try "$option") late=$option"
		case $line in
		*" errno=EACCES "*" op=bind "*) ;;
		*) break ;;
		esac
	done
	echo "$line"
}

binds_make() {
	binds_each "$1" binds_make_one
}

binds_judge() {
	awk -v mode="$1" -f /vm/binds.awk "$2" "$3" "$4" "$5"
}
