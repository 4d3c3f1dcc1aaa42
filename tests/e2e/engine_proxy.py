"""A unix socket in front of the engine's that can be cut, as if the engine had been stopped."""

import os
import socket
import threading

from testbed import DOCKER_SOCKET


class EngineProxy:
    def __init__(self, path):
        self.path, self.listener, self.ends, self.lock = path, None, set(), threading.Lock()
        self.restore()

    def restore(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(64)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def cut(self):
        """Every connection ends, new ones are refused."""
        os.remove(self.path)
        with self.lock:
            ends, self.ends = self.ends, set()
            # shutdown(), not close(): it also wakes the thread that is in accept() or recv().
            for end in (self.listener, *ends):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                listener.close()
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(DOCKER_SOCKET)
            with self.lock:
                self.ends |= {near, far}
            for ends in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=ends, daemon=True).start()

    def carry(self, source, sink):
        try:
            while piece := source.recv(1 << 16):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            for end in (source, sink):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
