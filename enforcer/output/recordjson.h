/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines that the stream has about bindguard itself: all kinds of records but "bind". */
#ifndef ENFORCER_RECORDJSON_H
#define ENFORCER_RECORDJSON_H

#include <stdbool.h>
#include <stdint.h>

#include "enforcer/pins/pin.h"
#include "enforcer/sockets/baseline.h"
#include "enforcer/watch/options.h"
#include "enforcer/watch/reload.h"
#include "enforcer/watch/totals.h"
#include "policy/policy.h"
#include "stream.h"

/* A generation has come into force: its policy, at that path. */
struct recordjson_policy {
	const struct policy *policy;
	const char *path;
	uint32_t generation;
	enum reload_cause cause;
};

/* A word for what has brought a policy into force: "start", "reload" and so on. */
const char *recordjson_cause(enum reload_cause cause);

/* Each prints its line; now is the time in ns, CLOCK_MONOTONIC. */
void recordjson_start(struct stream *stream, uint64_t now, const struct options *options,
		      const struct baseline *baseline);
void recordjson_policy(struct stream *stream, uint64_t now, const struct recordjson_policy *policy);
void recordjson_reload_failed(struct stream *stream, uint64_t now,
			      const struct reload_status *status);
void recordjson_gap(struct stream *stream, uint64_t now, const struct pin_gap *gap);

/* generation 0: nothing is decided. final: the last of the run. */
void recordjson_totals(struct stream *stream, uint64_t now, const struct totals_sum *sum,
		       uint32_t generation, bool final);

#endif
