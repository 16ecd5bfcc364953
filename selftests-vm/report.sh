# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# report.sh - what came of cases in VMs: points of TAP, and a table. Sourced by `run` and `vmtest`.

# Kernel messages that fail a kernel. They start a line, after the time stamp: what user space
# prints has none. Stalls and lockups are left out, they only tell that the host was busy.
KERNEL_TROUBLE='^\[ *[0-9.]+\] (WARNING: |BUG: |kernel BUG at |Oops|Kernel panic|Internal error'
KERNEL_TROUBLE+='|audit: type=1326 '	# a system call that bindguard's own filter has refused
KERNEL_TROUBLE+='|Unable to handle kernel '
KERNEL_TROUBLE+='|general protection fault|UBSAN: |KASAN: |refcount_t: |------------\[ cut here)'

POINTS=0
FAILED=0
declare -A CELL		# by "COLUMN ROW"

# point ok|FAIL|skip NAME [REASON]
point() {
	POINTS=$((POINTS + 1))
	case $1 in
	ok) echo "ok $POINTS - $2" ;;
	skip) echo "ok $POINTS - $2 # SKIP $3" ;;
	*)
		FAILED=$((FAILED + 1))
		echo "not ok $POINTS - $2"
		[[ -z ${3:-} ]] || echo "# $3"
		;;
	esac
}

# The line of a case in a guest's log; nothing if it did not report.
case_line() {
	grep -aE "^(not )?ok [0-9]+ - $2( # SKIP .*)?\$" "$1" | head -n 1 || true
}

case_diagnostics() {
	awk -v name="$2" '
		/^(not )?ok / { sub(/ # SKIP.*/, ""); sub(/.* - /, ""); mine = $0 == name; next }
		/^#/ && mine
	' "$1"
}

boot_complete() {
	grep -qsaE "^1\.\.$2\$" "$1"
}

# case_result NAME yes|no LOG: sets STATUS and REASON. Was the VM's plan there?
case_result() {
	local line
	line=$(case_line "$3" "$1")
	REASON=
	case $2$line in
	yesok*SKIP*) STATUS=skip REASON=${line#*# SKIP } ;;
	yesok*) STATUS=ok ;;
	yesnot*) STATUS=FAIL ;;
	yes*) STATUS=FAIL REASON="did not report" ;;
	*) STATUS=FAIL REASON="the VM ended before all of its cases did" ;;
	esac
}

# report_case COLUMN NAME yes|no LOG
report_case() {
	local kernel=$1 name=$2
	case_result "$name" "$3" "$4"
	CELL[$kernel $name]=$STATUS
	point "$STATUS" "$kernel $name" "$REASON"
	if [[ $STATUS == FAIL || -n $VERBOSE ]]; then
		case_diagnostics "$4" "$name"
	fi
}

# report_kernel_log COLUMN CONSOLE...
report_kernel_log() {
	local kernel=$1 found
	shift
	if ! found=$(grep -ahE -A 12 "$KERNEL_TROUBLE" "$@" 2>/dev/null); then
		CELL[$kernel kernel_log_clean]=ok
		point ok "$kernel kernel_log_clean"
		return
	fi
	CELL[$kernel kernel_log_clean]=FAIL
	point FAIL "$kernel kernel_log_clean"
	head -n 40 <<<"$found" | sed 's/^/# /'
}

# table COLUMNS ROWS: the names of arrays.
table() {
	local -n columns=$1 rows=$2
	local name column width=0
	for name in "${rows[@]}"; do
		((width = ${#name} > width ? ${#name} : width))
	done
	printf '# %-*s' "$width" ''
	printf ' %6s' "${columns[@]}"
	for name in "${rows[@]}"; do
		printf '\n# %-*s' "$width" "$name"
		for column in "${columns[@]}"; do
			printf ' %6s' "${CELL[$column $name]:-skip}"
		done
	done
	echo
}
