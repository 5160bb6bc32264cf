/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's time, for its code in user space.
 */
#ifndef TSEC_FUZZ_LINUX_TIME64_H
#define TSEC_FUZZ_LINUX_TIME64_H

#include <linux/types.h>

typedef int64_t time64_t;

#endif /* TSEC_FUZZ_LINUX_TIME64_H */
