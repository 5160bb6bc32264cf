# SPDX-License-Identifier: GPL-2.0
"""Read what test programs print: TAP, KUnit's nested TAP, several in a row."""
import re

RESULT = re.compile(r'^( *)(not )?ok\b *(\d+)? *(.*)$')
PLAN = re.compile(r'^( *)1\.\.(\d+)\s*(?:# *[Ss][Kk][Ii][Pp]\S*\s*(.*))?$')
VERSION = re.compile(r'^ *K?TAP version \d+')
SKIP = re.compile(r'#\s*SKIP\S*\s*(.*)$', re.I)


class Result:
    """The outcome of one test: passed, failed or skipped, and why."""

    def __init__(self, outcome, name, why=()):
        self.outcome = outcome
        self.name = name
        self.why = list(why)


class Document:
    """One level of one TAP document: its plan and how much of it was run."""

    def __init__(self, plan=None):
        self.plan = plan
        self.count = 0

    def full(self):
        return self.plan is not None and self.count >= self.plan


class Parser:
    """Takes lines one by one; results collects what they say.

    A test with nested results stands for these and is not counted itself,
    unless it failed while none of them did.
    """

    def __init__(self):
        self.results = []
        self.levels = {}
        self.nested = {}
        self.remarks = []
        self.last_failed = None

    def feed(self, line):
        line = line.rstrip('\r\n')
        plan, result = PLAN.match(line), RESULT.match(line)
        if VERSION.match(line):
            # KUnit announces a level's version where the level begins.
            if not line.startswith(' '):
                self.close(0)
        elif plan:
            self._plan(len(plan[1]), int(plan[2]), plan[3])
        elif result:
            self._result(len(result[1]), result)
        elif line.lower().startswith('bail out!'):
            self._add('failed', line.strip())
        else:
            self._remark(line)

    def finish(self):
        self.close(0)

    def close(self, indent):
        """Documents at this depth and deeper end here; were they whole?"""
        for depth in sorted((d for d in self.levels if d >= indent),
                            reverse=True):
            document = self.levels.pop(depth)
            if document.plan is not None and document.count != document.plan:
                self._add('failed', f'{document.plan} tests were planned, '
                                    f'{document.count} were run')

    def _plan(self, indent, number, skip):
        document = self.levels.get(indent)
        if number == 0:
            self._add('skipped', 'all', [skip or 'no reason given'])
        elif document and document.plan is None and document.count:
            document.plan = number
        else:
            self.close(indent)
            self.levels[indent] = Document(number)

    def _document(self, indent, number):
        document = self.levels.get(indent)
        if document is None or document.full() or \
           (number == 1 and document.count):
            self.close(indent)
            document = self.levels[indent] = Document()
        return document

    def _result(self, indent, match):
        number = int(match[3]) if match[3] else None
        failed, name = match[2] is not None, match[4].lstrip('- ')
        self.close(indent + 1)
        self._document(indent, number).count += 1
        deeper = [d for d in self.nested if d > indent]
        below = sum(self.nested.pop(d) for d in deeper) if deeper else None
        skip = SKIP.search(name)
        if below is not None:
            if failed and not below:
                self._add('failed', name, self.remarks)
                below = 1
        elif skip:
            self._add('skipped', name[:skip.start()].strip(' #'), [skip[1]])
        else:
            self._add('failed' if failed else 'passed', name,
                      self.remarks if failed else ())
        self.nested[indent] = self.nested.get(indent, 0) + \
            bool(below or failed)
        self.remarks = []

    def _add(self, outcome, name, why=()):
        self.results.append(Result(outcome, name, why))
        self.last_failed = self.results[-1] if outcome == 'failed' else None

    def _remark(self, line):
        # kselftest explains before the result, others after it.
        text = line.strip()
        if not text:
            return
        if self.last_failed is not None and len(self.last_failed.why) < 40:
            self.last_failed.why.append(text)
        self.remarks = (self.remarks + [text])[-10:]


def parse(lines):
    """Return the results in these lines."""
    parser = Parser()
    for line in lines:
        parser.feed(line)
    parser.finish()
    return parser.results
