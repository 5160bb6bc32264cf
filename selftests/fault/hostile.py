#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Peers that do not behave.

  hostile.py listen PORT MODE           answer connections
  hostile.py connect PORT MODE COUNT    make connections and keep them
  hostile.py proxy PORT TO ACTION DIRECTION RECORD
                                        pass TLS records on, but for one
  hostile.py flood PORT KIND [PUBKEY]   first messages of clients that there
                                        are not, from everywhere

Each says READY and ends when it reads a line, or the end, of its input; the
proxy obeys the lines "ACTION DIRECTION RECORD" and "release", too, and the
flood says in the end how many it has SENT.
"""
import base64
import hashlib
import os
import socket
import struct
import sys
import threading
import time

ALERT = bytes.fromhex('15030300020228')
# The first bytes of a ServerHello of 122 bytes.
HALF_HELLO = bytes.fromhex('160303007a02000076030301020304')
# The first bytes of a ClientHello.
CLIENT_HELLO = bytes.fromhex('16030100c8010000c40303') + bytes(range(32))


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack('ii', 1, 0))
    sock.close()


def wait():
    print('READY', flush=True)
    sys.stdin.readline()
    os._exit(0)


def serve(sock, mode):
    """One connection of a client that is to suffer."""
    if mode == 'reset':
        return reset(sock)
    if mode == 'fin':
        return sock.close()
    if mode == 'silent':
        return None
    sock.recv(4096)
    if mode == 'hello-reset':
        reset(sock)
    elif mode == 'hello-fin':
        sock.close()
    elif mode == 'half':
        sock.sendall(HALF_HELLO)
    elif mode == 'half-reset':
        sock.sendall(HALF_HELLO)
        reset(sock)
    elif mode == 'half-fin':
        sock.sendall(HALF_HELLO)
        sock.close()
    elif mode == 'garbage':
        sock.sendall(b'HTTP/1.0 400 Bad Request\r\n\r\n' * 40)
    elif mode == 'alert':
        sock.sendall(ALERT)
    elif mode == 'huge':
        sock.sendall(b'\x16\x03\x03\xff\xff' + os.urandom(65535))
    return None


def listen(port, mode):
    kept = []
    listener = socket.create_server(('127.0.0.1', port), backlog=4096)

    def loop():
        while True:
            kept.append(listener.accept()[0])
            serve(kept[-1], mode)

    threading.Thread(target=loop, daemon=True).start()
    wait()


def drip(socks):
    """A byte for each, over and over: never a whole message."""
    for at in range(1 << 20):
        for sock in socks:
            try:
                sock.send(CLIENT_HELLO[at % 40:at % 40 + 1])
            except OSError:
                pass
        time.sleep(0.2)


def connect(port, mode, count):
    socks = []
    for _ in range(count):
        sock = socket.socket()
        sock.connect(('127.0.0.1', port))
        if mode == 'garbage':
            sock.send(os.urandom(64))
        elif mode == 'half' or mode == 'half-reset' or mode == 'half-fin':
            sock.send(CLIENT_HELLO)
        elif mode == 'http':
            sock.send(b'GET / HTTP/1.0\r\n\r\n')
        elif mode == 'alert':
            sock.send(ALERT)
        if mode.endswith('reset'):
            reset(sock)
        elif mode.endswith('fin'):
            sock.close()
        else:
            socks.append(sock)
    if mode == 'slow':
        threading.Thread(target=drip, args=(socks,), daemon=True).start()
    wait()


class Proxy:
    """One connection through it; RECORD counts from 1 in its direction."""

    def __init__(self, client, server, action, direction, record):
        self.client, self.server = client, server
        self.action, self.record = action, record
        self.direction = direction
        self.released = threading.Event()

    def run(self):
        for one, other, name in ((self.client, self.server, 'c2s'),
                                 (self.server, self.client, 's2c')):
            threading.Thread(target=self.pump, args=(one, other, name),
                             daemon=True).start()

    def pump(self, source, sink, name):
        data, number, last = source.makefile('rb'), 0, b''
        try:
            while True:
                head = data.read(5)
                if len(head) < 5:
                    break
                record = head + data.read(struct.unpack('>H', head[3:])[0])
                number += 1
                if name == self.direction and number == self.record:
                    if not self.act(sink, record, last):
                        return
                else:
                    sink.sendall(record)
                last = record
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def both(self, how):
        for sock in (self.client, self.server):
            try:
                how(sock)
            except OSError:
                pass

    def act(self, sink, record, last):
        """What is done to the record; is there more to come?"""
        if self.action == 'flip':
            record = record[:-3] + bytes([record[-3] ^ 1]) + record[-2:]
            sink.sendall(record)
        elif self.action == 'type':
            sink.sendall(bytes([record[0] ^ 0x40]) + record[1:])
        elif self.action == 'head':
            sink.sendall(record[:1] + bytes([record[1] ^ 0x40]) + record[2:])
        elif self.action == 'drop':
            pass
        elif self.action == 'replay':
            sink.sendall(record + record)
        elif self.action == 'swap':
            sink.sendall(last or record)
        elif self.action == 'insert':
            sink.sendall(ALERT + record)
        elif self.action == 'hold':
            self.released.wait()
            sink.sendall(record)
        elif self.action == 'cut':
            sink.sendall(record[:len(record) // 2])
            self.both(lambda sock: sock.shutdown(socket.SHUT_RDWR))
            return False
        elif self.action == 'fin':
            self.both(lambda sock: sock.shutdown(socket.SHUT_RDWR))
            return False
        elif self.action == 'reset':
            self.both(lambda sock: sock.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)))
            # A descriptor that another thread reads from is not closed yet.
            for sock in (self.client, self.server):
                sock.shutdown(socket.SHUT_RD)
                os.close(sock.detach())
            return False
        return True


def proxy(port, to, *what):
    listener = socket.create_server(('127.0.0.1', port))
    proxies = []

    def loop():
        while True:
            client = listener.accept()[0]
            server = socket.create_connection(('127.0.0.1', to))
            for sock in (client, server):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            proxies.append(Proxy(client, server, *what))
            proxies[-1].run()

    threading.Thread(target=loop, daemon=True).start()
    print('READY', flush=True)
    for line in sys.stdin:
        words = line.split()
        if words == ['release']:
            for one in proxies:
                one.released.set()
        elif len(words) == 3:
            what = words[0], words[1], int(words[2])
            print('DOES', line, end='', flush=True)
        else:
            break
    os._exit(0)


def vector(data, size):
    """As TLS writes it: with its length, of size bytes."""
    return len(data).to_bytes(size, 'big') + data


def hello(body):
    """A datagram with a whole ClientHello of DTLS."""
    size = len(body).to_bytes(3, 'big')
    message = b'\1' + size + bytes(5) + size + body
    return b'\x16\xfe\xfd' + bytes(8) + vector(message, 2)


def hello_12(_):
    """With a cookie that nobody has given out."""
    return hello(b'\xfe\xfd' + os.urandom(32) + b'\0' +
                 vector(os.urandom(16), 1) +
                 vector(b'\xc0\x2b\xc0\x2c', 2) + b'\1\0')


def hello_13(_):
    """As a client says it first, with a share of X25519."""
    share = b'\0\x1d' + vector(os.urandom(32), 2)
    extensions = {10: vector(b'\0\x1d', 2), 13: vector(b'\4\3', 2),
                  43: vector(b'\xfe\xfc', 1), 51: vector(share, 2)}
    return hello(b'\xfe\xfd' + os.urandom(32) + b'\0\0' +
                 vector(b'\x13\1\x13\2\x13\3', 2) + b'\1\0' +
                 vector(b''.join(struct.pack('>H', number) + vector(data, 2)
                                 for number, data in extensions.items()), 2))


def initiation(pubkey):
    """Of somebody who knows the public key, or else does not."""
    data = b'\1\0\0\0' + os.urandom(112)
    if not pubkey:
        return data + os.urandom(32)
    key = hashlib.blake2s(b'mac1----' + base64.b64decode(pubkey)).digest()
    mac1 = hashlib.blake2s(data, key=key, digest_size=16).digest()
    return data + mac1 + os.urandom(16)


def from_anywhere(port, payload):
    """An IPv4 packet to that port, from a random address and port."""
    source = b'\x7f' + os.urandom(3)
    udp = struct.pack('>HHHH', 1024 + int.from_bytes(os.urandom(2), 'big') %
                      64000, port, 8 + len(payload), 0)
    return b'\x45' + bytes(7) + b'\x40\x11\0\0' + source + \
        b'\x7f\0\0\1' + udp + payload


def flood(port, kind, pubkey=''):
    make = {'dtls12': hello_12, 'dtls13': hello_13,
            'wireguard': initiation}[kind]
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    end, sent = threading.Event(), 0

    def listen_for_end():
        sys.stdin.readline()
        end.set()

    threading.Thread(target=listen_for_end, daemon=True).start()
    print('READY', flush=True)
    while not end.is_set():
        sock.sendto(from_anywhere(port, make(pubkey)), ('127.0.0.1', 0))
        sent += 1
    print('SENT', sent, flush=True)


def main():
    words = [int(word) if word.isdigit() else word for word in sys.argv[2:]]
    {'listen': listen, 'connect': connect, 'proxy': proxy,
     'flood': flood}[sys.argv[1]](*words)


main()
