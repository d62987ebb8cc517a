/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* x86-64 instructions, as far as following arguments to a store into a page table needs them. */
#ifndef PROBE_DEEP_DISASM_H
#define PROBE_DEEP_DISASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** enum - general registers by the numbers that instructions have for them; RIP is 16 */
enum {
	STLB_RAX,
	STLB_RCX,
	STLB_RDX,
	STLB_RBX,
	STLB_RSP,
	STLB_RBP,
	STLB_RSI,
	STLB_RDI,
	STLB_R8,
	STLB_R9,
	STLB_R10,
	STLB_R11,
	STLB_NR_REGISTERS = 16,
	STLB_RIP = 16,
	STLB_NO_REGISTER = -1,
	STLB_OTHER_REGISTER = -2, /* of segments, vectors and the like */
};

/** enum stlb_insn_op - what an instruction does, where that matters */
enum stlb_insn_op {
	STLB_INSN_OTHER,
	STLB_INSN_MOV,	   /* copies its second operand */
	STLB_INSN_LEA,	   /* the address of its second operand */
	STLB_INSN_ADD,	   /* adds an immediate, which is the second operand: also sub, inc, dec */
	STLB_INSN_XCHG,	   /* swaps its operands */
	STLB_INSN_CMPXCHG, /* if (first == rax) first = second */
	STLB_INSN_AND,
	STLB_INSN_CALL,
	STLB_INSN_JUMP,
	STLB_INSN_BRANCH, /* a conditional jump */
	STLB_INSN_RETURN,
	STLB_INSN_STOP, /* int3, which is between functions */
};

/** struct stlb_operand - a register, a number, or memory at base + index * scale + value */
struct stlb_operand {
	enum { STLB_OPERAND_NONE, STLB_OPERAND_REG, STLB_OPERAND_IMM, STLB_OPERAND_MEM } kind;
	int8_t reg, base, index; /* STLB_RAX and so on */
	uint8_t scale, size;	 /* bytes of the value */
	bool segment;		 /* memory that gs or fs moves elsewhere */
	int64_t value;
};

struct stlb_insn {
	uint64_t address;
	enum stlb_insn_op op;
	uint8_t size;			/* bytes of the instruction */
	uint8_t prefix;			/* its first byte where that is f0 or 3e, else 0 */
	uint16_t writes;		/* general registers that it changes, a bit each */
	bool direct;			/* a call or jump whose target it holds itself */
	uint64_t target;		/* of that */
	struct stlb_operand operand[2]; /* the destination first */
};

struct stlb_disasm;

/** stlb_disasm_have - whether the program was built with a disassembler */
bool stlb_disasm_have(void);

/** stlb_disasm_open - free it with stlb_disasm_close(); NULL: none, or no memory */
struct stlb_disasm *stlb_disasm_open(void);

/** stlb_disasm_close - NULL is fine */
void stlb_disasm_close(struct stlb_disasm *disasm);

/**
 * stlb_disasm_one - decode the instruction at the beginning of @bytes
 * @size: bytes that may be read
 *
 * Returns false where those are no instruction.
 */
bool stlb_disasm_one(struct stlb_disasm *disasm, const uint8_t *bytes, size_t size,
		     uint64_t address, struct stlb_insn *insn);

#endif
