# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# What a guest with systemd has when it boots, in files of /etc and /run: bindguard's service with a
# policy, another one that binds a port as early as services of the network may, and one that runs the
# cases.

EARLY_PORT=700	# "early" in the policy

prepare_units() {
	local units=/run/systemd/system wanted
	wanted=$units/multi-user.target.wants
	mkdir -p "$wanted" /etc/bindguard
	cat >/etc/bindguard/policy.conf <<-END
		version = 1; default = "allow";
		rules = (
			{ name = "early"; verdict = "deny"; ports = $EARLY_PORT; },
			{ name = "telnet"; verdict = "deny"; ports = 23; }
		);
	END
	cat >$units/early.service <<-END
		[Unit]
		DefaultDependencies=no
		Wants=network-pre.target
		After=network-pre.target
		[Service]
		Type=oneshot
		ExecStart=/bin/binder tcp4 127.0.0.1 $EARLY_PORT
	END
	cat >$units/bindguard-vm.service <<-END
		[Unit]
		After=bindguard.service early.service
		[Service]
		Environment=PATH=$PATH HOME=/root
		ExecStart=/bin/busybox sh /vm/runner
		OOMScoreAdjust=-1000
	END
	ln -s /usr/local/lib/systemd/system/bindguard.service "$wanted/"
	ln -s $units/early.service $units/bindguard-vm.service "$wanted/"
}
