// SPDX-License-Identifier: GPL-2.0
#include <sys/time.h>

#include "util.h"
#include "window.h"

volatile sig_atomic_t window_phase;

static void on_alarm(int sig)
{
	(void)sig;
	window_phase++;
}

static struct timeval timeval_of(double seconds)
{
	return (struct timeval){
		.tv_sec = seconds,
		.tv_usec = (seconds - (long)seconds) * 1e6,
	};
}

/**
 * window_start() - the time begins to run
 * @window: zeroed here
 * @warm: seconds that do not count
 * @seconds: seconds that do
 */
void window_start(struct window *window, double warm, double seconds)
{
	struct sigaction action = {
		.sa_handler = on_alarm, .sa_flags = SA_RESTART,
	};
	struct itimerval timer = {
		.it_value = timeval_of(warm),
		.it_interval = timeval_of(seconds),
	};

	*window = (struct window){ 0 };
	window_phase = 0;
	if (sigaction(SIGALRM, &action, NULL) ||
	    setitimer(ITIMER_REAL, &timer, NULL))
		die("cannot set a timer");
}

/* A mark has gone by: note the time; false at the second one. */
bool window_turn(struct window *window)
{
	struct itimerval off = { 0 };

	if (!window->seen) {
		window->begin = now_ns();
		window->count_begin = window->count;
		window->seen = 1;
		return true;
	}
	window->end = now_ns();
	setitimer(ITIMER_REAL, &off, NULL);
	return false;
}
