# cython: language_level=3, boundscheck=False, wraparound=False
"""Gathers frames in outboxes and writes them out once per turn: `fanout.py`, compiled.

The sockets are written to in groups while other threads run.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE

cdef extern from *:
    """
    #include <sys/types.h>
    #include <sys/socket.h>
    #ifndef MSG_NOSIGNAL
    #define MSG_NOSIGNAL 0
    #endif
    #define HOW (MSG_NOSIGNAL | MSG_DONTWAIT)
    """
    ssize_t send(int descriptor, const void *data, size_t size, int flags) nogil
    const int HOW

cdef enum:
    GROUP = 1024


cdef class Slot:
    """What the fan-out reads and writes of an outbox; see `fanout.py`."""

    cdef public list frames
    cdef public bint paused
    cdef public bint closed
    cdef public object write
    cdef public long long written
    cdef public int descriptor
    cdef public object pending


cdef class FanOut:
    """The outboxes that have something to write when this turn of the event loop ends."""

    cdef list _dirty
    cdef readonly long long writes
    cdef int descriptors[GROUP]
    cdef const char *starts[GROUP]
    cdef size_t sizes[GROUP]
    cdef ssize_t sent[GROUP]

    def __init__(self):
        self._dirty = []
        self.writes = 0

    @property
    def idle(self):
        """Whether nothing is to be written."""
        return not self._dirty

    def add(self, dict outboxes not None, bytes frame not None):
        """Give the frame to every outbox that is not paused; the paused ones, None if none is."""
        cdef list behind = None
        cdef list dirty = self._dirty
        cdef list frames
        cdef Slot outbox
        for key in outboxes:
            outbox = <Slot?>key
            if outbox.paused:
                if behind is None:
                    behind = []
                behind.append(outbox)
                continue
            frames = outbox.frames
            if not frames:
                dirty.append(outbox)
            frames.append(frame)
        return behind

    def touch(self, Slot outbox not None):
        """Have the outbox written out, though it may hold no frame yet."""
        if not outbox.frames:
            self._dirty.append(outbox)

    cpdef list take(self):
        """The outboxes that were to be written, which now are not any more."""
        cdef list dirty = self._dirty
        self._dirty = []
        return dirty

    def write_out(self):
        """Write the frames of each outbox at once, straight to its socket where that is allowed."""
        cdef list dirty = self.take()
        cdef Py_ssize_t begin
        self.writes += len(dirty)
        for begin in range(0, len(dirty), GROUP):
            self._write_group(dirty[begin:begin + GROUP])

    cdef _write_group(self, list group):
        cdef list direct = []
        cdef list held = []  # what is being sent must outlive the sending
        cdef list frames, last = None
        cdef bytes joined = b""
        cdef Slot outbox
        cdef int count = 0, at
        for item in group:
            outbox = <Slot>item
            frames = outbox.frames
            if not frames:
                continue
            outbox.frames = []
            if last is None or not _same(frames, last):
                joined = <bytes>frames[0] if len(frames) == 1 else b"".join(frames)
                last = frames
            outbox.written += PyBytes_GET_SIZE(joined)
            if outbox.descriptor < 0 or outbox.pending():
                outbox.write(joined)
                continue
            direct.append(outbox)
            held.append(joined)
            self.descriptors[count] = outbox.descriptor
            self.starts[count] = PyBytes_AS_STRING(joined)
            self.sizes[count] = PyBytes_GET_SIZE(joined)
            count += 1
        with nogil:
            for at in range(count):
                self.sent[at] = send(self.descriptors[at], self.starts[at], self.sizes[at], HOW)
        for at in range(count):
            if self.sent[at] < <ssize_t>self.sizes[at]:
                outbox = <Slot>direct[at]
                joined = <bytes>held[at]
                outbox.write(joined if self.sent[at] <= 0 else joined[self.sent[at]:])


cdef bint _same(list these, list those):
    """Whether two lists hold the same frame objects."""
    cdef Py_ssize_t at
    if len(these) != len(those):
        return False
    for at in range(len(these)):
        if these[at] is not those[at]:
            return False
    return True
