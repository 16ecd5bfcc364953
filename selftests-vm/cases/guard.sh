# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2153,SC2317
#
# --guard: nobody but bindguard takes down or changes what it has pinned.

PINS=/sys/fs/bpf/bindguard

guarded_policy() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "web"; ports = 8080; } );
	END
}

guarded_start() {
	guarded_policy
	guard --deny --pin -f "$POLICY" "$@"
}

# refused COMMAND...: it fails, for want of a permission.
refused() {
	"$@" >"$TMP/refused" 2>&1 && fail "not refused: $*"
	grep -qiE 'operation not permitted|permission denied' "$TMP/refused" ||
		fail "$*: $(cat "$TMP/refused")"
}

# all_refused HOOK ERRNO: whatever somebody may try; what the policy denies still gets this one.
all_refused() {
	before=$(find $PINS | sort)
	refused rm -r $PINS
	refused rm -r $PINS/guard
	refused rm $PINS/hooks/*
	refused mv $PINS /sys/fs/bpf/elsewhere
	refused mv $PINS/hooks $PINS/elsewhere
	refused mv $PINS/hooks/"$1" /sys/fs/bpf/elsewhere
	refused umount /sys/fs/bpf
	refused umount -l /sys/fs/bpf
	expect_eq "$before" "$(find $PINS | sort)" 'pins'
	binder tcp4 127.0.0.1 8080
	expect_ok
	binder tcp4 127.0.0.1 8081
	expect_errno "$2"
}

# guard_is on|off
guard_is() {
	"$BINDGUARD" status >"$TMP/status" || fail "status: $(cat "$TMP/status")"
	expect grep -qx "guard        $1" "$TMP/status"
}

guard_taken_down() {
	bindguard unload
	expect_status 0
	expect [ ! -e $PINS ]
	binder tcp4 127.0.0.1 8081
	expect_ok
}

case_guard_refuses() {
	guarded_start --guard
	guard_is on
	all_refused bind EACCES
	refused pinmap --empty $PINS/hooks/bind_slot
	guard_stop KILL
	all_refused bind EACCES
	refused pinmap --empty $PINS/hooks/bind_slot
	guard_is on
	guard_taken_down
}

case_guard_refuses_cgroup_hook() {
	guarded_start --guard --hook cgroup
	refused pinmap --detach $PINS/hooks/bind4
	all_refused bind4 EPERM
	guard_stop KILL
	refused pinmap --detach $PINS/hooks/bind4
	all_refused bind4 EPERM
	guard_taken_down
}

# What is not bindguard's is free, and a program of that name elsewhere is not bindguard.
case_guard_knows_its_own() {
	guarded_start --guard
	pinmap /sys/fs/bpf/beside 8 1
	mkdir /sys/fs/bpf/folder
	pinmap /sys/fs/bpf/folder/pin 8 1
	expect mv /sys/fs/bpf/beside /sys/fs/bpf/other
	expect rm -r /sys/fs/bpf/other /sys/fs/bpf/folder
	mkdir "$TMP/mount"
	expect mount -t bpf bpf "$TMP/mount"
	expect umount "$TMP/mount"
	guard_stop KILL
	cp "$BINDGUARD" "$TMP/bindguard"
	refused "$TMP/bindguard" unload
	guard_is on
	guard_taken_down
}

# The maps of the next policy are guarded too, those of the one before are let go.
case_guard_reload() {
	writable=$(pinmap --writable)
	guarded_start --guard
	expect_eq "$writable" "$(pinmap --writable)" 'maps that others may write to'
	echo 'version = 1; default = "deny"; rules = ( { name = "new"; ports = 8081; } );' | policy
	kill -HUP "$GUARD"
	expect_error 'generation 2 in force$'
	binder tcp4 127.0.0.1 8081
	expect_ok
	expect_eq "$writable" "$(pinmap --writable)" 'maps that others may write to'
	guard_stop KILL
	expect_eq "$writable" "$(pinmap --writable)" 'maps that others may write to'
	guard_taken_down
}

# With a guard again, and without one.
case_guard_next_start() {
	guarded_start --guard
	guard_stop KILL
	guarded_start --guard
	guard_is on
	guard_stop KILL
	all_refused bind EACCES
	refused pinmap --empty $PINS/hooks/bind_slot
	guarded_start
	guard_is off
	guard_stop KILL
	expect rm -r $PINS
}
