/* SPDX-License-Identifier: GPL-2.0-only */
/* What signals ask of the program. Each of them ends its wait (wait.h). */
#ifndef ENFORCER_SIGNALS_H
#define ENFORCER_SIGNALS_H

#include <stdbool.h>

/* From now on they are caught; SIGHUP only with a policy, without one it ends the program, as ever. */
void signals_catch(bool decides);

/* SIGINT, SIGTERM: it is to end. */
bool signals_stopped(void);

/* SIGHUP, since this was asked last: the policy is to be read anew. */
bool signals_reload(void);

/* SIGUSR1, in the same way: the file that lines go to has been moved. */
bool signals_reopen(void);

#endif
