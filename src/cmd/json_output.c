/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/json_output.h"

#include <errno.h>
#include <stdbool.h>

int stlb_json_output_write(json_t *document, const char *version, FILE *to, struct stlb_error *err)
{
	json_t *tool = json_pack("{s:s, s:s}", "name", "staletlb", "version", STALETLB_VERSION);
	bool failed = !document ||
		      json_object_set_new(document, "schema_version", json_string(version)) ||
		      json_object_set(document, "tool", tool) ||
		      (json_dumpf(document, to, JSON_INDENT(2) | JSON_SORT_KEYS) && !ferror(to));

	json_decref(tool);
	json_decref(document);
	fputc('\n', to);
	return failed ? stlb_error_set(err, -ENOMEM, "out of memory") : 0;
}

json_t *stlb_json_output_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) == 0)
		return array;
	json_decref(array);
	return NULL;
}
