# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034
#
# Bad input and hosts that lack something: one clear line, the right status, nothing attached.
#
# kernels: 5.10 6.12 newest

case_bad_options() {
	for arguments in '-P 65536' '-P 80abc' '-u nobody-here' '-p 0' '--no-such-option' \
		'--audit --deny' '-f x' 'stray'; do
		# shellcheck disable=SC2086
		bindguard $arguments
		expect_status 64
		expect [ -s "$ERR" ]
		expect_eq '' "$(cat "$OUT")" stdout
	done
	bindguard -P 65536
	expect_error '^bindguard: -P 65536: "65536" is not a port, expected '
}

case_bad_policy() {
	needs_trampolines
	bindguard --audit -f "$TMP/none.conf"
	expect_status 78
	expect_error '/none\.conf: .*No such file'
	bindguard --audit
	expect_status 78
	expect_error '^/etc/bindguard/policy\.conf: '
	policy <<-'END'
		version = 1;
		default = "maybe";
		rules = ( { name = "a"; prots = 80; } );
	END
	bindguard --audit -f "$POLICY"
	expect_status 78
	expect_error "^$POLICY:2: default: "
	expect_error "^$POLICY:3: prots: .*did you mean \"ports\""
	expect_error '2 errors, policy not loaded$'
	: | policy
	bindguard --deny -f "$POLICY"
	expect_status 78
	binder tcp4 127.0.0.1 8080
	expect_ok
}

case_bad_policy_owner() {
	needs_trampolines
	policy <<-'END'
		version = 1;
		default = "deny";
	END
	chmod 666 "$POLICY"
	bindguard --deny -f "$POLICY"
	expect_status 78
	expect_error "^bindguard: $POLICY: others than root may write to it"
	chmod 644 "$POLICY"
	chown 1000 "$POLICY"
	bindguard --deny -f "$POLICY"
	expect_status 78
	expect_error "^bindguard: $POLICY: belongs to uid 1000"
	# For --audit it is no danger.
	guard --audit -f "$POLICY"
	guard_stop
	mkdir "$TMP/open"
	chmod 1777 "$TMP/open"
	chown 0 "$POLICY"
	cp "$POLICY" "$TMP/open/"
	bindguard --deny -f "$TMP/open/policy.conf"
	expect_status 78
	expect_error "^bindguard: $TMP/open: others than root may write to it"
}

case_bad_maps() {
	bindguard --cgroupmap /sys/fs/bpf/none
	expect_status 66
	expect_error '^bindguard: --cgroupmap /sys/fs/bpf/none: cannot open the pinned map: No such file'
	pinmap /sys/fs/bpf/array 0
	bindguard --mntnsmap /sys/fs/bpf/array
	expect_status 65
	expect_error '^bindguard: --mntnsmap /sys/fs/bpf/array: not a fitting map, expected a hash'
	bindguard --cgroupmap /etc/passwd
	expect_status 66
}

case_bad_privileges() {
	STATUS=0
	as_user "$BINDGUARD" --deny >"$OUT" 2>"$ERR" || STATUS=$?
	expect_status 77
	expect_error '^bindguard: cannot deny on this host: privileges: needs CAP_BPF and CAP_PERFMON'
	STATUS=0
	as_user "$BINDGUARD" doctor >"$OUT" 2>"$ERR" || STATUS=$?
	expect_status 77
	expect_line '^FAILED   privileges '
}

as_user() {
	echo "exec $*" >"$TMP/command"
	chmod 755 "$TMP"
	su user1000 -c "sh $TMP/command"
}

case_bad_no_bpffs() {
	needs_trampolines
	umount /sys/fs/bpf
	bindguard doctor
	mount -t bpf bpf /sys/fs/bpf
	expect_status 0
	expect_line '^missing  bpffs '
}

case_bad_no_cgroup2() {
	needs_trampolines
	umount /sys/fs/cgroup
	bindguard doctor
	expect_status 0
	expect_line '^missing  cgroup v2 '
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "a"; cgroup = "/a"; } );
	END
	bindguard --deny -f "$POLICY"
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	expect_status 69
	expect_error '^bindguard: cgroup v2 is not mounted, so rules cannot name cgroups: mount '
	binder tcp4 127.0.0.1 8080
	expect_ok
}

case_bad_output() {
	guard_full() {
		"$BINDGUARD" >/dev/full 2>"$ERR"
	}
	STATUS=0
	guard_full || STATUS=$?
	expect_status 74
	expect_error '^bindguard: cannot write the output: No space left on device$'
}

# What --deny refuses does not depend on who looks on.
case_bad_output_denies() {
	needs_trampolines
	policy <<-'END'
		version = 1;
		default = "deny";
	END
	(
		"$BINDGUARD" --deny -f "$POLICY" 2>"$ERR"
	) | head -n 1 >"$OUT" &
	poll "$POLLS_READY" grep -qs 'still denying$' "$ERR" || fail 'no word of the closed pipe'
	binder tcp4 127.0.0.1 8080
	expect_errno EACCES
	expect_error '^bindguard: cannot write the output: Broken pipe: still denying$'
}

case_doctor_content() {
	needs_trampolines
	bindguard doctor
	expect_status 0
	expect_text 'This host can observe, audit and deny.'
	expect_no_line '^FAILED'
}
