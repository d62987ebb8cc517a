/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where BTF says that arguments and members are. */
#include <bpf/btf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "probe/btf.h"

static struct btf *btf;
static struct stlb_place place;
static struct stlb_error why;

/*
 * struct node {
 *	union {					0
 *		struct { long first; int second; };
 *		long only;
 *	};
 *	struct node *next;			16
 *	int flag : 3;				24
 *	struct { long x, y, z; } inside;	32
 * };
 */
static int add_node(int u64, int u32, int triple)
{
	int inner, outer, pointer;

	inner = btf__add_struct(btf, NULL, 16);
	btf__add_field(btf, "first", u64, 0, 0);
	btf__add_field(btf, "second", u32, 64, 0);
	outer = btf__add_union(btf, NULL, 16);
	btf__add_field(btf, NULL, inner, 0, 0);
	btf__add_field(btf, "only", u64, 0, 0);
	pointer = btf__add_ptr(btf, btf__type_cnt(btf) + 1);
	btf__add_struct(btf, "node", 64);
	btf__add_field(btf, NULL, outer, 0, 0);
	btf__add_field(btf, "next", pointer, 128, 0);
	btf__add_field(btf, "flag", u32, 192, 3);
	btf__add_field(btf, "inside", triple, 256, 0);
	return pointer;
}

static void add_function(const char *name, const char *names, const int *types)
{
	int prototype = btf__add_func_proto(btf, 0);
	char *copy = strdup(names), *save = NULL;

	for (char *at = strtok_r(copy, " ", &save); at; at = strtok_r(NULL, " ", &save))
		cr_assert_eq(btf__add_func_param(btf, at, *types++), 0);
	cr_assert_gt(btf__add_func(btf, name, BTF_FUNC_STATIC, prototype), 0);
	free(copy);
}

static void make(void)
{
	int u64, u32, pair, triple, value, node, far;

	btf = btf__new_empty();
	u64 = btf__add_int(btf, "long", 8, 0);
	u32 = btf__add_int(btf, "int", 4, 0);
	pair = btf__add_struct(btf, "pair", 16);
	btf__add_field(btf, "x", u64, 0, 0);
	triple = btf__add_struct(btf, "triple", 24);
	value = btf__add_typedef(btf, "value_t", btf__add_struct(btf, "value", 8));
	node = add_node(u64, u32, triple);
	far = btf__add_typedef(btf, "node_p", btf__add_const(btf, node));
	add_function("plain", "a p last", (int[]){u32, far, u64});
	add_function("by_value", "value both p", (int[]){value, pair, node});
	add_function("large", "a three last", (int[]){u64, triple, u64});
	add_function("crowded", "one two three p", (int[]){pair, pair, pair, node});
}

static void drop(void)
{
	btf__free(btf);
}

TestSuite(btf, .init = make, .fini = drop);

static int find(const char *function, const char *path)
{
	memset(&why, 0, sizeof(why));
	return stlb_btf_place(btf, function, path, &place, &why);
}

static void refused(const char *function, const char *path, int error, const char *text)
{
	cr_expect_eq(find(function, path), error, "%s of %s", path, function);
	cr_expect(strstr(why.text, text), "%s of %s: %s", path, function, why.text);
}

Test(btf, parameters_are_in_registers_by_their_position)
{
	cr_assert_eq(find("plain", "last"), 0);
	cr_expect_eq(place.slot, 2);
	cr_expect_eq(place.size, 8);
	cr_expect_eq(place.nr_steps, 0);
	cr_expect(place.by_name);
	cr_expect_str_eq(place.parameter, "last");
	cr_assert_eq(find("plain", "a"), 0);
	cr_expect_eq(place.slot, 0);
	cr_expect_eq(place.size, 4);
}

Test(btf, structures_by_value_take_as_many_registers_as_they_fill)
{
	cr_assert_eq(find("by_value", "value"), 0);
	cr_expect_eq(place.slot, 0);
	cr_expect_eq(place.size, 8);
	cr_expect_not(place.by_name, "tracefs takes no structures by name");
	cr_assert_eq(find("by_value", "p->next"), 0);
	cr_expect_eq(place.slot, 3);
	cr_expect_not(place.by_name, "tracefs counts parameters");
	refused("by_value", "both", -EINVAL, "not in a register");
	refused("large", "last", -EINVAL, "parameter 2 is not in a register");
	refused("crowded", "p", -EINVAL, "not in a register");
	cr_expect_eq(find("large", "a"), 0);
}

Test(btf, members_are_found_in_anonymous_structures_and_unions)
{
	cr_assert_eq(find("plain", "p->next->second"), 0);
	cr_expect_eq(place.slot, 1);
	cr_expect_eq(place.nr_steps, 2);
	cr_expect_str_eq(place.steps[0].member, "next");
	cr_expect_eq(place.steps[0].offset, 16);
	cr_expect_str_eq(place.steps[1].member, "second");
	cr_expect_eq(place.steps[1].offset, 8);
	cr_expect_eq(place.size, 4);
	cr_assert_eq(find("plain", "p->only"), 0);
	cr_expect_eq(place.steps[0].offset, 0);
}

Test(btf, names_have_alternatives)
{
	cr_assert_eq(find("plain", "q|p->secon|first|seconds"), 0);
	cr_expect_str_eq(place.parameter, "p");
	cr_expect_str_eq(place.steps[0].member, "first");
	refused("plain", "las|lastly", -ENOENT, "no parameter las|lastly");
	refused("plain", "p->firs", -ENOENT, "no member firs");
	cr_expect_eq(find("plain", "|p"), 0);
	refused("nothing", "p", -ENOENT, "no prototype");
}

Test(btf, a_pointer_is_followed_without_a_member)
{
	cr_assert_eq(find("plain", "*p"), -EINVAL, "a whole node is no value");
	cr_assert_eq(find("plain", "p->next->next->next"), 0);
	refused("plain", "p->next->next->next->next->first", -EINVAL, "too many pointers");
	refused("plain", "*a", -EINVAL, "a is not a pointer");
	refused("plain", "a->first", -EINVAL, "before first is not a pointer");
	refused("plain", "p->first->next", -EINVAL, "before next is not a pointer");
}

Test(btf, what_is_no_single_value_is_refused)
{
	refused("plain", "p->flag", -EINVAL, "flag is a bit field");
	refused("plain", "p->inside", -EINVAL, "inside is not a scalar");
}

Test(btf, a_member_is_a_pointer_or_not)
{
	cr_expect_eq(stlb_btf_member_is_pointer(btf, "node", "next"), 1);
	cr_expect_eq(stlb_btf_member_is_pointer(btf, "node", "second"), 0);
	cr_expect_eq(stlb_btf_member_is_pointer(btf, "node", "none"), -ENOENT);
	cr_expect_eq(stlb_btf_member_is_pointer(btf, "none", "next"), -ENOENT);
}
