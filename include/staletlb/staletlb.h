/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The whole library: what programs include. staletlb(3) says how the parts go together; each
 * header documents its functions.
 */
#ifndef STALETLB_STALETLB_H
#define STALETLB_STALETLB_H

#include "staletlb/analysis.h"
#include "staletlb/api.h"
#include "staletlb/decode.h"
#include "staletlb/error.h"
#include "staletlb/event.h"
#include "staletlb/explain.h"
#include "staletlb/finding.h"
#include "staletlb/graph.h"
#include "staletlb/kind.h"
#include "staletlb/live.h"
#include "staletlb/pass.h"
#include "staletlb/perfdata.h"
#include "staletlb/probe.h"
#include "staletlb/report.h"
#include "staletlb/rule.h"
#include "staletlb/session.h"
#include "staletlb/source.h"
#include "staletlb/suppress.h"
#include "staletlb/timeline.h"
#include "staletlb/witness.h"

#endif
