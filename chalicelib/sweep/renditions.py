"""Scan of the images bucket: every image has its files, and every file belongs to an image."""

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import groupby
from typing import NamedTuple

from chalicelib.errors import ObjectMissing, TransientError
from chalicelib.model import delivery, keys
from chalicelib.model.image import Image, Status
from chalicelib.model.requests import missing_renditions_request
from chalicelib.ports.clock import TimeLeft
from chalicelib.ports.objects import ListedObject
from chalicelib.sweep.bucket_scan import scan
from chalicelib.sweep.context import SweepContext
from chalicelib.sweep.listing import listed_keys
from chalicelib.sweep.report import Report

_PAGE = 1000
_THREADS = 8  # each with a request to S3

Group = tuple[str, list[ListedObject]]  # the prefix of an image's files, and they


class _Run(NamedTuple):
    """What the checks of a page share; `originals` are those seen in a listing."""

    report: Report
    time_left: TimeLeft
    originals: set[str]


class RenditionsScan:
    """The scan `renditions`."""

    def __init__(self, context: SweepContext) -> None:
        self._context = context

    def run(self, report: Report, time_left: TimeLeft, *, at_once: bool) -> bool:
        """Scan page by page, never splitting an image, until the time is up: see `scan`."""

        def scan_page(after: str) -> str:
            groups, following = self._groups(after)
            self._check_groups(groups, report, time_left)
            return following

        return scan(self._context, "renditions", scan_page, time_left, at_once=at_once)

    def _groups(self, after: str) -> tuple[list[Group], str]:
        """The next images' files, whole, and the key to continue after; empty at the end."""
        bucket = self._context.settings.images_bucket
        page = self._context.objects.page(bucket, after, _PAGE)
        groups = list(_by_image(page))
        if len(page) < _PAGE:
            return _of_images(groups), ""
        if len(groups) == 1:
            prefix, files = groups[0]
            files += self._files_below(prefix, files[-1].key)
            return _of_images(groups), files[-1].key
        whole = groups[:-1]
        return _of_images(whole), whole[-1][1][-1].key

    def _files_below(self, prefix: str, after: str) -> list[ListedObject]:
        bucket = self._context.settings.images_bucket
        files: list[ListedObject] = []
        while (more := self._context.objects.page(bucket, after, _PAGE)) and (
            same := [listed for listed in more if listed.key.startswith(prefix)]
        ):
            files += same
            after = same[-1].key
        return files

    def _check_groups(self, groups: list[Group], report: Report, time_left: TimeLeft) -> None:
        ids = {prefix: keys.image_id_in(prefix) for prefix, _ in groups}
        images = self._context.images.get_many(list(dict.fromkeys(ids.values())))
        originals = self._listed_originals(images.values())
        check = partial(self._check, _Run(report, time_left, originals))
        with ThreadPoolExecutor(_THREADS) as threads:
            list(threads.map(lambda g: check(g[0], g[1], images.get(ids[g[0]])), groups))
        report.count("images", len(groups))

    def _listed_originals(self, images: Collection[Image]) -> set[str]:
        bucket = self._context.settings.uploads_bucket
        settled = [image for image in images if self._is_settled(image) and image.bucket == bucket]
        originals = {image.original_file for image in settled}
        return listed_keys(self._context.objects, bucket, originals)

    def _is_settled(self, image: Image) -> bool:
        finished = image.status in (Status.READY, Status.REJECTED)
        return finished and self._context.is_settled(image.updated_at)

    def _check(
        self, run: _Run, prefix: str, files: list[ListedObject], image: Image | None
    ) -> None:
        if image is None:
            self._check_strays(run, prefix, files)
        elif image.status is Status.DELETED:
            cleared_at = image.deletion.cleared_at
            if cleared_at and self._context.is_settled(cleared_at):
                self._context.finish_deletion(image.id, run.report)
        elif self._is_settled(image):
            self._check_place(run, prefix, image, files)

    def _check_place(self, run: _Run, prefix: str, image: Image, files: list[ListedObject]) -> None:
        """Check an image by all files below its id, which a private one has in two places."""
        public = keys.files_prefix(image.id, private=False)
        if prefix == image.former_prefix and any(not _is_manifest(f, image) for f in files):
            self._erase_misplaced(run, image)
        if not image.is_private and prefix == public:
            self._check_settled(run, image, files)
        elif image.is_private and prefix == public:
            manifest = [listed for listed in files if _is_manifest(listed, image)]
            others = self._files_below(image.files_prefix, image.files_prefix)
            self._check_settled(run, image, manifest + others)
        elif image.is_private and not self._has_manifest(image):
            self._check_settled(run, image, files)

    def _erase_misplaced(self, run: _Run, image: Image) -> None:
        with suppress(TransientError):
            if self._context.images.get(image.id) == image:
                self._context.mover.erase_misplaced(image)
                run.report.count("misplaced")

    def _has_manifest(self, image: Image) -> bool:
        bucket = self._context.settings.images_bucket
        return self._context.objects.exists(bucket, keys.manifest_key(image.id))

    def _check_strays(self, run: _Run, prefix: str, files: Sequence[ListedObject]) -> None:
        # A manifest may be all that is left of a record: nothing is deleted.
        image_id = keys.image_id_in(prefix)
        if any(keys.without_private(f.key) == keys.manifest_key(image_id) for f in files):
            run.report.count("unknown")
        else:
            self._delete_old(run, files)

    def _check_settled(self, run: _Run, image: Image, files: Sequence[ListedObject]) -> None:
        if self._has_lost_its_original(run, image):
            run.report.count("gone")
            return
        manifest = keys.manifest_key(image.id)
        expected = {*image.processed_files, manifest}
        etags = {listed.key: listed.etag for listed in files}
        if not expected <= etags.keys():
            run.report.count("incomplete")
            self._context.send(missing_renditions_request(image, "files were missing"))
        elif image.processing.manifest_etag not in (None, etags[manifest]):
            run.report.count("incomplete")
            cause = "the manifest was from a slower worker"
            self._context.send(missing_renditions_request(image, cause))
        elif not self._context.published_files.is_current(image, files):
            run.report.count("unpublished")
            self._republish(image)
        strays = [f for f in files if f.key not in expected and not self._is_published(f)]
        # Not a file's age but the record's last change tells when the file was replaced.
        replaced_long_ago = image.updated_at < self._context.orphaned_before()
        if strays and replaced_long_ago and self._context.images.get(image.id) == image:
            self._delete_old(run, strays)

    def _republish(self, image: Image) -> None:
        # If a rendition is gone, or a store fails, a later scan finds the same.
        with suppress(ObjectMissing, TransientError):
            self._context.published_files.publish(image)
            self._context.published_files.refresh(image)

    def _is_published(self, listed: ListedObject) -> bool:
        """Whether the CDN asks for this file, or may still do so after a deployment."""
        generation = self._context.renderer.generation
        published = delivery.is_published(keys.without_private(listed.key))
        return published and delivery.is_of(listed.key, generation)

    def _has_lost_its_original(self, run: _Run, image: Image) -> bool:
        listed = image.bucket == self._context.settings.uploads_bucket
        if listed and image.original_file in run.originals:
            return False
        return self._context.deleter.original_missed(image) is not None

    def _delete_old(self, run: _Run, files: Sequence[ListedObject]) -> None:
        before = self._context.orphaned_before()
        for listed in files:
            if listed.modified < before and run.time_left() > 0:
                run.report.count("orphans")
                image_id = listed.key.partition("/")[0]
                self._context.published_files.erase(image_id, [listed.key])


def _by_image(page: Sequence[ListedObject]) -> Iterator[Group]:
    for prefix, files in groupby(page, lambda listed: _prefix_of(listed.key)):
        yield prefix, list(files)


def _prefix_of(key: str) -> str:
    private = key.startswith(keys.PRIVATE)
    return keys.files_prefix(keys.image_id_in(key), private=private)


def _is_manifest(listed: ListedObject, image: Image) -> bool:
    return listed.key == keys.manifest_key(image.id)


def _of_images(groups: Sequence[Group]) -> list[Group]:
    """The groups of images, without other files such as watermarks."""
    return [group for group in groups if keys.is_image_id(keys.image_id_in(group[0]))]
