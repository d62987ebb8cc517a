/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report/json_object.h"

#include <inttypes.h>
#include <stdio.h>

struct stlb_json_object stlb_json_object(void)
{
	struct stlb_json_object object = {.json = json_object()};

	object.failed = !object.json;
	return object;
}

void stlb_json_put(struct stlb_json_object *object, const char *key, json_t *value)
{
	object->failed |= json_object_set_new(object->json, key, value) != 0;
}

void stlb_json_put_text(struct stlb_json_object *object, const char *key, const char *text)
{
	stlb_json_put(object, key, text ? json_string(text) : json_null());
}

void stlb_json_put_count(struct stlb_json_object *object, const char *key, uint64_t count)
{
	stlb_json_put(object, key, json_integer(count > INT64_MAX ? INT64_MAX : (int64_t)count));
}

void stlb_json_put_bool(struct stlb_json_object *object, const char *key, bool value)
{
	stlb_json_put(object, key, json_boolean(value));
}

json_t *stlb_json_hex(bool known, uint64_t value)
{
	char text[24];

	if (!known)
		return json_null();
	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return json_string(text);
}

bool stlb_json_append(json_t **array, json_t *value)
{
	if (!json_array_append_new(*array, value))
		return true;
	json_decref(*array);
	*array = NULL;
	return false;
}

json_t *stlb_json_texts(const char *const *texts, uint32_t nr)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < nr; i++)
		if (!stlb_json_append(&array, json_string(texts[i])))
			return NULL;
	return array;
}

json_t *stlb_json_end(struct stlb_json_object *object)
{
	if (!object->failed)
		return object->json;
	json_decref(object->json);
	object->json = NULL;
	return NULL;
}
