# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# A script for `run --script`: what two hosts of a fleet record, for tests of what becomes of it. alpha
# denies, beta audits and is too slow once; both have the same policy. Prints each file under a line "== NAME".

# shellcheck source=selftests-vm/guest/lib.sh
. /vm/lib.sh

# expect_line and the like are not for us: what they would find is in a file.
host_start() {
	hostname "$1"
	shift
	guard "$@" -E -f "$POLICY" --json --chain -o "$TMP/$(hostname).json" --metrics "$TMP/$(hostname).prom"
}

host_print() {
	local name
	for name in json prom; do
		echo "== $1.$name"
		cat "$TMP/$1.$name"
	done
}

policy <<'END'
version = 1;
default = "deny";
rules = (
	{ name = "telnet"; verdict = "deny"; protocol = "tcp"; ports = 23; reason = "passwords in the clear"; owner = "security"; },
	{ name = "web"; uid = 33; protocol = "tcp"; ports = [80, 443]; reason = "the web site"; owner = "web-team"; },
	{ name = "spare"; uid = 33; protocol = "tcp"; ports = 8443; reason = "not used yet"; owner = "web-team"; },
	{ name = "clients"; ports = "ephemeral"; reason = "clients"; owner = "operations"; }
);
END
echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start

host_start alpha --deny
for port in 80 443; do
	binder -u 33 -n nginx tcp4 0.0.0.0 $port
done
for _ in 1 2 3; do
	binder -u 1000 -n telnetd tcp4 0.0.0.0 23
done
binder -u 1000 -n 'two words' tcp6 ::1 4444
binder -u 1000 udp4 0.0.0.0 0
guard_stop

host_start beta --audit --ring-size 64K
binder -u 33 -n nginx tcp4 0.0.0.0 80
binder -u 1000 -n telnetd tcp4 0.0.0.0 23
kill -STOP "$GUARD"
"$BINDER" -r 800 udp4 127.0.0.1 5353 >/dev/null
kill -CONT "$GUARD"
binder -u 33 -n nginx tcp4 0.0.0.0 443
guard_stop

host_print alpha
host_print beta
echo "== policy.conf"
cat "$POLICY"
echo "== end"
