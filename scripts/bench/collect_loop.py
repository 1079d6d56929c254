"""DECNET's collector, its loop stated anew from its behaviour: what `decnet collect` is measured beside.

Usage: collect_loop.py FILE BASE whole|parse

`whole` does what it does for each line: asks whether both files are still the ones at their paths, and
flushes both. `parse` leaves that out and writes in large pieces, as an aid to it. In both the limiter
does not look through all its keys, which beyond 10,000 of them it did for each event.
"""

import json
import os
import re
import sys
import threading
import time
from datetime import datetime

HEADER = re.compile(r"^<\d+>1 (\S+) (\S+) (\S+) - (\S+) (.+)$", re.DOTALL)
ELEMENT = re.compile(r"\[relay@55555\s+(.*?)\]", re.DOTALL)
PARAMETER = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
ADDRESSES = ("src_ip", "src", "client_ip", "remote_ip", "remote_addr", "target_ip", "ip")
LIMITED = frozenset(("connect", "disconnect", "connection", "accept", "close"))
WINDOW = 1.0

lock = threading.Lock()
admitted = {}


def parse(line):
    header = HEADER.match(line)
    if header is None:
        return None
    stamp, decky, service, event_type, rest = header.groups()
    fields = {}
    message = ""
    if rest.startswith("-"):
        message = rest[1:].lstrip()
    elif rest.startswith("["):
        element = ELEMENT.search(rest)
        if element is not None:
            for name, value in PARAMETER.findall(element.group(1)):
                value = value.replace('\\"', '"').replace("\\\\", "\\").replace("\\]", "]")
                fields[name] = value
            message = rest[rest.index("]") + 1:].strip()
    else:
        message = rest
    attacker = "Unknown"
    for name in ADDRESSES:
        if name in fields:
            attacker = fields[name]
            break
    try:
        stamp = datetime.fromisoformat(stamp).strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        pass
    return {
        "timestamp": stamp,
        "decky": decky,
        "service": service,
        "event_type": event_type,
        "attacker_ip": attacker,
        "fields": fields,
        "msg": message,
        "raw_line": line,
    }


def admits(event):
    if event["event_type"] not in LIMITED:
        return True
    key = (event["attacker_ip"], event["decky"], event["service"], event["event_type"])
    now = time.monotonic()
    with lock:
        last = admitted.get(key)
        if last is not None and now - last < WINDOW:
            return False
        admitted[key] = now
        return True


def reopened(handle, path):
    """The handle, or a new one when another file is at its path."""
    try:
        if os.fstat(handle.fileno()).st_ino == os.stat(path).st_ino:
            return handle
    except OSError:
        pass
    handle.close()
    return open(path, "a", encoding="utf-8")


def run(source, base, careful):
    log_path, json_path = base + ".log", base + ".json"
    log = open(log_path, "a", encoding="utf-8")
    records = open(json_path, "a", encoding="utf-8")
    buffer = ""
    while chunk := source.read(16384):
        buffer += chunk.decode("utf-8", errors="replace")
        while "\n" in buffer:
            line, buffer = buffer.split("\n", 1)
            line = line.rstrip()
            if not line:
                continue
            if careful:
                log = reopened(log, log_path)
            log.write(line + "\n")
            if careful:
                log.flush()
            event = parse(line)
            if event is None or not admits(event):
                continue
            if careful:
                records = reopened(records, json_path)
            records.write(json.dumps(event) + "\n")
            if careful:
                records.flush()
    log.close()
    records.close()


with open(sys.argv[1], "rb", buffering=0) as lines:
    run(lines, sys.argv[2], sys.argv[3] == "whole")
