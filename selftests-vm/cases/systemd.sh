# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2154
#
# bindguard as the service that is shipped, with all its hardening, under a real systemd.
#
# guest: systemd
# kernels: 6.1 6.12 newest

UNIT=bindguard.service
DROPINS=/run/systemd/system/$UNIT.d
POLICY=/etc/bindguard/policy.conf

# property NAME [UNIT]
property() {
	systemctl show -P "$1" "${2:-$UNIT}"
}

# What goes wrong is in the journal.
fail_unit() {
	systemctl status --no-pager -n 0 "$UNIT" || true
	journalctl -b -o cat -n 20 --no-pager -u "$UNIT"
	fail "$*"
}

property_matches() {
	property "$1" | grep -qxE -- "$2"
}

# expect_property NAME REGEX: it is, or becomes, such.
expect_property() {
	poll "$POLLS_READY" property_matches "$1" "$2" ||
		fail_unit "$1: expected $2, got $(property "$1")"
}

# The status line that the service has sent.
expect_status_text() {
	expect_property StatusText "$1"
}

journal_has() {
	journalctl -b -o cat --no-pager -u "$UNIT" | grep -qE -- "$1"
}

expect_journal() {
	poll "$POLLS_READY" journal_has "$1" || fail_unit "expected in the journal: $1"
}

generation() {
	property StatusText | sed -nE 's/.*, generation ([0-9]+).*/\1/p'
}

restart() {
	systemctl daemon-reload
	systemctl stop "$UNIT"
	bindguard unload
	systemctl start "$UNIT" || fail_unit "cannot start it"
}

# reloaded: the policy, as it stands in its file, comes into force.
reloaded() {
	local before
	before=$(generation)
	systemctl reload "$UNIT" || fail_unit "cannot reload it"
	expect_status_text "[a-z]+: [0-9]+ rules? of $POLICY, generation $((before + 1))"
}

# denying <<EOF: the service denies, by this policy.
denying() {
	cat >"$POLICY"
	if property_matches StatusText 'denying: .*' && property_matches ActiveState active; then
		reloaded
		return
	fi
	mkdir -p "$DROPINS"
	cp /vm/deny.conf "$DROPINS/"
	restart
	expect_status_text "denying: [0-9]+ rules? of $POLICY, generation 1"
}

deny_telnet() {
	denying <<-EOF
		version = 1; default = "allow";
		rules = ( { name = "telnet"; verdict = "deny"; ports = 23; } );
	EOF
}

# bound_by USER PORT PROGRAM...: sets ERRNO from a bind of that port by a binder elsewhere.
bound_by() {
	local user=$1 port=$2
	shift 2
	"$@" -u "$user" tcp4 0.0.0.0 "$port" >"$TMP/elsewhere" 2>&1 || true
	binder_parse "$(tail -n 1 "$TMP/elsewhere")"
}

# program PATH: a binder there.
program() {
	mkdir -p "${1%/*}"
	cp "$BINDER" "$1"
}

# It is ready before the network is, and sees what binds as soon as it may.
case_systemd_boot() {
	expect systemctl --quiet is-active "$UNIT"
	expect_property StatusText "auditing: 2 rules of $POLICY, generation 1"
	expect_eq 0 "$(property NRestarts)" restarts
	expect [ "$(property ActiveEnterTimestampMonotonic)" -le \
		"$(property ActiveEnterTimestampMonotonic network-pre.target)" ]
	expect_journal '[0-9]+ sockets? bound before; 0 would be denied'
	expect_journal ' binder +TCP +127\.0\.0\.1 +700 .* bind +audit +early$'
}

# bits CAPABILITY...: as the kernel prints them.
bits() {
	local sum=0 number
	for number in "$@"; do
		sum=$((sum | 1 << number))
	done
	printf '%016x' $sum
}

# CAP_DAC_READ_SEARCH, CAP_PERFMON and CAP_BPF; the filter of system calls; nothing to write to.
case_systemd_hardening() {
	local pid pattern
	pid=$(property MainPID)
	expect grep -qx "CapBnd:	$(bits 2 38 39)" "/proc/$pid/status"
	expect grep -qx 'NoNewPrivs:	1' "/proc/$pid/status"
	expect grep -qx 'Seccomp:	2' "/proc/$pid/status"
	expect_eq "$(readlink /proc/1/ns/net)" "$(readlink "/proc/$pid/ns/net")" netns
	for pattern in '/ / ro[, ]' '/ /sys ro[, ]' '/sys/fs/bpf rw[, ]' '/sys/fs/cgroup rw[, ]'; do
		expect grep -qE " $pattern" "/proc/$pid/mountinfo"
	done
}

# What is bound when it starts, judged by users, executables and network namespaces too.
case_systemd_baseline() {
	systemctl stop "$UNIT"
	binder_hold -u 33 tcp4 0.0.0.0 81
	binder_hold tcp4 0.0.0.0 82
	rm -rf "$DROPINS"
	cat >"$POLICY" <<-EOF
		version = 1; default = "deny";
		rules = (
			{ name = "user"; uid = "www-data"; netns = "host"; exe = "$BINDER"; ports = 81; }
		);
	EOF
	restart
	expect_journal "2 sockets bound before; 1 would be denied: $PID binder TCP 0\.0\.0\.0:82\$"
	expect_status_text "auditing: 1 rule of $POLICY, generation 1"
}

case_systemd_reload() {
	deny_telnet
	binder tcp4 0.0.0.0 23
	expect_errno EACCES
	expect_journal ' binder +TCP +0\.0\.0\.0 +23 .* bind +deny +telnet$'
	echo 'version = 1; default = "allow"; rules = ();' >"$POLICY"
	reloaded
	binder tcp4 0.0.0.0 23
	expect_ok
}

# The policy before it stays in force, and the service says so.
case_systemd_broken_policy() {
	local generation
	deny_telnet
	generation=$(generation)
	echo 'version = 1; default = "maybe"; rules = ( { ports = 99999; } );' >"$POLICY"
	systemctl reload "$UNIT"
	expect_status_text "denying: 1 rule of $POLICY, generation $generation stays in force: [2-9] errors"
	expect_journal "$POLICY:1: "
	expect systemctl --quiet is-active "$UNIT"
	binder tcp4 0.0.0.0 23
	expect_errno EACCES
	deny_telnet
}

# At a boot nothing is pinned: binds are told, and it denies once the policy is mended.
case_systemd_boot_error() {
	deny_telnet
	systemctl stop "$UNIT"
	bindguard unload
	echo 'version = 1; default = "maybe"; rules = ( { ports = 99999; } );' >"$POLICY"
	systemctl start "$UNIT" || fail_unit "cannot start it"
	expect_status_text "auditing every bind: no policy, [2-9] errors in $POLICY"
	expect_journal 'NO POLICY IS IN FORCE'
	binder tcp4 0.0.0.0 23
	expect_ok
	expect_journal ' binder +TCP +0\.0\.0\.0 +23 .* bind +audit +-$'
	cat >"$POLICY" <<-EOF
		version = 1; default = "allow";
		rules = ( { name = "telnet"; verdict = "deny"; ports = 23; } );
	EOF
	systemctl reload "$UNIT"
	expect_status_text "denying: 1 rule of $POLICY, generation 2"
	binder tcp4 0.0.0.0 23
	expect_errno EACCES
}

# service NAME PORT: a service that binds the port; sets ERRNO.
service() {
	printf '[Service]\nType=oneshot\nExecStart=%s tcp4 0.0.0.0 %s\nStandardOutput=file:%s\n' \
		"$BINDER" "$2" "$TMP/$1" >"/run/systemd/system/$1.service"
	systemctl daemon-reload
	systemctl start "$1.service"
	binder_parse "$(tail -n 1 "$TMP/$1")"
}

# Their cgroups are made after the policy is in force.
case_systemd_units() {
	denying <<-EOF
		version = 1; default = "allow";
		rules = (
			{ name = "web"; unit = "web.service"; ports = 86; },
			{ name = "nobody"; verdict = "deny"; ports = 86; }
		);
	EOF
	service web 86
	expect_ok
	service other 86
	expect_errno EACCES
	service web 86
	expect_ok
}

# Users by name, and executables wherever they are, are what they are outside of the service.
case_systemd_subjects() {
	local path
	program /srv/private/server
	program /home/user1000/server
	program /tmp/server
	chown -R 1000 /srv/private /home/user1000
	chmod 700 /srv/private /home/user1000
	# CAP_DAC_READ_SEARCH is kept for reloads only by a start that needs it.
	systemctl stop "$UNIT"
	denying <<-EOF
		version = 1; default = "deny";
		rules = (
			{ name = "user"; uid = "www-data"; ports = 81; },
			{ name = "exe"; ports = 82;
			  exe = ["/srv/private/server", "/home/user1000/server", "/tmp/server"]; },
			{ name = "netns"; netns = "host"; ports = 83; }
		);
	EOF
	bound_by 33 81 "$BINDER"
	expect_ok
	bound_by 1000 81 "$BINDER"
	expect_errno EACCES
	for path in /srv/private/server /home/user1000/server /tmp/server; do
		bound_by 0 82 "$path"
		expect_ok
	done
	bound_by 0 82 "$BINDER"
	expect_errno EACCES
	bound_by 0 83 "$BINDER"
	expect_ok
	bound_by 0 83 "$BINDER" contain net "$BINDER"
	expect_errno EACCES
}

restarted() {
	[ "$(property NRestarts)" -gt "$1" ] && property_matches ActiveState active
}

case_systemd_killed() {
	local before
	deny_telnet
	before=$(property NRestarts)
	kill -KILL "$(property MainPID)"
	poll "$POLLS_READY" restarted "$before" || fail_unit "not restarted"
	binder tcp4 0.0.0.0 23
	expect_errno EACCES
}

# expect_no_bind_undecided COMMAND...: while it runs, a program keeps trying what is denied.
expect_no_bind_undecided() {
	local busy
	"$BINDER" -q -r 0 tcp4 0.0.0.0 23 >"$TMP/binds" &
	busy=$!
	"$@"
	kill "$busy"
	wait "$busy" || true
	cat "$TMP/binds"
	expect grep -qE '^attempts=([1-9][0-9]*) ok=0 EACCES=\1$' "$TMP/binds"
}

# upgraded VERSION PROGRAM: as a package does it, the file replaced and the service restarted.
upgraded() {
	cp "$2" /usr/local/sbin/bindguard.new
	mv /usr/local/sbin/bindguard.new /usr/local/sbin/bindguard
	systemctl restart "$UNIT" || fail_unit "cannot restart it"
	bindguard status
	expect grep -q "^program  *bindguard $1 runs " "$OUT"
}

case_systemd_upgrade() {
	[ -x /bin/bindguard-next ] || skip "no build/bindguard-next, see 'make guests'"
	deny_telnet
	expect_no_bind_undecided upgraded next /bin/bindguard-next
	expect_no_bind_undecided upgraded "$("$BINDGUARD" --version | cut -d ' ' -f 2)" /bin/bindguard
}

has_signed_since() {
	[ "$(property WatchdogTimestampMonotonic)" -gt "$1" ]
}

# One that hangs is ended and started again; until then it says that it is alive.
case_systemd_watchdog() {
	local before signed
	deny_telnet
	printf '[Service]\nWatchdogSec=5\n' >"$DROPINS/watchdog.conf"
	restart
	before=$(property NRestarts)
	signed=$(property WatchdogTimestampMonotonic)
	poll "$POLLS_READY" has_signed_since "$signed" || fail_unit "no sign of life"
	expect_eq "$before" "$(property NRestarts)" restarts
	kill -STOP "$(property MainPID)"
	poll "$POLLS_READY" restarted "$before" || fail_unit "not restarted"
	expect_journal 'Watchdog timeout'
	rm "$DROPINS/watchdog.conf"
	systemctl daemon-reload
}

# entries MESSAGE_ID [MATCH...]: the journal's entries of that kind, of the service as it runs now.
entries() {
	local id=$1
	shift
	journalctl -b -o json --no-pager "MESSAGE_ID=$id" "_PID=$JOURNAL_PID" "$@"
}

has_entry() {
	entries "$@" | grep -q .
}

expect_entry() {
	poll "$POLLS_READY" has_entry "$@" || fail_unit "expected in the journal: $*"
}

DENY=0c8571f9877442cea43213a99b255454
START=094d8055add54b9480f51b860269604c
IN_FORCE=b107ea497de341ec99a2700ae3c9a6c8
RELOAD_FAILED=3554934570624444a52d97c3e794ad97
TOTALS=c7b59f861129414caa77bd5c03028d36

# A thousand equal denials are two entries: the first, at once, and one for the others.
case_systemd_journal() {
	deny_telnet
	printf '[Service]\nExecStart=\nExecStart=%s --deny --pin --journal\n' \
		/usr/local/sbin/bindguard >"$DROPINS/journal.conf"
	restart
	JOURNAL_PID=$(property MainPID)
	expect_entry $START BINDGUARD_MODE=deny BINDGUARD_PINNED=1
	expect_entry $IN_FORCE BINDGUARD_RULES=1 BINDGUARD_CAUSE=start "BINDGUARD_POLICY=$POLICY"
	"$BINDER" -q -n 'te"l net' -r 1000 tcp4 0.0.0.0 23 >/dev/null || true
	binder tcp4 0.0.0.0 8080
	expect_ok
	expect_entry $DENY BINDGUARD_PORT=23 BINDGUARD_VERDICT=deny BINDGUARD_RULE=telnet \
		BINDGUARD_ADDRESS=0.0.0.0 BINDGUARD_PROTOCOL=TCP BINDGUARD_UID=0 PRIORITY=4 \
		'BINDGUARD_COMM=te"l net' BINDGUARD_REFUSED_BY=policy BINDGUARD_GENERATION=1 \
		SYSLOG_FACILITY=10 SYSLOG_IDENTIFIER=bindguard BINDGUARD_COUNT=1
	echo 'default = "maybe";' >"$POLICY"
	systemctl reload "$UNIT"
	expect_entry $RELOAD_FAILED PRIORITY=3 BINDGUARD_GENERATION=1
	systemctl stop "$UNIT"
	expect_entry $TOTALS BINDGUARD_ATTEMPTS=1001 BINDGUARD_REPORTED=1 BINDGUARD_FOLDED=999 \
		BINDGUARD_FILTERED=1 BINDGUARD_LOST=0
	expect_entry $DENY BINDGUARD_PORT=23 BINDGUARD_COUNT=999
	expect_eq 2 "$(entries $DENY | grep -c .)" 'entries of denials'
	expect_journal '^1001 attempts = 1 reported \+ 999 folded \+ 1 filtered \+ 0 lost$|bindguard: 1001 attempts = 1 reported \+ 999 folded \+ 1 filtered \+ 0 lost$'
	# None of them is there as a line of standard output, too.
	! journalctl -b -o cat "_PID=$JOURNAL_PID" _TRANSPORT=stdout | grep ' deny  ' ||
		fail 'lines on standard output'
	journalctl --update-catalog
	journalctl -b -x --no-pager "MESSAGE_ID=$DENY" | grep -q 'rule telnet of the' ||
		fail 'no explanation'
	rm "$DROPINS/journal.conf"
	deny_telnet
}

# A file in the folder that the unit has for it, opened anew as the example for logrotate does it.
case_systemd_output() {
	local file=/var/log/bindguard/bindguard.json
	deny_telnet
	printf '[Service]\nExecStart=\nExecStart=%s --deny --pin --json -o %s --output-size 1M\n' \
		/usr/local/sbin/bindguard $file >"$DROPINS/output.conf"
	restart
	expect_eq 700 "$(stat -c %a /var/log/bindguard)" mode
	binder tcp4 0.0.0.0 23
	poll "$POLLS_LINE" grep -qs '"rule":"telnet"' $file || fail_unit 'no line'
	mv $file $file.old
	systemctl kill --signal=USR1 --kill-whom=main "$UNIT"
	poll "$POLLS_LINE" test -e $file || fail_unit 'not opened anew'
	binder udp4 0.0.0.0 23
	poll "$POLLS_LINE" grep -qs '"protocol":"UDP"' $file || fail_unit 'no line after that'
	expect_eq 600 "$(stat -c %a $file)" mode
	rm "$DROPINS/output.conf"
	restart
}

# Its folder is the only one there that it can write to, and the file is for another user.
case_systemd_metrics() {
	local folder=/var/lib/metrics
	deny_telnet
	mkdir -p "$folder"
	{
		printf '[Service]\nReadWritePaths=%s\nExecStart=\n' "$folder"
		sed -n "s,^ExecStart=/.*,& --metrics $folder/bindguard.prom,p" "$DROPINS/deny.conf"
	} >"$DROPINS/metrics.conf"
	restart
	binder tcp4 0.0.0.0 23
	expect_errno EACCES
	poll "$POLLS_READY" grep -qsx 'bindguard_decisions_total{mode="deny",verdict="deny",rule="telnet"} 1' \
		"$folder/bindguard.prom" || fail_unit "no such metric: $(ls -l "$folder")"
	expect_eq 644 "$(stat -c %a "$folder/bindguard.prom")" mode
	rm "$DROPINS/metrics.conf"
	restart
	expect grep -qx 'bindguard_up 0' "$folder/bindguard.prom"
}

case_systemd_stop() {
	deny_telnet
	systemctl stop "$UNIT"
	expect_property ActiveState inactive
	expect_property Result success
	expect_journal '[0-9]+ attempts = [0-9]+ reported'
	binder tcp4 0.0.0.0 23
	expect_errno EACCES
	expect bindguard status
	expect bindguard unload
	binder tcp4 0.0.0.0 23
	expect_ok
}
