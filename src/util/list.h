/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A doubly linked list through a node in each element, as the kernel's list_head. */
#ifndef UTIL_LIST_H
#define UTIL_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct stlb_list {
	struct stlb_list *next, *prev;
};

/** stlb_list_entry - the element that a node is in */
#define stlb_list_entry(node, type, member) ((type *)((char *)(node)-offsetof(type, member)))

/** stlb_list_each - walk the nodes; the node at hand may be removed meanwhile */
#define stlb_list_each(node, safe, head)                                                           \
	for ((node) = (head)->next, (safe) = (node)->next; (node) != (head);                       \
	     (node) = (safe), (safe) = (node)->next)

static inline void stlb_list_init(struct stlb_list *head)
{
	head->next = head->prev = head;
}

static inline bool stlb_list_empty(const struct stlb_list *head)
{
	return head->next == head;
}

/** stlb_list_add - put a node at the end of a list */
static inline void stlb_list_add(struct stlb_list *head, struct stlb_list *node)
{
	node->prev = head->prev;
	node->next = head;
	head->prev->next = node;
	head->prev = node;
}

/** stlb_list_remove - take a node out; it is a list of its own afterwards, so twice is fine */
static inline void stlb_list_remove(struct stlb_list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	stlb_list_init(node);
}

#endif
