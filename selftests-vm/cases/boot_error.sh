# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034
#
# --on-boot-error: a policy that cannot be loaded at the start, when nothing decides yet.
#
# kernels: 5.10 6.12 newest

broken_policy() {
	policy <<-'END'
		version = 1; default = "maybe";
		rules = ( { name = "web"; ports = 99999; } );
	END
}

mended_policy() {
	policy <<-'END'
		version = 1; default = "deny";
		rules = ( { name = "web"; ports = 8080; } );
	END
}

# mended: the policy, and binds are decided by it.
mended() {
	mended_policy
	kill -HUP "$GUARD"
	expect_error ': reloaded: 1 rules, default deny, generation 2 in force$'
	binder tcp4 127.0.0.1 8080
	expect_ok
	binder tcp4 127.0.0.1 8081
	expect_refused -
}

case_boot_error_audit() {
	broken_policy
	guard --deny -f "$POLICY" --on-boot-error audit
	expect_error '2 errors, policy not loaded$'
	expect_error 'NO POLICY IS IN FORCE: every bind is reported and let through until'
	binder tcp4 127.0.0.1 8081
	expect_ok
	expect_line " 8081 .* audit +-$"
	mended
	guard_stop
	expect_status 0
}

case_boot_error_deny() {
	broken_policy
	guard --deny -f "$POLICY" --on-boot-error deny
	expect_error 'NO POLICY IS IN FORCE: every bind is denied until'
	binder tcp4 127.0.0.1 8080
	expect_refused -
	mended
}

# The stream says what is in force, and in which mode.
case_boot_error_stream() {
	broken_policy
	guard --deny -f "$POLICY" --on-boot-error audit --json
	expect_line '^\{"record":"start",.*"mode":"audit"'
	expect_line '^\{"record":"policy",.*"generation":1,.*"policy_sha256":null,"files":\[\],"rules":0,"default":"deny","cause":"stand_in"\}$'
	binder tcp4 127.0.0.1 8081
	expect_line '^\{"record":"bind",.*"verdict":"audit",.*"mode":"audit","policy_sha256":null,'
	mended_policy
	kill -HUP "$GUARD"
	expect_line '^\{"record":"policy",.*"generation":2,.*"rules":1,.*"cause":"reload"\}$'
	binder tcp4 127.0.0.1 8081
	expect_line '^\{"record":"bind",.*"verdict":"deny",.*"mode":"deny","policy_sha256":"[0-9a-f]{64}",'
}

# Of what is pinned only another stand-in is replaced by one.
case_boot_error_pinned() {
	broken_policy
	for start in 1 2; do
		guard --deny --pin -f "$POLICY" --on-boot-error audit
		bindguard status
		expect_status 2
		expect grep -q 'could not be loaded: every bind is audited until it is' "$OUT"
		kill -KILL "$GUARD"
		guard_wait
		binder tcp4 127.0.0.1 8081
		expect_ok
	done
	mended_policy
	guard --deny --pin -f "$POLICY" --on-boot-error audit
	kill -KILL "$GUARD"
	guard_wait
	broken_policy
	bindguard --deny --pin -f "$POLICY" --on-boot-error audit
	expect_status 78
	expect_error '^bindguard: what is pinned stays in force as it was$'
	binder tcp4 127.0.0.1 8081
	expect_errno EACCES
	bindguard status
	expect_status 0
}

case_boot_error_fail() {
	needs_trampolines
	broken_policy
	bindguard --deny -f "$POLICY" --on-boot-error fail
	expect_status 78
	binder tcp4 127.0.0.1 8081
	expect_ok
}
