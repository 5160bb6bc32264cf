// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include <tsec.h>

#include "kernel.h"
#include "log.h"
#include "version.h"
#include "worker.h"

/* Closing the first ends the registration; the second only listens. */
static struct tsec_nl *registered, *group;
static struct event *ready;

static const char *hint_for(int err)
{
	switch (err) {
	case -ENOENT:
		return "; is the module tsec loaded?";
	case -EPERM:
	case -EACCES:
		return "; tsecd needs CAP_NET_ADMIN";
	case -EBUSY:
		return "; another tsecd runs in this network namespace";
	default:
		return "";
	}
}

static int open_handle(struct tsec_nl **nl)
{
	int err = tsec_nl_open(nl);

	if (err)
		log_error("cannot reach tsec in the kernel: %s%s",
			  strerror(-err), hint_for(err));
	return err;
}

int kernel_open(void)
{
	int err = open_handle(&registered);

	if (err)
		return err;
	err = tsec_daemon_register(registered, "tsecd " TSECD_VERSION);
	if (!err)
		return 0;
	log_error("cannot register with the kernel: %s%s",
		  tsec_nl_error(registered), hint_for(err));
	kernel_close();
	return err;
}

static int put_profile(const struct tsec_profile_info *profile)
{
	int err = tsec_profile_new(registered, profile);

	if (err == -EEXIST)
		err = tsec_profile_set(registered, profile);
	return err;
}

void kernel_put_profiles(const struct config *config)
{
	for (unsigned int i = 0; i < config->n_profiles; i++)
		if (put_profile(&config->profiles[i]))
			log_error("cannot set profile \"%s\": %s",
				  config->profiles[i].name,
				  tsec_nl_error(registered));
}

static int on_event(const struct tsec_event *event, void *arg)
{
	(void)arg;
	if (event->cmd == TSEC_CMD_HANDSHAKE_READY)
		workers_ready();
	return 0;
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	int n = tsec_nl_receive(group, on_event, NULL);

	(void)fd;
	(void)what;
	(void)arg;
	if (n == -ENOBUFS)
		workers_ready_all(); /* there were more than we heard of */
	else if (n < 0)
		log_error("cannot read notifications: %s",
			  tsec_nl_error(group));
}

int kernel_listen(struct event_base *base)
{
	int err = open_handle(&group);

	if (err)
		return err;
	err = tsec_nl_join(group, TSEC_MCGRP_HANDSHAKE);
	if (err) {
		log_error("cannot listen for handshakes: %s%s",
			  tsec_nl_error(group), hint_for(err));
		return err;
	}
	ready = event_new(base, tsec_nl_fd(group), EV_READ | EV_PERSIST,
			  on_ready, NULL);
	if (!ready || event_add(ready, NULL))
		return -ENOMEM;
	workers_ready_all();
	return 0;
}

void kernel_stop_listening(void)
{
	if (ready)
		event_free(ready);
	ready = NULL;
	tsec_nl_close(group);
	group = NULL;
}

void kernel_close(void)
{
	kernel_stop_listening();
	tsec_nl_close(registered);
	registered = NULL;
}
