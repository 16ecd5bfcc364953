# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2153,SC2317
#
# Containers: namespaces of one's own change nothing about who one is.

# contained [-c CGROUPDIR] [-u UID] [-m OUTER] NS[,NS...] BINDERARGS...: as `binder`, in namespaces.
contained() {
	local options=''
	while :; do
		case $1 in
		-*) options="$options $1 $2" && shift 2 ;;
		*) break ;;
		esac
	done
	local namespaces=$1
	shift
	# shellcheck disable=SC2086
	"$BINDER" contain $options "$namespaces" "$BINDER" "$@" >"$TMP/binder" 2>&1 || true
	binder_parse "$(tail -n 1 "$TMP/binder")"
}

# container_wait ARGS...: the same, but it waits until container_go; CONTAINER is the process outside
# that made the namespaces, and is in all but the pid and user namespace itself.
container_wait() {
	local options=''
	while :; do
		case $1 in
		-*) options="$options $1 $2" && shift 2 ;;
		*) break ;;
		esac
	done
	local namespaces=$1
	shift
	mkfifo "$TMP/go"
	# shellcheck disable=SC2086
	"$BINDER" contain $options "$namespaces" \
		sh -c "echo ready; read -r go <$TMP/go; exec $BINDER $*" >"$TMP/binder" 2>&1 &
	CONTAINER=$!
	poll "$POLLS_READY" grep -q ready "$TMP/binder" || fail 'no container'
}

container_go() {
	echo go >"$TMP/go"
	wait "$CONTAINER"
	rm "$TMP/go"
	binder_parse "$(tail -n 1 "$TMP/binder")"
}

all=user,pid,net,mnt,cgroup

# Root inside is the user who made the namespace, for rules and in the column.
case_containers_uid() {
	contained -u 1000 user,net tcp4 0.0.0.0 8081
	expect_ok
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = (
			{ name = "user"; uid = 1000; ports = 8080; },
			{ name = "root"; uid = 0; ports = 8081; }
		);
	END
	guard --deny -U -f "$POLICY"
	contained -u 1000 user,net tcp4 0.0.0.0 8080
	expect_ok
	expect_line "^ *1000 +$PID binder .* 8080 .* allow +user\$"
	for namespaces in user user,net $all; do
		contained -u 1000 "$namespaces" tcp4 0.0.0.0 8081
		expect_refused -
		expect_line "^ *1000 +$PID binder .* 8081 .* deny +-\$"
	done
	# Without a user namespace it is root indeed.
	contained pid,net,mnt,cgroup tcp4 0.0.0.0 8081
	expect_ok
	expect_line "^ *0 +$PID binder .* 8081 .* allow +root\$"
}

# Users 0 to 65535 inside are 100000 to 165535 outside.
case_containers_mapped_uids() {
	contained -m 100000 -u 33 $all udp4 127.0.0.1 8080
	expect_ok
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = (
			{ name = "inside"; uid = 33; },
			{ name = "outside"; uid = "100033-100034"; ports = 8080; },
			{ name = "root"; uid = 0; }
		);
	END
	guard --deny -U -f "$POLICY"
	for uid in 33 34; do
		contained -m 100000 -u $uid $all udp4 127.0.0.1 8080
		expect_ok
		expect_line "^ *$((100000 + uid)) +$PID binder .* 8080 .* allow +outside\$"
		contained -m 100000 -u $uid $all udp4 127.0.0.1 8081
		expect_refused -
	done
	contained -m 100000 $all udp4 127.0.0.1 8080
	expect_refused -
	expect_line "^ *100000 +$PID binder .* deny +-\$"
	# binder -u inside, from the container's root: its users, not ours.
	contained -m 100000 $all -u 33 udp4 127.0.0.1 8080
	expect_ok
}

case_containers_uid_filter() {
	guard -u 100033 -U
	contained -m 100000 -u 33 $all tcp4 127.0.0.1 8080
	expect_ok
	binder -u 33 tcp4 127.0.0.1 8081
	expect_line '^ *100033 .* 8080 '
	expect_lines 1 ' binder '
}

# The process's number is the host's, in what is shown and in -p.
case_containers_pid() {
	policy <<-'END'
		version = 1;
		default = "deny";
	END
	for mode in '' --deny; do
		# shellcheck disable=SC2086
		guard $mode ${mode:+-f "$POLICY"}
		"$BINDER" contain $all sh -c 'echo $$; exec binder tcp4 127.0.0.1 8080' >"$TMP/said"
		expect_eq 1 "$(head -n 1 "$TMP/said")" 'pid inside'
		binder_parse "$(tail -n 1 "$TMP/said")"
		expect [ "$PID" -gt 1 ]
		expect_line "^ *$PID binder .* 8080 "
		expect_lines 1 ' binder '
	done
	container_wait $all tcp4 127.0.0.1 8080
	guard -p "$(pidof sh | tr ' ' '\n' | while read -r pid; do
		[ "$(awk '/^PPid/ { print $2 }' "/proc/$pid/status")" != "$CONTAINER" ] || echo "$pid"
	done)"
	contained $all tcp4 127.0.0.1 8081
	container_go
	expect_ok
	expect_line "^ *$PID binder .* 8080 "
	expect_lines 1 ' binder '
}

db_policy() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "db"; cgroup = "/svc/db"; ports = 5432; } );
	END
}

# In a cgroup namespace every path begins at the container's own cgroup: it reads "/" there, and what
# it makes can have the path of any other. The rules' paths are the host's.
case_containers_cgroup() {
	db=$(cgroup /svc/db)
	web=$(cgroup /svc/web)
	contained -c "$web" mnt,cgroup tcp4 127.0.0.1 5432
	expect_ok
	db_policy
	guard --deny -f "$POLICY"
	contained -c "$db" mnt,cgroup tcp4 127.0.0.1 5432
	expect_ok
	expect_line "^ *$PID binder .* 5432 .* allow +db\$"
	contained -c "$db" -u 1000 $all tcp4 127.0.0.1 5432
	expect_ok
	contained -c "$web" mnt,cgroup tcp4 127.0.0.1 5432
	expect_refused -
	contained mnt,cgroup tcp4 127.0.0.1 5432
	expect_refused -
}

# The container's own mount of the hierarchy, with a cgroup that has the name of the rule's.
case_containers_cgroup_forged() {
	web=$(cgroup /svc/web)
	db_policy
	forge() {
		"$BINDER" contain -c "$web" mnt,cgroup sh -c '
			mkdir -p /tmp/cgroup && mount -t cgroup2 none /tmp/cgroup &&
			mkdir -p /tmp/cgroup/svc/db && echo 0 >/tmp/cgroup/svc/db/cgroup.procs &&
			cat /proc/self/cgroup && binder tcp4 127.0.0.1 5432' >"$TMP/said" 2>&1
		expect_eq 0::/svc/db "$(head -n 1 "$TMP/said")" 'cgroup inside'
		binder_parse "$(tail -n 1 "$TMP/said")"
	}
	forge
	expect_ok
	expect [ -d /sys/fs/cgroup/svc/web/svc/db ]
	guard --deny -f "$POLICY"
	# It was there before; then it is made anew.
	forge
	expect_refused -
	rmdir /sys/fs/cgroup/svc/web/svc/db
	forge
	expect_refused -
}

# A rule for "/" is one for everybody, not for those who think that they are there.
case_containers_cgroup_of_container_root() {
	box=$(cgroup /box)
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = (
			{ name = "not-box"; verdict = "deny"; cgroup = "/box"; },
			{ name = "all"; cgroup = "/"; }
		);
	END
	guard --deny -f "$POLICY"
	contained -c "$box" -u 1000 $all tcp4 127.0.0.1 8080
	expect_refused not-box
	contained -u 1000 $all tcp4 127.0.0.1 8080
	expect_ok
	expect_line "^ *$PID binder .* allow +all\$"
}

# Privileged ports are nobody's in a network namespace of one's own, but the policy's.
case_containers_privileged_port() {
	echo 1024 >/proc/sys/net/ipv4/ip_unprivileged_port_start
	binder -u 1000 tcp4 0.0.0.0 80
	expect_errno EACCES
	contained -u 1000 user,net tcp4 0.0.0.0 80
	expect_ok
	policy <<-'END'
		version = 1;
		default = "allow";
		rules = ( { name = "root-only"; verdict = "deny"; uid = "1-4294967294"; ports = "1-1023"; } );
	END
	guard --deny -f "$POLICY"
	for way in 'tcp4 0.0.0.0' 'tcp6 ::' 'udp4 127.0.0.1'; do
		# shellcheck disable=SC2086
		contained -u 1000 user,net $way 80
		expect_refused root-only
		# shellcheck disable=SC2086
		contained -m 100000 $all $way 80
		expect_refused root-only
	done
	contained -u 1000 user,net tcp4 0.0.0.0 8080
	expect_ok
	contained net tcp4 0.0.0.0 80
	expect_ok
}

# The host's port and a container's are two; rules tell them apart by netns.
case_containers_netns() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = ( { name = "host"; netns = "host"; ports = 8080; } );
	END
	guard --deny -f "$POLICY"
	binder_hold tcp4 127.0.0.1 8080
	expect_ok
	contained -u 1000 user,net tcp4 127.0.0.1 8080
	expect_refused -
	contained -u 1000 user,pid,mnt,cgroup tcp4 127.0.0.1 8080
	expect_errno EADDRINUSE
}

# --mntnsmap and --cgroupmap show one container, and change nothing about what is decided.
case_containers_mntnsmap() {
	container_wait -m 100000 $all tcp4 127.0.0.1 8080
	pinmap /sys/fs/bpf/box 4 "$(readlink "/proc/$CONTAINER/ns/mnt" | tr -cd 0-9)"
	guard --mntnsmap /sys/fs/bpf/box
	contained -m 100000 $all tcp4 127.0.0.1 8081
	binder tcp4 127.0.0.1 8082
	container_go
	expect_ok
	expect_line "^ *$PID binder .* 8080 "
	expect_lines 1 ' binder '
}

case_containers_cgroupmap() {
	box=$(cgroup /box/one)
	pinmap /sys/fs/bpf/box 8 "$(stat -c %i "$box")"
	policy <<-'END'
		version = 1;
		default = "deny";
	END
	for mode in '' --deny; do
		# shellcheck disable=SC2086
		guard $mode ${mode:+-f "$POLICY"} --cgroupmap /sys/fs/bpf/box
		contained -m 100000 -c "$(cgroup /box/two)" $all tcp4 127.0.0.1 8081
		[ -z "$mode" ] || expect_errno EACCES
		contained -m 100000 -c "$(cgroup /box)" $all tcp4 127.0.0.1 8082
		[ -z "$mode" ] || expect_errno EACCES
		contained -m 100000 -c "$box" $all tcp4 127.0.0.1 8080
		[ -z "$mode" ] || expect_errno EACCES
		expect_line "^ *$PID binder .* 8080 "
		expect_lines 1 ' binder '
	done
}
