// SPDX-License-Identifier: GPL-2.0
/* Sessions as lines: what a peer says of itself stays in its place. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "tap.h"

/* What print_session() prints, for the caller to free. */
static char *line_of(const struct tsec_session_info *info)
{
	FILE *out = stdout;
	size_t size;
	char *text;

	stdout = open_memstream(&text, &size);
	if (!stdout)
		abort();
	print_session(info, false);
	fclose(stdout);
	stdout = out;
	return text;
}

static void expect_peer(const char *peer, const char *shown)
{
	struct tsec_session_info info = { .id = 3 };
	char want[256];
	char *line;

	info.state = TSEC_STATE_ESTABLISHED;
	tsec_set_str(&info, SESSION_PEER_ID, peer_id, peer);
	snprintf(want, sizeof(want), "3: established client * -> * peer %s\n",
		 shown);
	line = line_of(&info);
	is_str(line, want, shown);
	free(line);
}

static void test_peer(void)
{
	expect_peer("CN=a", "CN=a");
	expect_peer("CN=a,O=b c", "\"CN=a,O=b c\"");
	expect_peer("a\" flags manual", "\"a\\\" flags manual\"");
	expect_peer("a\"", "\"a\\\"\"");
	expect_peer("a b\\", "\"a b\\\\\"");
	expect_peer("a\nb", "a?b");
}

int main(void)
{
	test_peer();
	return done_testing();
}
