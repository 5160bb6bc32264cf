// SPDX-License-Identifier: GPL-2.0
#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "log.h"
#include "sandbox.h"

/* Keys of all sessions are in this memory: it goes to no core file. */
static int forbid_dumps(void)
{
#ifndef TSECD_SANITIZED
	static const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -errno;
#endif
	return 0;
}

static int change_user(const char *name)
{
	const struct passwd *user = getpwnam(name);
	int ret;

	if (!user) {
		log_error("there is no user \"%s\"; name another in the "
			  "configuration or create it",
			  name);
		return -ENOENT;
	}
	ret = capng_change_id(user->pw_uid, user->pw_gid,
			      CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING |
				      CAPNG_CLEAR_AMBIENT);
	if (!ret)
		return 0;
	log_error("cannot become user \"%s\": libcap-ng error %d", name, ret);
	return -EPERM;
}

/* Started as an ordinary user, e.g. by systemd with an ambient capability. */
static int stay_user(void)
{
	if (capng_apply(CAPNG_SELECT_CAPS) < 0) {
		log_error("cannot drop capabilities: %s", strerror(errno));
		return -EPERM;
	}
	return 0;
}

int sandbox_drop_privileges(const char *user)
{
	int err;

	capng_clear(CAPNG_SELECT_BOTH);
	capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
		     CAP_NET_ADMIN);
	err = geteuid() ? stay_user() : change_user(user);
	if (!err && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		err = -errno;
	if (!err)
		err = forbid_dumps();
	if (err)
		log_error("cannot drop privileges: %s", strerror(-err));
	return err;
}

void sandbox_raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		log_warn("cannot raise the limit of descriptors: %s",
			 strerror(errno));
}
