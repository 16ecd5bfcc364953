# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2153,SC2317
#
# A policy takes the place of another one while binds are decided.
#
# RELOAD_SECONDS is how long the policies of case_reload_storm take turns. For longer than a case
# may take, run a script of your own: . /vm/lib.sh; . /vm/cases/reload.sh; RELOAD_SECONDS=600
# case_reload_storm.
#
# kernels: 5.10 6.12 newest

RELOAD_SECONDS=${RELOAD_SECONDS:-20}

# rule NAME SETTINGS [DEFAULT]: a policy with this one rule; it denies the rest, or allows it.
rule() {
	policy <<-END
		version = 1;
		default = "${3:-deny}";
		rules = ( { name = "$1"; $2 } );
	END
}

# reload GENERATION: the policy as it is now comes into force.
reload() {
	kill -HUP "$GUARD"
	expect_error "^bindguard: $POLICY: reloaded: .* generation $1 in force\$"
}

# rules_policy N: so many, each alone responsible for its port.
rules_policy() {
	{
		echo 'version = 1; default = "deny"; rules = ('
		i=1
		while [ $i -le "$1" ]; do
			[ $i -eq 1 ] || echo ,
			echo "{ name = \"r$i\"; ports = $((10000 + i)); }"
			i=$((i + 1))
		done
		echo ');'
	} | policy
}

case_reload_sighup() {
	rule old 'ports = 8080;'
	guard --deny -f "$POLICY"
	binder tcp4 127.0.0.1 8080
	expect_ok
	expect_line ' 8080 .* allow   old$'
	rule new 'ports = 8080; verdict = "deny";' allow
	reload 2
	binder tcp4 127.0.0.1 8080
	expect_errno EACCES
	expect_line ' 8080 .* deny    new$'
	binder tcp4 127.0.0.1 8081
	expect_ok
	guard_stop
	expect_error '^bindguard: 3 attempts: 2 allow, 1 deny, 0 audit$'
	expect_error '^bindguard: 1 reloads, 0 failed: generation 2 was in force$'
}

refusals() {
	[ "$(grep -csE 'not reloaded: [0-9]+ errors?: generation 1 stays in force$' "$ERR")" = "$1" ]
}

# not_reloaded N: for the Nth time the next policy is refused, and the old one decides.
not_reloaded() {
	kill -HUP "$GUARD"
	poll "$POLLS_LINE" refusals "$1" || fail "expected a policy to be refused, for the time $1"
	binder tcp4 127.0.0.1 8081
	expect_errno EACCES
}

# Whatever is wrong with the next one, the old one stays.
case_reload_broken() {
	rule old 'ports = 8080;'
	guard --deny -f "$POLICY"
	printf 'version = 1; default = "allow"; prots = 1; rules = ( { nam = "x"; } );\n' | policy
	not_reloaded 1
	expect_error '^/.*/policy.conf:1: prots: '
	expect_error "^bindguard: $POLICY: not reloaded: "
	rm "$POLICY"
	not_reloaded 2
	rule new '' allow
	chmod 666 "$POLICY"
	not_reloaded 3
	expect_error 'others than root may write to it'
	# Mended, it is the next generation.
	chmod 644 "$POLICY"
	reload 2
	binder tcp4 127.0.0.1 8081
	expect_ok
	expect_lines 3 ' 8081 .* deny    -$'
	expect_error '^bindguard: 4 reloads, 3 failed: generation 2 was in force$'
}

# open_policy MB RULES: everything is allowed, in so many rules, and a comment of so many megabytes.
open_policy() {
	{
		echo 'version = 1; default = "allow"; rules = ('
		seq "$2" | sed 's/.*/{ name = "rule&"; uid = &; ports = [&, 443]; },/'
		echo '{ name = "last"; } );'
		head -c "$1"000000 /dev/zero | tr '\0' '#'
	} | policy
}

# A policy that there is no memory for does not end the program that denies. The soft limit is that
# of this program alone: the one that parses raises it to the hard one.
case_reload_out_of_memory() {
	rule old 'ports = 8080;'
	guard --deny -f "$POLICY"
	peak=$(sed -n 's/^VmPeak:[^0-9]*\([0-9]*\) kB$/\1/p' "/proc/$GUARD/status")
	guard_stop
	ulimit -S -v $((peak + 1024))
	guard --deny -f "$POLICY"
	open_policy 8 0
	not_reloaded 1
	open_policy 0 100000
	not_reloaded 2
	# It depends on what is still free whether the file, or what it says, does not fit.
	expect_eq 2 "$(grep -cE 'cannot read(: Cannot allocate| the policy: out of) memory$' "$ERR")" \
		'reloads that memory was missing for'
	binder tcp4 127.0.0.1 8080
	expect_ok
	# With a smaller one it goes on.
	rule new 'ports = 8082;'
	reload 2
	binder tcp4 127.0.0.1 8082
	expect_ok
	binder tcp4 127.0.0.1 8080
	expect_errno EACCES
	guard_stop
	expect_error '^bindguard: 3 reloads, 2 failed: generation 2 was in force$'
}

# Maps that have the size of their policy grow, and shrink, with it.
case_reload_grows() {
	rule one 'ports = 8080;'
	guard --deny -f "$POLICY"
	binder tcp4 127.0.0.1 14000
	expect_errno EACCES
	rules_policy 4000
	reload 2
	for port in 10001 10064 10065 12000 13999 14000; do
		binder tcp4 127.0.0.1 $port
		expect_ok
		expect_line " $port .* allow   r$((port - 10000))\$"
	done
	binder tcp4 127.0.0.1 8080
	expect_errno EACCES
	rule one 'ports = 8080;'
	reload 3
	binder tcp4 127.0.0.1 8080
	expect_ok
	binder tcp4 127.0.0.1 14000
	expect_errno EACCES
	guard_stop
	expect_error '^bindguard: 10 attempts: 7 allow, 3 deny, 0 audit$'
}

# While the next policy is read, the old one decides; its events are read when the next one is in
# force, in which the same numbers mean other rules.
case_reload_names_in_flight() {
	{
		echo 'version = 1; default = "deny"; rules = ('
		i=1
		while [ $i -le 3000 ]; do
			echo "{ name = \"other$i\"; ports = $((10000 + i)); verdict = \"deny\"; },"
			i=$((i + 1))
		done
		echo '{ name = "all"; verdict = "deny"; } );'
	} >"$TMP/next"
	rule old '' deny
	guard --deny -f "$POLICY" --ring-size 16M
	"$BINDER" -q -r 0 -t 2 udp4 127.0.0.1 0 >"$TMP/binds" &
	busy=$!
	for generation in 2 4 6; do
		policy <"$TMP/next"
		reload $generation
		rule old '' deny
		reload $((generation + 1))
	done
	kill "$busy"
	wait "$busy" || true
	guard_stop
	expect_binds "$TMP/binds" old all
}

# expect_binds FILE ALLOW DENY: what binder -q wrote into the file is what was decided and what was
# printed, each allow by the one rule and each deny by the other.
expect_binds() {
	local said attempts ok denied
	said=$(cat "$1")
	attempts=${said#attempts=} attempts=${attempts%% *}
	ok=${said#*ok=} ok=${ok%% *}
	denied=${said#*EACCES=} denied=${denied%% *}
	expect_eq "attempts=$attempts ok=$ok EACCES=$denied" "$said" 'what binder got'
	expect [ "$ok" -gt 0 ]
	expect [ "$denied" -gt 0 ]
	expect_eq "$ok" "$(grep -c " binder .* allow   $2\$" "$OUT")" "allow by $2"
	expect_eq "$denied" "$(grep -c " binder .* deny    $3\$" "$OUT")" "deny by $3"
	# An outcome that took longer than a second has a line of its own, without a verdict.
	expect_eq "$attempts" "$(grep -cvE ' - +-$|PID|Tracing' "$OUT")" 'lines with a verdict'
	grep -qsxF "bindguard: $attempts attempts: $ok allow, $denied deny, 0 audit" "$ERR" ||
		fail "expected the totals to be those of $said"
	grep -qsxF "bindguard: $attempts attempts = $attempts reported + 0 filtered + 0 lost" \
		"$ERR" || fail 'expected nothing to be lost'
}

objects() {
	pinmap --count
}

no_more_objects() {
	[ "$(objects)" = "$1" ]
}

# take_turns SECONDS: two policies, of which each answer tells which one decided, as often as there
# is time for it. Sets SWAPS. What bindguard says comes through a pipe, so that it is told at once
# when the next one may follow.
take_turns() {
	local next=b until said
	until=$(($(date +%s) + $1))
	SWAPS=0
	while [ "$(date +%s)" -lt $until ]; do
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			SWAPS=$((SWAPS + 1))
			if [ $next = b ]; then
				echo "$POLICY_B" >"$POLICY"
				next=a
			else
				echo "$POLICY_A" >"$POLICY"
				next=b
			fi
			kill -HUP "$GUARD"
			while read -r said <&3; do
				echo "$said" >>"$ERR"
				case $said in
				*"reloaded: "*"generation $((SWAPS + 1)) in force") break ;;
				*missed:* | *lost:*) ;;
				*) fail "after $SWAPS swaps: $said" ;;
				esac
			done
		done
	done
}

# Every decision is that of one whole policy, is reported under its rule's name, and none is missing.
case_reload_storm() {
	needs_trampolines
	POLICY_A='version = 1; default = "deny"; rules = ( { name = "a"; } );'
	POLICY_B='version = 1; default = "allow"; rules = ( { name = "b"; verdict = "deny"; } );'
	nothing=$(objects)
	echo 1 >/sys/kernel/rcu_expedited
	echo "$POLICY_A" | policy
	: >"$ERR"
	mkfifo "$TMP/told"
	exec 3<>"$TMP/told"
	"$BINDGUARD" --deny -f "$POLICY" --ring-size 16M >"$OUT" 2>"$TMP/told" &
	GUARD=$!
	poll "$POLLS_READY" grep -qs "$READY" "$OUT" || fail 'not ready in time'
	# What the policy is, and what was bound before it.
	for _ in 1 2; do
		read -r said <&3
		echo "$said" >>"$ERR"
	done
	before=$(objects)
	"$BINDER" -q -r 0 -t 4 udp4 127.0.0.1 0 >"$TMP/binds" &
	busy=$!
	take_turns "$RELOAD_SECONDS"
	kill "$busy"
	wait "$busy" || true
	poll "$POLLS_LINE" no_more_objects "$before" ||
		fail "before the swaps: $before, after: $(objects)"
	guard_stop
	timeout 2 cat <&3 >>"$ERR" || true
	echo 0 >/sys/kernel/rcu_expedited
	echo "$SWAPS swaps in $RELOAD_SECONDS s, $(cat "$TMP/binds")"
	expect [ "$SWAPS" -ge 50 ]
	expect_binds "$TMP/binds" a b
	expect_error "^bindguard: $SWAPS reloads, 0 failed: generation $((SWAPS + 1)) was in force\$"
	poll "$POLLS_LINE" no_more_objects "$nothing" || fail "left behind: $(objects), was $nothing"
}

# What the rules of all generations have counted is what was decided.
case_reload_tally() {
	rule a '' deny
	guard --audit -f "$POLICY" --count
	"$BINDER" -q -r 0 -t 4 udp4 127.0.0.1 0 >"$TMP/binds" &
	busy=$!
	# Each decides for a while: the binder gets what time the others leave.
	for generation in 2 4 6; do
		sleep 1
		rule b 'verdict = "deny";' allow
		reload $generation
		sleep 1
		rule c 'ports = 8080;' deny
		reload $((generation + 1))
	done
	sleep 1
	kill "$busy"
	wait "$busy" || true
	guard_stop
	totals=$(sed -n 's/^bindguard: \([0-9]*\) attempts: \(.*\) allow, \(.*\) deny, \(.*\) audit$/\1 \2 \3 \4/p' "$ERR")
	rules=$(awk '$1 == "RULE" { on = 1; next } on { a += $2; d += $3; u += $4 }
		END { printf "%d %d %d %d", a + d + u, a, d, u }' "$OUT")
	expect_eq "$totals" "$rules" 'attempts, and what the rules add up to'
	said=$(cat "$TMP/binds")
	expect_eq "attempts=${totals%% *} ok=${totals%% *}" "$said" 'what binder got'
	expect_line '^a +[1-9][0-9]* +0 +0$'
	expect_line '^b +0 +0 +[1-9][0-9]*$'
	expect_line '^- +0 +0 +[1-9][0-9]*$'
}

# Cgroups made before the start, between two policies, and after both have the class that the
# policy in force gives them, whether or not it is the first to name any.
case_reload_cgroups() {
	first=$(cgroup /svc/a/first)
	rule none 'ports = 8080;'
	guard --deny -f "$POLICY"
	before=$(objects)
	second=$(cgroup /svc/a/second)
	rule a 'cgroup = "/svc/a"; ports = 5432;'
	reload 2
	third=$(cgroup /svc/a/third)
	other=$(cgroup /svc/b/other)
	for folder in "$first" "$second" "$third"; do
		binder -c "$folder" tcp4 127.0.0.1 5432
		expect_ok
	done
	binder -c "$other" tcp4 127.0.0.1 5432
	expect_errno EACCES
	rule b 'cgroup = "/svc/b"; ports = 5432;'
	reload 3
	fourth=$(cgroup /svc/b/fourth)
	for folder in "$other" "$fourth"; do
		binder -c "$folder" tcp4 127.0.0.1 5432
		expect_ok
	done
	for folder in "$first" "$second" "$third"; do
		binder -c "$folder" tcp4 127.0.0.1 5432
		expect_errno EACCES
	done
	# Without, and with again: what was noted for the one before the last is not what counts.
	rule none 'ports = 8080;'
	reload 4
	fifth=$(cgroup /svc/a/fifth)
	rule a 'cgroup = "/svc/a"; ports = 5432;'
	reload 5
	for folder in "$first" "$fifth"; do
		binder -c "$folder" tcp4 127.0.0.1 5432
		expect_ok
	done
	binder -c "$fourth" tcp4 127.0.0.1 5432
	expect_errno EACCES
	poll "$POLLS_LINE" no_more_objects "$before" ||
		fail "before the reloads: $before, after: $(objects)"
	expect_no_line ':unreadable$'
}

# New cgroups are used at once, in the middle of reloads too.
case_reload_cgroups_meanwhile() {
	rule a1 'cgroup = "/svc/a"; ports = 5432;'
	guard --deny -f "$POLICY"
	mkdir -p /sys/fs/cgroup/svc/a /sys/fs/cgroup/svc/b
	rule a2 'cgroup = "/svc/a"; ports = 5432;'
	(
		while :; do
			for name in a1 a2; do
				sed "s/a[12]/$name/" "$POLICY" >"$TMP/next"
				mv "$TMP/next" "$POLICY"
				kill -HUP "$GUARD"
				usleep 20000
			done
		done
	) &
	turns=$!
	i=0
	while [ $i -lt 40 ]; do
		mkdir "/sys/fs/cgroup/svc/a/$i" "/sys/fs/cgroup/svc/b/$i"
		binder -c "/sys/fs/cgroup/svc/a/$i" tcp4 127.0.0.1 5432
		expect_ok
		binder -c "/sys/fs/cgroup/svc/b/$i" tcp4 127.0.0.1 5432
		expect_errno EACCES
		rmdir "/sys/fs/cgroup/svc/a/$i" "/sys/fs/cgroup/svc/b/$i"
		i=$((i + 1))
	done
	kill $turns
	wait $turns || true
	guard_stop
	grep -v 'reloaded: 1 rules' "$ERR" # what went wrong, if anything did
	expect_error '^bindguard: 80 attempts: 40 allow, 40 deny, 0 audit$'
	expect_error '^bindguard: [0-9]+ reloads, 0 failed: '
	swaps=$(sed -n 's/^bindguard: \([0-9]*\) reloads.*/\1/p' "$ERR")
	expect [ "$swaps" -ge 5 ]
	expect_no_line ':unreadable$'
	expect_no_line ' deny    a[12]$'
}

case_reload_exes() {
	mkdir "$TMP/bin"
	for file in one two; do
		cp "$BINDER" "$TMP/bin/$file"
	done
	tries() {
		BINDER=$TMP/bin/one
		binder tcp4 127.0.0.1 8080
		expect_errno "$1"
		BINDER=$TMP/bin/two
		binder tcp4 127.0.0.1 8080
		expect_errno "$2"
	}
	rule none 'ports = 8081;'
	guard --deny -f "$POLICY"
	before=$(objects)
	tries EACCES EACCES
	rule one "exe = \"$TMP/bin/one\";"
	reload 2
	tries - EACCES
	rule two "exe = \"$TMP/bin/two\";"
	reload 3
	tries EACCES -
	rule both "exe = [ \"$TMP/bin/two\", \"$TMP/bin/later\", \"$TMP/bin/one\" ];"
	reload 4
	tries - -
	rule none 'ports = 8081;'
	reload 5
	tries EACCES EACCES
	poll "$POLLS_LINE" no_more_objects "$before" ||
		fail "before the reloads: $before, after: $(objects)"
	guard_stop
}

# A rule that has expired goes by a generation of its own, of the same policy.
case_reload_expires() {
	date -s '2031-05-31 23:50:00' >/dev/null
	rule old 'ports = 8080;'
	guard --deny -f "$POLICY"
	rule soon 'ports = 8080; expires = "2031-06-01";'
	reload 2
	binder tcp4 127.0.0.1 8080
	expect_ok
	date -s '2031-06-01 00:00:00' >/dev/null
	expect_error 'rules have expired; generation 3 is in force$'
	binder tcp4 127.0.0.1 8080
	expect_errno EACCES
	rule late 'ports = 8080;'
	reload 4
	binder tcp4 127.0.0.1 8080
	expect_ok
	expect_line ' 8080 .* allow   late$'
	expect_lines 1 ' 8080 .* allow   soon$'
}

in_force() {
	expect_error "reloaded: .* generation $1 in force\$"
	binder tcp4 127.0.0.1 8080
	expect_line " 8080 .* $2\$"
}

# However an editor writes a file.
case_reload_watch_file() {
	rule first 'ports = 8080;'
	guard --deny -f "$POLICY" --watch
	binder tcp4 127.0.0.1 8080
	expect_line ' 8080 .* allow   first$'
	rule second 'ports = 8080;'
	in_force 2 'allow   second'
	sed s/second/third/ "$POLICY" >"$TMP/new"
	mv "$TMP/new" "$POLICY"
	in_force 3 'allow   third'
	sed s/third/fourth/ "$POLICY" >"$TMP/new"
	rm "$POLICY"
	expect_error 'not reloaded: .* generation 3 stays in force'
	mv "$TMP/new" "$POLICY"
	in_force 4 'allow   fourth'
	# Neither other files nor reading it count.
	cat "$POLICY" >"$TMP/other"
	sleep 1
	guard_stop
	expect_error '^bindguard: 4 reloads, 1 failed: generation 4 was in force$'
}

case_reload_watch_folder() {
	mkdir "$TMP/policy.d"
	POLICY=$TMP/policy.d/10.conf
	rule first 'ports = 8081;'
	guard --deny -f "$TMP/policy.d" --watch
	binder tcp4 127.0.0.1 8080
	expect_errno EACCES
	echo 'version = 1; rules = ( { name = "second"; ports = 8080; } );' >"$TMP/policy.d/20.conf"
	in_force 2 'allow   second'
	rm "$TMP/policy.d/20.conf"
	in_force 3 'deny    -'
	guard_stop
}

# The volume of a Kubernetes ConfigMap: "..data" is a link to a folder, and is replaced by another.
case_reload_watch_configmap() {
	volume=$TMP/volume
	for version in 1 2 3; do
		POLICY=$volume/..v$version/policy.conf
		mkdir -p "$volume/..v$version"
		rule "version$version" 'ports = 8080;'
	done
	ln -s ..v1 "$volume/..data"
	ln -s ..data/policy.conf "$volume/policy.conf"
	guard --deny -f "$volume/policy.conf" --watch
	binder tcp4 127.0.0.1 8080
	expect_line ' 8080 .* allow   version1$'
	for version in 2 3; do
		ln -s ..v$version "$volume/..data_tmp"
		mv -T "$volume/..data_tmp" "$volume/..data"
		rm -r "$volume/..v$((version - 1))"
		in_force $version "allow   version$version"
	done
	guard_stop
}

# Files that are included, below the policy's folder; and a policy whose folder is a link.
case_reload_watch_include() {
	mkdir -p "$TMP/one/parts" "$TMP/two"
	ln -s one "$TMP/now"
	printf 'version = 1; default = "deny";\n@include "parts/rules.conf"\n' >"$TMP/one/policy.conf"
	echo 'rules = ( { name = "first"; ports = 8080; } );' >"$TMP/one/parts/rules.conf"
	POLICY=$TMP/two/policy.conf
	rule third 'ports = 8080;'
	guard --deny -f "$TMP/now/policy.conf" --watch
	echo 'rules = ( { name = "second"; ports = 8080; } );' >"$TMP/one/parts/rules.conf"
	in_force 2 'allow   second'
	ln -s two "$TMP/then"
	mv -T "$TMP/then" "$TMP/now"
	in_force 3 'allow   third'
	guard_stop
}

# A stream of changes does not keep the policy from being read.
case_reload_watch_stream() {
	rule first 'ports = 8080;'
	guard --deny -f "$POLICY" --watch
	rule second 'ports = 8080;'
	i=0
	while [ $i -lt 40 ]; do
		echo '# again' >>"$POLICY"
		usleep 100000
		i=$((i + 1))
	done
	grep -qs 'generation 2 in force' "$ERR" || fail 'expected a reload in the middle of it'
	reloads=$(grep -c 'reloaded: ' "$ERR")
	expect [ "$reloads" -le 4 ]
	guard_stop
}

# Whatever size the ring has, what is not reported is counted.
case_reload_ring_sizes() {
	rule web 'ports = 8080;'
	for size in 64K 16M; do
		guard --deny -f "$POLICY" --ring-size $size
		binder -q -r 2000 -t 4 udp4 127.0.0.1 4444
		kill -STOP "$GUARD"
		binder -q -r 5000 -t 4 udp4 127.0.0.1 4444
		kill -CONT "$GUARD"
		binder -q -r 2000 -t 4 udp4 127.0.0.1 4444
		guard_stop
		expect_error '^bindguard: 36000 attempts: 0 allow, 36000 deny, 0 audit$'
		reported=$(grep -c ' binder ' "$OUT")
		expect_error "^bindguard: 36000 attempts = $reported reported \\+ 0 filtered \\+ $((36000 - reported)) lost\$"
		if [ $size = 64K ]; then
			expect [ "$reported" -lt 36000 ]
		else
			expect_eq 36000 "$reported" reported
		fi
	done
}
