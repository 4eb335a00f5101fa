"""The images bucket, walked through: every image has its files, and every file an image."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from chalicelib import keys
from chalicelib.deadlines import TimeLeft, endless
from chalicelib.ports import Listed
from chalicelib.records import Image, Status
from chalicelib.sweeping.parts import Tools
from chalicelib.sweeping.presence import seen
from chalicelib.sweeping.report import Report
from chalicelib.sweeping.walks import walk
from chalicelib.work import complete

_PAGE = 1000
_LOOKERS = 8  # threads, each with a question to S3

Group = tuple[str, list[Listed]]  # an image's id, and its files


class Renditions:
    """The walk `renditions`."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._time_left: TimeLeft = endless
        self._originals: set[str] = set()  # which of the present page's are known to be there

    def run(self, report: Report, time_left: TimeLeft, *, at_once: bool) -> bool:
        """Page by page, never cutting an image in two, until the time is up: as `walk` answers."""
        self._time_left = time_left

        def look(after: str) -> str:
            groups, following = self._groups(after)
            self._look_at_all(groups, report)
            return following

        return walk(self._tools, "renditions", look, time_left, at_once=at_once)

    def _groups(self, after: str) -> tuple[list[Group], str]:
        """The next images' files, whole, and the key to go on behind; empty at the end."""
        bucket = self._tools.settings.images_bucket
        page = self._tools.objects.page(bucket, after, _PAGE)
        groups = list(_by_image(page))
        if len(page) < _PAGE:
            return _of_images(groups), ""
        if len(groups) == 1:
            image_id, files = groups[0]
            while (more := self._tools.objects.page(bucket, files[-1].key, _PAGE)) and (
                same := [listed for listed in more if listed.key.startswith(f"{image_id}/")]
            ):
                files += same
            return _of_images(groups), files[-1].key
        whole = groups[:-1]
        return _of_images(whole), whole[-1][1][-1].key

    def _look_at_all(self, groups: list[Group], report: Report) -> None:
        records = self._tools.table.get_many([image_id for image_id, _ in groups])
        self._originals = self._seen_originals(records.values())
        with ThreadPoolExecutor(_LOOKERS) as lookers:
            looks = [(image_id, files, records.get(image_id), report) for image_id, files in groups]
            list(lookers.map(lambda look: self._look_at(*look), looks))
        report.count("images", len(groups))

    def _seen_originals(self, images: Iterable[Image]) -> set[str]:
        bucket = self._tools.settings.uploads_bucket
        settled = [image for image in images if self._is_settled(image) and image.bucket == bucket]
        return seen(self._tools.objects, bucket, {image.original_file for image in settled})

    def _is_settled(self, image: Image) -> bool:
        answered = image.status in (Status.READY, Status.REJECTED)
        return answered and image.updated_at <= self._tools.settled_before()

    def _look_at(
        self, image_id: str, files: list[Listed], image: Image | None, report: Report
    ) -> None:
        if image is None:
            self._look_at_strays(image_id, files, report)
        elif image.status is Status.DELETED:
            if image.cleared_at and image.cleared_at < self._tools.settled_before():
                self._tools.finish(image_id, report)
        elif self._is_settled(image):
            self._look_at_known(image, files, report)

    def _look_at_strays(self, image_id: str, files: Sequence[Listed], report: Report) -> None:
        # A manifest may be all that is left of a record: nothing of it goes.
        if any(listed.key == keys.manifest_key(image_id) for listed in files):
            report.count("unknown")
        else:
            self._erase_old(files, report)

    def _look_at_known(self, image: Image, files: Sequence[Listed], report: Report) -> None:
        if self._has_lost_its_original(image):
            report.count("gone")
            return
        manifest = keys.manifest_key(image.id)
        wanted = {*image.processed_files, manifest}
        etags = {listed.key: listed.etag for listed in files}
        if not wanted <= etags.keys():
            report.count("incomplete")
            self._tools.ask(complete(image, "files were missing"))
        elif image.manifest_etag not in (None, etags[manifest]):
            report.count("incomplete")
            self._tools.ask(complete(image, "the manifest was that of a slower worker"))
        strays = [listed for listed in files if listed.key not in wanted]
        # A file's own age does not tell when it was replaced; the record's last change does.
        replaced_long_ago = image.updated_at < self._tools.orphaned_before()
        if strays and replaced_long_ago and self._tools.table.get(image.id) == image:
            self._erase_old(strays, report)

    def _has_lost_its_original(self, image: Image) -> bool:
        listed = image.bucket == self._tools.settings.uploads_bucket
        if listed and image.original_file in self._originals:
            return False
        return self._tools.eraser.original_missed(image) is not None

    def _erase_old(self, files: Sequence[Listed], report: Report) -> None:
        before = self._tools.orphaned_before()
        for listed in files:
            if listed.modified < before and self._time_left() > 0:
                report.count("orphans")
                self._tools.objects.erase(self._tools.settings.images_bucket, listed.key)


def _by_image(page: Sequence[Listed]) -> Iterator[Group]:
    for image_id, files in groupby(page, lambda listed: listed.key.partition("/")[0]):
        yield image_id, list(files)


def _of_images(groups: Sequence[Group]) -> list[Group]:
    """Without what is not ours, such as watermarks."""
    return [group for group in groups if keys.is_image_id(group[0])]
