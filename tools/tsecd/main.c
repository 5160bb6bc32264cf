// SPDX-License-Identifier: GPL-2.0
/*
 * tsecd: runs the handshakes of tsec sockets.
 *
 * The main thread has signals, notifications and timers; workers have the
 * handshakes.  Established sessions are the kernel's alone: nothing here can
 * harm them, whether the daemon ends well or badly.
 */
#include <errno.h>
#include <event2/event.h>
#include <gnutls/gnutls.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "handshake/tls.h"
#include "kernel.h"
#include "log.h"
#include "notify.h"
#include "objects.h"
#include "options.h"
#include "sandbox.h"
#include "sessions.h"
#include "tickets.h"
#include "trust.h"
#include "verified.h"
#include "version.h"
#include "worker.h"

#define EXPIRE_SECONDS 60

struct tsecd {
	struct options options;
	struct config config;
	struct event_base *base;
	struct event *end[2], *reload, *expire, *renew;
};

/* Configuration ********************************************************** */

static int read_config(struct tsecd *tsecd, struct config *config)
{
	const char *path = tsecd->options.config;

	return config_read(path ? path : CONFIG_PATH, path, config);
}

/* What can change while the daemon runs. */
static void apply_config(struct tsecd *tsecd)
{
	const struct config *config = &tsecd->config;
	int level = tsecd->options.log_level;

	log_set_level(level >= 0 ? level : config->log_level);
	trust_set_default(*config->trust ? config->trust : NULL);
	ticket_set_lifetime(config->ticket_lifetime);
	sessions_set_limit(config->session_cache);
}

static unsigned int worker_count(const struct tsecd *tsecd)
{
	long n = tsecd->options.workers;

	if (n < 0)
		n = tsecd->config.workers;
	if (!n)
		n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : n;
}

/* Events ***************************************************************** */

static void start_renewal(struct tsecd *tsecd)
{
	struct timeval every = {
		.tv_sec = tsecd->config.ticket_key_lifetime,
	};

	event_add(tsecd->renew, &every);
}

static void on_end(evutil_socket_t signal, short what, void *arg)
{
	struct tsecd *tsecd = arg;

	(void)what;
	log_notice("ending after %s", strsignal(signal));
	event_base_loopbreak(tsecd->base);
}

static void on_reload(evutil_socket_t signal, short what, void *arg)
{
	struct tsecd *tsecd = arg;
	struct config config;

	(void)signal;
	(void)what;
	notify_reloading();
	if (read_config(tsecd, &config)) {
		log_error("the configuration stays as it was");
	} else {
		config_free(&tsecd->config);
		tsecd->config = config;
		apply_config(tsecd);
		kernel_put_profiles(&tsecd->config);
		start_renewal(tsecd);
		log_notice("configuration and credentials are read anew");
	}
	objects_flush();
	verified_flush();
	notify_send("READY=1");
}

static void on_expire(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	sessions_expire(time(NULL));
}

static void on_renew(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	if (ticket_keys_renew())
		log_error("cannot renew the key of session tickets");
}

static int add_events(struct tsecd *tsecd)
{
	static const struct timeval minute = { .tv_sec = EXPIRE_SECONDS };
	struct event_base *base = tsecd->base;

	tsecd->end[0] = evsignal_new(base, SIGTERM, on_end, tsecd);
	tsecd->end[1] = evsignal_new(base, SIGINT, on_end, tsecd);
	tsecd->reload = evsignal_new(base, SIGHUP, on_reload, tsecd);
	tsecd->expire = event_new(base, -1, EV_PERSIST, on_expire, NULL);
	tsecd->renew = event_new(base, -1, EV_PERSIST, on_renew, NULL);
	if (!tsecd->end[0] || !tsecd->end[1] || !tsecd->reload ||
	    !tsecd->expire || !tsecd->renew)
		return -ENOMEM;
	event_add(tsecd->end[0], NULL);
	event_add(tsecd->end[1], NULL);
	event_add(tsecd->reload, NULL);
	event_add(tsecd->expire, &minute);
	start_renewal(tsecd);
	return 0;
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

static void remove_events(struct tsecd *tsecd)
{
	free_event(tsecd->end[0]);
	free_event(tsecd->end[1]);
	free_event(tsecd->reload);
	free_event(tsecd->expire);
	free_event(tsecd->renew);
}

/* Life ******************************************************************* */

static void prepare_environment(void)
{
	signal(SIGPIPE, SIG_IGN);
#ifndef TSECD_KEYLOG
	/* The TLS library would honour it. */
	unsetenv("SSLKEYLOGFILE");
#endif
	tzset(); /* reads a file, which the sandbox may not let it find later */
}

/*
 * Whoever started the daemon gets its prompt back once it is registered: all
 * that can be wrong has been told on the terminal by then.
 */
static int go_to_background(struct tsecd *tsecd)
{
	if (tsecd->options.foreground)
		return 0;
	if (daemon(0, 0) < 0) {
		log_error("cannot go to the background: %s", strerror(errno));
		return -errno;
	}
	log_open(false);
	return 0;
}

static int start(struct tsecd *tsecd)
{
	int err = sandbox_drop_privileges(tsecd->config.user);

	if (!err && ticket_keys_renew()) {
		log_error("the random number generator does not work");
		err = -EIO;
	}
	if (!err)
		err = workers_start(worker_count(tsecd));
	if (err)
		return err;
	if (tsecd->config.sandbox)
		err = sandbox_filter();
	if (!err)
		err = add_events(tsecd);
	if (!err)
		err = kernel_listen(tsecd->base);
	return err;
}

static int serve(struct tsecd *tsecd)
{
	int err = start(tsecd);

	if (!err) {
		log_notice("tsecd " TSECD_VERSION " runs with %u workers",
			   worker_count(tsecd));
		notify_send("READY=1");
		event_base_dispatch(tsecd->base);
		notify_send("STOPPING=1");
	}
	kernel_stop_listening();
	workers_stop();
	remove_events(tsecd);
	return err;
}

static int run(struct tsecd *tsecd)
{
	int err = kernel_open();

	if (err)
		return err;
	kernel_put_profiles(&tsecd->config);
	err = go_to_background(tsecd);
	/* The loop is made last: it does not survive a fork. */
	if (!err) {
		tsecd->base = event_base_new();
		err = tsecd->base ? serve(tsecd) : -ENOMEM;
	}
	if (tsecd->base)
		event_base_free(tsecd->base);
	kernel_close();
	return err;
}

int main(int argc, char **argv)
{
	struct tsecd tsecd = { 0 };
	int err;

	options_parse(argc, argv, &tsecd.options);
	log_open(true); /* until it has gone to the background */
	prepare_environment();
	if (read_config(&tsecd, &tsecd.config))
		return EXIT_FAILURE;
	apply_config(&tsecd);
	notify_open();
	sandbox_raise_limits();
	err = run(&tsecd);
	objects_flush();
	sessions_flush();
	ticket_keys_wipe();
	tls_global_free();
	config_free(&tsecd.config);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
