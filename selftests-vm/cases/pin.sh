# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2153,SC2317
#
# --pin: the policy holds without the program, and there is no moment in which nothing decides.
#
# PIN_KILLS is how often case_pin_kill_storm kills it; for more than a case has time for, run a
# script: . /vm/lib.sh; . /vm/cases/pin.sh; PIN_KILLS=1000 case_pin_kill_storm.

PIN_KILLS=${PIN_KILLS:-5}
PIN_UPGRADES=${PIN_UPGRADES:-2}	# there and back
PINS=/sys/fs/bpf/bindguard

web_policy() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "web"; ports = 8080; } );
	END
}

# still_decided ERRNO: with this one for what the policy denies.
still_decided() {
	binder tcp4 127.0.0.1 8080
	expect_ok
	binder tcp4 127.0.0.1 8081
	expect_errno "$1"
}

undecided() {
	binder tcp4 127.0.0.1 8081
	expect_ok
}

objects() {
	pinmap --count
}

no_more_objects() {
	[ "$(objects)" = "$1" ]
}

# status STATUS [LINE...]: the exit status of 'bindguard status', and regular expressions of lines
# that it prints.
status() {
	local wanted=$1 line
	shift
	STATUS=0
	"$BINDGUARD" status >"$TMP/status" 2>&1 || STATUS=$?
	cat "$TMP/status"
	expect_status "$wanted"
	for line in "$@"; do
		expect grep -qE -- "$line" "$TMP/status"
	done
}

# unloaded OBJECTS: takes it all down, and so many of the kernel's objects are left.
unloaded() {
	bindguard unload
	expect_status 0
	expect grep -qx "removed $PINS: nothing decides any more" "$OUT"
	undecided
	expect [ ! -e $PINS ]
	poll "$POLLS_LINE" no_more_objects "$1" || fail "left behind: $(objects), was $1"
	status 3 '^status +nothing is in force$'
	bindguard unload
	expect_status 0
	expect grep -qx 'nothing is pinned' "$OUT"
}

# two_folders: the gates, and one for what is behind them.
two_folders() {
	expect_eq 3 "$(find $PINS -type d | wc -l)" "folders: $(find $PINS -type d)"
}

outlives_kill() {
	local nothing
	nothing=$(objects)
	web_policy
	guard --deny --pin -f "$POLICY" --hook "$1"
	still_decided "$2"
	status 0 '^status +enforcing$' '^mode +deny, hook '"$1"'$' \
		"^program +bindguard .* runs as process $GUARD," \
		"sha256 $(sha256sum "$POLICY" | cut -d ' ' -f 1) $POLICY\$"
	guard_stop KILL
	still_decided "$2"
	status 0 '^program +does not run' '^decisions +4 attempts: 2 allow, 2 deny, 0 audit$' \
		'^ +2 +2 +0 +0 20.* UTC web$' '^ +2 +0 +2 +0 20.* UTC -$'
	unloaded "$nothing"
}

case_pin_outlives_kill() {
	outlives_kill lsm EACCES
}

case_pin_outlives_kill_cgroup_hook() {
	outlives_kill cgroup EPERM
}

case_pin_outlives_end() {
	web_policy
	guard --deny --pin -f "$POLICY"
	guard_stop TERM
	expect_status 0
	expect_error "^bindguard: what it decides stays in force: 'bindguard unload' takes it down\$"
	still_decided EACCES
	status 0
}

# What is not pinned is shown too, and beside what is.
case_pin_status_of_others() {
	web_policy
	guard --deny -f "$POLICY"
	binder tcp4 127.0.0.1 8081
	expect_errno EACCES
	status 0 '^mode +deny, not pinned: it ends with its program$' '^ +1 +0 +1 +0 20.* UTC -$'
	guard_stop
	guard --deny --pin -f "$POLICY"
	"$BINDGUARD" --audit -f "$POLICY" >"$TMP/beside" 2>&1 &
	poll "$POLLS_READY" grep -qs "$READY" "$TMP/beside" || fail "$(cat "$TMP/beside")"
	status 0 '^mode +deny, hook lsm$' '^beside +1 more decide, which are not pinned$'
}

# Without the program new cgroups still get their class.
case_pin_new_cgroups() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "a"; cgroup = "/svc/a"; ports = 5432; } );
	END
	guard --deny --pin -f "$POLICY"
	guard_stop KILL
	binder -c "$(cgroup /svc/a/new)" tcp4 127.0.0.1 5432
	expect_ok
	binder -c "$(cgroup /svc/b/new)" tcp4 127.0.0.1 5432
	expect_errno EACCES
}

# The next start has its own policy and mode, goes on counting generations, and leaves nothing of
# the one before.
case_pin_next_start() {
	web_policy
	guard --deny --pin -f "$POLICY"
	pinned=$(objects)
	guard_stop KILL
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "other"; ports = 8081; } );
	END
	guard --audit --pin -f "$POLICY" -E
	binder tcp4 127.0.0.1 8080
	expect_ok
	expect_line ' 8080 .* audit   -$'
	binder tcp4 127.0.0.1 8081
	expect_ok
	expect_line ' 8081 .* allow   other$'
	status 1 '^status +auditing$' '^policy .* generation 2 since ' '^ +1 +1 +0 +0 .* other$'
	two_folders
	poll "$POLLS_LINE" no_more_objects "$pinned" ||
		fail "the first start had $pinned, the second has $(objects)"
}

# From one hook to the other and back.
case_pin_other_hook() {
	web_policy
	"$BINDER" -q -r 0 -t 2 tcp4 127.0.0.1 8081 >"$TMP/binds" &
	busy=$!
	guard --deny --pin -f "$POLICY"
	kill "$busy"
	wait "$busy" || true
	"$BINDER" -q -r 0 -t 2 tcp4 127.0.0.1 8081 >"$TMP/binds" &
	busy=$!
	guard_stop
	guard --deny --pin -f "$POLICY" --hook cgroup
	status 0 ' hook cgroup$' '^hooks +bind4 bind6$'
	guard_stop
	guard --deny --pin -f "$POLICY"
	status 0 ' hook lsm$' '^hooks +bind listen setsockopt bindx$'
	kill "$busy"
	wait "$busy" || true
	said=$(cat "$TMP/binds")
	echo "$said"
	expect grep -qE '^attempts=[1-9][0-9]* ok=0 ' "$TMP/binds"
}

# Since the boot.
centiseconds() {
	local uptime
	read -r uptime _ </proc/uptime
	echo "${uptime%.*}${uptime#*.}"
}

# Killed at any moment, by a start or while it runs, with binds all the time: none goes undecided.
case_pin_kill_storm() {
	web_policy
	guard --deny --pin -f "$POLICY" --quiet
	guard_stop KILL
	"$BINDER" -q -r 0 -t 2 tcp4 127.0.0.1 8081 >"$TMP/binds" &
	busy=$!
	begin=$(centiseconds)
	guard --deny --pin -f "$POLICY" --quiet
	start=$(($(centiseconds) - begin))
	guard_stop KILL
	i=0 ready=0
	while [ $i -lt "$PIN_KILLS" ]; do
		i=$((i + 1))
		"$BINDGUARD" --deny --pin -f "$POLICY" --quiet >"$OUT" 2>"$ERR" &
		GUARD=$!
		usleep $(($(od -An -N2 -tu2 /dev/urandom) * start * 15000 / 65536))
		kill -KILL "$GUARD"
		guard_wait
		! grep -qs "$READY" "$OUT" || ready=$((ready + 1))
	done
	kill "$busy"
	wait "$busy" || true
	echo "$PIN_KILLS kills, $ready of them once it was ready, after ${start}0 ms; $(cat "$TMP/binds")"
	expect grep -qE '^attempts=([1-9][0-9]*) ok=0 EACCES=\1$' "$TMP/binds"
	# Whatever was left half-way, the next start is whole again.
	guard --deny --pin -f "$POLICY"
	status 0
	two_folders
}

# Starts of two versions in turn, of which each finds the other's pins; with binds all the time.
case_pin_upgrade() {
	[ -x /bin/bindguard-next ] || skip "no build/bindguard-next, see 'make guests'"
	web_policy
	guard --deny --pin -f "$POLICY" --quiet
	guard_stop KILL
	"$BINDER" -q -r 0 -t 2 tcp4 127.0.0.1 8081 >"$TMP/binds" &
	busy=$!
	this=$BINDGUARD i=0
	while [ $i -lt "$PIN_UPGRADES" ]; do
		i=$((i + 1))
		BINDGUARD=/bin/bindguard-next
		guard --deny --pin -f "$POLICY" --quiet
		status 0 '^program +bindguard next runs '
		guard_stop "$([ $((i % 2)) = 0 ] || echo KILL)"
		BINDGUARD=$this
		guard --deny --pin -f "$POLICY" --quiet
		status 0 "^program +bindguard $("$BINDGUARD" --version | cut -d ' ' -f 2) runs "
		guard_stop "$([ $((i % 2)) = 1 ] || echo KILL)"
	done
	kill "$busy"
	wait "$busy" || true
	echo "$((2 * PIN_UPGRADES)) upgrades; $(cat "$TMP/binds")"
	expect grep -qE '^attempts=([1-9][0-9]*) ok=0 EACCES=\1$' "$TMP/binds"
	two_folders
}

# A start that fails leaves the one before as it was.
case_pin_start_fails() {
	web_policy
	guard --deny --pin -f "$POLICY"
	guard_stop KILL
	echo 'version = 1; default = "allow"; prots = 1;' >"$TMP/broken.conf"
	bindguard --deny --pin -f "$TMP/broken.conf"
	expect_status 78
	still_decided EACCES
	status 0 "^policy +$POLICY, generation 1 "
	two_folders
}

# start_with N: a start that may open so many files, and is killed if it comes to work. Returns
# whether it did.
start_with() {
	: >"$OUT"
	: >"$ERR"
	(
		ulimit -S -n "$1"
		exec "$BINDGUARD" --deny --pin -f "$POLICY" >"$OUT" 2>"$ERR"
	) &
	GUARD=$!
	poll "$POLLS_READY" guard_settled || fail "with $1 files: neither ready nor ended"
	kill -KILL "$GUARD" 2>/dev/null
	guard_wait
	grep -qs "$READY" "$OUT"
}

# One that fails at whichever step does, too: first because it may open too few files for the first
# one, then for the next, and so on.
case_pin_start_fails_anywhere() {
	web_policy
	guard --deny --pin -f "$POLICY"
	guard_stop KILL
	files=8 failed=0
	until start_with $files; do
		still_decided EACCES
		status 0 "^policy +$POLICY, generation 1 "
		two_folders
		failed=$((failed + 1)) files=$((files + 6))
	done
	echo "$failed starts failed, one with $files files did not"
	expect [ $failed -ge 5 ]
	status 0 "^policy +$POLICY, generation 2 "
}

# One at a time, and the one there is has a name.
case_pin_second_start() {
	web_policy
	guard --deny --pin -f "$POLICY"
	"$BINDGUARD" --deny --pin -f "$POLICY" >"$TMP/second" 2>&1 && fail 'a second one has started'
	expect grep -qx "bindguard: --pin: bindguard runs already, as process $GUARD: stop it first" \
		"$TMP/second"
	"$BINDGUARD" --deny -f "$POLICY" >"$TMP/third" 2>&1 && fail 'a third one denies too'
	expect grep -qx "bindguard: --deny: a policy is pinned already: .*" "$TMP/third"
	"$BINDGUARD" unload >"$TMP/unload" 2>&1 && fail 'it was taken down while one runs'
	expect grep -qx "bindguard: unload: bindguard runs already, as process $GUARD: stop it first" \
		"$TMP/unload"
	still_decided EACCES
}

# mended TEXT: bindguard has noticed, and all is as before.
mended() {
	expect_error "$1"
	still_decided EACCES
	"$BINDGUARD" status >"$TMP/status" || fail "status: $(cat "$TMP/status")"
	expect grep -qE '^gaps +[1-9]' "$TMP/status"
}

case_pin_removed() {
	web_policy
	guard --deny --pin -f "$POLICY"
	before=$(find $PINS | sort)
	rm -r $PINS
	mended "^bindguard: $PINS/.* gone: pinned again\$"
	expect_eq "$before" "$(find $PINS | sort)" 'pins'
	guard_stop KILL
	still_decided EACCES
}

case_pin_unmounted() {
	web_policy
	guard --deny --pin -f "$POLICY"
	umount -l /sys/fs/bpf
	expect_error "^bindguard: $PINS/.* gone: cannot pin it again: /sys/fs/bpf is not mounted: "
	still_decided EACCES
	status 0 '^mode +deny, not pinned: it ends with its program$'
	mount -t bpf bpf /sys/fs/bpf
	mended '^bindguard: what was pinned is complete again$'
	guard_stop KILL
	still_decided EACCES
}

# Somebody empties the map that leads to the program: refused until it is repaired.
case_pin_gate_emptied() {
	web_policy
	guard --deny --pin -f "$POLICY"
	pinmap --empty $PINS/hooks/bind_slot
	mended "^bindguard: the program on the hook bind was gone: attached again\$"
	guard_stop KILL
	pinmap --empty $PINS/hooks/bind_slot
	binder tcp4 127.0.0.1 8080
	expect_errno EACCES
	status 2 '^status +degraded$' '^ +hook bind: nothing decides there$' '^hooks +bind \(missing\) '
}

case_pin_link_detached() {
	web_policy
	guard --deny --pin -f "$POLICY" --hook cgroup
	pinmap --detach $PINS/hooks/bind4
	expect_error '^bindguard: the program on the hook bind4 was gone: attached again$'
	still_decided EPERM
	guard_stop KILL
	pinmap --detach $PINS/hooks/bind4
	undecided
	status 2 '^ +hook bind4: nothing decides there$'
}

# There is no file system for pins yet.
case_pin_mounts() {
	umount /sys/fs/bpf
	web_policy
	guard --deny --pin -f "$POLICY"
	guard_stop KILL
	still_decided EACCES
	expect grep -q ' /sys/fs/bpf bpf ' /proc/mounts
}

# Nobody but root gets at any of it.
case_pin_private() {
	web_policy
	guard --deny --pin -f "$POLICY"
	expect_eq "drwx------ 0" "$(stat -c '%A %u' $PINS)" 'folder'
	expect_eq '' "$(find $PINS ! -user root -o -perm /077)" 'what is not private'
	chmod 755 /run /run/case
	su user1000 -c "ls $PINS" 2>"$TMP/ls" && fail 'user1000 looks into it'
	expect grep -qi 'permission denied' "$TMP/ls"
	su user1000 -c "$BINDGUARD status" >"$TMP/status" 2>&1 && fail 'user1000 sees the status'
	expect grep -qx "bindguard: status: cannot look into $PINS: run it as root" "$TMP/status"
}

# The state is renewed with each reload, failed ones too.
case_pin_reload() {
	web_policy
	guard --deny --pin -f "$POLICY"
	echo 'version = 1; default = "deny"; rules = ( { name = "new"; ports = 8081; } );' | policy
	kill -HUP "$GUARD"
	expect_error 'generation 2 in force$'
	binder tcp4 127.0.0.1 8081
	expect_ok
	echo 'version = 1;' | policy
	kill -HUP "$GUARD"
	expect_error 'generation 2 stays in force$'
	guard_stop KILL
	status 0 '^policy .* generation 2 since ' '^ +1 +1 +0 +0 .* new$' '^ +the last reload failed, .*: 1 of 2$'
	bindguard status --json
	expect_status 0
	expect grep -qE '^\{"status":"enforcing",.*"rule":"new","default":false,"hits":1,' "$OUT"
}
