/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/program.h"

static const struct stlb_command *const commands[] = {
	&stlb_cmd_analyze, &stlb_cmd_graph,  &stlb_cmd_explain, &stlb_cmd_live,
	&stlb_cmd_record,  &stlb_cmd_probes, &stlb_cmd_doctor,
};

int main(int argc, char **argv)
{
	return stlb_program_run(commands, sizeof(commands) / sizeof(commands[0]), argc, argv);
}
