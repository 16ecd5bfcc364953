# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2119,SC2120
#
# What a case has at hand. A case is a function case_NAME in cases/*.sh: nothing else is needed
# for it to be found and run. It starts from a clean guest (see runner) with these set:
#
#	$TMP	an empty folder, root's and writable by nobody else; also the current one
#	$POLICY	where `policy` writes: $TMP/policy.conf
#	$OUT	what bindguard prints, and $ERR what it says on stderr
#
# and fails with the first expectation that does not hold, or command that fails.

TMP=/run/case
POLICY=$TMP/policy.conf
OUT=$TMP/out
ERR=$TMP/err

# The line that says that bindguard is watching, on stdout or on stderr.
READY='Hit Ctrl-C to end'

BINDGUARD=/bin/bindguard
BINDER=/bin/binder

GUARD=		# bindguard's process while one runs in the background
STATUS=		# exit status of the last bindguard that ended
RC=		# of the last binder, as the next six
ERRNO=
ADDR=
PORT=
PID=
SET=
HAS=
BOUND=		# binder's whole line
HELD=0		# binders that `binder_hold` started

# A poll is 0.05 s; these are limits against hanging, far above what is ever needed.
POLLS_READY=600
POLLS_LINE=200

# --- Outcomes

# show TITLE FILE: the last lines of it, for the diagnostics.
show() {
	if [ -s "$2" ]; then
		echo "$1:"
		tail -n 40 "$2" | sed 's/^/    /'
	else
		echo "$1: empty"
	fi
}

# fail WHAT: end the case here, with all there is to see.
fail() {
	echo "failed: $*"
	[ -z "$BOUND" ] || echo "last binder: $BOUND"
	[ ! -e "$OUT" ] || show stdout "$OUT"
	[ ! -e "$ERR" ] || show stderr "$ERR"
	[ ! -e "$POLICY" ] || show policy "$POLICY"
	exit 1
}

# skip REASON: end the case here, neither passed nor failed.
skip() {
	echo "skip $*" >"$CASE_RESULT"
	exit 0
}

# --- The kernel

# kernel_at_least MAJOR MINOR
kernel_at_least() {
	local release major minor
	release=$(uname -r)
	major=${release%%.*}
	minor=${release#*.}
	minor=${minor%%[!0-9]*}
	[ "$major" -gt "$1" ] || { [ "$major" -eq "$1" ] && [ "$minor" -ge "$2" ]; }
}

# has_trampolines: can the kernel call BPF programs from its functions? If not, no LSM program decides,
# and no fexit probe watches: there are kprobes, and --hook cgroup.
has_trampolines() {
	[ "$(uname -m)" != aarch64 ] || kernel_at_least 6 4
}

# needs_trampolines: skip the case where there are none.
needs_trampolines() {
	has_trampolines || skip "BPF programs cannot be called from this kernel's functions"
}

# The same where these options need it.
options_need_trampolines() {
	case " $* " in
	*' --guard '* | *' --autobind '*) needs_trampolines ;;
	*' --hook cgroup '*) ;;
	*' --deny '* | *' --audit '*) needs_trampolines ;;
	esac
}

lsm_active() {
	grep -qE "(^|,)$1(,|\$)" /sys/kernel/security/lsm
}

# has_protocol PROTO: does the kernel have such a socket? Says why not. Debian's kernels do not load
# dccp by themselves.
has_protocol() {
	case $1 in
	dccp4) modprobe -q dccp_ipv4 || true ;;
	dccp6) modprobe -q dccp_ipv6 || true ;;
	esac
	"$BINDER" -m none "$1" :: 0 2>&1
}

# needs_protocol PROTO: skip the case where the kernel has no such socket.
needs_protocol() {
	local said
	said=$(has_protocol "$1") || skip "no $1 here: $said"
}

# needs_binder ARGS...: skip the case where the kernel cannot do that at all, which binder tells by
# its exit status: make such a socket, set such an option before the bind, call in such a way.
needs_binder() {
	local said
	said=$("$BINDER" "$@" 2>&1) || skip "not here: binder $*: $said"
}

# cgroup PATH: make that cgroup and print its folder: binder -c "$(cgroup /a/b)" ...
cgroup() {
	mkdir -p "/sys/fs/cgroup$1"
	echo "/sys/fs/cgroup$1"
}

# --- Binding

# Takes binder's line apart. Without an attempt RC is the step that failed, "socket" for instance.
binder_parse() {
	local word
	BOUND=$1 RC='' ERRNO='' ADDR='' PORT='' PID='' SET='' HAS=''
	for word in $1; do
		case $word in
		rc=*) RC=${word#*=} ;;
		errno=*) ERRNO=${word#*=} ;;
		addr=*) ADDR=${word#*=} ;;
		port=*) PORT=${word#*=} ;;
		pid=*) PID=${word#*=} ;;
		set=*) SET=${word#*=} ;;
		has=*) HAS=${word#*=} ;;
		esac
	done
	RC=${RC:-${1%% *}}
}

# binder ARGS...: bind, close, and set RC ERRNO ADDR PORT PID SET HAS from the last line printed.
binder() {
	"$BINDER" "$@" >"$TMP/binder" 2>&1 || true
	binder_parse "$(tail -n 1 "$TMP/binder")"
}

# binder_hold ARGS...: the same, but the socket stays open until the case ends or
# binder_release is called; PID is the process that holds it.
binder_hold() {
	local file
	HELD=$((HELD + 1))
	file=$TMP/held.$HELD
	"$BINDER" -k "$@" >"$file" 2>&1 &
	PID=$!
	poll "$POLLS_READY" test -s "$file" || fail "binder -k $* printed nothing"
	binder_parse "$(tail -n 1 "$file")"
}

# binder_release PID
binder_release() {
	kill "$1"
	wait "$1" 2>/dev/null || true
}

# --- bindguard

# policy <<EOF: write the policy. Root's, and writable by nobody else.
policy() {
	cat >"$POLICY"
	chmod 644 "$POLICY"
}

# nap SECONDS: sleeps without another process, which an emulated machine takes as long to start. Nobody
# writes into that pipe.
nap() {
	# shellcheck disable=SC3045 # busybox has -t
	read -rt "$1" _ <>/run/nap || true
}

# poll TIMES COMMAND...: try until it succeeds.
poll() {
	local left=$1
	shift
	while ! "$@"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		nap 0.05
	done
}

guard_running() {
	[ -n "$GUARD" ] && [ -e "/proc/$GUARD/exe" ]
}

# has_text FILE TEXT: is it in one of its lines? The shell looks for itself, as for nap.
has_text() {
	local line
	while read -r line; do
		case $line in
		*"$2"*) return 0 ;;
		esac
	done <"$1"
	return 1
}

guard_settled() {
	has_text "$OUT" "$READY" || has_text "$ERR" "$READY" || ! guard_running
}

# guard ARGS...: start bindguard and wait until it watches.
guard() {
	[ -z "$GUARD" ] || fail "a bindguard runs already"
	options_need_trampolines "$@"
	# Before the start, so that what an earlier one printed is not taken for its word.
	: >"$OUT"
	: >"$ERR"
	"$BINDGUARD" "$@" >"$OUT" 2>"$ERR" &
	GUARD=$!
	poll "$POLLS_READY" guard_settled || fail "bindguard $*: not ready in time"
	grep -qs "$READY" "$OUT" "$ERR" && return
	guard_wait
	fail "bindguard $*: ended with status $STATUS instead of watching"
}

guard_wait() {
	STATUS=0
	wait "$GUARD" 2>/dev/null || STATUS=$?
	GUARD=
}

# guard_stop [SIGNAL]: as Ctrl-C does, unless another signal is named; sets STATUS.
guard_stop() {
	[ -n "$GUARD" ] || fail "no bindguard to stop"
	kill -s "${1:-INT}" "$GUARD" 2>/dev/null || true
	guard_wait
}

# bindguard ARGS...: run it to its end, with OUT, ERR and STATUS as above.
bindguard() {
	STATUS=0
	"$BINDGUARD" "$@" >"$OUT" 2>"$ERR" || STATUS=$?
}

# --- Expectations

# expect COMMAND...: it succeeds. A bare command would do, but could not say why the case failed.
expect() {
	"$@" || fail "expected: $*"
}

# expect_eq EXPECTED ACTUAL [WHAT]
expect_eq() {
	[ "$1" = "$2" ] || fail "${3:-value}: expected '$1', got '$2'"
}

# expect_errno NAME: of the last binder; "-" is success.
expect_errno() {
	expect_eq "$1" "$ERRNO" "errno of the last bind"
}

expect_ok() {
	expect_errno -
}

# expect_refused RULE: the last binder got EACCES and no port, and there is a line that says deny, by
# RULE as it stands in that column (a regular expression, "-" for none).
expect_refused() {
	expect_errno EACCES
	expect_eq 0 "$HAS" 'port after a refusal'
	expect_line "(^| )$PID [^ ]+ .* deny +$1\$"
}

expect_status() {
	expect_eq "$1" "$STATUS" "exit status of bindguard"
}

line_or_end() {
	grep -qsE -- "$1" "$OUT" || ! guard_running
}

# expect_line REGEX: bindguard prints, or has printed, such a line on stdout.
expect_line() {
	poll "$POLLS_LINE" line_or_end "$1" || true
	grep -qsE -- "$1" "$OUT" || fail "expected a line on stdout matching: $1"
}

text_or_end() {
	grep -qsxF -- "$1" "$OUT" || ! guard_running
}

# expect_text LINE: bindguard prints just this line.
expect_text() {
	poll "$POLLS_LINE" text_or_end "$1" || true
	grep -qsxF -- "$1" "$OUT" || fail "expected this line on stdout: $1"
}

# expect_no_line REGEX: stops bindguard first, for only then is everything printed.
expect_no_line() {
	[ -z "$GUARD" ] || guard_stop
	! grep -qsE -- "$1" "$OUT" || fail "expected no line on stdout matching: $1"
}

# expect_lines N REGEX: exactly so many; stops bindguard first.
expect_lines() {
	[ -z "$GUARD" ] || guard_stop
	expect_eq "$1" "$(grep -csE -- "$2" "$OUT")" "number of lines on stdout matching: $2"
}

error_or_end() {
	grep -qsE -- "$1" "$ERR" || ! guard_running
}

# expect_error REGEX: bindguard says so on stderr.
expect_error() {
	poll "$POLLS_LINE" error_or_end "$1" || true
	grep -qsE -- "$1" "$ERR" || fail "expected a line on stderr matching: $1"
}

# expect_cannot_decide REASON: with neither --audit nor --deny does it start here, which one line says
# (a regular expression).
expect_cannot_decide() {
	local mode
	policy <<-'END'
		version = 1;
		default = "deny";
	END
	for mode in audit deny; do
		bindguard --$mode -f "$POLICY"
		expect_status 69
		expect_eq 1 "$(wc -l <"$ERR")" 'lines on stderr'
		expect_error "^bindguard: cannot $mode on this host: $1"
	done
}

# expect_no_error REGEX: stops bindguard first.
expect_no_error() {
	[ -z "$GUARD" ] || guard_stop
	! grep -qsE -- "$1" "$ERR" || fail "expected no line on stderr matching: $1"
}

# malformed_pass: malformed addresses get the kernel's own errno, whatever the policy in force.
malformed_pass() {
	local length
	for length in 0 2 8 15; do
		binder -l $length tcp4 127.0.0.1 8080
		expect_errno EINVAL
	done
	binder -l 23 tcp6 ::1 8080
	expect_errno EINVAL
	binder -f 77 tcp4 127.0.0.1 8080
	expect_errno EAFNOSUPPORT
	binder -f 0 tcp4 127.0.0.1 8080
	expect_errno EAFNOSUPPORT
	binder -f 2 tcp6 ::1 8080
	expect_errno EAFNOSUPPORT
}
