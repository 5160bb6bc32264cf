# SPDX-License-Identifier: GPL-2.0
"""Samples in alternation, and what they say."""

import os
import statistics
import subprocess

import machine
from rows import Versus

SAMPLE_TIMEOUT = 1800


class NotMeasured(Exception):
    """A worker could not do its work; the text says why."""


def sample(row, contender, settings, daemon):
    """One sample of one contender: a number, and the share resumed."""
    transport = contender.transport
    command = [os.path.join(machine.HERE, row.worker),
               "--transport", transport, "--dir", settings.directory,
               "--seconds", f"{settings.seconds * row.stretch:.3f}",
               "--warm", f"{settings.seconds * row.stretch / 4:.3f}",
               "--sessions", str(settings.sessions),
               "--buffer", str(settings.buffer), *row.args,
               *contender.args]
    if os.cpu_count() > 1:
        command += ["--cpus", "0,1"]
    if transport == "tsecd":
        command += ["--daemon", str(daemon.pid())]
    if settings.settle:
        command += ["--settle", str(settings.settle)]
    env = dict(os.environ)
    if transport in machine.LIBRARIES:
        env.update(machine.library_env(row.cipher))
    try:
        done = subprocess.run(command, env=env, capture_output=True,
                              text=True, timeout=SAMPLE_TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotMeasured(str(error)) from error
    if done.returncode:
        raise NotMeasured(done.stderr.strip().split("\n")[-1] or
                          f"{row.worker} ended with {done.returncode}")
    return value_of(row, done.stdout)


def value_of(row, output):
    """What a worker printed: its number, and the share resumed."""
    numbers = [float(word) for word in output.split()]
    if row.group == "memory":
        return sum(numbers), None
    if numbers[0] <= 0:
        raise NotMeasured("nothing happened in the time given")
    return numbers[0], numbers[1] if "--resume" in row.args else None


def contenders(row):
    """tsec and those it is compared with, the closest one next to it."""
    return [Versus(row.subject), *row.versus]


def measure(row, settings, daemon):
    """All samples of a row: a list for each contender; the least resumed.

    A B C D, D C B A, and so on: what drifts is the same for all.
    """
    samples = {contender.id: [] for contender in contenders(row)}
    resumed = {}
    pairs = settings.memory_pairs if row.group == "memory" else settings.pairs
    if row.group != "memory":
        # What is done once, by the kernel and the daemon, is done now.
        sample(row, Versus(row.subject), settings, daemon)
    for i in range(pairs):
        order = contenders(row)
        for contender in reversed(order) if i % 2 else order:
            value, share = sample(row, contender, settings, daemon)
            samples[contender.id].append(value)
            if share is not None:
                resumed[contender.id] = min(share,
                                            resumed.get(contender.id, 1))
    return samples, resumed


def compare(row, versus, samples):
    """Median and spread of tsec against one contender."""
    pairs = zip(samples[row.subject], samples[versus.id])
    if row.what == "difference":
        values = [a - b for a, b in pairs]
    else:
        values = [a / b for a, b in pairs]
    low, high = quartiles(values)
    result = {
        "versus": versus.id, "goal": versus.goal,
        "median": statistics.median(values), "q1": low, "q3": high,
        "min": min(values), "max": max(values), "values": values,
    }
    result["verdict"] = verdict(row, result)
    return result


def quartiles(values):
    """The first and the third."""
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def verdict(row, result):
    """Does the median reach the goal?  If not, is the spread that wide?"""
    goal = result["goal"]
    if goal is None:
        return "no goal"
    if row.better == "more":
        reached, near = result["median"] >= goal, result["q3"] >= goal
    else:
        reached, near = result["median"] <= goal, result["q1"] <= goal
    if reached:
        return "reached"
    return "short, within the spread" if near else "SHORT"
