# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2153
# cmdline: slab_debug=-
#
# A kernel that has no memory for what is kept beside a socket or a task. On this CPU no kernel since
# 6.18 has, unless its allocator checks itself, as it does for all other cases.

# Each is what needs such memory: a range of ports, bindx, an option that the kernel does not show.
range_bind() {
	binder -o PORTRANGE=40000-40010 tcp4 127.0.0.1 0
}

range_listen() {
	binder -o PORTRANGE=40000-40010 -m listen tcp4 127.0.0.1 0
}

bindx() {
	binder -m bindx sctp4 127.0.0.1 3868
}

hidden_option() {
	binder -o SCTPREUSEPORT sctp4 127.0.0.1 3868
}

needs_no_storage() {
	kernel_at_least 6 18 || skip 'this kernel has storage'
	needs_protocol sctp4
	policy <<-'END'
		version = 1; default = "allow";
	END
}

case_no_storage_deny() {
	needs_no_storage
	guard --deny -f "$POLICY" -w
	range_bind
	expect_errno EACCES
	expect_line "^ *$PID binder +TCP +127\.0\.0\.1 +0 .* bind +deny +-:unreadable\$"
	range_listen
	expect_errno EACCES
	expect_line "^ *$PID binder +TCP +0\.0\.0\.0 +0 .* listen +deny +-:unreadable\$"
	bindx
	expect_errno EACCES
	expect_line "^ *$PID binder +SCTP .* bindx +deny +-:unreadable\$"
	hidden_option
	expect_eq 'setsockopt errno=EACCES' "$BOUND" 'the option'
	expect_line ' binder +SCTP .* setsockopt +deny +-:unreadable$'
	binder tcp4 127.0.0.1 8080
	expect_ok
	expect_lines 5 ' binder '
	expect_error ' 5 attempts: 1 allow, 4 deny, 0 audit$'
	expect_error ' 4 of them could not be read, and were judged as denied$'
	expect_error ' 5 attempts = 5 reported \+ 0 filtered \+ 0 lost$'
}

case_no_storage_audit() {
	needs_no_storage
	guard --audit -f "$POLICY" -w
	for way in range_bind range_listen bindx; do
		$way
		expect_ok
		expect [ "$HAS" -gt 0 ]
		expect_line "^ *$PID binder .* audit +-:unreadable\$"
	done
	hidden_option
	expect_ok
	expect_line ' binder +SCTP .* setsockopt +audit +-:unreadable$'
	expect_lines 4 ' audit +-:unreadable$'
	expect_error ' 5 attempts: 1 allow, 0 deny, 4 audit$'
	expect_error ' 4 of them could not be read, and were judged as denied$'
	expect_error ' 5 attempts = 5 reported \+ 0 filtered \+ 0 lost$'
}
