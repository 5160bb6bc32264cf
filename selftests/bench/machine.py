# SPDX-License-Identifier: GPL-2.0
"""The machine that is measured: what it is, and getting it ready."""

import os
import platform
import re
import socket
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TSECD = os.path.join(HERE, "../../tools/tsecd/tsecd")
AF_TSEC = 14
START_SECONDS = 600

# Where a machine has no udev, nobody loads what fits its processor.
CRYPTO_MODULES = ("aesni-intel", "ghash-clmulni-intel", "chacha-x86_64",
                  "poly1305-x86_64", "chacha20poly1305", "gcm", "tls",
                  "sha1-ssse3", "ctr", "hmac")

# OpenSSL without AES, carry-less multiplication, SSSE3, AVX and later; GnuTLS
# and NSS, which libsrtp uses, without any of them.
PLAIN = {"OPENSSL_ia32cap": "~0x1200020200000000:0",
         "GNUTLS_CPUID_OVERRIDE": "0x1",
         **{f"NSS_DISABLE_{name}": "1" for name in
            ("HW_AES", "HW_SHA", "PCLMUL", "AVX", "AVX2", "SSSE3", "SSE4_1",
             "SSE4_2")}}

# What has its ciphers in the program.
LIBRARIES = ("openssl", "gnutls", "libsrtp")

ALGORITHMS = {
    "aes-128-gcm": "gcm(aes)", "aes-256-gcm": "gcm(aes)",
    "aes-128-cm-hmac-sha1-80": "ctr(aes)",
    "chacha20-poly1305": "rfc7539(chacha20,poly1305)",
}


def has_tsec():
    """Can an AF_TSEC socket be made? Loads the module if it is installed."""
    try:
        socket.socket(AF_TSEC, socket.SOCK_STREAM, 0).close()
    except OSError:
        return False
    return True


def prepare():
    """Load the modules that a distribution would have loaded."""
    for module in CRYPTO_MODULES:
        subprocess.run(["modprobe", "-q", module], check=False,
                       stderr=subprocess.DEVNULL)


def read_first(path, pattern, default=""):
    """The first match's group in a file."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            found = re.search(pattern, file.read(), re.M)
    except OSError:
        return default
    return found.group(1).strip() if found else default


def driver_of(cipher):
    """The kernel's best driver of a cipher, among those used so far."""
    best = (-1, "")
    if not cipher:
        return best[1]
    try:
        with open("/proc/crypto", encoding="utf-8") as file:
            blocks = file.read().split("\n\n")
    except OSError:
        return ""
    for block in blocks:
        pairs = re.findall(r"^(\w+)\s*: (.*)$", block, re.M)
        found = dict(pairs)
        if found.get("name") == ALGORITHMS[cipher]:
            best = max(best, (int(found["priority"]), found["driver"]))
    return best[1]


# In the names of drivers that use a processor's own instructions.
INSTRUCTIONS = ("aesni", "vaes", "simd", "avx", "neon", "-ce")


def library_env(cipher):
    """What makes libraries use what the kernel can use.

    A kernel without the processor's instructions for a cipher (user-mode
    Linux) is compared with libraries without them: the question is what the
    way of the data costs, not who wrote the cipher in assembler.
    """
    driver = driver_of(cipher)
    if not driver or any(name in driver for name in INSTRUCTIONS):
        return {}
    return PLAIN


def describe(note):
    """Facts of the machine, for the report."""
    return {
        "note": note,
        "kernel": platform.release(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "processor": read_first("/proc/cpuinfo", r"^model name\s*: (.*)$"),
        "clocksource": read_first("/sys/devices/system/clocksource/"
                                  "clocksource0/current_clocksource",
                                  r"^(.*)$"),
    }


class Daemon:
    """tsecd, with a configuration of its own."""

    def __init__(self, directory):
        self.directory = directory
        self.process = None
        self.reason = ""

    def _configure(self):
        path = os.path.join(self.directory, "tsecd.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write('user = "root"\nlog-level = "error"\n')
        return path

    def _await(self, notify):
        """systemd's protocol: READY=1 once handshakes can come."""
        notify.settimeout(START_SECONDS)
        try:
            while b"READY=1" not in notify.recv(4096):
                pass
        except OSError as error:
            self.reason = f"tsecd did not start: {error}"

    def start(self):
        """Start it; the reason says why not."""
        if not os.access(TSECD, os.X_OK):
            self.reason = "tsecd is not built"
            return
        path = os.path.join(self.directory, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(path)
            self.process = subprocess.Popen(
                [TSECD, "--foreground", "--config", self._configure()],
                env={**os.environ, "NOTIFY_SOCKET": path})
            self._await(notify)
        if self.reason:
            self.stop()

    def pid(self):
        """Its process, or 0."""
        if self.process is None and not self.reason:
            self.start()
        return self.process.pid if self.process else 0

    def stop(self):
        """End it, if it runs."""
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None


def credentials():
    """A directory with a certificate, its key and its authority."""
    directory = tempfile.mkdtemp(prefix="tsec-bench.")
    subprocess.run([os.path.join(HERE, "makecert"), directory], check=True)
    return directory
