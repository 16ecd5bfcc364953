/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ENFORCER_VERSION_H
#define ENFORCER_VERSION_H

#define BINDGUARD_VERSION "0.1.0"

#endif
