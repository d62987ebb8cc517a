/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* By libcapstone, where the program was built with it. */
#include "disasm.h"

#include <stdlib.h>
#include <string.h>

#ifdef STALETLB_CAPSTONE
#include <capstone.h>

struct stlb_disasm {
	csh handle;
	cs_insn *insn;
};

/* ---- registers ---- */

struct register_name {
	uint16_t capstone;
	int8_t number;
};

#define LEGACY(number, r, e, x, l)                                                                 \
	{X86_REG_##r, number}, {X86_REG_##e, number}, {X86_REG_##x, number},                       \
	{                                                                                          \
		X86_REG_##l, number                                                                \
	}
#define NUMBERED(n)                                                                                \
	{X86_REG_R##n, n}, {X86_REG_R##n##D, n}, {X86_REG_R##n##W, n},                             \
	{                                                                                          \
		X86_REG_R##n##B, n                                                                 \
	}

static const struct register_name registers[] = {
	LEGACY(STLB_RAX, RAX, EAX, AX, AL),
	LEGACY(STLB_RCX, RCX, ECX, CX, CL),
	LEGACY(STLB_RDX, RDX, EDX, DX, DL),
	LEGACY(STLB_RBX, RBX, EBX, BX, BL),
	LEGACY(STLB_RSP, RSP, ESP, SP, SPL),
	LEGACY(STLB_RBP, RBP, EBP, BP, BPL),
	LEGACY(STLB_RSI, RSI, ESI, SI, SIL),
	LEGACY(STLB_RDI, RDI, EDI, DI, DIL),
	{X86_REG_AH, STLB_RAX},
	{X86_REG_CH, STLB_RCX},
	{X86_REG_DH, STLB_RDX},
	{X86_REG_BH, STLB_RBX},
	NUMBERED(8),
	NUMBERED(9),
	NUMBERED(10),
	NUMBERED(11),
	NUMBERED(12),
	NUMBERED(13),
	NUMBERED(14),
	NUMBERED(15),
	{X86_REG_RIP, STLB_RIP},
};

static int8_t number_of(uint32_t capstone)
{
	if (capstone == X86_REG_INVALID)
		return STLB_NO_REGISTER;
	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
		if (registers[i].capstone == capstone)
			return registers[i].number;
	return STLB_OTHER_REGISTER;
}

/* ---- operands ---- */

static struct stlb_operand operand_of(const cs_x86_op *from)
{
	struct stlb_operand to = {.size = from->size,
				  .reg = STLB_NO_REGISTER,
				  .base = STLB_NO_REGISTER,
				  .index = STLB_NO_REGISTER};

	if (from->type == X86_OP_REG) {
		to.kind = STLB_OPERAND_REG;
		to.reg = number_of(from->reg);
	} else if (from->type == X86_OP_IMM) {
		to.kind = STLB_OPERAND_IMM;
		to.value = from->imm;
	} else if (from->type == X86_OP_MEM) {
		to.kind = STLB_OPERAND_MEM;
		to.base = number_of(from->mem.base);
		to.index = number_of(from->mem.index);
		to.scale = (uint8_t)from->mem.scale;
		to.segment =
			from->mem.segment != X86_REG_INVALID && from->mem.segment != X86_REG_DS;
		to.value = from->mem.disp;
	}
	return to;
}

/* ---- what it does ---- */

static enum stlb_insn_op op_of(const cs_insn *insn)
{
	switch (insn->id) {
	case X86_INS_MOV:
	case X86_INS_MOVABS:
		return STLB_INSN_MOV;
	case X86_INS_LEA:
		return STLB_INSN_LEA;
	case X86_INS_ADD:
	case X86_INS_SUB:
	case X86_INS_INC:
	case X86_INS_DEC:
		return STLB_INSN_ADD;
	case X86_INS_XCHG:
		return STLB_INSN_XCHG;
	case X86_INS_CMPXCHG:
		return STLB_INSN_CMPXCHG;
	case X86_INS_AND:
		return STLB_INSN_AND;
	case X86_INS_CALL:
		return STLB_INSN_CALL;
	case X86_INS_JMP:
		return STLB_INSN_JUMP;
	case X86_INS_RET:
		return STLB_INSN_RETURN;
	case X86_INS_INT3:
		return STLB_INSN_STOP;
	default:
		/* loop and jrcxz too */
		for (uint8_t i = 0; i < insn->detail->groups_count; i++)
			if (insn->detail->groups[i] == X86_GRP_JUMP)
				return STLB_INSN_BRANCH;
		return STLB_INSN_OTHER;
	}
}

/* Of the four ways to add there is one left, or none where the number is not in the instruction. */
static void settle_add(const cs_insn *from, struct stlb_insn *insn)
{
	struct stlb_operand *second = &insn->operand[1];

	if (from->id == X86_INS_INC || from->id == X86_INS_DEC) {
		second->kind = STLB_OPERAND_IMM;
		second->value = from->id == X86_INS_INC ? 1 : -1;
	} else if (second->kind != STLB_OPERAND_IMM) {
		insn->op = STLB_INSN_OTHER;
	} else if (from->id == X86_INS_SUB) {
		second->value = (int64_t)(0 - (uint64_t)second->value);
	}
}

static uint16_t writes_of(struct stlb_disasm *disasm)
{
	cs_regs read, written;
	uint8_t nr_read = 0, nr_written = 0;
	uint16_t all = 0;

	if (cs_regs_access(disasm->handle, disasm->insn, read, &nr_read, written, &nr_written))
		return UINT16_MAX;
	for (uint8_t i = 0; i < nr_written; i++) {
		int8_t number = number_of(written[i]);

		if (number >= 0 && number < STLB_NR_REGISTERS)
			all |= (uint16_t)(1U << number);
	}
	return all;
}

static void find_target(struct stlb_insn *insn)
{
	bool goes = insn->op == STLB_INSN_CALL || insn->op == STLB_INSN_JUMP ||
		    insn->op == STLB_INSN_BRANCH;

	insn->direct = goes && insn->operand[0].kind == STLB_OPERAND_IMM;
	insn->target = insn->direct ? (uint64_t)insn->operand[0].value : 0;
}

/* ---- life ---- */

bool stlb_disasm_have(void)
{
	return true;
}

struct stlb_disasm *stlb_disasm_open(void)
{
	struct stlb_disasm *disasm = calloc(1, sizeof(*disasm));

	if (!disasm || cs_open(CS_ARCH_X86, CS_MODE_64, &disasm->handle) != CS_ERR_OK) {
		free(disasm);
		return NULL;
	}
	if (cs_option(disasm->handle, CS_OPT_DETAIL, CS_OPT_ON) == CS_ERR_OK)
		disasm->insn = cs_malloc(disasm->handle);
	if (disasm->insn)
		return disasm;
	stlb_disasm_close(disasm);
	return NULL;
}

void stlb_disasm_close(struct stlb_disasm *disasm)
{
	if (!disasm)
		return;
	if (disasm->insn)
		cs_free(disasm->insn, 1);
	cs_close(&disasm->handle);
	free(disasm);
}

static bool decode(struct stlb_disasm *disasm, const uint8_t *bytes, size_t size, uint64_t address,
		   struct stlb_insn *insn)
{
	const cs_insn *from = disasm->insn;
	const cs_x86 *detail;

	if (!cs_disasm_iter(disasm->handle, &bytes, &size, &address, disasm->insn))
		return false;
	detail = &from->detail->x86;
	insn->size = (uint8_t)from->size;
	insn->op = op_of(from);
	for (uint8_t i = 0; i < detail->op_count && i < 2; i++)
		insn->operand[i] = operand_of(&detail->operands[i]);
	if (insn->op == STLB_INSN_ADD)
		settle_add(from, insn);
	insn->writes = writes_of(disasm);
	find_target(insn);
	return true;
}
#else
bool stlb_disasm_have(void)
{
	return false;
}

struct stlb_disasm *stlb_disasm_open(void)
{
	return NULL;
}

void stlb_disasm_close(struct stlb_disasm *disasm)
{
	(void)disasm;
}

static bool decode(struct stlb_disasm *disasm, const uint8_t *bytes, size_t size, uint64_t address,
		   struct stlb_insn *insn)
{
	(void)disasm, (void)bytes, (void)size, (void)address, (void)insn;
	return false;
}
#endif

/* The kernel's warnings are ud1 with a register or memory operand, which capstone 4 refuses. */
static size_t ud1_size(const uint8_t *bytes, size_t size)
{
	size_t at = 0, displacement = 0;
	uint8_t mode, rm;

	at += size && bytes[0] == 0x67;
	at += at < size && (bytes[at] & 0xf0) == 0x40;
	if (at + 3 > size || bytes[at] != 0x0f || bytes[at + 1] != 0xb9)
		return 0;
	mode = bytes[at + 2] >> 6;
	rm = bytes[at + 2] & 7;
	at += 3;
	if (mode != 3 && rm == 4) {
		if (at == size)
			return 0;
		displacement = mode == 0 && (bytes[at] & 7) == 5 ? 4 : 0;
		at++;
	}
	if (mode == 1)
		displacement = 1;
	else if (mode == 2 || (mode == 0 && rm == 5))
		displacement = 4;
	return at + displacement <= size ? at + displacement : 0;
}

bool stlb_disasm_one(struct stlb_disasm *disasm, const uint8_t *bytes, size_t size,
		     uint64_t address, struct stlb_insn *insn)
{
	*insn = (struct stlb_insn){.address = address};
	if (!size)
		return false;
	if (*bytes == 0xf0 || *bytes == 0x3e)
		insn->prefix = *bytes;
	if (decode(disasm, bytes, size, address, insn))
		return true;
	insn->size = (uint8_t)ud1_size(bytes, size);
	return insn->size > 0;
}
