/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/ring/barrier.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum state { IDLE, ASKED, PASSED };

struct stlb_barrier {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	pthread_t thread;
	bool running, leave;
	enum state state;
	int result;
	int (*wait)(void);
};

static int wait_for_writers(void)
{
	return syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) ? -errno : 0;
}

struct stlb_barrier *stlb_barrier_new(int (*wait)(void))
{
	struct stlb_barrier *barrier = calloc(1, sizeof(*barrier));

	if (!barrier)
		return NULL;
	barrier->wait = wait ? wait : wait_for_writers;
	pthread_mutex_init(&barrier->mutex, NULL);
	pthread_cond_init(&barrier->changed, NULL);
	return barrier;
}

static void *serve(void *arg)
{
	struct stlb_barrier *barrier = arg;
	int result;

	pthread_mutex_lock(&barrier->mutex);
	for (;;) {
		while (barrier->state != ASKED && !barrier->leave)
			pthread_cond_wait(&barrier->changed, &barrier->mutex);
		if (barrier->leave)
			break;
		pthread_mutex_unlock(&barrier->mutex);
		result = barrier->wait();
		pthread_mutex_lock(&barrier->mutex);
		barrier->result = result;
		barrier->state = PASSED;
	}
	pthread_mutex_unlock(&barrier->mutex);
	return NULL;
}

/* Signals are for the threads of whoever uses the library. */
static int start(struct stlb_barrier *barrier)
{
	sigset_t all, before;
	int ret;

	if (barrier->running)
		return 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = pthread_create(&barrier->thread, NULL, serve, barrier);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	barrier->running = !ret;
	/* EAGAIN is what it may return, and something else here */
	return ret ? -ENOMEM : 0;
}

int stlb_barrier_passed(void *arg)
{
	struct stlb_barrier *barrier = arg;
	int ret = start(barrier);

	if (ret)
		return ret;
	pthread_mutex_lock(&barrier->mutex);
	if (barrier->state == PASSED) {
		barrier->state = IDLE;
		ret = barrier->result;
	} else {
		barrier->state = ASKED;
		pthread_cond_signal(&barrier->changed);
		ret = -EAGAIN;
	}
	pthread_mutex_unlock(&barrier->mutex);
	return ret;
}

void stlb_barrier_free(struct stlb_barrier *barrier)
{
	if (!barrier)
		return;
	pthread_mutex_lock(&barrier->mutex);
	barrier->leave = true;
	pthread_cond_signal(&barrier->changed);
	pthread_mutex_unlock(&barrier->mutex);
	if (barrier->running)
		pthread_join(barrier->thread, NULL);
	pthread_cond_destroy(&barrier->changed);
	pthread_mutex_destroy(&barrier->mutex);
	free(barrier);
}
