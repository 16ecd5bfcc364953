# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2086 # the binds are arguments, several words each
#
# The guest's part of `bench/run`: measures the groups of rows in $WANTED, each a function
# group_NAME, and prints one line for each row, with tabs between:
#
#	row GROUP ID UNIT VALUE BASE TITLE
#
# VALUE is a number, or "refused: WHY" or "not measured: WHY". UNIT is "bind" (instructions of a bind;
# BASE is what the same bind takes without us), "refused" (the same of a bind that is refused),
# "difference" (instructions, made of other rows), "instructions", "time" (the guest's nanoseconds: a
# pause counts too, and an instruction is one) or "bytes".
# shellcheck source=SCRIPTDIR/../guest/lib.sh
. /vm/lib.sh

TAB=$(printf '\t')
RULES='16 128 1024 8192 65536'
TYPICAL_RULES=16	# of the policy of the rows that are not about sizes
WAIT_SECONDS=40		# of the guest: an instruction is a nanosecond
REFUSED_PORT=1		# no rule of mkpolicy is for this port
EMPTY=$TMP/empty.conf
COMPUTED=		# said of memory that the kernel does not count
kernel_at_least 6 4 || COMPUTED=', computed from its entries'

REFUSES=0	# a port that the program to start refuses, 0 for none
SEES=0		# a port that it shows, 0 for none
REASON=		# why the last `start` or `ticks` gave nothing
TICKS=
LEAST=
DECIDED=
PID=

# row ID UNIT VALUE BASE TITLE...
row() {
	local id=$1 unit=$2 value=$3 base=$4
	shift 4
	echo "row$TAB$GROUP$TAB$id$TAB$unit$TAB${value:-$REASON}$TAB$base$TAB$*"
}

# field NAME TEXT: the value of NAME=VALUE in it.
field() {
	local word
	for word in $2; do
		[ "${word%%=*}" != "$1" ] || echo "${word#*=}"
	done
}

# The last line of a file, without what is the same in all of them.
last_line() {
	tail -n 1 "$1" | sed "s/^bindguard: //; s,^$POLICY: ,,; s/\t/ /g"
}

# ticks BINDBENCH-ARGS...: the median of these binds in TICKS, the least in LEAST.
ticks() {
	local said
	TICKS='' LEAST=''
	if said=$(bindbench "$@" 2>"$ERR"); then
		TICKS=$(field median "$said") LEAST=$(field min "$said")
	else
		REASON="not measured: $(last_line "$ERR")"
		return 1
	fi
}

# start TEXT PROGRAM ARGS...: sets PID, and TICKS until it said the text.
start() {
	local said
	TICKS='' DECIDED='' PID=''
	if said=$(waitbench -t "$WAIT_SECONDS" -b "$REFUSES" -s "$SEES" "$OUT" "$@" 2>"$ERR"); then
		TICKS=$(field ticks "$said") DECIDED=$(field decided "$said") PID=$(field pid "$said")
	else
		REASON="refused: $(last_line "$OUT")"
		return 1
	fi
}

is_gone() {
	[ ! -e "/proc/$PID/exe" ]
}

# Ends what `start` started. What the kernel frees late is not to be in the next measurement.
stop() {
	[ -n "$PID" ] || return 0
	kill -INT "$PID" 2>/dev/null
	poll 400 is_gone || kill -KILL "$PID"
	poll 400 is_gone || fail "the process did not end"
	PID=
	sleep 1
}

# bare ID BINDBENCH-ARGS...: measures a bind without us, unless it was before; see base_of.
bare() {
	local id=$1
	shift
	[ -s "$TMP/bare.$id" ] && return
	ticks "$@" && echo "$TICKS" >"$TMP/bare.$id"
}

base_of() {
	cat "$TMP/bare.$1" 2>/dev/null
}

# guarded ID TITLE BARE "BINDBENCH-ARGS" COMMAND...: one row, with that command running meanwhile.
guarded() {
	local id=$1 title=$2 base=$3 binds=$4
	shift 4
	TICKS=''
	start "$@" && ticks $binds
	row "$id" bind "$TICKS" "$(base_of "$base")" "$title"
	stop
}

# shape_policy SHAPE RULES: writes it, sets MATCH and MISS to its binds, and measures these without us:
# a user's bind in a cgroup is not root's. BASE and BASE_MISS are for base_of.
shape_policy() {
	local folder
	mkpolicy "$1" "$2" >"$POLICY"
	MATCH=$(mkpolicy -m "$1" "$2")
	MISS=$(mkpolicy -n "$1" "$2")
	folder=$(echo "$MATCH" | sed -n 's/.*-c \([^ ]*\).*/\1/p')
	[ -z "$folder" ] || mkdir -p "$folder"
	BASE=$1.$2 BASE_MISS=$1.$2.none
	bare "$BASE" $MATCH
	bare "$BASE_MISS" $MISS
}

# What all maps occupy, as the kernel says where it knows (6.4), else their entries.
map_bytes() {
	if kernel_at_least 6 4; then
		field memlock "$(mapbytes)"
	else
		field entries "$(mapbytes)"
	fi
}

# --- The groups

TCP4='tcp4 127.0.0.1 2000'

group_basics() {
	bare tcp4 $TCP4
	row bare bind "$(base_of tcp4)" "$(base_of tcp4)" "bare bind, TCP over IPv4"
	guarded hook "empty LSM hook" tcp4 "$TCP4" attached emptyhook
	guarded observe "observe (no policy)" tcp4 "$TCP4" "$READY" bindguard
	mkpolicy uid 0 >"$EMPTY"
	shape_policy mixed "$TYPICAL_RULES"
	row bare.mixed bind "$(base_of "$BASE")" "$(base_of "$BASE")" \
		"bare bind of a user in a cgroup, as with the 16 rules"
	guarded audit "--audit, $TYPICAL_RULES rules" "$BASE" "$MATCH" "$READY" \
		bindguard --audit -f "$POLICY"
	guarded deny "--deny, $TYPICAL_RULES rules, an allowed bind" "$BASE" "$MATCH" "$READY" \
		bindguard --deny -f "$POLICY"
	guarded count "--deny --count, $TYPICAL_RULES rules" "$BASE" "$MATCH" "$READY" \
		bindguard --deny --count -f "$POLICY"
	guarded decide "--deny -p 1, $TYPICAL_RULES rules: no events" "$BASE" "$MATCH" "$READY" \
		bindguard --deny -p 1 -f "$POLICY"
	guarded decide.default "--audit -p 1, no rules but the default: no events" tcp4 "$TCP4" \
		"$READY" bindguard --audit -p 1 -f "$EMPTY"
	guarded quiet "--deny --quiet, $TYPICAL_RULES rules" "$BASE" "$MATCH" "$READY" \
		bindguard --deny --quiet -f "$POLICY"
	guarded quiet.default "--audit --quiet, no rules but the default" tcp4 "$TCP4" \
		"$READY" bindguard --audit --quiet -f "$EMPTY"
	shape_policy uid "$TYPICAL_RULES"
	guarded audit.uid "--audit, $TYPICAL_RULES rules by user" "$BASE" "$MATCH" "$READY" \
		bindguard --audit -f "$POLICY"
	guarded deny.uid "--deny, $TYPICAL_RULES rules by user, an allowed bind" "$BASE" "$MATCH" "$READY" \
		bindguard --deny -f "$POLICY"
}

# Events of their own: a refused bind has no outcome, so that what it costs to show it is the
# attempt's event. The outcome's is the rest.
group_events() {
	local quiet shown decide audit
	shape_policy mixed "$TYPICAL_RULES"
	start "$READY" bindguard --deny -p 1 -f "$POLICY" && ticks $MATCH && decide=$TICKS &&
		ticks -e EACCES $MISS && quiet=$TICKS
	row refused.quiet refused "$quiet" '' "a refused bind, without its event"
	stop
	start "$READY" bindguard --deny -f "$POLICY" && ticks $MATCH && audit=$TICKS &&
		ticks -e EACCES $MISS && shown=$TICKS
	row refused refused "$shown" '' "a refused bind, with its event"
	stop
	row events.decide bind "$decide" "$(base_of "$BASE")" "decide, and report nothing"
	[ -n "$quiet" ] && [ -n "$shown" ] || return
	row events.attempt difference $((shown - quiet)) '' "+ the attempt's event"
	row events.outcome difference $((audit - decide - shown + quiet)) '' \
		"+ the outcome's event"
}

group_requests() {
	local request binds
	bare tcp4.0 tcp4 127.0.0.1 0
	bare tcp4.2000 tcp4 127.0.0.1 2000
	bare tcp6.2000 tcp6 ::1 2000
	bare mapped.2000 tcp6 ::ffff:127.0.0.1 2000
	bare udp4.2000 udp4 127.0.0.1 2000
	policy <<-END
		version = 1; default = "deny"; forbid_options = ["IP_TRANSPARENT"];
		rules = (
			{ name = "user"; uid = 33; comm = "nginx"; ports = "80, 443"; },
			{ name = "unit"; unit = "ssh.service"; protocol = "tcp"; ports = 22; },
			{ name = "network"; address = ["10.0.0.0/8", "fd00::/8"]; netns = "host"; },
			{ name = "local"; address = "loopback"; ports = "1024-65535, ephemeral"; }
		);
	END
	while read -r request binds; do
		guarded "request.$request" "--audit, all criteria: $binds" "$request" "$binds" \
			"$READY" bindguard --audit -f "$POLICY"
	done <<-END
		tcp4.2000 tcp4 127.0.0.1 2000
		tcp4.0 tcp4 127.0.0.1 0
		tcp6.2000 tcp6 ::1 2000
		mapped.2000 tcp6 ::ffff:127.0.0.1 2000
		udp4.2000 udp4 127.0.0.1 2000
	END
}

# size SHAPE RULES: what the decision alone costs, and what the rules occupy. The memory of a rule is
# taken from the difference to the smallest policy: some maps have their size whatever is in them.
size() {
	local id=$1.$2 about="$2 rules by $1" hit='' miss='' bytes=''
	shape_policy "$1" "$2"
	if start "$READY" bindguard --audit --quiet -f "$POLICY"; then
		bytes=$(map_bytes)
		ticks $MATCH && hit=$TICKS
		ticks $MISS && miss=$TICKS
	fi
	stop
	row "decide.$id.last" bind "$hit" "$(base_of "$BASE")" "$about, the last matches"
	row "decide.$id.none" bind "$miss" "$(base_of "$BASE_MISS")" "$about, none matches"
	if [ "$2" = "$TYPICAL_RULES" ]; then
		SMALLEST=$bytes
		row "maps.$id" bytes "$bytes" '' "$about, kernel memory of all maps$COMPUTED"
	else
		[ -z "$bytes" ] || [ -z "$SMALLEST" ] ||
			bytes=$(((bytes - SMALLEST) / ($2 - TYPICAL_RULES)))
		row "bytes.$id" bytes "$bytes" '' "$about, kernel memory of a rule$COMPUTED"
	fi
}

sizes() {
	local rules
	SMALLEST=
	for rules in $RULES; do
		size "$1" "$rules"
	done
}

group_uid() { sizes uid; }
group_comm() { sizes comm; }
group_cgroup() { sizes cgroup; }
group_mixed() { sizes mixed; }
group_worst() { sizes worst; }

# A program that does not reload is ended by SIGHUP.
reload() {
	local said
	TICKS=
	if said=$(waitbench -t "$WAIT_SECONDS" -p "$PID" "$OUT" ': reloaded' 2>"$ERR"); then
		TICKS=$(field ticks "$said")
	else
		REASON="not measured: no \"reloaded\" after SIGHUP: $(last_line "$ERR")"
	fi
}

status_bytes() {
	local kib
	kib=$(sed -n "s/^$1:[[:space:]]*\([0-9]*\) kB/\1/p" "/proc/$PID/status")
	echo $((kib * 1024))
}

# Of the program's first thread, so far.
own_instructions() {
	cut -d ' ' -f 1 "/proc/$PID/schedstat"
}

# load RULES
load() {
	local id=$1 about="--deny, $1 rules by uid:" rss='' peak='' own=''
	shape_policy uid "$1"
	REFUSES=$REFUSED_PORT
	if start "$READY" bindguard --deny -p 1 -f "$POLICY"; then
		own=$(own_instructions)
		rss=$(status_bytes VmRSS) peak=$(status_bytes VmHWM)
	fi
	REFUSES=0
	row "start.$id" time "$TICKS" '' "$about exec to banner"
	row "start.cpu.$id" instructions "$own" '' "$about of that, instructions of its main process"
	row "first.$id" time "$DECIDED" '' "$about exec to the first decision"
	row "rss.$id" bytes "$rss" '' "$about memory of the program (VmRSS)"
	row "peak.$id" bytes "$peak" '' "$about the same at its peak (VmHWM)"
	[ -z "$PID" ] || reload
	row "reload.$id" time "$TICKS" '' "$about SIGHUP to reloaded"
	stop
}

group_load() {
	local rules
	start "$READY" bindguard
	row start.observe time "$TICKS" '' "observe: exec to banner"
	stop
	for rules in 0 $RULES; do
		load "$rules"
	done
}

# --- The guest

echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
echo "kernel$TAB$(uname -r)"
[ ! -f /vm/peers.sh ] || . /vm/peers.sh
for GROUP in $WANTED; do
	"group_$GROUP"
done
echo "end"
