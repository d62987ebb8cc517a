/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/program.h"

static const struct stlb_command commands[] = {
	{STLB_COMMAND_ANALYZE, cmd_analyze}, {STLB_COMMAND_GRAPH, cmd_graph},
	{STLB_COMMAND_EXPLAIN, cmd_explain}, {STLB_COMMAND_LIVE, cmd_live},
	{STLB_COMMAND_RECORD, cmd_record},   {STLB_COMMAND_PROBES, cmd_probes},
	{STLB_COMMAND_DOCTOR, cmd_doctor},
};

int main(int argc, char **argv)
{
	return stlb_program_run(commands, sizeof(commands) / sizeof(commands[0]), argc, argv);
}
