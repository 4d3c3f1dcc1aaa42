#!/usr/bin/python3
"""Runs a command with paramiko: PORT KEY COMMAND; its streams and status are passed through.

With --max-packet N the channel is opened with that largest packet, which paramiko itself would
never ask for; the program then ends with 0 when the server has closed the connection.
With --early-input TEXT the TEXT is typed on a terminal before the command is asked for.
"""

import os
import sys
import threading

import paramiko


def connect(port, key):
    transport = paramiko.Transport(("127.0.0.1", port))
    transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = 60
    transport.connect(username="minpaas", pkey=paramiko.Ed25519Key.from_private_key_file(key))
    return transport


def feed(channel):
    while True:
        block = sys.stdin.buffer.read1(65536)
        if not block:
            break
        channel.sendall(block)
    channel.shutdown_write()


def run(transport, command, early_input=None):
    channel = transport.open_session()
    if early_input is not None:
        channel.get_pty()
        channel.sendall(early_input.encode())
    channel.exec_command(command)
    feeder = threading.Thread(target=feed, args=(channel,), daemon=True)
    feeder.start()
    while True:
        block = channel.recv(65536)
        if not block:
            break
        sys.stdout.buffer.write(block)
    sys.stdout.buffer.flush()
    return channel.recv_exit_status()


def abuse(transport, size, command):
    transport._sanitize_packet_size = lambda _: size
    channel = transport.open_session(max_packet_size=size)
    channel.exec_command(command)
    transport.join(60)
    return 1 if transport.is_active() else 0


def run_main():
    port, key, command = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    transport = connect(port, key)
    if len(sys.argv) > 4 and sys.argv[3] == "--max-packet":
        status = abuse(transport, int(sys.argv[4]), sys.argv[5])
    elif len(sys.argv) > 4 and sys.argv[3] == "--early-input":
        status = run(transport, sys.argv[5], early_input=sys.argv[4])
    else:
        status = run(transport, command)
    transport.close()
    return status


def main():
    status = run_main()
    # The feeder may still wait for input, which an ordinary exit would wait for as well.
    sys.stdout.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
