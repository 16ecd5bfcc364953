# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2153,SC2317
#
# What bindguard report says of records that a run here has printed.
#
# kernels: 5.10 6.12 newest

report_policy() {
	policy <<-'END'
		version = 1;
		default = "deny";
		rules = (
			{ name = "web"; protocol = "tcp"; ports = 8080; reason = "the web site";
			  owner = "web-team"; approver = "secops"; approved = "2026-01-15"; },
			{ name = "spare"; protocol = "tcp"; ports = 8081; reason = "none yet";
			  owner = "web-team"; approver = "secops"; approved = "2026-01-15"; }
		);
	END
}

# row TABLE PATTERN: a row of the report, which is CSV.
row() {
	expect_line "^$1,$2"
}

# report LOG...: as CSV, by this policy.
report() {
	bindguard report --format csv "$POLICY" "$@"
}

case_report_audit() {
	report_policy
	guard --audit -f "$POLICY" --json -E
	binder tcp4 127.0.0.1 8080
	expect_ok
	binder tcp4 127.0.0.1 4444
	expect_ok
	binder udp4 0.0.0.0 53
	expect_ok
	expect_lines 3 '^\{"record":"bind",'
	cp "$OUT" "$TMP/log"
	binder_hold -L tcp4 127.0.0.1 631
	bindguard scan --json "$POLICY"
	expect_status 1
	cp "$OUT" "$TMP/scan"
	report "$TMP/log" "$TMP/scan"
	expect_status 1
	row scope '"findings",'
	row findings '"audit_only_violation",".*","tcp","loopback","4444",1,'
	row findings '"audit_only_violation",".*","udp","wildcard","53",1,'
	row findings '"unapproved_listener",".*","tcp","loopback","631",1,'
	row findings '"never_used_rule",,"spare",'
	expect_no_line '^findings,"denied_attempt"'
	row services '"web","tcp","8080",.*,"the web site","web-team","secops",,2026-01-15,,2026-07-15,1,'
	row controls '"NIST SP 800-53","CM-7","fail",.*,"runs in which nothing was refused"'
	row controls '"CIS Benchmarks","listening services","fail"'
	row runs ".*,\"audit\",\"lsm\",false,.*,\"$(uname -r | sed 's/[.+]/\\&/g')\","
	row generations ".*,\"start\",\"$POLICY\",\"[0-9a-f]{64}\",2,\"deny\","
	row hosts '.*,3,1,0,2,0,0,0,.*,true'
	expect_no_line '^coverage,"missing_lines"'
	expect_no_line '^coverage,"other_policy"'
}

# Without the middle of the log it says what is missing.
case_report_hole() {
	report_policy
	guard --deny -f "$POLICY" --json -E
	binder tcp4 127.0.0.1 8080
	binder tcp4 127.0.0.1 4444
	expect_errno EACCES
	expect_lines 2 '^\{"record":"bind",'
	grep -v '"port":8080,' "$OUT" >"$TMP/log"
	report "$TMP/log"
	expect_status 1
	row findings '"denied_attempt",".*","tcp","loopback","4444",1,'
	row coverage '"missing_lines",true,'
	row controls '"PCI DSS 4.0","2.2.4","not measured"'
}
