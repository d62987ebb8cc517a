/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON documents that are no report: what all of them begin with, and how they are written. */
#ifndef CMD_JSON_OUTPUT_H
#define CMD_JSON_OUTPUT_H

#include <jansson.h>
#include <stdio.h>

#include "staletlb/error.h"

/**
 * stlb_json_output_write - write a document, with its "schema_version" and "tool"
 * @document: an object, taken over; NULL: there was no memory for it
 * @version: of the document's schema
 *
 * Returns 0 or -ENOMEM.
 */
int stlb_json_output_write(json_t *document, const char *version, FILE *to, struct stlb_error *err);

/** stlb_json_output_append - append to an array, taking over both; NULL where something failed */
json_t *stlb_json_output_append(json_t *array, json_t *value);

#endif
