-- SPDX-License-Identifier: GPL-2.0-only
--
-- The records of all hosts as tables of DuckDB; questions.sql asks. Columns that are not named are left out.
-- The rules' names are those of
--	bindguard check --dump POLICY | sed -n 's/^ *name = "\(.*\)";$/\1/p' >/var/log/bindguard-fleet/rules.txt

CREATE TABLE records AS
SELECT * FROM read_json('/var/log/bindguard-fleet/*.json', format = 'newline_delimited', columns = {
	record: 'VARCHAR', time: 'VARCHAR', boot_id: 'VARCHAR', host: 'VARCHAR', run: 'VARCHAR', sequence: 'BIGINT',
	pid: 'BIGINT', comm: 'VARCHAR', exe: 'VARCHAR', uid: 'BIGINT', cgroup: 'VARCHAR', via: 'VARCHAR',
	protocol: 'VARCHAR', address: 'VARCHAR', port: 'BIGINT', verdict: 'VARCHAR', rule: 'VARCHAR',
	cause: 'VARCHAR', rc: 'BIGINT', errno: 'VARCHAR', refused_by: 'VARCHAR', policy_sha256: 'VARCHAR', count: 'BIGINT',
	generation: 'BIGINT', rules: 'BIGINT', mode: 'VARCHAR', version: 'VARCHAR',
	lost: 'BIGINT', outcomes_lost: 'BIGINT', outcomes_missed: 'BIGINT', dropped: 'BIGINT', final: 'BOOLEAN',
	"from": 'VARCHAR', "to": 'VARCHAR', what: 'VARCHAR'
});

CREATE VIEW binds AS
SELECT time, host, run, pid, comm, exe, uid, cgroup, via, protocol, address, port, verdict, rule, cause,
	rc, errno, refused_by, policy_sha256, count AS times
FROM records WHERE record = 'bind';

CREATE TABLE rules (name VARCHAR);
COPY rules FROM '/var/log/bindguard-fleet/rules.txt' (HEADER false, DELIMITER '\t');
