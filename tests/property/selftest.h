/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The oracle held against traces whose verdicts are known. */
#ifndef PROPERTY_SELFTEST_H
#define PROPERTY_SELFTEST_H

/** selftest - returns how many traces the oracle judged wrongly; each is printed */
unsigned int selftest(void);

#endif
