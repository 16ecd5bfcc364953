# SPDX-License-Identifier: GPL-2.0-only
#
# junit.awk - JUnit XML of the results of `vmtest`: lines "VM, NAME, FILE:LINE, STATUS, MESSAGE" with tabs
# between, and "# TEXT" lines after one that say more. suite is a variable.

function xml(text) {
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	gsub(/>/, "\\&gt;", text)
	gsub(/"/, "\\&quot;", text)
	gsub(/[^ -~\n]/, "?", text)	# nothing is left that is not escaped
	return text
}

# A name as it was before TAP: there "#" and "\" have a "\" before them.
function plain(name) {
	gsub(/\\#/, "#", name)
	gsub(/\\\\/, "\\", name)
	return name
}

function print_case(i,    file, line) {
	file = line = place[i]
	sub(/:[0-9]*$/, "", file)
	sub(/.*:/, "", line)
	printf "    <testcase name=\"%s\" classname=\"%s\"", xml(plain(name[i])), xml(suite " on " vm[i])
	if (file != "")
		printf " file=\"%s\" line=\"%s\"", xml(file), xml(line)
	if (status[i] == "skip")
		printf ">\n      <skipped message=\"%s\"/>\n    </testcase>\n", xml(message[i])
	else if (status[i] == "FAIL")
		printf ">\n      <failure message=\"%s\">%s</failure>\n    </testcase>\n", xml(message[i]), xml(more[i])
	else
		print "/>"
}

BEGIN { FS = "\t" }

/^# / {
	more[count] = more[count] substr($0, 3) "\n"
	next
}

{
	count++
	vm[count] = $1
	name[count] = $2
	place[count] = $3
	status[count] = $4
	message[count] = $5
	sub(/^# /, "", message[count])
	failures += $4 == "FAIL"
	skipped += $4 == "skip"
}

END {
	print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>"
	printf "  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"0\" skipped=\"%d\">\n", xml(suite),
		count, failures, skipped
	for (i = 1; i <= count; i++)
		print_case(i)
	print "  </testsuite>\n</testsuites>"
}
