# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Runs the commands that a text in Markdown shows, and compares their output with what it shows.
#
# In a block that begins with ```console a line `# COMMAND` is run as root, and `$ COMMAND` as user 1000
# without any capability; one that ends in a backslash goes on in the next line. What follows is what is
# expected, of stdout and stderr together, from this command or from one in the background, for as long
# as it takes to come. Runs of blanks are equal to each other. A line `...` is any number of lines.
# Two comments may stand above a block:
#
#	<!-- varies: 812 web-1 -->	another word may stand where one of these is: a number for a number
#	<!-- file: PATH -->		the block, which may be of any kind, is the contents of that file
#
# Any other block is not run. Output that begins like a command cannot be shown. All commands share one shell, so the current folder and $! too. Their exit
# status is not looked at, unless they were not found.

# tutorial_split FILE FOLDER: makes what it has into N.user, .command, .expected and .varies, or N.path
# and .file, in that folder, N being 1 and so on; and prints the last N.
tutorial_split() {
	awk -v to="$2/" '
		function put(kind, text) { print text >(to n kind) }
		/^<!-- (varies|file): .* -->$/ { note[substr($2, 1, length($2) - 1)] = $0; next }
		/^```/ && !block {
			block = "other"
			if ($0 == "```console")
				block = "console"
			if ("file" in note) {
				block = "file"
				n++
				split(note["file"], words, " ")
				put(".path", words[3])
			}
			next
		}
		/^```$/ { block = ""; more = 0; delete note; next }
		block == "file" { put(".file", $0) }
		block != "console" { next }
		more { put(".command", $0) }
		!more && /^[#$] / {
			n++
			put(".user", substr($0, 1, 1))
			put(".varies", note["varies"])
			put(".command", substr($0, 3))
			more = 1
		}
		more { more = /\\$/; next }
		n { put(".expected", $0) }
		END { print n + 0 }
	' "$1"
}

# tutorial_same EXPECTED VARIES ACTUAL: are the lines of these files alike, in the sense of the above?
tutorial_same() {
	awk '
		# The word, where it is not a part of a longer one, becomes the mark.
		function vary(line, word, mark,    at, around, done) {
			while ((at = index(line, word)) > 0) {
				around = substr(line, at - 1, at > 1) substr(line, at + length(word), 1)
				done = done substr(line, 1, at - 1) (around ~ /[A-Za-z0-9]/ ? word : mark)
				line = substr(line, at + length(word))
			}
			return done line
		}
		function expression(line,    i) {
			for (i = 3; i < words; i++)
				line = vary(line, word[i], word[i] ~ /^[0-9.]+$/ ? "\001" : "\002")
			gsub(/[][\\.^$*+?(){}|]/, "\\\\&", line)
			gsub(/ +/, " +", line)
			gsub(/\001/, "[0-9.]+", line)
			gsub(/\002/, "[^ ]+", line)
			return "^ *" line " *$"
		}
		FILENAME == ARGV[1] { words = split($0, word, " "); next }
		FILENAME == ARGV[2] { wanted[++n] = $0 == "..." ? $0 : expression($0); next }
		{ said[++m] = $0 }
		END {
			i = j = 1
			while (j <= m) {
				if (i <= n && wanted[i] == "...") {
					skip = i++
					from = j
				} else if (i <= n && said[j] ~ wanted[i]) {
					i++
					j++
				} else if (skip) {
					i = skip + 1
					j = ++from
				} else {
					exit 1
				}
			}
			while (i <= n && wanted[i] == "...")
				i++
			exit i <= n
		}
	' "$2" "$1" "$3"
}

# What has come since the last command that was as expected.
tutorial_said() {
	tail -n +$((TUTORIAL_SEEN + 1)) "$TUTORIAL/said" >"$TUTORIAL/now"
}

tutorial_matches() {
	tutorial_said
	tutorial_same "$1.expected" "$1.varies" "$TUTORIAL/now"
}

# tutorial_command N: run in this shell, not in a child of it.
tutorial_command() {
	local status=0
	if [ "$(cat "$1.user")" = '$' ]; then
		"$BINDER" with -u 1000 none sh "$1.command" >>"$TUTORIAL/said" 2>&1 || status=$?
	else
		eval "$(cat "$1.command")" >>"$TUTORIAL/said" 2>&1 || status=$?
	fi
	case $status in
	126 | 127) fail "not found: $(cat "$1.command")" ;;
	esac
	touch "$1.expected"
	poll "$POLLS_LINE" tutorial_matches "$1" || {
		show expected "$1.expected"
		show instead "$TUTORIAL/now"
		fail "$(cat "$1.user") $(cat "$1.command")"
	}
	TUTORIAL_SEEN=$(wc -l <"$TUTORIAL/said")
}

# tutorial_run FILE FOLDER: all of it, with FOLDER for what is kept meanwhile.
tutorial_run() {
	local steps step=0
	unset -f bindguard	# of lib.sh
	TUTORIAL=$2
	TUTORIAL_SEEN=0
	mkdir -p "$TUTORIAL"
	: >"$TUTORIAL/said"
	steps=$(tutorial_split "$1" "$TUTORIAL")
	[ "$steps" -gt 0 ] || fail "$1 shows no commands"
	while [ "$step" -lt "$steps" ]; do
		step=$((step + 1))
		if [ -e "$TUTORIAL/$step.path" ]; then
			cat "$TUTORIAL/$step.file" >"$(cat "$TUTORIAL/$step.path")"
		else
			tutorial_command "$TUTORIAL/$step"
		fi
	done
	tutorial_said
	[ ! -s "$TUTORIAL/now" ] || fail "came after the end: $(cat "$TUTORIAL/now")"
}
