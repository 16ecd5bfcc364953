-- SPDX-License-Identifier: GPL-2.0-only
--
-- The same as duckdb.sql for SQLite's shell: sqlite3 fleet.db <sqlite.sql. Its JSON functions are asked
-- each time, so it is for one host or a few days.

CREATE TABLE lines (line TEXT);
.mode ascii
.separator "\037" "\n"
.import "|cat /var/log/bindguard-fleet/*.json" lines
CREATE TABLE rules (name TEXT);
.import /var/log/bindguard-fleet/rules.txt rules
.mode list
.separator "|" "\n"

CREATE VIEW records AS
SELECT json_extract(line, '$.record') AS record, json_extract(line, '$.time') AS time,
	json_extract(line, '$.host') AS host, json_extract(line, '$.run') AS run,
	json_extract(line, '$.sequence') AS sequence, json_extract(line, '$.policy_sha256') AS policy_sha256,
	json_extract(line, '$.mode') AS mode, json_extract(line, '$.version') AS version,
	json_extract(line, '$.generation') AS generation, json_extract(line, '$.rules') AS rules,
	json_extract(line, '$.lost') AS lost, json_extract(line, '$.outcomes_lost') AS outcomes_lost,
	json_extract(line, '$.dropped') AS dropped, json_extract(line, '$.final') AS final,
	json_extract(line, '$.from') AS "from", json_extract(line, '$.to') AS "to",
	json_extract(line, '$.what') AS what, line
FROM lines;

CREATE VIEW binds AS
SELECT time, host, run, json_extract(line, '$.pid') AS pid, json_extract(line, '$.comm') AS comm,
	json_extract(line, '$.exe') AS exe, json_extract(line, '$.uid') AS uid,
	json_extract(line, '$.cgroup') AS cgroup, json_extract(line, '$.via') AS via,
	json_extract(line, '$.protocol') AS protocol, json_extract(line, '$.address') AS address,
	json_extract(line, '$.port') AS port, json_extract(line, '$.verdict') AS verdict,
	json_extract(line, '$.rule') AS rule, json_extract(line, '$.cause') AS cause,
	json_extract(line, '$.rc') AS rc, json_extract(line, '$.errno') AS errno,
	json_extract(line, '$.refused_by') AS refused_by, policy_sha256, json_extract(line, '$.count') AS times
FROM records WHERE record = 'bind';
