/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The MESSAGE_ID of each kind of entry in the journal. They never change: who looks for entries does so
 * by them, and docs/systemd/bindguard.catalog explains them.
 */
#ifndef ENFORCER_MESSAGES_H
#define ENFORCER_MESSAGES_H

#define MESSAGE_DENY "0c8571f9877442cea43213a99b255454" /* a bind that the policy denies */
#define MESSAGE_AUDIT \
	"2538f4b1ddd64b0db2046e67d542f858" /* one that it denies, and that is let through */
#define MESSAGE_ALLOW \
	"bd0e9bf56c8c4342a4637dab58aef1f5" /* one that it allows, or that nobody decides */
#define MESSAGE_START "094d8055add54b9480f51b860269604c" /* bindguard has begun */
#define MESSAGE_POLICY "b107ea497de341ec99a2700ae3c9a6c8" /* a policy has come into force */
#define MESSAGE_RELOAD_FAILED \
	"3554934570624444a52d97c3e794ad97" /* one has not, the old one stays */
#define MESSAGE_GAP \
	"22f7cdfe439844b49bf44738bd2ee1a4" /* something that was pinned is missing, or again there */
#define MESSAGE_TOTALS "c7b59f861129414caa77bd5c03028d36" /* it has ended: what it has decided */

#endif
