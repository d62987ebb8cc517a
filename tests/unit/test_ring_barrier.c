/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for the kernel's writers in a thread of its own. */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "source/ring/barrier.h"

static int gate[2]; /* a byte lets the wait end, with that byte as its result */

static int wait_at_gate(void)
{
	char result;

	return read(gate[0], &result, 1) == 1 ? -result : -EIO;
}

static void open_gate(char result)
{
	cr_assert(write(gate[1], &result, 1) == 1);
}

static struct stlb_barrier *make(void)
{
	cr_assert(pipe(gate) == 0);
	return stlb_barrier_new(wait_at_gate);
}

/* The answer, once there is one. */
static int answer(struct stlb_barrier *barrier)
{
	int ret;

	while ((ret = stlb_barrier_passed(barrier)) == -EAGAIN)
		usleep(1000);
	return ret;
}

Test(barrier, not_passed_before_the_writers_have_left)
{
	struct stlb_barrier *barrier = make();

	for (unsigned int i = 0; i < 10; i++)
		cr_expect_eq(stlb_barrier_passed(barrier), -EAGAIN);
	open_gate(0);
	cr_expect_eq(answer(barrier), 0);
	stlb_barrier_free(barrier);
}

Test(barrier, each_answer_is_for_a_question_of_its_own)
{
	struct stlb_barrier *barrier = make();

	cr_expect_eq(stlb_barrier_passed(barrier), -EAGAIN);
	open_gate(0);
	cr_expect_eq(answer(barrier), 0);
	for (unsigned int i = 0; i < 10; i++)
		cr_expect_eq(stlb_barrier_passed(barrier), -EAGAIN, "an old answer");
	open_gate(EINVAL);
	cr_expect_eq(answer(barrier), -EINVAL);
	stlb_barrier_free(barrier);
}

Test(barrier, can_be_freed_without_a_question_and_before_the_answer_is_taken)
{
	struct stlb_barrier *barrier = make();

	stlb_barrier_free(barrier);
	stlb_barrier_free(NULL);
	barrier = make();
	cr_expect_eq(stlb_barrier_passed(barrier), -EAGAIN);
	open_gate(0);
	stlb_barrier_free(barrier);
}

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	interrupted = signal;
}

/* A signal for the process must not end in the thread that waits. */
Test(barrier, leaves_signals_alone)
{
	struct stlb_barrier *barrier = make();
	sigset_t none;

	signal(SIGUSR1, interrupt);
	stlb_barrier_passed(barrier);
	sigemptyset(&none);
	sigaddset(&none, SIGUSR1);
	sigprocmask(SIG_BLOCK, &none, NULL);
	kill(getpid(), SIGUSR1);
	cr_expect_eq(interrupted, 0, "the thread took it");
	sigprocmask(SIG_UNBLOCK, &none, NULL);
	cr_expect_eq(interrupted, SIGUSR1);
	open_gate(0);
	stlb_barrier_free(barrier);
}

/* What the kernel says, or that it says nothing: either way it is an answer. */
Test(barrier, of_the_running_kernel)
{
	struct stlb_barrier *barrier = stlb_barrier_new(NULL);
	int ret = answer(barrier);

	cr_expect(ret == 0 || ret == -EINVAL || ret == -ENOSYS || ret == -EPERM, "%d", ret);
	stlb_barrier_free(barrier);
}
