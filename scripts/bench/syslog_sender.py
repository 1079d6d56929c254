"""Sends the lines of a file as datagrams: RATE a second, in bursts of a millisecond.

Usage: syslog_sender.py FILE PORT RATE COUNT
"""

import socket
import sys
import time

path, port, rate, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.connect(("127.0.0.1", port))
start = time.perf_counter()
with open(path, "rb") as lines:
    for number, line in enumerate(lines):
        if number == count:
            break
        ahead = number / rate - (time.perf_counter() - start)
        if ahead > 0.001:
            time.sleep(ahead)
        sender.send(line[:-1])
print(count / (time.perf_counter() - start))
