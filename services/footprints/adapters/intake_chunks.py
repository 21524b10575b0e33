"""An uploaded file as Python reads files: its chunks are fetched as they are needed, a few are kept."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Final

from services.footprints.domain.intake.intake import Upload
from services.footprints.domain.intake.remarks import FileUnreadableError

KEPT_CHUNKS: Final = 4

Fetch = Callable[[int], bytes | None]
"""Returns a chunk by its number. Runs in the thread that reads."""


class ChunkFile(io.RawIOBase):
    """A seekable file, for a zip archive needs its end first."""

    def __init__(self, upload: Upload, fetch: Fetch) -> None:
        """`fetch` is asked for chunk 0 to `upload.chunks - 1`."""
        super().__init__()
        self._upload = upload
        self._fetch = fetch
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._position = 0

    def chunks(self) -> Iterator[bytes]:
        """Yield the whole file once more."""
        for number in range(self._upload.chunks):
            yield self._chunk(number)

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read anywhere."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move; raises ValueError for a place before the start."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._upload.size_bytes}[whence]
        if start + offset < 0:
            raise ValueError("a place before the start of the file")
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        """Tell the place."""
        return self._position

    def readinto(self, buffer: object) -> int:
        """Read what is left of the chunk at the place. Raises `FileUnreadableError`: `upload_expired`."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # any writable buffer, as RawIOBase has it
        if self._position >= self._upload.size_bytes or not len(view):
            return 0
        number, start = divmod(self._position, self._upload.chunk_bytes)
        piece = self._chunk(number)[start : start + len(view)]
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _chunk(self, number: int) -> bytes:
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        data = self._fetch(number)
        if data is None:
            raise FileUnreadableError("upload_expired")
        self._kept[number] = data
        if len(self._kept) > KEPT_CHUNKS:
            self._kept.popitem(last=False)
        return data
