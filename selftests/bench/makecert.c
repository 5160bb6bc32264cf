// SPDX-License-Identifier: GPL-2.0
/* makecert DIR: write the credentials of a run. */
#include <err.h>
#include <stdlib.h>

#include "control.h"
#include "credentials.h"

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(EXIT_FAILURE, "usage: makecert DIR");
	credentials_write(argv[1], SERVER_NAME);
	return 0;
}
