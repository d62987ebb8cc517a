/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/program.h"

static const struct stlb_command commands[] = {
	{STLB_COMMAND_ANALYZE, cmd_analyze},
	{STLB_COMMAND_GRAPH, cmd_graph},
	{STLB_COMMAND_EXPLAIN, cmd_explain},
};

int main(int argc, char **argv)
{
	return stlb_program_run(commands, sizeof(commands) / sizeof(commands[0]), argc, argv);
}
