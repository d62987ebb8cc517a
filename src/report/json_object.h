/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON objects built key by key: the first failure stays, and is seen once, at the end. */
#ifndef REPORT_JSON_OBJECT_H
#define REPORT_JSON_OBJECT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/** struct stlb_json_object - made by stlb_json_object(), given away by stlb_json_end() */
struct stlb_json_object {
	json_t *json;
	bool failed;
};

struct stlb_json_object stlb_json_object(void);

/** stlb_json_put - takes over @value, which may be NULL: then the object has failed */
void stlb_json_put(struct stlb_json_object *object, const char *key, json_t *value);

/** stlb_json_put_text - a clean string; NULL is written as null */
void stlb_json_put_text(struct stlb_json_object *object, const char *key, const char *text);

/** stlb_json_put_count - a number; JSON's are signed, so it stops at 2^63 - 1 */
void stlb_json_put_count(struct stlb_json_object *object, const char *key, uint64_t count);

void stlb_json_put_bool(struct stlb_json_object *object, const char *key, bool value);

/** stlb_json_hex - "0x..." or null */
json_t *stlb_json_hex(bool known, uint64_t value);

/** stlb_json_texts - an array of clean strings */
json_t *stlb_json_texts(const char *const *texts, uint32_t nr);

/** stlb_json_append - takes over @value; false, with the array freed and NULL, on failure */
bool stlb_json_append(json_t **array, json_t *value);

/** stlb_json_end - the object, or NULL when something failed on the way */
json_t *stlb_json_end(struct stlb_json_object *object);

#endif
