#!/usr/bin/python3
"""Sends what OpenSSH's client cannot be made to send: PORT KEY. Prints what came back."""

import sys

import paramiko


def connect(port, key):
    transport = paramiko.Transport(("127.0.0.1", port))
    transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = 60
    transport.connect(username="minpaas", pkey=paramiko.Ed25519Key.from_private_key_file(key))
    return transport


def signal(channel, name):
    message = paramiko.Message()
    message.add_byte(paramiko.common.cMSG_CHANNEL_REQUEST)
    message.add_int(channel.remote_chanid)
    message.add_string("signal")
    message.add_boolean(False)
    message.add_string(name)
    channel.transport._send_user_message(message)


def read_until(channel, text):
    got = ""
    while text not in got:
        block = channel.recv(4096)
        if not block:
            sys.exit(f"ended before {text!r}, after {got!r}")
        got += block.decode()
    return got


def main():
    transport = connect(int(sys.argv[1]), sys.argv[2])
    channel = transport.open_session()
    channel.settimeout(60)
    channel.get_pty("vt220+x", 90, 30)
    channel.resize_pty(91, 31)
    channel.exec_command("console")
    print(read_until(channel, "ready\n").split("\n")[0])
    channel.resize_pty(101, 44)
    print(read_until(channel, "\n").strip())
    signal(channel, "NONSENSE")
    signal(channel, "USR1")
    print(read_until(channel, "\n").strip())
    signal(channel, "TERM")
    print(channel.recv_exit_status())

    # What is typed before there is a program waits for it.
    channel = transport.open_session()
    channel.settimeout(60)
    channel.get_pty()
    channel.sendall("xq")
    channel.exec_command("raw")
    print(read_until(channel, "113\n").split())

    # A request that runs no program of its own ends by a signal.
    channel = transport.open_session()
    channel.settimeout(60)
    channel.exec_command("wait")
    read_until(channel, "waiting\n")
    signal(channel, "INT")
    print(channel.recv_exit_status())
    transport.close()


if __name__ == "__main__":
    main()
