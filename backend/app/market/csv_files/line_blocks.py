"""From a file's bytes to blocks of whole lines in UTF-8, whatever its wrapping: gzip, UTF-16, a BOM, old line
ends.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator

from app.market.domain import ImportRefused

BLOCK_BYTES = 8 * 1024 * 1024
# A line this long is no line of bars; a zip bomb ends here as well.
_MAX_LINE_BYTES = 1024 * 1024
_MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
_HEAD_BYTES = 64 * 1024
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


class LineBlocks:
    """Feed it a file's bytes; it hands out blocks that end with a line feed, each of about 8 MiB.

    Raises ImportRefused for what is no text: a workbook, a broken gzip file, endless lines.
    """

    def __init__(self, block_bytes: int = BLOCK_BYTES) -> None:
        self._block_bytes = block_bytes
        self._head = b""
        self._is_open = False
        self._unpacker: zlib._Decompress | None = None
        self._decoder: codecs.IncrementalDecoder | None = None
        self._has_old_line_ends = False
        self._parts: list[bytes] = []
        self._size = 0
        self._unpacked_bytes = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take the next bytes of the file."""
        if not self._is_open:
            self._head += data
            if len(self._head) < _HEAD_BYTES:
                return
            data, self._head = self._open(self._head), b""
        yield from self._take(data)

    def finish(self) -> Iterator[bytes]:
        """Take the end of the file."""
        if not self._is_open:
            yield from self._take(self._open(self._head))
        if self._unpacker is not None and not self._unpacker.eof:
            raise ImportRefused("broken_file", "The gzip file ends before its end: it was cut off.")
        if self._decoder is not None:
            self._keep(self._decoder.decode(b"", final=True).encode())
        rest = b"".join(self._parts)
        if rest:
            yield rest if rest.endswith(b"\n") else rest + b"\n"

    def _open(self, head: bytes) -> bytes:
        """Tell from the first bytes how the file is wrapped, and take the wrapping's marks off."""
        self._is_open = True
        if head.startswith((_ZIP, _OLD_EXCEL)):
            raise ImportRefused(
                "not_csv", "This is a workbook or a zip archive. Save the table as CSV and import that."
            )
        start = head
        if head.startswith(_GZIP):
            self._unpacker = zlib.decompressobj(wbits=31)
            start = self._peek_unpacked(head)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self._decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
            start = start.decode("utf-16", errors="replace").encode()
        elif start.startswith(codecs.BOM_UTF8):
            self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._has_old_line_ends = b"\n" not in start and b"\r" in start
        return head

    @staticmethod
    def _peek_unpacked(head: bytes) -> bytes:
        try:
            return zlib.decompressobj(wbits=31).decompress(head, _HEAD_BYTES)
        except zlib.error as error:
            raise ImportRefused("broken_file", "The gzip file cannot be unpacked.") from error

    def _take(self, data: bytes) -> Iterator[bytes]:
        for piece in self._unpack(data):
            text = piece if self._decoder is None else self._decoder.decode(piece).encode()
            self._keep(text)
            if self._size >= self._block_bytes:
                yield from self._cut()

    def _unpack(self, data: bytes) -> Iterator[bytes]:
        if self._unpacker is None:
            yield data
            return
        while data:
            try:
                piece = self._unpacker.decompress(data, self._block_bytes)
            except zlib.error as error:
                raise ImportRefused("broken_file", "The gzip file cannot be unpacked.") from error
            self._unpacked_bytes += len(piece)
            if self._unpacked_bytes > _MAX_UNPACKED_BYTES:
                raise ImportRefused("too_large", "Unpacked, the file has more than 1 GiB.")
            yield piece
            data = self._unpacker.unconsumed_tail
            if self._unpacker.eof:
                # gzip files may follow one another in one file.
                data = self._unpacker.unused_data
                if not data.startswith(_GZIP):
                    return
                self._unpacker = zlib.decompressobj(wbits=31)

    def _keep(self, text: bytes) -> None:
        if self._has_old_line_ends:
            text = text.replace(b"\r", b"\n")
        self._parts.append(text)
        self._size += len(text)

    def _cut(self) -> Iterator[bytes]:
        whole = b"".join(self._parts)
        end = whole.rfind(b"\n") + 1
        if len(whole) - end > _MAX_LINE_BYTES:
            raise ImportRefused(
                "not_a_table", "The file has a line of more than 1 MiB: this is no table of bars."
            )
        if end:
            yield whole[:end]
        self._parts, self._size = [whole[end:]], len(whole) - end
