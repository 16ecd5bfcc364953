/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ENFORCER_UNLOAD_H
#define ENFORCER_UNLOAD_H

/* bindguard unload: takes down what is pinned. Returns the exit status. */
int unload(int argc, char **argv);

#endif
