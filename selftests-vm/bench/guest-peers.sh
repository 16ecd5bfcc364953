# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2086,SC2154
#
# group_peers for guest.sh: what other tools take for the same binds, in the Debian of /peers.
#
# Each is started as its user would, in a chroot, and what it prints goes to a file of its own. The
# time until it shows a bind is measured with binds of SEEN_PORT, which no other line can have.

SEEN_PORT=54321
BINDS=900	# that bindbench makes
UNITS=/peers/run/systemd/system

IN_PEERS='chroot /peers /usr/bin/env -i PATH=/usr/sbin:/usr/bin PYTHONUNBUFFERED=1'

# The kernel's file systems, and our programs, in the chroot.
prepare_peers() {
	local dir
	mount -o bind /peers /peers # systemd wants its root to be a mount
	for dir in proc sys dev; do
		mount -o rbind "/$dir" "/peers/$dir"
	done
	mount -t tmpfs tmpfs /peers/run
	mount -t tmpfs tmpfs /peers/tmp
	cp /bin/bindbench /bin/landlock /peers/usr/bin/
}

# watcher ID TITLE COMMAND...: the rows of a tool that shows binds. Its first line with the port
# tells that it watches. Whether a tool that is woken for each bind runs in the middle of it is up to
# the scheduler, so the least is what the bind itself takes, and what the tool does is another row.
watcher() {
	local id=$1 title=$2 begun='' bind='' reader='' before
	shift 2
	SEES=$SEEN_PORT
	if start "$SEEN_PORT" "$@"; then
		begun=$TICKS
		sleep 1
		before=$(own_instructions)
		ticks $TCP4 && bind=$LEAST
		usleep 200000
		reader=$((($(own_instructions) - before) / BINDS))
	fi
	SEES=0
	row "peers.$id" bind "$bind" "$(base_of tcp4)" "$title"
	row "peers.$id.reader" instructions "$reader" '' "$title: its own work for each"
	row "peers.$id.start" time "$begun" '' "$title: exec to the first line"
	stop
}

in_chroot() {
	local id=$1 title=$2
	shift 2
	if [ ! -x "/peers/usr/sbin/$1" ] && [ ! -x "/peers/usr/bin/$1" ]; then
		REASON="not measured: no $1 in Debian 13"
		row "peers.$id" bind '' '' "$title"
		return
	fi
	watcher "$id" "$title" $IN_PEERS stdbuf -oL "$@"
}

# The same, as a user would have written it in a hurry.
bpftrace_programs() {
	cat >/peers/tmp/kprobe.bt <<-'END'
		kprobe:inet_bind { @address[tid] = arg1; }
		kretprobe:inet_bind /@address[tid]/ {
			$in = (struct sockaddr_in *)@address[tid];
			printf("%d %s %d %d\n", pid, comm, bswap($in->sin_port), retval);
			delete(@address[tid]);
		}
	END
	cat >/peers/tmp/fexit.bt <<-'END'
		fexit:vmlinux:inet_bind_sk {
			$in = (struct sockaddr_in *)args.uaddr;
			printf("%d %s %d %d\n", pid, comm, bswap($in->sin_port), (int32)retval);
		}
	END
}

# landlock RULES
landlock() {
	local said value=''
	if said=$(/bin/landlock "$1" 2000 bindbench $TCP4 2>"$ERR"); then
		value=$(field median "$said")
	else
		REASON="not measured: $(last_line "$ERR")"
	fi
	row "peers.landlock.$1" bind "$value" "$(base_of tcp4)" "Landlock, $1 ports allowed"
}

# service ID AFTER DENY...: a service with these SocketBindDeny= that measures, after another one.
service() {
	local id=$1 after=$2 deny
	shift 2
	{
		printf '[Unit]\nDefaultDependencies=no\nAfter=bench-%s.service\n' "$after"
		printf '[Service]\nType=oneshot\nExecStart=/usr/bin/bindbench %s\n' "$TCP4"
		printf 'StandardOutput=file:/tmp/%s.out\nStandardError=file:/tmp/%s.err\n' "$id" "$id"
		for deny in "$@"; do
			echo "SocketBindDeny=$deny"
		done
	} >"$UNITS/bench-$id.service"
	echo "Wants=bench-$id.service" >>"$UNITS/bench.target"
}

# In a PID namespace of its own systemd is the first process, as it has to be. Nobody talks to it: it
# starts the services one after the other.
run_services() {
	unshare --pid --fork --mount sh -c 'mount -t proc proc /peers/proc &&
		exec chroot /peers /usr/bin/env -i container=bench /lib/systemd/systemd \
			--unit=bench.target' >"$TMP/systemd" 2>&1 &
	poll 2400 test -s "/peers/tmp/$1.err" || REASON="not measured: the services did not run"
}

service_ticks() {
	field median "$(cat "/peers/tmp/$1.out" 2>/dev/null)"
}

# systemd ID TITLE: what it takes above a service without rules, for a bind in a service takes more
# than one outside of it.
systemd() {
	REASON="not measured: $(last_line "/peers/tmp/$1.err" 2>/dev/null)"
	row "peers.systemd.$1" bind "$(service_ticks "$1")" "$(service_ticks none)" "$2"
}

# The last one is refused its port, and says so: are the rules in force at all?
measure_systemd() {
	local port ports=
	mkdir -p "$UNITS"
	echo '[Unit]' >"$UNITS/bench.target"
	service none nothing
	service 1 none tcp:1
	for port in $(seq 128); do
		ports="$ports tcp:$port"
	done
	service 128 1 $ports
	service refused 128 tcp:2000
	run_services refused
	if ! grep -q 'a bind gave' /peers/tmp/refused.err; then
		rm -f /peers/tmp/1.out /peers/tmp/128.out
		echo "systemd refuses nothing here" | tee /peers/tmp/1.err >/peers/tmp/128.err
	fi
	systemd none "bare bind in a service of systemd"
	systemd 1 "systemd, SocketBindDeny= with 1 rule"
	systemd 128 "systemd, SocketBindDeny= with 128 rules"
}

group_peers() {
	WAIT_SECONDS=300
	prepare_peers
	bare tcp4 $TCP4
	row peers.bare bind "$(base_of tcp4)" "$(base_of tcp4)" "bare bind, TCP over IPv4"
	guarded peers.hook "empty LSM hook" tcp4 "$TCP4" attached emptyhook
	watcher bindguard "bindguard" bindguard
	mkpolicy mixed "$TYPICAL_RULES" >"$POLICY"
	watcher audit "bindguard --audit, $TYPICAL_RULES rules" bindguard --audit -f "$POLICY"
	landlock 1
	landlock 128
	landlock 1024
	bpftrace_programs
	in_chroot libbpf "bindsnoop of libbpf-tools" bindsnoop-libbpf
	in_chroot bpftrace.fexit "bpftrace, fexit" bpftrace /tmp/fexit.bt
	in_chroot bpftrace.kprobe "bpftrace, kprobe and kretprobe" bpftrace /tmp/kprobe.bt
	in_chroot bcc "bindsnoop of bpfcc-tools" bindsnoop-bpfcc
	measure_systemd
}
