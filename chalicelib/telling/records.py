"""The table, as use cases see it where somebody listens: each write that matters is told of."""

from chalicelib.notices import Notice
from chalicelib.ports import ImageTable
from chalicelib.records import Event, Image
from chalicelib.telling.forms import notice_of
from chalicelib.telling.teller import Teller


class TellingTable:
    """The ImageTable that `table` is; a notice is written with the record, then told."""

    def __init__(self, table: ImageTable, teller: Teller, public_url: str) -> None:
        self._table = table
        self._teller = teller
        self._public_url = public_url
        self.get = table.get
        self.history = table.history
        self.newest = table.newest
        self.find_ready = table.find_ready
        self.get_many = table.get_many
        self.unfinished = table.unfinished
        self.forget_bytes = table.forget_bytes
        self.restore = table.restore
        self.bookmark = table.bookmark
        self.set_bookmark = table.set_bookmark
        self.untold = table.untold
        self.told = table.told

    def put(self, image: Image, event: Event, notice: Notice | None = None) -> Image:
        """Write, then tell; what is written is told, even if this process ends in between."""
        notice = notice or notice_of(image, event, self._public_url)
        written = self._table.put(image, event, notice)
        if notice:
            self._teller.tell(notice)
        return written
