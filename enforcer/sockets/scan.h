/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard scan: the sockets that are bound already, judged by the same evaluator. */
#ifndef ENFORCER_SCAN_H
#define ENFORCER_SCAN_H

/* argv[0] is "scan". Returns the exit status: 0 nothing would be denied, 1 something would be. */
int scan_bound(int argc, char **argv);

#endif
