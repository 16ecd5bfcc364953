# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2153,SC2317
#
# Lines that go to files: a full disk, files that are rotated or moved away. bindguard has given up its
# privileges by then, and what it would need to be let through the filter of system calls is in the
# kernel's log, which fails the run.
#
# kernels: 5.10 6.12 newest

deny_telnet() {
	policy <<-'END'
		version = 1; default = "allow";
		rules = ( { name = "no-telnet"; verdict = "deny"; ports = 23; } );
	END
}

# disk SIZE: a file system of that size at $TMP/disk, root's alone.
disk() {
	mkdir -p "$TMP/disk"
	mount -t tmpfs -o "mode=0700,size=$1" tmpfs "$TMP/disk"
	LINES=$TMP/disk/lines
}

# storm N: that many binds that are allowed, and as many that are denied.
storm() {
	"$BINDER" -q -r "$1" tcp4 127.0.0.1 8080 >/dev/null 2>&1 || true
	"$BINDER" -q -r "$1" tcp4 127.0.0.1 23 >/dev/null 2>&1 || true
}

# total NAME: of the last line on stderr that adds up the attempts.
total() {
	grep -E '^bindguard: [0-9]+ attempts = ' "$ERR" | sed -nE "s/.* ([0-9]+) $1( .*)?\$/\1/p"
}

lines_dropped() {
	sed -n 's/^bindguard: lines dropped, because they could not be written: //p' "$ERR"
}

# expect_whole FILE...: each line is an object, whole.
expect_whole() {
	! cat "$@" | grep -vE '^\{"[a-z_]+":.*\}$' || fail 'torn lines'
}

has_line() {
	grep -qs -- "$2" "$1"
}

# expect_in FILE TEXT
expect_in() {
	poll "$POLLS_LINE" has_line "$1" "$2" || fail "expected in $1: $2"
}

# Decisions go on, all is counted, and no line is torn.
case_output_full() {
	deny_telnet
	disk 64K
	guard --deny -f "$POLICY" --json -E --output "$LINES"
	storm 100
	expect_error "^bindguard: $LINES: cannot write: No space left on device: going on without"
	binder tcp4 127.0.0.1 23
	expect_errno EACCES
	expect_whole "$LINES"
	mount -o remount,size=1M "$TMP/disk"
	binder udp4 127.0.0.1 23
	expect_error "^bindguard: $LINES: can be written again: lines dropped until now: [1-9]"
	expect_in "$LINES" '"protocol":"UDP"'
	guard_stop
	expect_status 0
	expect_eq 202 "$(total attempts)" attempts
	expect_eq 202 "$(total reported)" reported
	expect_whole "$LINES"
	expect_eq "$(printed "$LINES")" "$(($(grep -c . "$LINES") + $(lines_dropped)))" \
		'lines and those dropped'
	expect_eq 1 "$(grep -c 'cannot write' "$ERR")" 'complaints'
	umount "$TMP/disk"
}

# No disk has room for one more file, and the one that is there still has.
case_output_no_room_to_rotate() {
	deny_telnet
	mkdir -p "$TMP/disk"
	# Two inodes: the folder and the file.
	mount -t tmpfs -o mode=0700,size=4M,nr_inodes=2 tmpfs "$TMP/disk"
	guard --deny -f "$POLICY" --json -E --output "$TMP/disk/lines" --output-size 16K
	storm 50
	expect_error 'lines: cannot rotate: No space left on device: it grows beyond its size$'
	guard_stop
	expect_eq "$(printed "$TMP/disk/lines")" "$(grep -c . "$TMP/disk/lines")" lines
	expect_eq 100 "$(grep -c '"record":"bind"' "$TMP/disk/lines")" 'lines of binds'
	expect_eq '' "$(lines_dropped)" dropped
	umount "$TMP/disk"
}

# sequences FILE...: the numbers in the lines, in the order of the files.
sequences() {
	cat "$@" | sed 's/.*"sequence":\([0-9]*\).*/\1/'
}

# printed FILE: how many lines were printed when its last one was.
printed() {
	echo $(($(sequences "$1" | tail -n 1) + 1))
}

case_output_rotation() {
	local files='' i=200
	deny_telnet
	disk 64M
	guard --deny -f "$POLICY" --json -E --output "$LINES" --output-size 16K --output-keep 200
	storm 700 &
	storm 700
	wait $!
	guard_stop
	expect_status 0
	expect_eq 0 "$(total lost)" lost
	expect_eq 2800 "$(total reported)" reported
	while [ $i -gt 0 ]; do
		[ ! -e "$LINES.$i" ] || files="$files $LINES.$i"
		i=$((i - 1))
	done
	# shellcheck disable=SC2086
	set -- $files "$LINES"
	expect [ $# -gt 50 ]
	expect_whole "$@"
	expect_eq 2800 "$(cat "$@" | grep -c '"record":"bind"')" 'lines of binds'
	sequences "$@" >"$TMP/numbers"
	seq 0 "$(tail -n 1 "$TMP/numbers")" | cmp - "$TMP/numbers" || fail 'lines are missing'
	for file in "$@"; do
		expect [ "$(stat -c %s "$file")" -le 16384 ]
		expect_eq 600 "$(stat -c %a "$file")" mode
	done
	expect_eq '' "$(lines_dropped)" dropped
	umount "$TMP/disk"
}

# The chain goes on from file to file, whatever the order in which they are read.
case_output_chain() {
	deny_telnet
	disk 16M
	guard --deny -f "$POLICY" --json --chain --output "$LINES" --output-size 16K --output-keep 99
	storm 40
	expect_in "$LINES.2" '"sequence"'
	mv "$LINES" "$LINES.moved"
	kill -USR1 "$GUARD"
	poll "$POLLS_LINE" test -e "$LINES" || fail 'not opened anew'
	storm 20
	guard_stop
	expect_status 0
	expect_eq "$(printed "$LINES")" "$(cat "$LINES"* | grep -cE ',"chain":"[0-9a-f]{64}"\}$')" lines
	bindguard report --verify "$LINES"*
	expect_status 0
	expect_line " whole, $(printed "$LINES") lines, last [0-9a-f]{64}\$"
	sed -i '2s/"port":[0-9]*,/"port":99,/' "$LINES.2"
	bindguard report --verify "$LINES"*
	expect_status 1
	expect_line " NOT WHOLE, $(printed "$LINES") lines\$"
	expect_line "^  $LINES.2:2: the line was changed\$"
	expect_eq 2 "$(grep -c . "$OUT")" 'lines of what is wrong'
	umount "$TMP/disk"
}

# What a full disk had no room for is no part of it; what is removed there is.
case_output_chain_full() {
	local lost
	deny_telnet
	disk 64K
	guard --deny -f "$POLICY" --json --chain --output "$LINES"
	storm 100
	expect_error "^bindguard: $LINES: cannot write: No space left on device: going on without"
	mount -o remount,size=1M "$TMP/disk"
	binder udp4 127.0.0.1 23
	expect_in "$LINES" '"protocol":"UDP"'
	guard_stop
	expect_status 0
	lost=$(lines_dropped)
	expect [ "$lost" -gt 0 ]
	bindguard report --verify "$LINES"
	expect_status 0
	expect_line " whole, .* lines, $lost that an output could not take, last "
	sed -i 5d "$LINES"
	bindguard report --verify "$LINES"
	expect_status 1
	expect_line "^  $LINES:5: lines were removed before this one, sequence 4 to 4, "
	umount "$TMP/disk"
}

# As logrotate does it.
case_output_moved() {
	deny_telnet
	disk 1M
	guard --deny -f "$POLICY" -o "$LINES"
	expect_error 'Hit Ctrl-C to end'
	expect_in "$LINES" '^ *PID COMM .* VERDICT RULE$'
	binder tcp4 127.0.0.1 23
	expect_in "$LINES" ' deny    no-telnet$'
	mv "$LINES" "$LINES.old"
	binder tcp4 127.0.0.1 8080
	expect_in "$LINES.old" ' 8080 .* allow   -$'
	kill -USR1 "$GUARD"
	poll "$POLLS_LINE" test -e "$LINES" || fail 'not opened anew'
	binder udp4 127.0.0.1 23
	expect_in "$LINES" ' UDP .* deny    no-telnet$'
	expect_eq 3 "$(grep -c . "$LINES.old")" lines
	expect_eq 1 "$(grep -c . "$LINES")" lines
	expect_eq '' "$(cat "$OUT")" 'standard output'
	guard_stop
	expect_status 0
	expect_eq 0 "$(grep -c 'cannot' "$ERR")" complaints
	umount "$TMP/disk"
}

# With what a service has: no CAP_DAC_OVERRIDE from the beginning, the pins, and --count.
case_output_pinned() {
	deny_telnet
	ulimit -l unlimited
	cat >"$TMP/start" <<-END
		#!/bin/sh
		exec $BINDER with bpf,perfmon /bin/bindguard "\$@"
	END
	chmod 755 "$TMP/start"
	disk 1M
	BINDGUARD=$TMP/start
	guard --deny -f "$POLICY" --pin --json -o "$LINES" --output-size 4K
	storm 20
	expect_in "$LINES.5" '"sequence"'
	mv "$LINES" "$LINES.old"
	kill -USR1 "$GUARD"
	poll "$POLLS_LINE" test -e "$LINES" || fail 'not opened anew'
	guard_stop
	expect_status 0
	expect_whole "$LINES.old" "$LINES.1"
	BINDGUARD=/bin/bindguard
	bindguard unload
	umount "$TMP/disk"
}

case_output_refused() {
	disk 1M
	ln -s /etc/passwd "$LINES"
	bindguard --output "$LINES"
	expect_status 73
	expect_error "^bindguard: --output $LINES: cannot open it: it is a symbolic link: "
	rm "$LINES"
	guard --output "$LINES"
	bindguard --output "$LINES"
	expect_status 73
	expect_error 'cannot open it: another bindguard writes to it$'
	guard_stop
	umount "$TMP/disk"
}

# numbers KEY FILE: the values of that key in the lines of binds.
numbers() {
	sed -n "s/^{\"record\":\"bind\".*\"$1\":\([0-9]*\).*/\1/p" "$2"
}

# A thousand equal denials are two lines, whose counts add up.
case_output_fold() {
	deny_telnet
	guard --deny -f "$POLICY" --json --fold 1000
	storm 1000
	expect_line '"verdict":"deny"'
	guard_stop
	expect_eq 2000 "$(total attempts)" attempts
	expect_eq 1001 "$(total reported)" reported
	expect_eq 999 "$(total folded)" folded
	expect_eq 0 "$(total lost)" lost
	grep '"verdict":"deny"' "$OUT" >"$TMP/denied"
	expect_eq '1 999 ' "$(numbers count "$TMP/denied" | tr '\n' ' ')" 'counts'
	expect_eq 1000 "$(grep '"verdict":"allow"' "$OUT" | grep -c '"count":1,')" 'what is allowed'
	expect_line '^\{"record":"totals",.*"final":true,.*"reported":1001,"folded":999,'
}

# The window ends by itself, also when nothing comes any more.
case_output_fold_ends() {
	deny_telnet
	guard --deny -f "$POLICY" --fold 1
	storm 10
	expect_line ' deny    no-telnet$'
	expect_line ' deny    no-telnet \(([2-9]|10) times\)$'
	guard_stop
	expect_eq 20 "$(total attempts)" attempts
	expect_eq 20 "$(($(total reported) + $(total folded)))" 'reported and folded'
}

# Of what is allowed one in ten, of what is denied each; the counters know all of them.
case_output_sample() {
	deny_telnet
	guard --deny -f "$POLICY" --json --sample 10
	storm 200
	expect_line '"verdict":"deny"'
	guard_stop
	expect_eq 400 "$(total attempts)" attempts
	expect_eq 220 "$(total reported)" reported
	expect_eq 180 "$(total sampled)" sampled
	expect_eq 200 "$(grep -c '"verdict":"deny"' "$OUT")" denied
	expect_eq 20 "$(grep -c '"verdict":"allow"' "$OUT")" allowed
	expect_error '^bindguard: 400 attempts: 200 allow, 200 deny, 0 audit$'
}

# What is written to a log that is not there would be lost without a word.
case_output_no_log() {
	needs_trampolines
	deny_telnet
	bindguard --deny -f "$POLICY" --journal
	expect_status 69
	expect_error '^bindguard: --journal: nobody listens here: /run/systemd/journal/socket: '
	bindguard --deny -f "$POLICY" --syslog
	expect_status 69
	expect_error '^bindguard: --syslog: nobody listens here: /dev/log: '
	binder tcp4 127.0.0.1 23
	expect_ok
}

# log_daemon FILE: a syslogd that writes there.
log_daemon() {
	rm -f /dev/log
	syslogd -n -O "$1" &
	LOGGER=$!
	poll "$POLLS_READY" test -S /dev/log || fail 'no syslogd'
}

case_output_syslog() {
	deny_telnet
	log_daemon "$TMP/messages"
	guard --deny -f "$POLICY" --syslog
	expect_in "$TMP/messages" ' daemon.info bindguard\[[0-9]*\]: bindguard [^ ]* has started: deny; '
	expect_in "$TMP/messages" ' daemon.notice .* 1 rules, default allow, generation 1 in force; '
	storm 100
	expect_in "$TMP/messages" ' authpriv.warn bindguard\[[0-9]*\]: deny bind of TCP 127\.0\.0\.1:23 by binder\[[0-9]*\], uid 0: rule no-telnet; verdict=deny rule=no-telnet .* port=23 .* count=1$'
	# Another daemon takes over: what comes then is not lost.
	kill $LOGGER
	wait $LOGGER || true
	log_daemon "$TMP/later"
	binder udp4 127.0.0.1 23
	expect_in "$TMP/later" 'deny bind of UDP 127\.0\.0\.1:23 by '
	guard_stop
	expect_in "$TMP/later" ' 99 times; .* count=99$'
	expect_in "$TMP/later" 'bindguard has ended: 201 attempts: 100 allow, 101 deny, 0 audit; '
	expect_eq 1 "$(grep -c 'deny bind' "$TMP/messages")" 'denials in the first file'
	expect_eq 2 "$(grep -c 'deny bind' "$TMP/later")" 'denials in the second file'
	expect_eq 2 "$(total reported)" reported
	expect_eq 99 "$(total folded)" folded
	expect_eq 100 "$(total filtered)" filtered
	expect_eq '' "$(cat "$OUT")" 'standard output'
	rm -f /dev/log
}

# Binds of all kinds: nothing is forgotten. What is malformed is allowed, and fails, and is not shown.
case_output_fold_storm() {
	policy <<-'END'
		version = 1; default = "deny";
	END
	guard --deny -f "$POLICY" --json --fold 1000
	"$BINDER" matrix >/dev/null 2>&1 || true
	guard_stop
	expect [ "$(total attempts)" -gt 1000 ]
	expect_eq 0 "$(total lost)" lost
	grep '"verdict":"' "$OUT" >"$TMP/decided"
	expect_eq "$(numbers count "$TMP/decided" | awk '{ sum += $1 } END { print sum + 0 }')" \
		"$(($(total reported) + $(total folded)))" 'reported and folded'
	expect_eq "$(total attempts)" \
		"$(($(total reported) + $(total folded) + $(total filtered)))" 'all'
	expect [ "$(total folded)" -gt 100 ]
}

# What somebody removes is an entry of its own.
case_output_gap() {
	deny_telnet
	log_daemon "$TMP/messages"
	guard --deny -f "$POLICY" --pin --syslog
	rm -rf /sys/fs/bpf/bindguard/hooks
	expect_in "$TMP/messages" ' daemon.notice .* was missing, and is there again; what=[^ ]* from=[^ ]*Z to=[^ ]*Z$'
	guard_stop
	bindguard unload
	rm -f /dev/log
}

# Root without capabilities may not write to the folders of others: it says so, and the lines go on.
case_output_folder() {
	deny_telnet
	mkdir "$TMP/theirs"
	chown 1000 "$TMP/theirs"
	guard --deny -f "$POLICY" -o "$TMP/theirs/lines"
	expect_error "^bindguard: $TMP/theirs/lines: it can be neither rotated nor opened anew: without privileges uid 0 cannot write to its folder\$"
	binder tcp4 127.0.0.1 23
	expect_in "$TMP/theirs/lines" ' deny    no-telnet$'
	mv "$TMP/theirs/lines" "$TMP/theirs/moved"
	kill -USR1 "$GUARD"
	expect_error 'cannot open it anew: Permission denied: going on with the file that it was$'
	binder udp4 127.0.0.1 23
	expect_in "$TMP/theirs/moved" ' UDP .* deny    no-telnet$'
	guard_stop
}
