-- SPDX-License-Identifier: GPL-2.0-only
--
-- What one asks the records of many hosts, for the tables of duckdb.sql or sqlite.sql alike.

-- Who binds what? What only one host has stands at the end: look there first.
SELECT coalesce(exe, comm) AS program, uid, protocol, port, count(DISTINCT host) AS hosts, sum(times) AS binds,
	min(time) AS first_time, max(time) AS last_time
FROM binds
WHERE verdict IS NULL OR verdict <> 'deny'
GROUP BY coalesce(exe, comm), uid, protocol, port
ORDER BY hosts DESC, binds DESC, program, uid, protocol, port;

-- What is denied, by which rule, and where? No rule is the default.
SELECT verdict, coalesce(rule, '-') AS rule_name, host, protocol, port, sum(times) AS binds, max(time) AS last_time
FROM binds
WHERE verdict IN ('deny', 'audit')
GROUP BY verdict, coalesce(rule, '-'), host, protocol, port
ORDER BY binds DESC, verdict, rule_name, host, protocol, port;

-- What is missing? Lines that have not come here, events that no line tells, runs without an end.
SELECT host, run, max(sequence) + 1 - count(DISTINCT sequence) AS missing_lines,
	max(coalesce(lost, 0)) AS lost, max(coalesce(outcomes_lost, 0)) AS outcomes_lost,
	max(coalesce(dropped, 0)) AS dropped, max(CASE WHEN final THEN 1 ELSE 0 END) AS has_ended,
	max(time) AS last_time
FROM records
GROUP BY host, run
ORDER BY host, run;

-- When was something pinned missing, so that binds may not have been decided?
SELECT host, "from", max("to") AS ended, what
FROM records
WHERE record = 'gap'
GROUP BY host, "from", what
ORDER BY host, "from";

-- Which rules has nothing needed, on any host?
SELECT name
FROM rules
WHERE name NOT IN (SELECT rule FROM binds WHERE rule IS NOT NULL)
ORDER BY name;

-- Which policy came into force last on each host, and in which mode does it run? One that differs lags behind.
SELECT p.host, p.policy_sha256, p.generation, p.rules,
	(SELECT max(mode) FROM records s WHERE s.record = 'start' AND s.run = p.run) AS mode, p.time AS since
FROM records p
WHERE p.record = 'policy' AND p.time = (SELECT max(time) FROM records l WHERE l.record = 'policy' AND l.host = p.host)
ORDER BY p.host;
