# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2153,SC2317
#
# bindguard as the pod of docs/examples/kubernetes/bindguard.yaml, which is read here: its arguments, but
# with --deny, its capabilities and its volumes. What a container runtime makes of them is made by hand.
#
# kernels: 5.10 6.12 newest

MANIFEST=/vm/bindguard.yaml
VOLUME=$TMP/volume	# the ConfigMap's
RECORDS=/var/log/bindguard/records.json

# pod_arguments: each on a line.
pod_arguments() {
	sed -n 's/^ *- \(--[a-z].*\)$/\1/p' "$MANIFEST" | sed 's/^--audit$/--deny/'
}

# pod_capabilities: as binder names them.
pod_capabilities() {
	sed -n 's/^ *add: \[\(.*\)\]$/\1/p' "$MANIFEST" | tr -d ' ' | tr '[:upper:]' '[:lower:]'
}

# pod_mounts: "FROM TO ro" or "FROM TO rw" for each volume. Each mount and each volume is two lines there.
pod_mounts() {
	tr -d '{},' <"$MANIFEST" | awk -v policy="$VOLUME" '
		/- name: .* mountPath: / {
			to[$3] = $5
			mode[$3] = / readOnly: true$/ ? "ro" : "rw"
		}
		/^ *- name: [^ ]*$/ { name = $3 }
		/ configMap: / { print policy, to[name], mode[name] }
		/ hostPath: / { print $3, to[name], mode[name] }
	'
}

# The ConfigMap's volume as kubelet makes it: its folder is open to all, "..data" leads to the files.
volume_make() {
	mkdir -p "$VOLUME"
	chmod 777 "$VOLUME"
	ln -s ..data/policy.conf "$VOLUME/policy.conf"
}

# volume_policy VERSION <<EOF: the same as kubelet does it, all files at once.
volume_policy() {
	mkdir "$VOLUME/..$1"
	cat >"$VOLUME/..$1/policy.conf"
	chmod 755 "$VOLUME/..$1"
	chmod 644 "$VOLUME/..$1/policy.conf"
	ln -s "..$1" "$VOLUME/..data_tmp"
	old=$(readlink "$VOLUME/..data" || true)
	mv -T "$VOLUME/..data_tmp" "$VOLUME/..data"
	[ -z "$old" ] || rm -r "${VOLUME:?}/$old"
}

# What runs in the container's namespaces before the program does: its file system.
pod_script() {
	cat <<-END
		set -eu
		root=$TMP/root
		mkdir -p \$root
		mount --bind \$root \$root
		mkdir -p \$root/bin \$root/lib \$root/lib64 \$root/proc \$root/sys \$root/dev \$root/etc
		cp /etc/passwd /etc/group \$root/etc/
		for dir in bin lib lib64; do
			mount --bind /\$dir \$root/\$dir
		done
		mount -t proc proc \$root/proc
		mount --bind \$root/proc/sys \$root/proc/sys
		mount -o remount,bind,ro \$root/proc/sys
		mount -t sysfs -o ro,nosuid,nodev,noexec sysfs \$root/sys
		: >\$root/dev/null
		mount --bind /dev/null \$root/dev/null
		while read -r from to mode; do
			mkdir -p \$from \$root\$to
			mount --bind \$from \$root\$to
			mount -o remount,bind,\$mode \$root\$to
		done <$TMP/mounts
		# readOnlyRootFilesystem
		mount -o remount,bind,ro \$root
		exec chroot \$root /bin/binder with -s $(pod_capabilities) /bin/bindguard "\$@"
	END
}

# Kernels before 5.11 count maps as locked memory.
memory_unlimited() {
	ulimit -l unlimited
}

pod_start() {
	pod_mounts >"$TMP/mounts"
	expect [ "$(grep -c . "$TMP/mounts")" -ge 5 ]
	pod_script >"$TMP/pod.sh"
	cat >"$TMP/start" <<-END
		#!/bin/sh
		exec /bin/binder contain -c $(cgroup /kubepods/bindguard) mnt,cgroup sh $TMP/pod.sh "\$@"
	END
	chmod 755 "$TMP/start"
	# shellcheck disable=SC2046
	BINDGUARD=$TMP/start guard $(pod_arguments)
}

# pod_stop SIGNAL: as kubelet ends it, TERM or KILL.
pod_stop() {
	kill -s "$1" "$(pidof bindguard)"
	guard_wait
}

# expect_record REGEX: there is such a line.
expect_record() {
	poll "$POLLS_LINE" grep -qsE -- "$1" "$RECORDS" ||
		fail "no record that matches $1: $(tail -n 3 "$RECORDS")"
}

# The oldest kernel and a common one are enough: they differ in nothing of this.
not_on_newer() {
	! kernel_at_least 6 13 || skip 'older ones have shown it'
}

case_pod() {
	not_on_newer
	memory_unlimited
	rm -rf "${RECORDS%/*}"
	volume_make
	volume_policy 2026_11_01 <<-'END'
		version = 1; default = "allow";
		rules = ( { name = "first"; verdict = "deny"; ports = 8080; } );
	END
	pod_start
	binder tcp4 127.0.0.1 8080
	expect_errno EACCES
	expect_record '"verdict":"deny","rule":"first",'
	# Another container, and a rule that asks for a cgroup of the host.
	volume_policy 2026_11_02 <<-'END'
		version = 1; default = "allow";
		rules = ( { name = "web"; cgroup = "/svc/web"; ports = 8080; },
			  { name = "second"; verdict = "deny"; ports = 8080; } );
	END
	expect_error 'generation 2 in force$'
	# Paths of cgroups are the host's, although /proc has others here.
	binder_hold -c "$(cgroup /svc/web)" tcp4 127.0.0.1 8080
	expect_ok
	expect_record '"cgroup":"/svc/web",.*"netns_host":true,"verdict":"allow","rule":"web",'
	binder_release "$PID"
	binder_hold -c "$(cgroup /kubepods/bindguard/below)" tcp4 127.0.0.2 8081
	expect_record '"cgroup":"/kubepods/bindguard/below",.*"verdict":"allow"'
	binder tcp4 127.0.0.1 8080
	expect_errno EACCES
	expect_record '"verdict":"deny","rule":"second",'
	expect_eq 0000008000000000 "$(sed -n 's/^CapEff:[[:space:]]*//p' "/proc/$(pidof bindguard)/status")"
	# One with a mistake stays out, the pod goes on.
	echo 'version = 1;' | volume_policy 2026_11_03
	expect_error 'generation 2 stays in force$'
	# kubelet kills the pod; the next one takes over what is pinned.
	pod_stop KILL
	binder tcp4 127.0.0.1 8080
	expect_errno EACCES
	echo 'version = 1; default = "allow"; rules = ( { name = "third"; verdict = "deny"; ports = 8080; } );' |
		volume_policy 2026_11_04
	pod_start
	binder tcp4 127.0.0.1 8080
	expect_errno EACCES
	expect_record '"verdict":"deny","rule":"third",'
	expect grep -qs '^bindguard_enforcing 1$' /var/lib/prometheus/node-exporter/bindguard.prom
	pod_stop TERM
	/bin/bindguard unload
	binder tcp4 127.0.0.1 8080
	expect_ok
}

# A folder that is open to all is the pod's own only if it is mounted just there, and read-only, as above: not one
# below a file system that is read-only to us, nor one mounted for writing.
case_pod_open_folder() {
	mkdir -p "$TMP/above/open"
	chmod 777 "$TMP/above/open"
	POLICY=$TMP/above/open/policy.conf
	policy <<-'END'
		version = 1; default = "deny";
	END
	for mount in above,ro above,rw above/open,rw; do
		cat >"$TMP/start" <<-END
			#!/bin/sh
			exec /bin/binder contain mnt sh -c 'mount --bind \$0 \$0 &&
				mount -o remount,bind,${mount#*,} \$0 && exec /bin/bindguard "\$@"' \
				$TMP/${mount%,*} "\$@"
		END
		chmod 755 "$TMP/start"
		BINDGUARD=$TMP/start bindguard --deny -f "$POLICY"
		expect_status 78
		expect_error "^bindguard: $TMP/above/open: others than root may write to it"
	done
}

# In a network namespace of its own, without the privilege to look at process 1's, it cannot tell which binds are
# the host's: rules that ask for it would never match.
case_pod_netns() {
	not_on_newer
	memory_unlimited
	policy <<-'END'
		version = 1; default = "allow";
		rules = ( { name = "host"; verdict = "deny"; netns = "host"; ports = 8080; } );
	END
	for capabilities in bpf,perfmon bpf,perfmon,sys_ptrace; do
		cat >"$TMP/start" <<-END
			#!/bin/sh
			exec $BINDER contain net $BINDER with $capabilities /bin/bindguard "\$@"
		END
		chmod 755 "$TMP/start"
		BINDGUARD=$TMP/start
		[ $capabilities = bpf,perfmon ] || break
		for verb in "--deny -f" scan; do
			# shellcheck disable=SC2086
			bindguard $verb "$POLICY"
			expect_status 77
			expect_error "^bindguard: cannot tell which network namespace is the host's"
		done
		guard --json
		binder tcp4 127.0.0.1 8080
		expect_line '"port":8080,.*"netns_host":null,'
		kill "$(pidof bindguard)"
		guard_wait
	done
	guard --deny -f "$POLICY"
	echo '# the same' >>"$POLICY"
	kill -HUP "$(pidof bindguard)"
	expect_error 'generation 2 in force$'
	binder tcp4 127.0.0.1 8080
	expect_errno EACCES
	kill "$(pidof bindguard)"
	guard_wait
}
