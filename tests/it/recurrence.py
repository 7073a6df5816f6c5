"""Expands recurrences with python-dateutil, for a test to compare.

Reads lines `ZONE<TAB>YYYY-MM-DDTHH:MM<TAB>RULE` and writes one line for each: the first starts within thirty years
as seconds since 1970, or `slow` where that takes too long.
"""

import signal
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

MOST = 40
YEARS = 30


class Slow(Exception):
    pass


def too_slow(*_):
    raise Slow


signal.signal(signal.SIGALRM, too_slow)
for line in sys.stdin:
    zone, first, rule = line.rstrip("\n").split("\t")
    zone, first = ZoneInfo(zone), datetime.fromisoformat(first)
    starts = []
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        for start in rrulestr(rule, dtstart=first):
            if len(starts) == MOST or start.year >= first.year + YEARS:
                break
            # Before a gap and at the first of two: fold is 0.
            starts.append(int(start.replace(tzinfo=zone).timestamp()))
        signal.setitimer(signal.ITIMER_REAL, 0)
        print(*starts)
    except Slow:
        print("slow")
