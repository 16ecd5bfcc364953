# SPDX-License-Identifier: GPL-2.0-only
#
# The tables of a result of bench/run, as lines with tabs between: "title" TEXT, "head" CELL...,
# "row" CELL... and, for rows without a number, "note" TEXT.

# 1234567 as 1,234,567
def grouped:
	if . < 0 then "-" + (-. | grouped)
	elif . < 1000 then tostring
	else ((. / 1000 | floor) | grouped) + "," + ("00" + (. % 1000 | tostring))[-3:]
	end;

# A row's number in a form of its own, or what is there in place of it: the note below says more.
def cell(form):
	if . == null then ""
	elif .value == null then (.reason | split(":")[0])
	else form
	end;

def plain: cell(.value | grouped);
def above: cell(if .unit == "bind" then .above | grouped elif .unit == "difference" then .value | grouped else "" end);
def millions: cell(.value / 1e6 | if . < 10 then . * 10 | round / 10 else round end | "\(.) M");
def kibibytes: cell(.value / 1024 | round | grouped);

def shapes: ["uid", "comm", "cgroup", "mixed", "worst"];

# The sizes that were measured: the last parts of these ids.
def sizes($rows; $pattern):
	[$rows | keys[] | capture($pattern).n | tonumber] | unique;

# Lines that have nothing but a name are left out.
def table($title; $head; $lines):
	[$lines[] | select(any(.[1:][]; . != ""))] as $full
	| select($full | length > 0)
	| (["title", $title], ["head"] + $head, ($full[] | ["row"] + .));

def list($rows; $group; $title):
	[$rows | to_entries[] | select(.value.group == $group)
		| [.value.title, (.value | if .unit == "time" then millions else plain end), (.value | above)]] as $lines
	| table($title; ["", "instructions", "above bare"]; $lines);

# A line for each size, a column for each shape of policy that was measured.
def by_shape($rows; $prefix; $suffix; form; $title):
	[shapes[] | select($rows["decide.\(.).16.last"])] as $measured
	| [sizes($rows; "^decide\\.[a-z]+\\.(?<n>[0-9]+)\\.last$")[] as $n
		| [$n | grouped] + [$measured[] as $shape
			| $rows["\($prefix).\($shape).\($n)\($suffix)"] | form]] as $lines
	| table($title; ["rules"] + $measured; $lines);

def load($rows):
	[sizes($rows; "^start\\.(?<n>[0-9]+)$")[] as $n
		| [$n | grouped] + [("start", "start.cpu", "first", "reload") as $what
			| $rows["\($what).\($n)"] | millions]
		+ [("rss", "peak") as $what | $rows["\($what).\($n)"] | kibibytes]] as $lines
	| table("Start and reload in nanoseconds of the guest, memory in KiB";
		["rules", "start", "instructions", "first decision", "reload", "VmRSS", "VmHWM"]; $lines);

.rows as $rows
| list($rows; "basics"; "A bind"),
	list($rows; "events"; "Where it goes, 16 rules"),
	list($rows; "requests"; "Requests, --audit with a rule for every criterion"),
	by_shape($rows; "decide"; ".last"; above; "The decision alone, above bare: the last rule matches"),
	by_shape($rows; "decide"; ".none"; above; "The decision alone, above bare: no rule matches"),
	by_shape($rows; "bytes"; ""; plain; "Kernel memory of a rule, bytes"),
	by_shape($rows; "maps"; ""; kibibytes; "Kernel memory of all maps, KiB"),
	load($rows),
	list($rows; "peers"; "Other tools"),
	([$rows[] | select(.value == null) | .reason] | unique[] | ["note", .])
| @tsv
