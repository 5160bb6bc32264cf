# SPDX-License-Identifier: GPL-2.0
"""What is measured, against what, and which ratio is the goal."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Versus:
    """One contender that tsec is compared with.

    args: beside the row's own, which they may replace; name: in NAMES, if the
    transport's is not enough.
    """

    transport: str
    goal: float | None = None
    args: tuple = ()
    name: str | None = None

    @property
    def id(self):
        """What its samples go by."""
        return self.name or self.transport


@dataclass(frozen=True)
class Row:
    """One thing to measure.

    better: "more" or "less"; what: "ratio" to the contender's value, or
    "difference" from it; stretch: how much longer its samples are.
    clock: which one tells more: "counted" instructions, where most of them
    are the kernel's and alike; "real" time, where libraries differ in what
    an instruction costs them; or "parallel", real time of two processors.
    """

    id: str
    group: str
    title: str
    unit: str
    better: str
    worker: str
    args: tuple
    subject: str
    versus: tuple
    what: str = "ratio"
    cipher: str | None = None
    stretch: float = 1
    clock: str = "counted"
    needs: frozenset = field(default_factory=frozenset)


NAMES = {
    "tsec": "tsec", "tsecd": "tsec with tsecd", "ktls": "raw kTLS",
    "openssl": "OpenSSL", "tcp": "plain TCP", "gnutls": "GnuTLS",
    "tsec-batch": "tsec, 16 a call", "udp": "plain UDP",
    "srtp": "tsec", "libsrtp": "libsrtp",
    "esp": "tsec", "xfrm": "IPsec of the kernel",
    "tsec-wireguard": "tsec", "wireguard": "WireGuard of the kernel",
    "tsec-wireguard-batch": "tsec, 16 a call",
    "wireguard-batch": "WireGuard of the kernel, 16 a call",
    "one-flow": "one session", "one-worker": "one processor",
}

LABELS = {"aes-128-gcm": "AES-128-GCM", "chacha20-poly1305": "ChaCha20",
          "aes-128-cm-hmac-sha1-80": "AES-128-CM"}

GROUPS = {
    "flow": "One flow: throughput",
    "ping": "Ping-pong: time of a round trip",
    "handshake": "Connections a second, with a handshake each",
    "packets": "Datagrams a second, one way",
    "srtp": "Packets of media a second, one way, 16 a call",
    "esp": "Datagrams a second, one way, by ESP in UDP",
    "wireguard": "Datagrams a second, one way, by WireGuard",
    "flows": "Datagrams a second, of many sessions",
    "workers": "Datagrams a second, of one session on two processors",
    "memory": "Memory of an idle session, kernel and daemon",
}


def _size(size):
    return f"{size // 1024} KiB" if size >= 1024 else f"{size} B"


def _flow(cipher, label, size):
    return Row(
        id=f"flow-{label}-{size // 1024}k", group="flow",
        title=f"{LABELS[cipher]}, writes of {_size(size)}", unit="bytes/s",
        better="more", worker="flow", subject="tsec", cipher=cipher,
        args=("--cipher", cipher, "--size", str(size)),
        versus=(Versus("ktls", 0.98), Versus("openssl", 1.2), Versus("tcp")))


def _ping(size):
    return Row(
        id=f"ping-{size}", group="ping", title=f"messages of {_size(size)}",
        unit="s", better="less", worker="pingpong", subject="tsec",
        cipher="aes-128-gcm",
        args=("--cipher", "aes-128-gcm", "--size", str(size)),
        versus=(Versus("ktls", 1.05),))


def _packets(size, subject):
    batch = subject == "tsec-batch"
    return Row(
        id=f"packets-{size}" + ("-batch" if batch else ""), group="packets",
        title=f"DTLS 1.2, {size} B" + (", 16 a call" if batch else ""),
        unit="1/s", better="more", worker="packets", subject=subject,
        cipher="aes-128-gcm",
        args=("--cipher", "aes-128-gcm", "--size", str(size)),
        versus=(Versus("openssl", 2.0), Versus("gnutls", 2.0),
                Versus("udp")))


def _srtp(size, cipher, label):
    return Row(
        id=f"srtp-{label}-{size}", group="srtp",
        title=f"SRTP, {LABELS[cipher]}, {size} B", unit="1/s", better="more",
        worker="packets", subject="srtp", cipher=cipher,
        args=("--cipher", cipher, "--size", str(size)),
        versus=(Versus("libsrtp", 1.5),))


def _esp(size):
    return Row(
        id=f"esp-{size}", group="esp",
        title=f"ESP, AES-128-GCM, {size} B", unit="1/s", better="more",
        worker="packets", subject="esp", cipher="aes-128-gcm",
        args=("--cipher", "aes-128-gcm", "--size", str(size)),
        versus=(Versus("xfrm", 1.0),))


def _wireguard(size, batch=""):
    return Row(
        id=f"wireguard-{size}{batch}", group="wireguard",
        title=f"WireGuard, {size} B" + (", 16 a call" if batch else ""),
        unit="1/s", better="more", worker="packets",
        subject=f"tsec-wireguard{batch}", cipher="chacha20-poly1305",
        args=("--cipher", "chacha20-poly1305", "--size", str(size)),
        versus=(Versus(f"wireguard{batch}", 1.0),))


def _flows(count):
    return Row(
        id=f"flows-{count}", group="flows",
        title=f"DTLS 1.2, 64 B, {count:,} sessions", unit="1/s",
        better="more", worker="packets", subject="tsec",
        cipher="aes-128-gcm",
        args=("--cipher", "aes-128-gcm", "--size", "64",
              "--flows", str(count)),
        versus=(Versus("tsec", 0.9, ("--flows", "1"), "one-flow"),
                Versus("udp")))


def _workers(size):
    return Row(
        id=f"workers-{size}", group="workers",
        title=f"DTLS 1.2, {size} B, two processors", unit="1/s",
        better="more", worker="packets", subject="tsec",
        cipher="aes-128-gcm", clock="parallel",
        args=("--cipher", "aes-128-gcm", "--size", str(size),
              "--workers", "2"),
        versus=(Versus("tsec", 1.6, ("--workers", "1"), "one-worker"),
                Versus("udp")),
        needs=frozenset({"processors"}))


def _handshake(kind, concurrency):
    resumed = kind == "resumed"
    return Row(
        id=f"handshake-{kind}-{concurrency}", group="handshake",
        title=f"{kind}, {concurrency} at once", unit="1/s", better="more",
        worker="handshake", subject="tsecd", stretch=3,
        args=("--cipher", "aes-256-gcm", "--concurrency", str(concurrency),
              *(("--resume",) if resumed else ())),
        versus=(Versus("openssl", 1.0 if resumed else 0.9),),
        needs=frozenset({"daemon"}))


def _memory(subject, needs):
    return Row(
        id=f"memory-{subject}", group="memory",
        title="handshake by tsecd" if needs else "manual keys, no daemon",
        unit="bytes", better="less",
        worker="memory", subject=subject, what="difference", clock="real",
        args=("--cipher", "aes-256-gcm", "--resume"),
        versus=(Versus("ktls", 4096), Versus("tcp")), needs=frozenset(needs))


ROWS = (
    _flow("aes-128-gcm", "aes", 16384),
    _flow("aes-128-gcm", "aes", 65536),
    _flow("chacha20-poly1305", "chacha", 16384),
    _flow("chacha20-poly1305", "chacha", 65536),
    _ping(1), _ping(64), _ping(1024), _ping(4096),
    *(_packets(size, subject) for size in (64, 512, 1400)
      for subject in ("tsec", "tsec-batch")),
    *(_srtp(size, cipher, label) for size in (172, 1200)
      for cipher, label in (("aes-128-cm-hmac-sha1-80", "cm"),
                            ("aes-128-gcm", "gcm"))),
    _esp(64), _esp(1400),
    _wireguard(64), _wireguard(1400),
    _wireguard(64, "-batch"), _wireguard(1400, "-batch"),
    _flows(100), _flows(10000),
    _workers(64), _workers(1400),
    _handshake("full", 1), _handshake("full", 32),
    _handshake("resumed", 1), _handshake("resumed", 32),
    _memory("tsec", ()), _memory("tsecd", ("daemon",)),
)


def find(name):
    """The row of that name."""
    return next(row for row in ROWS if row.id == name)
