# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of bindguard's command line for bash. tests/manuals compares it with the program.

_bindguard_verbs='check explain test vmtest learn replay report scan status unload doctor'

# What follows the option "$1" of the verb "$2": words, or one of FILE, USER, PID and NOTHING.
_bindguard_value() {
	case $2:$1 in
	:-f | :--policy | :-o | :--output | :--cgroupmap | :--mntnsmap | :--metrics) echo FILE ;;
	explain:--exe | test:--junit | test:--users | vmtest:--junit | vmtest:--logs | learn:--base | learn:--prune) echo FILE ;;
	learn:-o | learn:--output | report:-o | report:--output) echo FILE ;;
	:-u | :--uid | explain:--uid) echo USER ;;
	:-p | :--pid) echo PID ;;
	:--hook) echo lsm cgroup ;;
	:--on-boot-error) echo fail audit deny ;;
	:--format) echo text json ocsf ecs ;;
	:--journal | :--syslog) echo all ;;
	report:--format) echo text json csv html ;;
	explain:--netns) echo host other ;;
	explain:--via) echo bind listen bindx setsockopt ;;
	explain:--protocol) echo tcp udp sctp mptcp udplite icmp icmpv6 raw ;;
	explain:--option)
		echo IP_FREEBIND IP_TRANSPARENT IP_BIND_ADDRESS_NO_PORT SO_REUSEADDR SO_REUSEPORT
		;;
	vmtest:-k | vmtest:--kernel) echo 5.10 6.1 6.12 bookworm-backports host ;;
	learn:--for) echo 10m 1h 24h 7d ;;
	:-P | :--port | :--output-size | :--output-keep | :--fold | :--sample | :--ring-size) echo NOTHING ;;
	explain:--comm | explain:--cgroup | explain:--bind | explain:--tcp | explain:--udp) echo NOTHING ;;
	explain:--sctp | explain:--mptcp | explain:--udplite | explain:--icmp | explain:--icmpv6) echo NOTHING ;;
	vmtest:--arch | vmtest:-j | vmtest:--jobs | vmtest:--seconds) echo NOTHING ;;
	explain:--raw | report:--from | report:--to | learn:--ranges) echo NOTHING ;;
	esac
}

# The options of the verb "$1", or of the main job.
_bindguard_options() {
	case $1 in
	'')
		echo --audit --deny --autobind -f --policy --hook --on-boot-error -t --timestamp -w --wide -p \
			--pid -P --port -E -x --errors -U --print-uid -u --uid --format --metrics --count \
			--cgroupmap --mntnsmap --json --chain -o --output --output-size --output-keep \
			--journal --syslog --fold --sample --quiet --ebpf --pin --guard --watch --ring-size \
			-h --help --version
		;;
	check) echo -W --dump --json -h --help ;;
	explain)
		echo --uid --comm --cgroup --exe --netns --option --via --protocol --bind --all --tcp --udp \
			--sctp --mptcp --udplite --icmp --icmpv6 --raw -h --help
		;;
	test) echo --junit --list --files --users -h --help ;;
	vmtest) echo -k --kernel --arch -j --jobs --junit --logs --seconds -v --verbose -h --help ;;
	learn)
		echo --base --ranges --include-denied --include-failed --for --prune -o --output -h --help
		;;
	replay) echo --json -h --help ;;
	report) echo --from --to --format --verify -o --output -h --help ;;
	scan) echo -w --wide --json -h --help ;;
	status) echo --json -h --help ;;
	unload) echo -h --help ;;
	doctor) echo -h --help ;;
	esac
}

_bindguard_files() {
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

# bash makes a word of each "=".
_bindguard() {
	local current=${COMP_WORDS[COMP_CWORD]} at=$((COMP_CWORD - 1)) verb='' values previous
	COMPREPLY=()
	if [[ $current == = ]]; then
		current=
	elif [[ ${COMP_WORDS[at]} == = ]]; then
		at=$((at - 1))
	fi
	previous=${COMP_WORDS[at]}
	if ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[1]} != -* ]]; then
		verb=${COMP_WORDS[1]}
	fi
	values=$(_bindguard_value "$previous" "$verb")
	case $previous in
	--journal | --syslog | --ranges) # theirs come behind a "=" only
		[[ ${COMP_WORDS[at + 1]} == = ]] || values=
		;;
	esac
	case $values in
	FILE) _bindguard_files "$current" ;;
	USER) mapfile -t COMPREPLY < <(compgen -u -- "$current") ;;
	PID) mapfile -t COMPREPLY < <(cd /proc && compgen -G '[0-9]*' | grep -- "^$current") ;;
	NOTHING) ;;
	?*) mapfile -t COMPREPLY < <(compgen -W "$values" -- "$current") ;;
	'')
		if [[ $current == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$(_bindguard_options "$verb")" -- "$current")
		elif ((COMP_CWORD == 1)); then
			mapfile -t COMPREPLY < <(compgen -W "$_bindguard_verbs" -- "$current")
		elif [[ -n $verb && $verb != status && $verb != unload && $verb != doctor ]]; then
			_bindguard_files "$current"
		fi
		;;
	esac
}

complete -F _bindguard bindguard
