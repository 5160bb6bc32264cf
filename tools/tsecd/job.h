/* SPDX-License-Identifier: GPL-2.0 */
/* One handshake on its worker: from the claim to the hand-over, and after. */
#ifndef TSECD_JOB_H
#define TSECD_JOB_H

#include "worker.h"

/* Takes over @info->fd, goes as far as it can and waits for the rest. */
void job_start(struct worker *worker, const struct tsec_handshake_info *info);

/* Closes the channels of sessions that are open already. */
void jobs_stop_open(struct worker *worker);

/* Closes all: handshakes that are not over fail in the kernel. */
void jobs_stop_all(struct worker *worker);

#endif /* TSECD_JOB_H */
