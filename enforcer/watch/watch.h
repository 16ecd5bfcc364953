/* SPDX-License-Identifier: GPL-2.0-only */
/* The main job: observe, audit or deny until the user has seen enough. */
#ifndef ENFORCER_WATCH_H
#define ENFORCER_WATCH_H

/* Runs it with this command line. Returns the exit status. */
int watch(int argc, char **argv);

#endif
