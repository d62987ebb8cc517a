/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "btf.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "files.h"

enum { REGISTER = 8, MAX_SLOTS = 6, MAX_NESTING = 8 };

int stlb_btf_open(const char *root, struct btf **btf)
{
	char path[PATH_MAX];
	libbpf_print_fn_t print;
	int ret = stlb_root_path(path, sizeof(path), root, "/sys/kernel/btf/vmlinux");

	*btf = NULL;
	if (ret < 0)
		return ret;
	print = libbpf_set_print(NULL);
	*btf = btf__parse_raw(path);
	libbpf_set_print(print);
	return *btf ? 0 : -errno;
}

static const struct btf_type *plain(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	for (int depth = 0; type && depth < 32; depth++) {
		if (!btf_is_mod(type) && !btf_is_typedef(type))
			return type;
		type = btf__type_by_id(btf, type->type);
	}
	return NULL;
}

/* ---- names with alternatives ---- */

static bool is_one_of(const char *name, const char *names, size_t length)
{
	size_t wanted = strlen(name);

	while (length) {
		const char *bar = memchr(names, '|', length);
		size_t word = bar ? (size_t)(bar - names) : length;

		if (word && word == wanted && !memcmp(name, names, word))
			return true;
		if (!bar)
			return false;
		names += word + 1;
		length -= word + 1;
	}
	return false;
}

static void keep(char *to, const char *name)
{
	snprintf(to, STLB_MAX_NAME, "%s", name);
}

/* ---- parameters ---- */

/* Registers that a value takes; 0: none, it goes by the stack or by reference. */
static uint32_t slots_of(uint64_t size)
{
	return size <= REGISTER ? 1 : size <= 2 * REGISTER ? 2 : 0;
}

static int find_parameter(const struct btf *btf, const struct btf_type *prototype,
			  const char *names, size_t length, struct stlb_place *place, uint32_t *id,
			  struct stlb_error *why)
{
	const struct btf_param *param = btf_params(prototype);

	for (uint32_t i = 0; i < btf_vlen(prototype); i++) {
		const char *name = btf__name_by_offset(btf, param[i].name_off);
		int64_t size = btf__resolve_size(btf, param[i].type);
		const struct btf_type *type = plain(btf, param[i].type);

		if (size <= 0 || !type || !slots_of(size))
			return stlb_error_set(why, -EINVAL, "parameter %u is not in a register",
					      i + 1);
		if (name && is_one_of(name, names, length)) {
			keep(place->parameter, name);
			place->by_name = place->slot == i && !btf_is_composite(type);
			place->size = size;
			*id = param[i].type;
			if (size <= REGISTER && place->slot < MAX_SLOTS)
				return 0;
			return stlb_error_set(why, -EINVAL, "parameter %s is not in a register",
					      name);
		}
		place->slot += slots_of(size);
	}
	return stlb_error_set(why, -ENOENT, "it has no parameter %.*s", (int)length, names);
}

/* ---- members ---- */

struct found {
	const char *name;
	uint32_t id;
	uint32_t offset; /* in bits */
	bool bitfield;
};

static bool find_member(const struct btf *btf, const struct btf_type *type, const char *names,
			size_t length, int depth, struct found *found)
{
	for (uint32_t i = 0; type && btf_is_composite(type) && i < btf_vlen(type); i++) {
		const struct btf_member *member = btf_members(type) + i;
		const char *name = btf__name_by_offset(btf, member->name_off);
		uint32_t base = found->offset;

		found->offset = base + btf_member_bit_offset(type, i);
		if (name && *name && is_one_of(name, names, length)) {
			found->name = name;
			found->id = member->type;
			found->bitfield = btf_member_bitfield_size(type, i) || found->offset % 8;
			return true;
		}
		if ((!name || !*name) && depth < MAX_NESTING &&
		    find_member(btf, plain(btf, member->type), names, length, depth + 1, found))
			return true;
		found->offset = base;
	}
	return false;
}

static const struct btf_type *pointed(const struct btf *btf, uint32_t id, uint32_t *to)
{
	const struct btf_type *type = plain(btf, id);

	if (!type || !btf_is_ptr(type))
		return NULL;
	*to = type->type;
	return plain(btf, type->type);
}

static int add_step(const struct btf *btf, struct stlb_place *place, const struct found *found,
		    struct stlb_error *why)
{
	int64_t size = btf__resolve_size(btf, found->id);

	if (found->bitfield)
		return stlb_error_set(why, -EINVAL, "member %s is a bit field", found->name);
	if (place->nr_steps == STLB_MAX_STEPS)
		return stlb_error_set(why, -EINVAL,
				      "member %s is reached through too many pointers",
				      found->name);
	if (size <= 0 || size > REGISTER)
		return stlb_error_set(why, -EINVAL, "member %s is not a scalar", found->name);
	keep(place->steps[place->nr_steps].member, found->name);
	place->steps[place->nr_steps++].offset = found->offset / 8;
	place->size = size;
	return 0;
}

static int follow(const struct btf *btf, const char *names, size_t length, struct stlb_place *place,
		  uint32_t *id, struct stlb_error *why)
{
	uint32_t target = 0;
	const struct btf_type *type = pointed(btf, *id, &target);
	struct found found = {.id = target};

	if (!type)
		return stlb_error_set(why, -EINVAL, "what is before %.*s is not a pointer",
				      (int)length, names);
	if (!find_member(btf, type, names, length, 0, &found))
		return stlb_error_set(why, -ENOENT, "there is no member %.*s", (int)length, names);
	*id = found.id;
	return add_step(btf, place, &found, why);
}

static int dereference(const struct btf *btf, struct stlb_place *place, uint32_t id,
		       struct stlb_error *why)
{
	struct found found = {.name = ""};

	if (!pointed(btf, id, &found.id))
		return stlb_error_set(why, -EINVAL, "parameter %s is not a pointer",
				      place->parameter);
	return add_step(btf, place, &found, why);
}

static size_t word_length(const char *path)
{
	const char *arrow = strstr(path, "->");

	return arrow ? (size_t)(arrow - path) : strlen(path);
}

int stlb_btf_place(const struct btf *btf, const char *function, const char *path,
		   struct stlb_place *place, struct stlb_error *why)
{
	int32_t at = btf__find_by_name_kind(btf, function, BTF_KIND_FUNC);
	const struct btf_type *type = at > 0 ? btf__type_by_id(btf, at) : NULL;
	bool deref = *path == '*';
	size_t length = word_length(path += deref);
	uint32_t id = 0;
	int ret;

	*place = (struct stlb_place){0};
	type = type ? plain(btf, type->type) : NULL;
	if (!type || !btf_is_func_proto(type))
		return stlb_error_set(why, -ENOENT, "BTF has no prototype of it");
	ret = find_parameter(btf, type, path, length, place, &id, why);
	while (!ret && path[length]) {
		path += length + 2;
		length = word_length(path);
		ret = follow(btf, path, length, place, &id, why);
	}
	return !ret && deref ? dereference(btf, place, id, why) : ret;
}

int stlb_btf_member_is_pointer(const struct btf *btf, const char *structure, const char *member)
{
	int32_t at = btf__find_by_name_kind(btf, structure, BTF_KIND_STRUCT);
	struct found found = {0};
	const struct btf_type *type;

	if (at <= 0 ||
	    !find_member(btf, btf__type_by_id(btf, at), member, strlen(member), 0, &found))
		return -ENOENT;
	type = plain(btf, found.id);
	return type && btf_is_ptr(type);
}

int64_t stlb_btf_offset(const struct btf *btf, const char *structure, const char *member)
{
	int32_t at = btf__find_by_name_kind(btf, structure, BTF_KIND_STRUCT);
	struct found found = {0};

	if (at <= 0 ||
	    !find_member(btf, btf__type_by_id(btf, at), member, strlen(member), 0, &found) ||
	    found.bitfield)
		return -ENOENT;
	return found.offset / 8;
}
