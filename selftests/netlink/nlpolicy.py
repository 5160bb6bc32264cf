# SPDX-License-Identifier: GPL-2.0
"""The policy of a generic netlink family, as the kernel tells it."""
import socket
import struct

NETLINK_GENERIC = 16
GENL_ID_CTRL = 16
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300
CTRL_CMD_GETFAMILY, CTRL_CMD_GETPOLICY = 3, 10
CTRL_ATTR_FAMILY_NAME = 2
CTRL_ATTR_OPS, CTRL_ATTR_POLICY, CTRL_ATTR_OP_POLICY = 6, 8, 9
CTRL_ATTR_OP_ID = 1
CTRL_ATTR_POLICY_DO, CTRL_ATTR_POLICY_DUMP = 1, 2
TYPE, MIN_U, MAX_U, MIN_LEN, MAX_LEN, NEST = 1, 4, 5, 6, 7, 8
TYPES = ['invalid', 'flag', 'u8', 'u16', 'u32', 'u64', 's8', 's16', 's32',
         's64', 'binary', 'string', 'string', 'nest', 'nest-array',
         'bitfield32', 'sint', 'uint']
BITS = {'u8': 8, 'u16': 16, 'u32': 32, 'u64': 64}


def attributes(data):
    """The attributes in a piece of a message: (type, payload)."""
    while len(data) >= 4:
        length, kind = struct.unpack_from('=HH', data)
        if length < 4:
            break
        yield kind & 0x3fff, data[4:length]
        data = data[(length + 3) & ~3:]


def number(payload):
    return int.from_bytes(payload[:8], 'little' if struct.pack('=H', 1)[0]
                          else 'big')


def ask(cmd, family):
    """A dump about one family: the payloads of the messages."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                       NETLINK_GENERIC) as sock:
        sock.bind((0, 0))
        name = family.encode() + b'\0'
        attr = struct.pack('=HH', 4 + len(name), CTRL_ATTR_FAMILY_NAME) + name
        attr += bytes(-len(attr) % 4)
        flags = NLM_F_REQUEST
        if cmd == CTRL_CMD_GETPOLICY:
            flags |= NLM_F_DUMP
        sock.send(struct.pack('=IHHIIBBH', 20 + len(attr), GENL_ID_CTRL,
                              flags, 1, 0, cmd, 1, 0) + attr)
        while True:
            data = sock.recv(65536)
            while data:
                length, kind = struct.unpack_from('=IH', data)
                if kind == NLMSG_DONE:
                    return
                if kind == NLMSG_ERROR:
                    raise OSError(-struct.unpack_from('=i', data, 16)[0],
                                  'the kernel refused')
                yield data[20:length]
                if not flags & NLM_F_DUMP:
                    return
                data = data[(length + 3) & ~3:]


class KernelPolicy:
    """Who may send what."""

    def __init__(self, family):
        self.ops = set()
        self.policies = {}
        self.by_op = {}
        for message in ask(CTRL_CMD_GETFAMILY, family):
            self._take_ops(message)
        for message in ask(CTRL_CMD_GETPOLICY, family):
            for kind, payload in attributes(message):
                if kind == CTRL_ATTR_POLICY:
                    self._take_policy(payload)
                elif kind == CTRL_ATTR_OP_POLICY:
                    self._take_op(payload)

    def _take_ops(self, message):
        for kind, ops in attributes(message):
            if kind != CTRL_ATTR_OPS:
                continue
            for _, op in attributes(ops):
                self.ops.add(number(dict(attributes(op))[CTRL_ATTR_OP_ID]))

    def _take_policy(self, payload):
        for index, attrs in attributes(payload):
            for attr, rules in attributes(attrs):
                self.policies.setdefault(index, {})[attr] = {
                    rule: number(value) for rule, value in attributes(rules)}

    def _take_op(self, payload):
        for op, which in attributes(payload):
            which = dict(attributes(which))
            use = which.get(CTRL_ATTR_POLICY_DO,
                            which.get(CTRL_ATTR_POLICY_DUMP))
            self.by_op[op] = number(use)

    @staticmethod
    def _rule(rule):
        kind = TYPES[rule[TYPE]]
        if kind in BITS:
            low, high = rule.get(MIN_U, 0), rule.get(MAX_U, 2**64)
            return f'{kind} {low}..{min(high, 2**BITS[kind] - 1)}'
        if kind in ('binary', 'string'):
            return (f'{kind} of {rule.get(MIN_LEN, 0)}..'
                    f'{rule.get(MAX_LEN, "any")} bytes')
        return kind

    def request(self, op):
        """(nest, attribute) -> rule, for one operation."""
        top = self.policies.get(self.by_op.get(op), {})
        return {(nest, attr): self._rule(detail)
                for nest, rule in top.items() if NEST in rule
                for attr, detail in self.policies[rule[NEST]].items()
                if TYPES[detail[TYPE]] != 'invalid'}

    @staticmethod
    def expect(spec, attr):
        """The rule that the specification implies for an attribute."""
        kind = attr['type']
        checks = attr.get('checks', {})
        if kind in BITS:
            low = spec.const(checks.get('min', 0))
            high = spec.const(checks.get('max', 2**BITS[kind] - 1))
            return f'{kind} {low}..{high}'
        if kind in ('binary', 'string'):
            exact = checks.get('exact-len')
            low = spec.const(exact or checks.get('min-len', 0))
            high = spec.const(exact or checks['max-len'])
            return f'{kind} of {low}..{high} bytes'
        return kind
