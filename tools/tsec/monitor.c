// SPDX-License-Identifier: GPL-2.0
/* tsec monitor */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "cli.h"

static const char usage[] =
	"Usage: tsec monitor [ -t ] [ all | OBJECT ]...\n"
	"OBJECT := { session | key | profile | daemon }\n";

static const char *const object_names[] = {
	"all", "session", "key", "profile", "daemon", NULL
};

#define OBJECT_BITS(n)	(1u << (n))
#define OBJECT_ALL	OBJECT_BITS(0)

struct monitor {
	struct cli *cli;
	unsigned int objects;
};

/* The events: which object of object_names, what happened, and to what. */
static const struct {
	unsigned int object;
	const char *what;
	const struct layout *layout;
	size_t offset;
} events[] = {
#define EVENT(number, text, member) { number, text, &tsec_##member##_layout, \
				      offsetof(struct tsec_event, member) }
	[TSEC_CMD_SESSION_NEW_NTF]	= EVENT(1, "new", session),
	[TSEC_CMD_SESSION_DEL_NTF]	= EVENT(1, "end", session),
	[TSEC_CMD_SESSION_MOVE_NTF]	= EVENT(1, "move", session),
	[TSEC_CMD_KEY_NTF]		= EVENT(2, "renew", key),
	[TSEC_CMD_PROFILE_NTF]		= EVENT(3, "set", profile),
	[TSEC_CMD_DAEMON_NTF]		= EVENT(4, "start", daemon),
};

static void time_text(char text[40])
{
	struct timespec now;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	len = strftime(text, 40, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, 40 - len, ".%06ld", now.tv_nsec / 1000);
}

/* Some events tell by what they leave out that something is gone. */
static const char *happened(const struct tsec_event *event)
{
	switch (event->cmd) {
	case TSEC_CMD_PROFILE_NTF:
		if (event->profile.have == TSEC_HAS(PROFILE_NAME))
			return "del";
		break;
	case TSEC_CMD_DAEMON_NTF:
		if (!tsec_has(&event->daemon, DAEMON_PORT))
			return "stop";
		break;
	case TSEC_CMD_KEY_NTF:
		return tsec_name_of(tsec_reason_names, event->key.reason) ?:
		       "unknown";
	}
	return events[event->cmd].what;
}

static void print_event(const struct tsec_event *event, bool stats)
{
	char text[64];

	switch (event->cmd) {
	case TSEC_CMD_SESSION_NEW_NTF:
	case TSEC_CMD_SESSION_DEL_NTF:
	case TSEC_CMD_SESSION_MOVE_NTF:
		print_session(&event->session, stats ||
			      event->cmd == TSEC_CMD_SESSION_DEL_NTF);
		break;
	case TSEC_CMD_KEY_NTF:
		print_key(&event->key, stats);
		break;
	case TSEC_CMD_PROFILE_NTF:
		print_profile(&event->profile);
		break;
	case TSEC_CMD_DAEMON_NTF:
		tsec_copy(text, sizeof(text), event->daemon.version);
		printf("port %u %s\n", event->daemon.port,
		       tsec_printable(text));
		break;
	}
}

static int print_event_json(struct cli *cli, const struct tsec_event *event,
			    const char *name)
{
	const void *info = (const char *)event + events[event->cmd].offset;
	json_t *json = json_object();
	char now[40];

	if (cli->timestamp) {
		time_text(now);
		json_object_set_new(json, "time", json_string(now));
	}
	json_object_set_new(json, "event", json_string(happened(event)));
	json_object_set_new(json, name,
			    to_json(events[event->cmd].layout, info));
	return print_json(cli, json) ? -EIO : 0;
}

static int take_event(const struct tsec_event *event, void *arg)
{
	const struct monitor *monitor = arg;
	unsigned int object = events[event->cmd].object;
	char now[40];

	if (!(monitor->objects & (OBJECT_BITS(object) | OBJECT_ALL)))
		return 0;
	if (monitor->cli->json)
		return print_event_json(monitor->cli, event,
					object_names[object]);
	if (monitor->cli->timestamp) {
		time_text(now);
		printf("[%s] ", now);
	}
	printf("%s %s ", object_names[object], happened(event));
	print_event(event, monitor->cli->stats);
	return ferror(stdout) ? -EIO : 0;
}

static int parse_objects(struct args *args, struct monitor *monitor)
{
	const char *word;
	int i;

	while ((word = next_arg(args))) {
		if (!strcmp(word, "-t")) {
			monitor->cli->timestamp = true;
			continue;
		}
		i = find_word(object_names, sizeof(*object_names), word);
		if (i < 0)
			return bad_usage("cannot monitor \"%s\", see \"tsec "
					 "monitor help\"", word);
		monitor->objects |= OBJECT_BITS(i);
	}
	if (!monitor->objects)
		monitor->objects = OBJECT_ALL;
	return 0;
}

/* Until something fails; losing some events is told and gone on from. */
static int listen_to(struct cli *cli, struct monitor *monitor)
{
	struct pollfd fds[2] = {
		{ .fd = tsec_nl_fd(cli->nl), .events = POLLIN },
		{ .fd = fileno(stdout) },	/* a pipe's reader gone */
	};
	int n;

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[1].revents & (POLLERR | POLLNVAL))
			return 0;
		n = tsec_nl_receive(cli->nl, take_event, monitor);
		if (n == -ENOBUFS)
			fputs("tsec: some events were lost\n", stderr);
		else if (n < 0)
			return n;
	}
}

static int monitor_run(struct cli *cli, struct args *args)
{
	struct monitor monitor = { .cli = cli };
	int code;

	if (args->n && !strcmp(args->v[0], "help")) {
		fputs(usage, stdout);
		return CLI_OK;
	}
	code = parse_objects(args, &monitor);
	if (!code)
		code = cli_open(cli);
	if (code)
		return code;
	code = finish(cli, tsec_nl_join(cli->nl, TSEC_MCGRP_EVENTS));
	return code ? code : finish(cli, listen_to(cli, &monitor));
}

const struct object monitor_object = {
	.name	= "monitor",
	.usage	= usage,
	.run	= monitor_run,
};
