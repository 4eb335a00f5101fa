"""The order of one object's events, as S3 gives it."""


def is_older(sequencer: str, than: str) -> bool:
    """Whether an event comes before another of the same key.

    Sequencers are hexadecimal and of various lengths; the shorter one is padded
    on the right (AWS Knowledge Center, "duplicate SQS messages for the same S3
    event"). "" stands for no event and is older than all.
    """
    longest = max(len(sequencer), len(than))
    return _padded(sequencer, longest) < _padded(than, longest)


def _padded(sequencer: str, length: int) -> str:
    return sequencer.upper().ljust(length, "0") if sequencer else ""
