#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A short run of each fuzz target, in TAP.
#
# NAME.dict has words for NAME_fuzz, of 64 bytes at most: libFuzzer silently
# leaves out longer ones.  NAME.seeds has whole inputs in hexadecimal, with an
# empty line between them.

if ! command -v clang >/dev/null; then
	echo "1..0 # SKIP libFuzzer needs clang"
	exit 4
fi

# Each input of a file with seeds to a file of its own in a folder.
plant()
{
	DIR=$2 perl -00 -ne '
		s/^#.*$//mg;
		s/\s//g;
		next unless length;
		open my $seed, ">:raw", "$ENV{DIR}/$." or die $!;
		print $seed pack "H*", $_;
		close $seed or die $!;
	' "$1"
}

# Corpus and log are in $tmp.
fuzz()
{
	name=${1%_fuzz}
	mkdir "$tmp/$name" || return
	if [ -f "$name.seeds" ]; then
		plant "$name.seeds" "$tmp/$name" || return
	fi
	runs=${RUNS:-200000}
	case " $SLOW " in
	*" $1 "*) runs=$((runs / 4)) ;;
	esac
	${MAKE:-make} -s -j"$(nproc)" "$1" &&
		./"$1" -dict="$name.dict" -runs="$runs" -seed=1 \
			-max_len=4096 -rss_limit_mb=512 "$tmp/$name"
}

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0
status=0
echo "TAP version 13"
echo "1..$#"
for target in "$@"; do
	n=$((n + 1))
	if fuzz "$target" >"$tmp/log" 2>&1; then
		echo "ok $n - $target"
	else
		tail -n 40 "$tmp/log" | sed 's/^/# /'
		echo "not ok $n - $target"
		status=1
	fi
done
exit $status
