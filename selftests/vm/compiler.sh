# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The compiler of kernels and modules: $cc. With ccache, if it is there, which keeps
# what it made in the directory $cache of vm/kernel.

# find_compiler DIRECTORY: the same sources in another such directory are the same
# shellcheck disable=SC2034,SC2154 # the caller's
find_compiler()
{
	cc=gcc
	command -v ccache >/dev/null || return 0
	cc="ccache gcc"
	export CCACHE_DIR=$cache/ccache CCACHE_BASEDIR=$1 CCACHE_NOHASHDIR=1
	# Without these ccache preprocesses every file once more than gcc does, and
	# a first build takes half as long again.
	export CCACHE_DEPEND=1
	export CCACHE_SLOPPINESS=include_file_ctime,include_file_mtime,time_macros
}
