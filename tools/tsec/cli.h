/* SPDX-License-Identifier: GPL-2.0 */
/* What the objects of tsec(8) share: options, dispatch, errors, output. */
#ifndef TSEC_CLI_H
#define TSEC_CLI_H

#include <jansson.h>
#include <stdio.h>

#include "layout.h"
#include "tsec.h"

/* Exit codes, those of ip(8). */
enum {
	CLI_OK		= 0,
	CLI_USAGE	= 1,	/* the command line, or a file it names */
	CLI_REFUSED	= 2,	/* the kernel said no, or is not there */
};

struct cli {
	bool json;
	bool pretty;
	bool stats;
	bool timestamp;
	struct tsec_nl *nl;	/* opened by cli_open() */
};

/* What is left of a command line. */
struct args {
	int n;
	char **v;
};

struct verb {
	const char *name;
	int (*run)(struct cli *cli, struct args *args);
};

/* Objects: the word after the options, and what it can do. */
struct object {
	const char *name;
	const char *usage;
	const struct verb *verbs;	/* the first is the default */
	/* Instead of verbs: takes the rest of the command line as it is. */
	int (*run)(struct cli *cli, struct args *args);
};

extern const struct object session_object;
extern const struct object profile_object;
extern const struct object key_object;
extern const struct object stats_object;
extern const struct object monitor_object;
extern const struct object daemon_object;
extern const struct object run_object;

/* Command lines (cli.c) *************************************************** */

/* The next word, taken off; NULL at the end. */
char *next_arg(struct args *args);

/**
 * find_word() - look a word up in a table, exactly or by a unique prefix
 * @names: an array of pointers to names, @stride bytes apart, up to a NULL
 * @stride: distance of two of them
 * @word: what was typed
 *
 * A name that goes on from the one before ("del", "delete") is the same word.
 *
 * Return: its index, -1 when there is none, -2 when there are several.
 */
int find_word(const char *const *names, size_t stride, const char *word);

/* Take "[VERB] ARGS..." off and do it. */
int run_object_verb(struct cli *cli, const struct object *object,
		    struct args *args);

/* Parse an unsigned number, decimal or 0x...; false if it is not one. */
bool parse_number(const char *text, uint64_t max, uint64_t *value);

/* Complain about the command line; the result is CLI_USAGE. */
__attribute__((format(printf, 1, 2)))
int bad_usage(const char *format, ...);

/* Complain of what the last request came to; CLI_REFUSED, or OK for 0. */
int finish(struct cli *cli, int err);
/* The same of a list that may well have changed while it was fetched. */
int finish_list(struct cli *cli, int err);

/* Open the handle; 0, or an exit code after a complaint. */
int cli_open(struct cli *cli);

/* Enter a network namespace that ip-netns(8) named; 0 or CLI_USAGE. */
int enter_netns(const char *name);

/* Output (print.c, json.c) ************************************************ */

/* Print @root in the way asked for, and free it; an exit code. */
int print_json(struct cli *cli, json_t *root);

/* One object with the attributes that it has. */
json_t *to_json(const struct layout *layout, const void *info);

/**
 * from_json() - the opposite
 * @object: a JSON object
 * @layout: what it is
 * @info: where to put it, zeroed
 * @why: room for a complaint
 * @size: of that
 */
bool from_json(const json_t *object, const struct layout *layout, void *info,
	       char *why, size_t size);

/* "name" with the hyphens of the command line as underscores. */
void json_key(char key[32], const char *name);

/* The name of a value, or its number, in @text. */
const char *value_text(const struct tsec_name *names, uint64_t value,
		       char text[24]);

/* One field as "word", for people; false when there is nothing to say. */
bool field_text(const struct field *field, const void *info, char *text,
		size_t size);

void print_session(const struct tsec_session_info *info, bool stats);
void print_key(const struct tsec_key_info *info, bool stats);
void print_profile(const struct tsec_profile_info *info);

/* The settings of a profile (settings.c) ********************************** */

/* Take "KEY VALUE ..." into @info; 0 or CLI_USAGE after a complaint. */
int parse_settings(struct args *args, struct tsec_profile_info *info);
/* One of them; is_limit() tells which of them are a key's as well. */
int parse_setting(const struct field *field, void *info, const char *value);
bool is_limit(const char *name);
/* The largest value that the kernel takes for a number. */
uint64_t number_max(const struct field *field);

/* Secrets (hexfile.c) ***************************************************** */

/**
 * read_hex_file() - read a secret
 * @name: a file of hexadecimal digits and white space, or "-" for stdin
 * @secret: where to put the bytes; wiped after a failure
 * @size: room there
 *
 * A regular file that others than its owner may read is refused.
 *
 * Return: how many bytes, or -1 after a complaint.
 */
int read_hex_file(const char *name, uint8_t *secret, size_t size);

/* At least one byte in hexadecimal digits, no secret; -1 when it is none. */
int parse_hex(const char *text, uint8_t *bytes, size_t size);

#endif /* TSEC_CLI_H */
