"""What users of a library look for."""

from collections.abc import Sequence
from datetime import UTC, datetime

from chalicelib.model.image import Status, Visibility
from chalicelib.model.search import Order, Query


def queries(words: Sequence[str]) -> dict[str, Query]:
    """What users look for, by its description."""
    often, less, rare = words[0], words[99], words[-1]
    tag, rare_tag = f"{words[0]} tag", f"{words[399]} tag"
    return {
        "all, by file name": Query(order=Order.FILENAME, descending=False),
        "all, the largest first": Query(order=Order.BYTES),
        "a word that all have": Query(words=("img",)),
        "the same, by savings": Query(words=("img",), order=Order.SAVINGS),
        "the number in a file name": Query(words=("0471",)),
        "the first letter of many words": Query(words=("b",)),
        "the most frequent word": Query(words=(often,)),
        "the hundredth word": Query(words=(less,)),
        "the hundredth word, by file name": Query(words=(less,), order=Order.FILENAME),
        "the rarest word": Query(words=(rare,)),
        "a word that none has": Query(words=("zebra",)),
        "two frequent words": Query(words=(often, words[1])),
        "two words that are rarely together": Query(words=(words[60], words[90])),
        "a frequent and a rare word": Query(words=(often, rare)),
        "the most frequent tag": Query(tags=(tag,)),
        "the same, the largest first": Query(tags=(tag,), order=Order.BYTES),
        "a rare tag": Query(tags=(rare_tag,)),
        "a rare tag, by savings": Query(tags=(rare_tag,), order=Order.SAVINGS),
        "two tags": Query(tags=(tag, f"{words[30]} tag")),
        "private images": Query(visibility=Visibility.PRIVATE),
        "failed images": Query(status=Status.FAILED),
        "private images with a frequent word": Query(words=(often,), visibility=Visibility.PRIVATE),
        "a word in a month": Query(
            words=(less,),
            created_from=datetime(2022, 3, 1, tzinfo=UTC),
            created_before=datetime(2022, 4, 1, tzinfo=UTC),
        ),
    }
