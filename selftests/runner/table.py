# SPDX-License-Identifier: GPL-2.0
"""The suites: what "make check" runs, where, and how long it may take."""
import os
import re
import shlex

from runner.jobs import Job

KERNELS = {
    'host': 'this machine',
    'uml': 'user-mode Linux 6.1',
    'debug': 'user-mode Linux 6.12 with KASAN and lockdep',
    '6.1': 'Debian 6.1 in QEMU',
    '6.12': 'Debian 6.12 in QEMU',
}

# An emulated processor takes seconds to load what the first session needs.
QEMU_STREAM = "sh -c 'modprobe -a tls gcm chacha20poly1305 && " \
              "selftests/stream/run -s 3 connect_test'"

# The vector unit is there, and softirqs open what comes, unless somebody else
# is using it.
QEMU_DGRAM = "sh -c 'modprobe -a gcm chacha20poly1305 aesni-intel " \
             "algif_skcipher cbc && selftests/dgram/run -s 3'"

# name, kernel, title, command, seconds; the longest come first, so that they
# end together.  A command of a kernel runs in the test machine.  A name may be
# that of a suite and of one of its parts: suite/part.
# User-mode Linux 6.1 runs each test in all of its variants; the others, which
# are slower, in one of three (-s 3).
SUITES = (
    ('fault', 'debug', 'injected faults, a part',
     'selftests/fault/run memory daemon-death peer-death netns datagrams '
     'flood module', 900),
    ('fault', 'uml', 'injected faults', 'selftests/fault/run', 1500),
    ('interop/dtls', 'uml', 'DTLS peers of other make',
     'selftests/interop/run dtls dtls-server dtls13 dtls13-nss '
     'mobility', 900),
    ('dgram', 'uml', 'datagram sockets', 'selftests/dgram/run -a', 600),
    ('interop/wireguard', 'uml', "the kernel's WireGuard as peer",
     'selftests/interop/run wireguard', 600),
    ('install', 'host', 'install, uninstall and DKMS',
     'selftests/install/run', 900),
    ('dgram', '6.1', 'datagram sockets', QEMU_DGRAM, 900),
    ('stream', 'debug', 'stream sockets', 'selftests/stream/run -s 3', 900),
    ('dgram', 'debug', 'datagram sockets', 'selftests/dgram/run -s 3', 600),
    ('stream', 'uml', 'stream sockets', 'selftests/stream/run', 900),
    ('interop/tls', 'uml', 'TLS peers of other make',
     'selftests/interop/run openssl-client openssl-server gnutls-client '
     'gnutls-server curl nginx certificates mutual psk negotiation resumption '
     'keyupdate exporter keylog programs bulk', 900),
    ('lint', 'host', 'style and static checks', 'selftests/lint/run', 1200),
    ('interop/media', 'uml', 'peers of other make, media and IPsec',
     'selftests/interop/run dtls-srtp gstreamer ffmpeg esp', 600),
    ('tool', 'uml', 'tsec and tsec run', 'selftests/tool/run', 900),
    ('vm', 'host', 'the test machine itself', 'selftests/vm/test.sh', 900),
    ('stream', '6.1', 'stream sockets, a part', QEMU_STREAM, 900),
    ('stream', '6.12', 'stream sockets, a part', QEMU_STREAM, 900),
    ('demo', '6.12', 'the demo', 'selftests/demo/inside', 600),
    ('unit-tsecd', 'host', 'daemon, unit tests',
     'selftests/unit/run tsecd', 900),
    ('fuzz', 'host', 'fuzz targets, a short run',
     'make -s -C selftests/fuzz check', 300),
    ('unit-run', 'host', 'wrapper, unit tests',
     'selftests/unit/run run', 300),
    ('unit-tsec', 'host', 'tool, unit tests',
     'selftests/unit/run tsec', 300),
    ('unit-lib', 'host', 'library, unit tests',
     'selftests/unit/run lib', 300),
    ('netlink', 'debug', 'control plane', 'selftests/netlink/run', 600),
    ('netlink', 'uml', 'control plane', 'selftests/netlink/run', 300),
    ('kunit', 'debug', 'KUnit', 'selftests/kunit/run', 300),
    ('kunit', 'uml', 'KUnit', 'selftests/kunit/run', 120),
    ('bench', 'uml', 'the benchmarks, as short as can be',
     'selftests/bench/test', 300),
    ('bench', '6.12', 'the benchmarks of several processors',
     'selftests/bench/test --processors', 300),
    ('docs', 'uml', 'examples of the documentation',
     'selftests/docs/run', 300),
    ('install', 'uml', 'an installed system',
     'selftests/install/installed', 300),
    ('spec', 'host', 'netlink specification against the header',
     'make -s -C selftests/netlink check', 120),
    ('runner', 'host', 'this runner', 'selftests/runner/test', 60),
)

# Of a test that is skipped for such a reason there is nothing to run: the
# combination does not exist.  Any other one "cannot run".
INAPPLICABLE = re.compile(r'^(TLS 1\.[23] (has|does) |this kernel )')

# Suites that run programs of another one.
BORROWED = {'fault': ('interop',), 'tool': ('interop',),
            'docs': ('demo',)}

# Where lint looks at what sparse and the compiler say.
CHECKED = ('6.1', '6.12')

# Booting, and building what is not up to date.
MACHINE_ALLOWANCE = 180


def suite_of(row):
    """The name of the suite that a row is, or is a part of."""
    return row[0].partition('/')[0]


def machine_command(job, suite, kernel, command, seconds, directory):
    words = ['selftests/machine', '--kernel', kernel,
             '--timeout', str(seconds),
             '--console', f'{directory}/{job}.console']
    if suite == 'kunit':
        words.append('--kunit')
    return words + ['--', *shlex.split(command)]


def machine_job(row, directory):
    name, kernel, title, command, seconds = row
    suite = suite_of(row)
    job = f'{name.replace("/", "-")}-{kernel}'
    module = f'module-{kernel}' + ('-kunit' if suite == 'kunit' else '')
    return Job(job, f'{title} on {KERNELS[kernel]}',
               machine_command(job, suite, kernel, command, seconds, directory),
               seconds + MACHINE_ALLOWANCE,
               [module, 'tools', *programs(suite)], suite=suite)


def programs(name):
    """The jobs that build what a suite runs."""
    return [f'programs-{folder}' for folder in (name, *BORROWED.get(name, ()))
            if os.path.exists(f'selftests/{folder}/Makefile')]


def host_job(row):
    name, _, title, command, seconds = row
    needs = {'lint': [f'module-{kind}' for kind in CHECKED],
             'vm': ['kernel-uml'], 'install': ['kernel-6.1', 'tools'],
             'spec': ['tools']}
    return Job(f'{name}-host' if name == 'install' else name, title,
               shlex.split(command), seconds, needs.get(name, []), suite=name)


def select(names, kernels):
    """The rows of these suites, parts and kernels; none given: all."""
    known = {row[0] for row in SUITES} | {suite_of(row) for row in SUITES}
    for name in names:
        if name not in known:
            raise ValueError(f'there is no suite "{name}"; there are '
                             + ' '.join(sorted(known)))
    for kernel in kernels:
        if kernel not in KERNELS:
            raise ValueError(f'there is no kernel "{kernel}"; there are '
                             + ' '.join(KERNELS))
    return [row for row in SUITES
            if (not names or row[0] in names or suite_of(row) in names)
            and (not kernels or row[1] in kernels)]


def preparation(name):
    """The job that makes what others need, by its name."""
    what, _, kernel = name.partition('-')
    if what == 'kernel':
        return Job(name, f'make the kernel: {KERNELS[kernel]}',
                   ['selftests/vm/kernel', kernel], 3000)
    if what == 'module':
        kind, _, kunit = kernel.partition('-')
        return Job(name, f'build the module for {KERNELS[kind]}'
                   + (' with KUnit' if kunit else ''),
                   ['selftests/build', *(['--kunit'] if kunit else []),
                    *(['--checked'] if kind in CHECKED else []), kind],
                   600, [f'module-{kind}' if kunit else f'kernel-{kind}'])
    if what == 'tools':
        return Job(name, 'build the tools', ['selftests/build', '--tools'],
                   600)
    return Job(name, f'build the test programs of {kernel}',
               ['make', '-C', f'selftests/{kernel}', 'all'], 600, ['tools'])


def jobs(rows, directory):
    """The rows as jobs, each after the preparations that it needs."""
    found = {}

    def add(job):
        for need in job.needs:
            if need not in found:
                add(preparation(need))
        found[job.name] = job

    for row in rows:
        add(host_job(row) if row[1] == 'host' else machine_job(row, directory))
    return list(found.values())
