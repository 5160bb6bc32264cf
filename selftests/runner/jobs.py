# SPDX-License-Identifier: GPL-2.0
"""Run jobs that need each other, some at a time."""
import os
import signal
import subprocess
import threading
import time

KILL_AFTER = 15


class Job:
    """A command with a time limit, a log, and names of jobs that it needs."""

    def __init__(self, name, title, command, limit, needs=(), suite=None):
        self.name = name
        self.title = title
        self.command = command
        self.limit = limit
        self.needs = list(needs)
        self.suite = suite
        self.log = None
        self.process = None
        self.ended = threading.Event()
        self.status = None
        self.timed_out = False
        self.unmet = None
        self.started = self.seconds = self.busy = 0

    def good(self):
        return self.status == 0 and not self.unmet

    def run(self, directory, environment):
        self.started = time.monotonic()
        self.log = os.path.join(directory, self.name + '.log')
        with open(self.log, 'wb') as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, env=environment,
                start_new_session=True)
        clock = threading.Timer(self.limit, self.expire)
        clock.daemon = True
        clock.start()
        self._wait()
        clock.cancel()
        self.seconds = time.monotonic() - self.started

    def _wait(self):
        """What the command and all of its children took is told but once."""
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.status = self.process.returncode
        self.busy = usage.ru_utime + usage.ru_stime
        self.ended.set()

    def expire(self):
        self.timed_out = not self.ended.is_set()
        self.end()

    def end(self):
        """First ask: who started a test machine has to switch it off."""
        for number in signal.SIGTERM, signal.SIGKILL:
            if self.ended.is_set():
                return
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass
            self.ended.wait(KILL_AFTER)


class Pool:
    """Runs jobs in their order as soon as what they need is done."""

    def __init__(self, jobs, width, directory, environment):
        self.waiting = list(jobs)
        self.width = width
        self.directory = directory
        self.environment = environment
        self.running = []
        self.done = {}
        self.changed = threading.Condition()

    def run(self, finished, heartbeat, every):
        """Call finished(job) for each, heartbeat(running) while they run."""
        try:
            with self.changed:
                self._loop(finished, heartbeat, every)
        except BaseException:
            for job in self.running:
                if job.process:
                    job.end()
            raise

    def _loop(self, finished, heartbeat, every):
        while self.waiting or self.running:
            for job in self._ready():
                self._start(job, finished)
            if self.running and not self.changed.wait(every):
                heartbeat(list(self.running))

    def _ready(self):
        for job in list(self.waiting):
            bad = [n for n in job.needs
                   if n in self.done and not self.done[n].good()]
            if bad:
                job.unmet = bad[0]
                self.waiting.remove(job)
                yield job
            elif len(self.running) < self.width and \
                    all(n in self.done for n in job.needs):
                self.waiting.remove(job)
                yield job

    def _start(self, job, finished):
        if job.unmet:
            self._finish(job, finished)
            return
        self.running.append(job)
        job.started = time.monotonic()
        threading.Thread(target=self._work, args=(job, finished),
                         daemon=True).start()

    def _work(self, job, finished):
        try:
            job.run(self.directory, self.environment)
        except OSError as error:
            job.status = 127
            with open(job.log, 'a', encoding='utf-8') as log:
                print(error, file=log)
        with self.changed:
            self.running.remove(job)
            self._finish(job, finished)

    def _finish(self, job, finished):
        self.done[job.name] = job
        finished(job)
        self.changed.notify_all()
