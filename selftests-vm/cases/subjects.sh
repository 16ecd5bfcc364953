# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2153,SC2317
#
# Who may bind: patterns of cgroups and names, executables, network namespaces; and when and where.

# Cgroups from before and after the start whose path begins with the pattern, and no others.
case_subjects_cgroup_pattern() {
	before=$(cgroup /svc/web-1)
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = (
			{ name = "web"; cgroup = "/svc/web-*"; ports = 8080; },
			{ name = "below"; cgroup = "/top/*"; ports = 8081; }
		);
	END
	guard --deny -f "$POLICY"
	for path in /svc/web-2 /svc/web-2/deep/er /svc/web-; do
		binder -c "$(cgroup $path)" tcp4 127.0.0.1 8080
		expect_ok
	done
	binder -c "$before" tcp4 127.0.0.1 8080
	expect_ok
	for path in /svc /svc/web /svc/wea-1 /other/svc/web-1; do
		binder -c "$(cgroup $path)" tcp4 127.0.0.1 8080
		expect_errno EACCES
	done
	binder -c "$(cgroup /top/a)" tcp4 127.0.0.1 8081
	expect_ok
	binder -c "$(cgroup /top)" tcp4 127.0.0.1 8081
	expect_errno EACCES
	binder -c "$(cgroup /topping)" tcp4 127.0.0.1 8081
	expect_errno EACCES
}

case_subjects_comm_pattern() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "a"; comm = [ "agent*", "exact" ]; ports = 8080; } );
	END
	guard --deny -f "$POLICY"
	for name in agent agents agent-of-change exact; do
		binder -n $name tcp4 127.0.0.1 8080
		expect_ok
	done
	for name in agen agen-t exactly Agent; do
		binder -n $name tcp4 127.0.0.1 8080
		expect_errno EACCES
	done
}

# By the folder and the name in it: a copy elsewhere, another name, a chroot are something else; the
# next version of the file is the same from the moment it has the name.
case_subjects_exe() {
	mkdir "$TMP/bin" "$TMP/other"
	for file in bin/server bin/serve other/server; do
		cp "$BINDER" "$TMP/$file"
	done
	policy <<-END
		version = 1;
		default = "deny";
		rules = ( { name = "server"; exe = [ "$TMP/bin/server", "$TMP/bin/later" ]; ports = 8080; } );
	END
	guard --deny -f "$POLICY"
	BINDER=$TMP/bin/server
	binder tcp4 127.0.0.1 8080
	expect_ok
	expect_line ' 8080 .* allow   server$'
	for file in bin/serve other/server; do
		BINDER=$TMP/$file
		binder tcp4 127.0.0.1 8080
		expect_errno EACCES
	done

	# An upgrade, and a file that was not there at the start.
	BINDER=$TMP/bin/server
	binder_hold tcp4 127.0.0.1 8080
	cp "$TMP/other/server" "$TMP/bin/server.new"
	mv "$TMP/bin/server.new" "$TMP/bin/server"
	binder_release "$PID"
	binder tcp4 127.0.0.1 8080
	expect_ok
	cp "$TMP/other/server" "$TMP/bin/later"
	BINDER=$TMP/bin/later
	binder tcp4 127.0.0.1 8080
	expect_ok

	# A root directory of one's own, in which the path is the same.
	mkdir -p "$TMP/root$TMP/bin"
	cp "$TMP/other/server" "$TMP/root$TMP/bin/server"
	binder_parse "$(chroot "$TMP/root" "$TMP/bin/server" tcp4 127.0.0.1 8080)"
	expect_errno EACCES
}

# The longest name that a rule may have, and one byte more.
case_subjects_exe_long_name() {
	mkdir "$TMP/bin"
	name=$(printf 'n%.0s' $(seq 63))
	policy <<-END
		version = 1;
		default = "allow";
		rules = ( { name = "long"; verdict = "deny"; exe = "$TMP/bin/$name"; } );
	END
	guard --deny -f "$POLICY"
	for file in "$name" "${name}n"; do
		cp "$BINDER" "$TMP/bin/$file"
	done
	BINDER=$TMP/bin/$name
	binder tcp4 127.0.0.1 8080
	expect_errno EACCES
	BINDER=$TMP/bin/${name}n
	binder tcp4 127.0.0.1 8080
	expect_ok
}

case_subjects_exe_link() {
	mkdir "$TMP/bin"
	cp "$BINDER" "$TMP/bin/real"
	ln -s real "$TMP/bin/link"
	policy <<-END
		version = 1;
		default = "deny";
		rules = ( { name = "link"; exe = "$TMP/bin/link"; } );
	END
	guard --deny -f "$POLICY"
	BINDER=$TMP/bin/link
	binder tcp4 127.0.0.1 8080
	expect_ok
}

case_subjects_netns() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "host"; netns = "host"; ports = 8080; } );
	END
	guard --deny -f "$POLICY"
	binder tcp4 127.0.0.1 8080
	expect_ok
	binder_parse "$(unshare -n "$BINDER" tcp4 0.0.0.0 8080)"
	expect_errno EACCES
	binder_parse "$(unshare -n "$BINDER" -u 1000 udp6 :: 8080)"
	expect_errno EACCES
}

case_subjects_address() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = (
			{ name = "net"; address = [ "10.1.0.0/16", "fd00::/64" ]; ports = 8080; },
			{ name = "own"; address = "loopback"; ports = 8081; },
			{ name = "all"; address = "wildcard"; ports = 8082; },
			{ name = "one"; address = "10.2.3.4"; ports = 8083; }
		);
	END
	guard --deny -f "$POLICY"
	while read -r protocol address port errno; do
		binder "$protocol" "$address" "$port"
		expect_eq "$errno" "$ERRNO" "errno of $protocol $address $port"
	done <<-'END'
		tcp4 10.1.0.0 8080 -
		tcp4 10.1.255.255 8080 -
		tcp6 ::ffff:10.1.2.3 8080 -
		tcp6 fd00::1 8080 -
		tcp4 10.0.0.1 8080 EACCES
		tcp4 10.2.0.0 8080 EACCES
		tcp6 ::1 8080 EACCES
		tcp6 :: 8080 EACCES
		udp4 127.0.0.1 8081 -
		udp4 127.255.0.1 8081 -
		udp6 ::1 8081 -
		udp6 ::ffff:127.0.0.1 8081 -
		udp4 0.0.0.0 8081 EACCES
		tcp4 0.0.0.0 8082 -
		tcp6 :: 8082 -
		tcp6 ::ffff:0.0.0.0 8082 -
		tcp4 127.0.0.1 8082 EACCES
		tcp4 10.2.3.4 8083 -
		tcp6 ::ffff:10.2.3.4 8083 -
		tcp4 10.2.3.5 8083 EACCES
	END
}

case_subjects_family() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = (
			{ name = "four"; family = "ipv4"; ports = 8080; },
			{ name = "six"; family = "ipv6"; ports = 8081; }
		);
	END
	guard --deny -f "$POLICY"
	while read -r protocol address port errno; do
		binder "$protocol" "$address" "$port"
		expect_eq "$errno" "$ERRNO" "errno of $protocol $address $port"
	done <<-'END'
		tcp4 127.0.0.1 8080 -
		tcp6 ::ffff:127.0.0.1 8080 -
		tcp6 ::1 8080 EACCES
		tcp6 :: 8080 EACCES
		tcp4 127.0.0.1 8081 EACCES
		tcp6 ::ffff:127.0.0.1 8081 EACCES
		tcp6 ::1 8081 -
		tcp6 :: 8081 -
	END
}

# The program publishes the policy anew at the moment at which a rule expires.
case_subjects_expires() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = (
			{ name = "over"; ports = 8080; expires = "2020-01-01"; },
			{ name = "soon"; ports = 8081; expires = "2031-06-01"; }
		);
	END
	date -s '2031-05-31 23:50:00' >/dev/null
	guard --deny -f "$POLICY"
	binder tcp4 127.0.0.1 8080
	expect_errno EACCES
	binder tcp4 127.0.0.1 8081
	expect_ok
	date -s '2031-06-01 00:00:00' >/dev/null
	expect_error 'rules have expired; generation 2 is in force$'
	binder tcp4 127.0.0.1 8081
	expect_errno EACCES
	guard_stop
	expect_error 'bindguard: 3 attempts: 1 allow, 2 deny, 0 audit'
}
