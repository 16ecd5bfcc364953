# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2153
#
# What bindguard needs to start, and what it has left while it watches.

BPF=0000008000000000
BPF_PERFMON=000000c000000000
BPF_SEARCH=0000008000000004
BPF_PTRACE=0000008000080000
NONE=0000000000000000

# field NAME: of the running bindguard's /proc/PID/status.
field() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$GUARD/status"
}

# expect_left CAPABILITIES BOUNDS: it has these and no way to others.
expect_left() {
	expect_eq "$NONE" "$(field CapInh)" CapInh
	expect_eq "$1" "$(field CapPrm)" CapPrm
	expect_eq "$1" "$(field CapEff)" CapEff
	expect_eq "$2" "$(field CapBnd)" CapBnd
	expect_eq "$NONE" "$(field CapAmb)" CapAmb
	expect_eq 1 "$(field NoNewPrivs)" NoNewPrivs
	expect_eq 2 "$(field Seccomp)" Seccomp
}

# started_with OPTIONS CAPABILITIES: so is bindguard from here on, see binder/with.c.
started_with() {
	cat >"$TMP/start" <<-END
		#!/bin/sh
		exec $BINDER with $* /bin/bindguard "\$@"
	END
	chmod 755 "$TMP/start"
	BINDGUARD=$TMP/start
}

# As a service with LimitMEMLOCK=infinity, which kernels before 5.11 need.
memory_unlimited() {
	ulimit -l unlimited
}

# A policy with all that takes something to read, first for this port and then for that.
everything() {
	mkdir -p "$TMP/parts"
	echo "rules = ( { name = \"user\"; uid = \"$1\"; ports = $2; }," \
		"{ name = \"exe\"; exe = \"$BINDER\"; ports = $(($2 + 1)); }," \
		"{ name = \"cgroup\"; cgroup = \"/svc\"; ports = $(($2 + 2)); }," \
		"{ name = \"netns\"; netns = \"host\"; ports = $(($2 + 3)); } );" \
		>"$TMP/parts/rules.conf"
	policy <<-'END'
		version = 1; default = "deny";
		@include "parts/rules.conf"
	END
}

# expect_everything UID PORT: each rule of it allows its port, and nothing else.
expect_everything() {
	binder -u "$1" tcp4 127.0.0.1 "$2"
	expect_ok
	binder -u 1001 tcp4 127.0.0.1 "$2"
	expect_refused -
	binder tcp4 127.0.0.1 $(($2 + 1))
	expect_ok
	binder -c "$(cgroup /svc)" tcp4 127.0.0.1 $(($2 + 2))
	expect_ok
	binder tcp4 127.0.0.1 $(($2 + 2))
	expect_refused -
	binder tcp4 127.0.0.1 $(($2 + 3))
	expect_ok
	expect_line ' allow +netns$'
}

# reloads_everything: from the policy of 7000 to that of 8000, on SIGHUP, and to 9000, by --watch.
reloads_everything() {
	expect_everything 33 7000
	everything user1000 8000
	[ -n "$1" ] || kill -HUP "$GUARD"
	expect_error 'reloaded: 4 rules, default deny, generation 2 in force$'
	expect_everything 1000 8000
	binder tcp4 127.0.0.1 7003
	expect_refused -
}

case_privileges_left() {
	policy <<-'END'
		version = 1; default = "deny";
	END
	for mode in '' '--count' "--audit -f $POLICY" "--deny -f $POLICY --watch" \
		"--deny -f $POLICY --hook cgroup"; do
		# shellcheck disable=SC2086
		guard $mode
		expect_left $BPF $BPF
		guard_stop
		expect_status 0
	done
	for mode in '' '--hook cgroup'; do
		# shellcheck disable=SC2086
		guard --deny -f "$POLICY" --pin $mode
		expect_left $BPF $BPF
		guard_stop
		bindguard unload
		expect_status 0
	done
	# Which takes that to tell the executables of other users' processes.
	guard --deny -f "$POLICY" --json
	expect_left $BPF_PTRACE $BPF_PTRACE
	binder_hold -u 33 tcp4 127.0.0.1 8080
	expect_line '"exe":"/bin/binder"'
	guard_stop
}

case_privileges_root() {
	everything www-data 7000
	memory_unlimited
	binder_hold tcp4 127.0.0.1 6000
	started_with bpf,perfmon
	bindguard scan
	expect_status 0
	expect_line "^ *$PID +binder .* 6000 "
	guard --deny -f "$POLICY"
	expect_error ': 1 socket bound before; 1 would be denied'
	expect_eq '0	0	0	0' "$(field Uid)" Uid
	expect_left $BPF $BPF_PERFMON
	reloads_everything ''
	expect_left $BPF $BPF_PERFMON
	guard_stop
	expect_status 0
}

case_privileges_watch() {
	everything www-data 7000
	guard --deny -f "$POLICY" --watch
	reloads_everything watch
	guard_stop
	expect_status 0
}

case_privileges_user() {
	everything www-data 7000
	memory_unlimited
	started_with -u 1000 bpf,perfmon
	guard --deny -f "$POLICY"
	expect_eq '1000	1000	1000	1000' "$(field Uid)" Uid
	expect_left $BPF "$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/1/status)"
	reloads_everything ''
	guard_stop
	expect_status 0
}

case_privileges_cgroup() {
	everything www-data 7000
	memory_unlimited
	# With kprobes Debian's 3 would take CAP_SYS_ADMIN.
	has_trampolines || echo 2 >/proc/sys/kernel/perf_event_paranoid
	started_with bpf,perfmon,net_admin
	guard --deny -f "$POLICY" --hook cgroup
	expect_left $BPF 000000c000001000
	binder tcp4 127.0.0.1 7003
	expect_ok
	everything www-data 8000
	kill -HUP "$GUARD"
	expect_error 'generation 2 in force$'
	binder tcp4 127.0.0.1 7003
	expect_errno EPERM
	guard_stop
}

# What is missing is said before anything is tried.
case_privileges_missing() {
	needs_trampolines
	memory_unlimited
	started_with bpf
	bindguard --deny -f "$POLICY"
	expect_status 77
	expect_error '^bindguard: cannot deny on this host: privileges: needs CAP_PERFMON: '
	started_with perfmon
	bindguard
	expect_status 77
	expect_error '^bindguard: cannot observe on this host: privileges: needs CAP_BPF: '
	started_with -u 1000 none
	bindguard
	expect_status 77
	expect_error ' privileges: needs CAP_BPF and CAP_PERFMON: '
	started_with bpf,perfmon
	bindguard --deny -f "$POLICY" --hook cgroup
	expect_status 69
	expect_error ' cgroup hook: .*needs CAP_NET_ADMIN$'
	bindguard doctor
	expect_status 0
	expect_text 'ok       privileges    CAP_BPF and CAP_PERFMON'
	expect_text 'ok       seccomp       available'
	expect_text 'This host can observe, audit and deny.'
}

# Kernels before 5.11 count maps as locked memory.
case_privileges_memory() {
	needs_trampolines
	started_with -m 64 bpf,perfmon
	bindguard doctor
	if kernel_at_least 5 11; then
		expect_status 0
		expect_text 'ok       locked memory not limited on this kernel'
		guard
		guard_stop
		return
	fi
	expect_status 77
	expect_line '^FAILED   locked memory limited to 64 KB, .* needs CAP_SYS_RESOURCE '
	bindguard
	expect_status 77
	expect_error '^bindguard: cannot observe on this host: locked memory: limited to 64 KB, .*CAP_SYS_RESOURCE .*LimitMEMLOCK=infinity$'
	started_with -m 64 bpf,perfmon,sys_resource
	guard
	expect_left $BPF 000000c001000000
	guard_stop
}

# private RULE: a policy that names an executable in a folder that only its owner may look into.
private() {
	mkdir -p "$TMP/private"
	cp "$BINDER" "$TMP/private/app"
	chmod 700 "$TMP/private"
	chown -R 1000 "$TMP/private"
	policy <<-END
		version = 1; default = "deny";
		rules = ( { name = "$1"; exe = "$TMP/private/app"; ports = 8080; } );
	END
}

# Root without capabilities is not above the users' permissions any more.
case_privileges_private_exe() {
	private one
	guard --deny -f "$POLICY"
	expect_error "^bindguard: $TMP/private/app: can only be read with CAP_DAC_READ_SEARCH, which is kept"
	expect_left $BPF_SEARCH $BPF_SEARCH
	private two
	kill -HUP "$GUARD"
	expect_error 'generation 2 in force$'
	BINDER=$TMP/private/app
	binder tcp4 127.0.0.1 8080
	expect_ok
	expect_line ' allow +two$'
	guard_stop
}

case_privileges_private_later() {
	policy <<-'END'
		version = 1; default = "deny"; rules = ( { name = "first"; ports = 8080; } );
	END
	guard --deny -f "$POLICY"
	expect_left $BPF $BPF
	private later
	kill -HUP "$GUARD"
	expect_error "exe: \"$TMP/private/app\": Permission denied: to look into its folder takes CAP_DAC_READ_SEARCH\$"
	expect_error 'not reloaded: 1 error: generation 1 stays in force$'
	binder tcp4 127.0.0.1 8080
	expect_ok
	expect_line ' allow +first$'
	chmod 711 "$TMP/private"
	kill -HUP "$GUARD"
	expect_error 'generation 2 in force$'
	binder tcp4 127.0.0.1 8080
	expect_refused -
	guard_stop
}

# As one audits a policy that one writes at home.
case_privileges_private_policy() {
	mkdir -p "$TMP/home"
	POLICY=$TMP/home/policy.conf
	policy <<-'END'
		version = 1; default = "deny";
	END
	chmod 600 "$POLICY"
	chmod 700 "$TMP/home"
	chown -R 1000 "$TMP/home"
	guard --audit -f "$POLICY" --watch
	expect_error "^bindguard: $POLICY: can only be read with CAP_DAC_READ_SEARCH, which is kept"
	expect_left $BPF_SEARCH $BPF_SEARCH
	echo '# changed' >>"$POLICY"
	expect_error 'generation 2 in force$'
	guard_stop
}

# as USER COMMAND...: with nothing but what that user has.
as() {
	local user=$1
	shift
	"$BINDER" with -u "$user" none "$@" >"$TMP/said" 2>&1
}

# cannot USER COMMAND...: it is refused for want of privileges.
cannot() {
	! as "$@" || fail "uid $1 can: $*"
	grep -qE 'Permission denied|Operation not permitted' "$TMP/said" ||
		fail "$*: $(cat "$TMP/said")"
}

# expect_out_of_reach USER: of the files of /proc that tell or change something.
expect_out_of_reach() {
	cannot "$1" ls "/proc/$GUARD/fd"
	for file in maps mem environ; do
		cannot "$1" cat "/proc/$GUARD/$file"
	done
	cannot "$1" readlink -v "/proc/$GUARD/exe"
}

case_privileges_other_user() {
	policy <<-'END'
		version = 1; default = "deny";
	END
	guard --deny -f "$POLICY"
	for signal in INT TERM HUP KILL STOP; do
		cannot 1000 kill -s $signal "$GUARD"
	done
	expect_out_of_reach 1000
	binder tcp4 127.0.0.1 8080
	expect_refused -
	grep -q reload "$ERR" && fail 'SIGHUP arrived'
	guard_stop
	# Who is the same user may send signals, and that is all.
	memory_unlimited
	started_with -u 1000 bpf,perfmon
	guard --deny -f "$POLICY"
	cannot 1001 kill -s KILL "$GUARD"
	expect_out_of_reach 1000
	guard_stop
}
