// SPDX-License-Identifier: GPL-2.0
/* What "tsec profile save" wrote, read back. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "restore.h"

void complete_profile(struct tsec_profile_info *whole,
		      const struct tsec_profile_info *info)
{
	const struct layout *layout = &tsec_profile_layout;

	*whole = *info;
	for (unsigned int i = 0; i < layout->n_fields; i++)
		whole->have |= 1ULL << layout->fields[i].attr;
}

void free_saved(struct saved *saved)
{
	free(saved->profiles);
	saved->profiles = NULL;
	saved->n = 0;
}

static json_t *load(const char *file)
{
	bool is_stdin = !strcmp(file, "-");
	json_error_t error;
	json_t *root;

	root = is_stdin ? json_loadf(stdin, JSON_REJECT_DUPLICATES, &error) :
			  json_load_file(file, JSON_REJECT_DUPLICATES, &error);
	if (root)
		return root;
	if (error.line > 0)
		bad_usage("%s:%d: %s", file, error.line, error.text);
	else
		bad_usage("%s", error.text);
	return NULL;
}

static int take_profile(const json_t *item, struct tsec_profile_info *info,
			const char *file, size_t number)
{
	char why[128];

	if (!from_json(item, &tsec_profile_layout, info, why, sizeof(why)))
		return bad_usage("%s: profile %zu: %s", file, number, why);
	if (!info->name[0])
		return bad_usage("%s: profile %zu: it has no name", file,
				 number);
	return 0;
}

int read_saved(const char *file, struct saved *saved)
{
	json_t *root = load(file);
	int code = 0;

	*saved = (struct saved) { .n = 0 };
	if (!root)
		return CLI_USAGE;
	if (!json_is_array(root))
		code = bad_usage("%s: not a list of profiles", file);
	else
		saved->profiles = calloc(json_array_size(root) + 1,
					 sizeof(*saved->profiles));
	if (!code && !saved->profiles)
		code = bad_usage("out of memory");
	for (; !code && saved->n < json_array_size(root); saved->n++)
		code = take_profile(json_array_get(root, saved->n),
				    &saved->profiles[saved->n], file,
				    saved->n + 1);
	json_decref(root);
	if (code)
		free_saved(saved);
	return code;
}
