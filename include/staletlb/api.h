/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the library exports: the functions declared with STLB_API, and nothing else. */
#ifndef STALETLB_API_H
#define STALETLB_API_H

/** STLB_API - before the declaration of each function of the library */
#define STLB_API __attribute__((visibility("default")))

#endif
