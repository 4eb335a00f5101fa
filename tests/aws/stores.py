"""The adapters of the images table as one object, like its fake."""

from chalicelib.aws.bookmarks import DynamoBookmarks
from chalicelib.aws.images import DynamoImages
from chalicelib.aws.index import DynamoIndex
from chalicelib.aws.outbox import DynamoOutbox


class DynamoTable(DynamoImages, DynamoIndex, DynamoBookmarks, DynamoOutbox):
    """The repository, index, bookmarks and outbox of one table."""
