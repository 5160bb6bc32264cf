/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TSECD_VERSION_H
#define TSECD_VERSION_H

#ifndef TSECD_VERSION
#define TSECD_VERSION "0.1"
#endif

#endif /* TSECD_VERSION_H */
