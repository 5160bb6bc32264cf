/* SPDX-License-Identifier: GPL-2.0 */
/* The command line. */
#ifndef TSECD_OPTIONS_H
#define TSECD_OPTIONS_H

#include <stdbool.h>

struct options {
	bool foreground;
	const char *config; /* NULL: the usual file, if it is there */
	int log_level; /* -1: as configured, and so with workers */
	int workers;
};

/* Ends the process after --help, --version and what is wrong. */
void options_parse(int argc, char **argv, struct options *options);

#endif /* TSECD_OPTIONS_H */
