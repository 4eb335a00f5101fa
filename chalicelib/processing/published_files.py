"""Publishes renditions under keys that do not change: copies, replaced with every new set."""

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from chalicelib.model import delivery
from chalicelib.model.delivery import StableFile
from chalicelib.model.image import Image, Rendition
from chalicelib.model.variants import Variant
from chalicelib.ports.objects import ListedObject, ObjectStore
from chalicelib.ports.sizes import SizeRegister
from chalicelib.processing.renderer import PRIVATELY, rendition_headers
from chalicelib.settings import Settings

MAX_AGE = 300  # seconds for which browsers, and then the CDN, may show what has been replaced
BRIEFLY = f"public, max-age={MAX_AGE}"

_LONGEST_CALL = timedelta(seconds=90)  # of the API, which has 29, and differences of clocks
_THREADS = 8  # each with a request to S3
_PAGE = 1_000


def brief_cache_control(*, private: bool) -> str:
    """The Cache-Control header of these files."""
    return PRIVATELY if private else BRIEFLY


class PublishedFiles:
    """The files behind stable URLs, and the sizes that were rendered on demand."""

    def __init__(
        self,
        objects: ObjectStore,
        sizes: SizeRegister,
        variants: tuple[Variant, ...],
        settings: Settings,
    ) -> None:
        self._objects = objects
        self._sizes = sizes
        self._variants = variants
        self._bucket = settings.images_bucket

    def expected(self, image: Image) -> dict[str, Rendition]:
        """The keys that an image with these renditions is published under, and what they show."""
        files = delivery.stable_files(self._variants, image.renditions)
        private = image.is_private
        return {
            delivery.file_key(image.id, file, private=private): shown
            for file, shown in files.items()
        }

    def publish(self, image: Image) -> None:
        """Copy the image's renditions to their stable keys.

        ObjectMissing if one of them is gone: a newer set has replaced them.
        """
        self._copy_all(image, self.expected(image))

    def refresh(self, image: Image) -> None:
        """Bring all other files of the image up to date, after its renditions were replaced.

        Addresses that were published must go on working: those of variants and formats that no
        longer exist show the image's next best rendition.
        """
        files = list(self._files_below(image.files_prefix))
        expected = self.expected(image)
        others = self._others(image, [f for f in files if f.key not in expected])
        self._copy_all(image, {key: shown for key, shown in others.items() if shown})
        self.erase(image.id, [key for key, shown in others.items() if not shown])
        sizes = [listed for listed in files if delivery.is_on_demand(listed.key)]
        self.erase(image.id, [listed.key for listed in sizes if is_outdated(listed, image)])

    def is_current(self, image: Image, files: Sequence[ListedObject]) -> bool:
        """Whether all files of the image are up to date, as far as their sizes tell."""
        sizes = {listed.key: listed.bytes for listed in files}
        expected = self.expected(image)
        others = self._others(image, [f for f in files if f.key not in expected])
        # Without a rendition to show, it was rendered for clients that show no modern format.
        unshown = {key for key, shown in others.items() if not shown and _is_fallback(key)}
        # One from before the present set is by former rules: whoever stored that set died early.
        since = max((f.modified for f in files if f.key in image.processed_files), default=None)
        rendered = {f.key for f in files if f.key in unshown and since and f.modified > since}
        copies = {k: shown for k, shown in (expected | others).items() if k not in rendered}
        made = [f for f in files if delivery.is_on_demand(f.key) or f.key in rendered]
        return not any(is_outdated(listed, image) for listed in made) and all(
            shown and sizes.get(key) == shown.bytes for key, shown in copies.items()
        )

    def erase(self, image_id: str, names: Collection[str]) -> None:
        """Erase files of an image."""
        for key in names:
            self._objects.erase(self._bucket, key)
        rendered = [key for key in names if delivery.is_on_demand(key) or _is_fallback(key)]
        if rendered:
            self._sizes.remove(image_id, rendered)

    def _others(self, image: Image, files: Sequence[ListedObject]) -> dict[str, Rendition | None]:
        """The stable files besides the expected ones, and what they should show."""
        stable = {f.key: delivery.stable_file_of(f.key) for f in files}
        return {key: self.substitute(image, file) for key, file in stable.items() if file}

    def substitute(self, image: Image, file: StableFile) -> Rendition | None:
        """What a stable file shows that is not, or no longer, published with the image."""
        own = [r for r in image.renditions if r.variant == file.variant]
        if own:
            return delivery.stand_in(own, file.extension)
        return delivery.stand_in(image.renditions, file.extension)

    def copy(self, image: Image, file: StableFile, shown: Rendition) -> str:
        """Publish one rendition as this file: its key. ObjectMissing if the rendition is gone."""
        key = delivery.file_key(image.id, file, private=image.is_private)
        self._copy(image, key, shown)
        return key

    def _copy_all(self, image: Image, shown: dict[str, Rendition]) -> None:
        with ThreadPoolExecutor(_THREADS) as threads:
            list(threads.map(lambda item: self._copy(image, *item), shown.items()))

    def _copy(self, image: Image, key: str, shown: Rendition) -> None:
        headers = rendition_headers(image.filename, shown)
        control = brief_cache_control(private=image.is_private)
        self._objects.copy(self._bucket, shown.key, key, cache_control=control, **headers)

    def _files_below(self, prefix: str) -> Iterable[ListedObject]:
        after = prefix
        while page := self._objects.page(self._bucket, after, _PAGE):
            own = [listed for listed in page if listed.key.startswith(prefix)]
            yield from own
            if len(own) < _PAGE:
                return
            after = own[-1].key


def is_outdated(listed: ListedObject, image: Image) -> bool:
    """Whether a rendered file may show an earlier original or focal point.

    A call that had read the earlier one may have stored its file after the change, and then died.
    """
    since = image.processing.content_since
    return not image.renditions or (since is not None and listed.modified < since + _LONGEST_CALL)


def _is_fallback(key: str) -> bool:
    file = delivery.stable_file_of(key)
    return file is not None and file.extension in delivery.FALLBACK
