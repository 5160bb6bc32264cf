// SPDX-License-Identifier: GPL-2.0
/* Words of the command line, complaints, and the way to the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

char *next_arg(struct args *args)
{
	if (!args->n)
		return NULL;
	args->n--;
	return *args->v++;
}

static const char *name_at(const char *const *names, size_t stride, int i)
{
	return *(const char *const *)((const char *)names + i * stride);
}

static bool is_prefix(const char *prefix, const char *name)
{
	return !strncmp(prefix, name, strlen(prefix));
}

int find_word(const char *const *names, size_t stride, const char *word)
{
	const char *name;
	int found = -1;
	bool several = false;

	for (int i = 0; (name = name_at(names, stride, i)); i++) {
		if (!strcmp(name, word))
			return i;
		if (!*word || !is_prefix(word, name))
			continue;
		if (found < 0)
			found = i;
		else if (!is_prefix(name_at(names, stride, found), name))
			several = true;
	}
	return several ? -2 : found;
}

int bad_usage(const char *format, ...)
{
	va_list args;

	fputs("tsec: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return CLI_USAGE;
}

static int bad_verb(const struct object *object, const char *word, int why)
{
	return bad_usage("%s \"%s\" of \"tsec %s\", see \"tsec %s help\"",
			 why == -2 ? "ambiguous command" : "unknown command",
			 word, object->name, object->name);
}

int run_object_verb(struct cli *cli, const struct object *object,
		    struct args *args)
{
	const struct verb *verb = object->verbs;
	const char *word;
	int i;

	if (object->run)
		return object->run(cli, args);
	word = next_arg(args);
	if (word && (!strcmp(word, "help") || !strcmp(word, "-h"))) {
		fputs(object->usage, stdout);
		return CLI_OK;
	}
	if (word) {
		i = find_word(&verb->name, sizeof(*verb), word);
		if (i < 0)
			return bad_verb(object, word, i);
		verb += i;
	}
	return verb->run(cli, args);
}

bool parse_number(const char *text, uint64_t max, uint64_t *value)
{
	unsigned long long number;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoull(text, &end, text[1] == 'x' ? 16 : 10);
	if (errno || *end || number > max)
		return false;
	*value = number;
	return true;
}

int finish(struct cli *cli, int err)
{
	if (!err)
		return CLI_OK;
	fprintf(stderr, "tsec: %s\n", tsec_nl_error(cli->nl));
	return CLI_REFUSED;
}

int finish_list(struct cli *cli, int err)
{
	if (err != -EINTR)
		return finish(cli, err);
	fputs("tsec: the list changed meanwhile and may not be whole\n",
	      stderr);
	return CLI_OK;
}

int cli_open(struct cli *cli)
{
	int err;

	if (cli->nl)
		return 0;
	err = tsec_nl_open(&cli->nl);
	if (!err)
		return 0;
	if (err == -ENOENT)
		fputs("tsec: the kernel has no tsec: is the module loaded?\n",
		      stderr);
	else if (err == -EPROTO)
		fputs("tsec: the module and this program do not match\n",
		      stderr);
	else
		fprintf(stderr, "tsec: netlink: %s\n", strerror(-err));
	return CLI_REFUSED;
}

int enter_netns(const char *name)
{
	char path[PATH_MAX];
	int fd;

	if (!*name || strchr(name, '/') || !strcmp(name, ".") ||
	    !strcmp(name, ".."))
		return bad_usage("\"%s\" cannot name a network namespace",
				 name);
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return bad_usage("cannot open network namespace \"%s\": %s",
				 name, strerror(errno));
	if (setns(fd, CLONE_NEWNET)) {
		close(fd);
		return bad_usage("cannot enter network namespace \"%s\": %s",
				 name, strerror(errno));
	}
	close(fd);
	return 0;
}
