// SPDX-License-Identifier: GPL-2.0
/*
 * A module that makes the mistake it is told to, so that the test machine can
 * show that it notices.
 */

#include <linux/bug.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static char *how = "not";
module_param(how, charp, 0);
MODULE_PARM_DESC(how, "warn, oops, leak, overrun, sleep, deadlock");

static DEFINE_SPINLOCK(lock_a);
static DEFINE_SPINLOCK(lock_b);

/* Not inlined into what is freed after init: a report names them. */
static noinline void trip_overrun(void)
{
	volatile u8 *p = kmalloc(13, GFP_KERNEL);

	if (p)
		p[13] = 1;
	kfree((void *)p);
}

static noinline void trip_leak(void)
{
	void *volatile p;
	int i;

	/* A stale pointer may hide one of them, not all. */
	for (i = 0; i < 16; i++)
		p = kmalloc(777, GFP_KERNEL);
	p = NULL;
}

static noinline void trip_sleep(void)
{
	spin_lock(&lock_a);
	msleep(20);
	spin_unlock(&lock_a);
}

/* Both orders, one after the other: no deadlock yet, but a proof of one. */
static noinline void trip_deadlock(void)
{
	spin_lock(&lock_a);
	spin_lock(&lock_b);
	spin_unlock(&lock_b);
	spin_unlock(&lock_a);

	spin_lock(&lock_b);
	spin_lock(&lock_a);
	spin_unlock(&lock_a);
	spin_unlock(&lock_b);
}

static int __init trip_init(void)
{
	if (!strcmp(how, "warn"))
		WARN(1, "tripped\n");
	else if (!strcmp(how, "oops"))
		*(volatile int *)8 = 1;
	else if (!strcmp(how, "leak"))
		trip_leak();
	else if (!strcmp(how, "overrun"))
		trip_overrun();
	else if (!strcmp(how, "sleep"))
		trip_sleep();
	else if (!strcmp(how, "deadlock"))
		trip_deadlock();
	return 0;
}

static void __exit trip_exit(void)
{
}

module_init(trip_init);
module_exit(trip_exit);

MODULE_DESCRIPTION("Mistakes on demand, for the test of the test machine");
MODULE_LICENSE("GPL");
