# cython: language_level=3, boundscheck=False, wraparound=False
"""Gathers frames in outboxes and writes them out once per turn: `fanout.py`, compiled.

The sockets are written to in groups while other threads run.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.string cimport memcpy

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
    DESK = 256 * 1024  # bytes: frames are joined where the cache still has them when they are sent


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
    cdef Py_ssize_t sizes[GROUP]
    cdef Py_ssize_t sent[GROUP]
    cdef Py_ssize_t places[GROUP]
    cdef char desk[DESK]

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
        cdef object kind = None
        for key in outboxes:
            if type(key) is not kind:
                outbox = <Slot?>key
                kind = type(key)
            outbox = <Slot>key
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
        cdef Py_ssize_t begin = 0
        self.writes += len(dirty)
        while begin < len(dirty):
            begin = self._write_some(dirty, begin)

    cdef Py_ssize_t _write_some(self, list dirty, Py_ssize_t begin) except -1:
        """Write as many outboxes as a group and the desk hold; where to go on."""
        cdef list held = []  # what is being sent must outlive the sending
        cdef list frames, last = None
        cdef bytes joined = None  # of frames that somebody needs as an object
        cdef Slot outbox
        cdef const char *start = NULL
        cdef Py_ssize_t size = 0, used = 0, at = begin, sent
        cdef int count = 0, each
        while at < len(dirty) and count < GROUP:
            outbox = <Slot>dirty[at]
            frames = outbox.frames
            if not frames:
                at += 1
                continue
            if last is None or not _same(frames, last):
                size = _size(frames)
                if len(frames) > 1 and size <= DESK:
                    if size > DESK - used:
                        break
                    _join(frames, self.desk + used)
                    start = self.desk + used
                    used += size
                    joined = None
                else:
                    joined = <bytes>frames[0] if len(frames) == 1 else b"".join(frames)
                    start = PyBytes_AS_STRING(joined)
                    held.append(joined)
                last = frames
            outbox.frames = []
            outbox.written += size
            at += 1
            if outbox.descriptor < 0 or outbox.pending():
                if joined is None:
                    joined = PyBytes_FromStringAndSize(start, size)
                outbox.write(joined)
                continue
            self.descriptors[count] = outbox.descriptor
            self.starts[count] = start
            self.sizes[count] = size
            self.places[count] = at - 1
            count += 1
        with nogil:
            for each in range(count):
                self.sent[each] = send(
                    self.descriptors[each], self.starts[each], self.sizes[each], HOW
                )
        for each in range(count):
            sent = max(self.sent[each], 0)
            size = self.sizes[each] - sent
            if size:
                outbox = <Slot>dirty[self.places[each]]
                outbox.write(PyBytes_FromStringAndSize(self.starts[each] + sent, size))
        return at


cdef Py_ssize_t _size(list frames) except -1:
    """Bytes of all frames together."""
    cdef Py_ssize_t size = 0
    for frame in frames:
        size += PyBytes_GET_SIZE(<bytes?>frame)
    return size


cdef void _join(list frames, char *where):
    """Copy the frames, one after the other, to where there is room for them."""
    for frame in frames:
        memcpy(where, PyBytes_AS_STRING(frame), PyBytes_GET_SIZE(frame))
        where += PyBytes_GET_SIZE(frame)


cdef bint _same(list these, list those):
    """Whether two lists hold the same frame objects."""
    cdef Py_ssize_t at
    if len(these) != len(those):
        return False
    for at in range(len(these)):
        if these[at] is not those[at]:
            return False
    return True
