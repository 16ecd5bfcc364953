// SPDX-License-Identifier: GPL-2.0-only
//
// duckdb.js FILE... - runs the statements of these files in DuckDB, one after the other, and prints the rows as
// sqlite3 does. DuckDB comes from the npm package @duckdb/node-api.
const fs = require('fs');
const { DuckDBInstance } = require('@duckdb/node-api');

function statements(text) {
	const lines = text.split('\n').filter((line) => !line.startsWith('--'));
	return lines.join('\n').split(/;\n/).filter((statement) => statement.trim());
}

function cell(value) {
	return value === null ? '' : String(value);
}

async function main() {
	const instance = await DuckDBInstance.create(':memory:');
	const connection = await instance.connect();
	for (const file of process.argv.slice(2)) {
		for (const statement of statements(fs.readFileSync(file, 'utf8'))) {
			const result = await connection.runAndReadAll(statement);
			if (/^\s*SELECT/.test(statement))
				for (const row of result.getRows())
					console.log(row.map(cell).join('|'));
		}
	}
}

main().catch((error) => {
	console.error(error.message);
	process.exit(1);
});
