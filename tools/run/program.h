/* SPDX-License-Identifier: GPL-2.0 */
/* Can a library be preloaded into a program? */
#ifndef TSEC_RUN_PROGRAM_H
#define TSEC_RUN_PROGRAM_H

#include <stddef.h>

/**
 * program_find() - look a command up as execvp() does
 * @name: the command
 * @path: where to put the file's path
 * @size: room there
 *
 * Return: 0, or a negative errno.
 */
int program_find(const char *name, char *path, size_t size);

/**
 * program_refusal() - why a program cannot be carried
 * @path: the program
 *
 * Follows scripts to their interpreter.
 *
 * Return: the reason, or NULL when there is none.
 */
const char *program_refusal(const char *path);

#endif /* TSEC_RUN_PROGRAM_H */
