# SPDX-License-Identifier: GPL-2.0-only
# Completion of bindguard's command line for fish. tests/manuals compares it with the program.

set -l verbs check explain test learn replay report scan status unload doctor
set -l names IP_FREEBIND IP_TRANSPARENT IP_BIND_ADDRESS_NO_PORT SO_REUSEADDR SO_REUSEPORT
set -l main "not __fish_seen_subcommand_from $verbs"

complete -c bindguard -f
complete -c bindguard -s h -l help -d 'How it is called'

complete -c bindguard -n __fish_use_subcommand -a check -d 'What is wrong with a policy?'
complete -c bindguard -n __fish_use_subcommand -a explain -d 'Which rule decides this bind?'
complete -c bindguard -n __fish_use_subcommand -a test -d 'Does a policy decide as expected?'
complete -c bindguard -n __fish_use_subcommand -a learn -d 'A policy that allows what was seen'
complete -c bindguard -n __fish_use_subcommand -a replay -d 'What would it have decided of a log?'
complete -c bindguard -n __fish_use_subcommand -a report -d 'What an auditor asks for, in one file'
complete -c bindguard -n __fish_use_subcommand -a scan -d 'What is bound already, and may it be?'
complete -c bindguard -n __fish_use_subcommand -a status -d 'What is pinned, and does it decide?'
complete -c bindguard -n __fish_use_subcommand -a unload -d 'Take down what is pinned'
complete -c bindguard -n __fish_use_subcommand -a doctor -d 'Can this host do it?'

complete -c bindguard -n $main -l audit -d 'Check every bind, let all through'
complete -c bindguard -n $main -l deny -d 'Refuse what the policy denies'
complete -c bindguard -n $main -s f -l policy -r -F -d 'Policy file or folder'
complete -c bindguard -n $main -l hook -x -a 'lsm cgroup' -d 'Where binds are decided'
complete -c bindguard -n $main -l on-boot-error -x -a 'fail audit deny' -d 'If there is no policy at the start'
complete -c bindguard -n $main -l pin -d 'Go on deciding when the program has ended'
complete -c bindguard -n $main -l guard -d 'With --pin: refuse others to take it down'
complete -c bindguard -n $main -l watch -d 'Reload the policy when its files change'
complete -c bindguard -n $main -s p -l pid -x -a '(__fish_complete_pids)' -d 'Binds of this process'
complete -c bindguard -n $main -s P -l port -x -d 'Binds to these ports'
complete -c bindguard -n $main -s u -l uid -x -a '(__fish_complete_users)' -d 'Binds of this user'
complete -c bindguard -n $main -s E -s x -l errors -d 'Failed binds too'
complete -c bindguard -n $main -l autobind -d 'Ports without a bind, too'
complete -c bindguard -n $main -l cgroupmap -r -F -d 'Binds of the cgroups in this pinned map'
complete -c bindguard -n $main -l mntnsmap -r -F -d 'Binds of the mount namespaces in this pinned map'
complete -c bindguard -n $main -s t -l timestamp -d 'Seconds since the first bind shown'
complete -c bindguard -n $main -s U -l print-uid -d 'Number of the user'
complete -c bindguard -n $main -s w -l wide -d 'Wide columns'
complete -c bindguard -n $main -l format -x -a 'text json ocsf ecs' -d 'How it is shown'
complete -c bindguard -n $main -l json -d 'A JSON object a line'
complete -c bindguard -n $main -l chain -d 'A hash in each line of JSON'
complete -c bindguard -n $main -l metrics -r -F -d 'Keep counters in this file'
complete -c bindguard -n $main -s o -l output -r -F -d 'Append to this file'
complete -c bindguard -n $main -l output-size -x -d 'Rotate it before it gets larger'
complete -c bindguard -n $main -l output-keep -x -d 'How many rotated files there are'
complete -c bindguard -n $main -l journal -a all -d 'Denials to the journal'
complete -c bindguard -n $main -l syslog -a all -d 'Denials to syslog'
complete -c bindguard -n $main -l fold -x -d 'Tell equal denials once in that time'
complete -c bindguard -n $main -l sample -x -d 'Of what is allowed show one in N'
complete -c bindguard -n $main -l count -d 'Count binds per address and port'
complete -c bindguard -n $main -l quiet -d 'Only totals at the end'
complete -c bindguard -n $main -l ring-size -x -a '64K 256K 1M 4M 16M' -d 'Bytes for events not yet read'
complete -c bindguard -n $main -l ebpf -d 'Print the programs, and end'
complete -c bindguard -n $main -l version -d 'The version'

complete -c bindguard -n '__fish_seen_subcommand_from check explain test learn replay report scan' -F

complete -c bindguard -n '__fish_seen_subcommand_from check' -s W -d 'A policy with warnings fails'
complete -c bindguard -n '__fish_seen_subcommand_from check' -l dump -d 'Print the policy in its normal form'
complete -c bindguard -n '__fish_seen_subcommand_from check' -l json -d 'A JSON object for each policy'

complete -c bindguard -n '__fish_seen_subcommand_from explain' -l tcp -x -d 'A TCP socket'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l udp -x -d 'A UDP socket'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l sctp -x -d 'An SCTP socket'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l mptcp -x -d 'An MPTCP socket'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l udplite -x -d 'A UDP-Lite socket'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l icmp -x -d 'A ping socket'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l icmpv6 -x -d 'A ping socket of IPv6'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l raw -x -d 'A raw socket'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l protocol -x -a 'tcp udp sctp mptcp udplite icmp icmpv6 raw' -d 'Any protocol, with --bind'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l bind -x -d 'What is bound'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l uid -x -a '(__fish_complete_users)' -d 'User'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l cgroup -x -d 'Its cgroup'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l exe -r -F -d 'Its executable'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l comm -x -d 'The name of its process'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l netns -x -a 'host other' -d 'Network namespace'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l option -x -a "$names" -d 'A socket option that is set'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l via -x -a 'bind listen bindx setsockopt' -d 'How it is asked'
complete -c bindguard -n '__fish_seen_subcommand_from explain' -l all -d 'Show all rules before'

complete -c bindguard -n '__fish_seen_subcommand_from test' -l junit -r -F -d 'Write the results as JUnit XML too'
complete -c bindguard -n '__fish_seen_subcommand_from test' -l list -d 'Print what each case binds and what is decided'

complete -c bindguard -n '__fish_seen_subcommand_from learn' -l base -r -F -d 'Only rules for what this policy does not allow'
complete -c bindguard -n '__fish_seen_subcommand_from learn' -l ranges -d 'Ports near each other become ranges'
complete -c bindguard -n '__fish_seen_subcommand_from learn' -l include-denied -d 'Allow what was refused, too'
complete -c bindguard -n '__fish_seen_subcommand_from learn' -l include-failed -d 'And what the kernel has refused'
complete -c bindguard -n '__fish_seen_subcommand_from learn' -l for -x -a '10m 1h 24h 7d' -d 'Observe this host so long'
complete -c bindguard -n '__fish_seen_subcommand_from learn' -l prune -r -F -d 'Which rules of this policy nobody needed'
complete -c bindguard -n '__fish_seen_subcommand_from learn' -s o -l output -r -F -d 'Write it there'

complete -c bindguard -n '__fish_seen_subcommand_from replay' -l json -d 'A JSON object for each line'

complete -c bindguard -n '__fish_seen_subcommand_from report' -l from -x -d 'Only what happened since then'
complete -c bindguard -n '__fish_seen_subcommand_from report' -l to -x -d 'Only what happened until the end of that day'
complete -c bindguard -n '__fish_seen_subcommand_from report' -l format -x -a 'text json csv html' -d 'How it is printed'
complete -c bindguard -n '__fish_seen_subcommand_from report' -l verify -d 'Were lines changed, removed or added?'
complete -c bindguard -n '__fish_seen_subcommand_from report' -s o -l output -r -F -d 'Write it there'

complete -c bindguard -n '__fish_seen_subcommand_from scan' -s w -l wide -d 'Wide columns, and the cgroup'
complete -c bindguard -n '__fish_seen_subcommand_from scan' -l json -d 'A JSON object for each socket'

complete -c bindguard -n '__fish_seen_subcommand_from status' -l json -d 'All of it as one JSON object'
