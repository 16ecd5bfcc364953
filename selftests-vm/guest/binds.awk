# SPDX-License-Identifier: GPL-2.0-only
#
# binds.awk - compares binds with what is expected of them, with what was decided offline, and with
# their records. binds.sh says what it reads: a list, two times lines of binder, and records.

# The value of a key of a record, as text; "" if it is null or missing.
function value(record, key,    at) {
	if (match(record, "\"" key "\":\"([^\"\\\\]|\\\\.)*\"")) {
		at = length(key) + 4
		return unescaped(substr(record, RSTART + at, RLENGTH - at - 1))
	}
	if (match(record, "\"" key "\":\\[[^]]*\\]")) {
		at = substr(record, RSTART + length(key) + 4, RLENGTH - length(key) - 5)
		gsub(/"/, "", at)
		return at
	}
	if (match(record, "\"" key "\":(-?[0-9]+|true|false)"))
		return substr(record, RSTART + length(key) + 3, RLENGTH - length(key) - 3)
	return ""
}

function unescaped(text) {
	gsub(/\\\//, "/", text)
	gsub(/\\"/, "\"", text)
	gsub(/\\\\/, "\\", text)
	return text
}

# A word of binder's line: "errno" of "rc=-1 errno=EACCES ...".
function word(line, key,    i, n, words) {
	n = split(line, words, " ")
	for (i = 1; i <= n; i++)
		if (index(words[i], key "=") == 1)
			return substr(words[i], length(key) + 2)
	return ""
}

# What the call that was asked about gave: for setsockopt the option's own.
function errno_of(line) {
	return word(line, field["via"] == "setsockopt" ? "set" : "errno")
}

function by(rule) {
	return rule == "*" ? "" : " by " rule
}

function differs(text) {
	difference[++differences] = text
}

function same(what, expected, actual) {
	if (expected != actual)
		differs(what ": asked for " expected ", the event has " (actual == "" ? "none" : actual))
}

# The kernel gives raw and ping sockets SO_REUSEADDR.
function options_of(record,    options) {
	options = value(record, "options")
	if (field["protocol"] ~ /^(raw|icmp|icmpv6)$/ && field["options"] !~ /SO_REUSEADDR/)
		sub(/,?SO_REUSEADDR/, "", options)
	sub(/^,/, "", options)
	return options == "" ? "-" : options
}

# Does the event tell of the bind that the case is about? If not, it was not made as it says.
function compare_asked(record,    comm, numbers) {
	numbers["tcp"] = 6; numbers["udp"] = 17; numbers["icmp"] = 1; numbers["sctp"] = 132
	numbers["icmpv6"] = 58; numbers["udplite"] = 136; numbers["mptcp"] = 262
	same("uid", field["uid"], value(record, "uid"))
	comm = value(record, "comm")
	if (field["comm"] !~ /\\x/)
		same("comm", field["comm"], comm == "" ? "-" : comm)
	if (field["protocol"] in numbers)
		same("protocol", numbers[field["protocol"]], value(record, "protocol_number"))
	same("network namespace", field["netns"], value(record, "netns_host") == "true" ? "host" : "other")
	same("options", field["options"], options_of(record))
	if (field["via"] == "bind" || field["via"] == "bindx") {
		same("address", field["address"], value(record, "requested_address"))
		if (field["protocol"] != "raw")
			same("port", field["port"], value(record, "requested_port"))
	}
}

# In audit mode nothing is refused, and what would be is "audit".
function in_mode(verdict) {
	return mode == "audit" && verdict == "deny" ? "audit" : verdict
}

function compare_decision(record,    verdict, rule) {
	verdict = value(record, "verdict")
	rule = value(record, "rule")
	if (rule == "")
		rule = "-"
	if (verdict != in_mode(field["verdict"]) || rule != field["rule"])
		differs("offline " in_mode(field["verdict"]) by(field["rule"]) ", here " verdict by(rule))
	else
		verdict = field["verdict"]
	compare_expected(verdict, rule)
}

function compare_expected(verdict, rule) {
	if (verdict != field["expect"] || (field["expect_rule"] != "*" && rule != field["expect_rule"]))
		differs("expected " field["expect"] by(field["expect_rule"]) ", got " verdict by(rule))
}

# The errno of a bind that is let through is the one that it has without bindguard.
function compare_errno(record,    wanted, got, told) {
	wanted = in_mode(field["verdict"]) == "deny" ? "EACCES" : errno_of(bare)
	got = errno_of(made)
	if (got != wanted && (wanted == "EACCES" || word(bare, "late") == word(made, "late")))
		differs("errno: expected " wanted ", got " got)
	if (value(record, "rc") == "" || (field["via"] == "setsockopt" && got != "EACCES"))
		return	# the outcome was not seen, which may be, or is not told
	told = value(record, "errno")
	if ((told == "" ? "-" : told) != got)
		differs("errno: " got " for the program, the event has " (told == "" ? "-" : told))
}

# Why the case says nothing here; "" if it does.
function cannot() {
	if (bare !~ /^rc=/)
		return "cannot be made on this kernel: " bare
	if (bind_comes_first() && failed_bind(bare) != "")
		return "cannot be made on this kernel: the bind before it gives " failed_bind(bare)
	if (bind_comes_first() && failed_bind(made) != "")
		return "cannot be made: the bind before it gives " failed_bind(made)
	if (value(event, "cause") == "malformed")
		return "the kernel takes no such address: " errno_of(bare)
	return ""
}

# A socket that is bound is only asked about when it is denied something.
function is_silent() {
	return bind_comes_first() && field["verdict"] == "allow"
}

function bind_comes_first() {
	return field["via"] == "setsockopt" || (field["via"] == "listen" && field["port"] != 0)
}

function failed_bind(line) {
	return word(line, "op") == "bind" && word(line, "errno") != "-" ? word(line, "errno") : ""
}

function summary(    i, n, keys, text) {
	n = split("via protocol type requested_address requested_port uid comm options verdict rule cause errno", keys, " ")
	for (i = 1; i <= n; i++)
		text = text " " keys[i] "=" value(event, keys[i])
	return text
}

function report(number, reason,    i) {
	if (differences) {
		print "not ok " number " - " number
		for (i = 1; i <= differences; i++)
			print "# " difference[i]
		print "# binder: " made
		print "# event:" (event == "" ? " none" : summary())
		return
	}
	print "ok " number " - " number (reason == "" ? "" : " # SKIP " reason)
}

function judge(number,    i, key, column, reason) {
	split(list[number], column, "\t")
	for (i = 1; i <= names; i++)
		field[name[i]] = column[i]
	bare = bares[number]
	made = mades[number]
	key = word(made, "pid") " " field["via"]
	event = events[key]
	differences = 0
	reason = cannot()
	if (reason == "") {
		if (counts[key] + 0 != !is_silent())
			differs("events: expected " !is_silent() ", got " counts[key] + 0)
		if (is_silent())
			compare_expected(field["verdict"], field["rule"])
		compare_errno(event)
	}
	if (event != "" && reason == "") {
		compare_asked(event)
		compare_decision(event)
	}
	report(number, reason)
}

BEGIN {
	names = split("uid comm cgroup exe netns protocol address port options via verdict rule name expect " \
		"expect_rule where", name, " ")
}

FNR == 1 { file++ }
file == 1 { list[++count] = $0 }
file == 2 { bares[$1] = substr($0, length($1) + 2) }
file == 3 { mades[$1] = substr($0, length($1) + 2) }
file == 4 && /"record":"bind"/ {
	counts[value($0, "pid") " " value($0, "via")]++
	events[value($0, "pid") " " value($0, "via")] = $0
}

END {
	for (i_case = 1; i_case <= count; i_case++)
		judge(i_case)
	print "1.." count
}
