"""The owner's images: show, list, process on request, reprocess, delete."""

import functools
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from chalicelib.auth.callers import Caller
from chalicelib.deletion import Deleter, Receipt
from chalicelib.errors import (
    Conflict,
    ForeignBucket,
    InvalidRequest,
    NotFound,
    PreconditionFailed,
    ReadRefused,
    Reason,
    Rejection,
    TransientError,
)
from chalicelib.model import keys, transitions
from chalicelib.model.edits import Edit
from chalicelib.model.focal_point import FocalPoint, FocalPointPatch
from chalicelib.model.formats import UNKNOWN_TYPE
from chalicelib.model.image import (
    EVERYONE,
    Event,
    Image,
    ObjectVersion,
    Status,
    Transition,
    Visibility,
)
from chalicelib.model.patch import ImagePatch
from chalicelib.model.requests import ProcessingRequest, ReprocessRequest
from chalicelib.model.search import Order, Query
from chalicelib.model.variants import VariantsTable
from chalicelib.pagination import Cursors
from chalicelib.ports.clock import Clock
from chalicelib.ports.images import ImageIndex, ImageRepository
from chalicelib.ports.messaging import Queue
from chalicelib.ports.objects import ObjectStore, Signer
from chalicelib.ports.secrets import Secrets, signing_key
from chalicelib.processing.identity import image_id_of
from chalicelib.processing.moves import Mover
from chalicelib.processing.processor import Processor
from chalicelib.processing.purges import Purger
from chalicelib.settings import Settings
from chalicelib.sharing import NewShare, ShareList, Sharing
from chalicelib.uploads.quotas import Quotas
from chalicelib.views import image_view
from chalicelib.views.addresses import Addresses
from chalicelib.views.image_view import ImageView
from chalicelib.views.manifests import Manifests

_ORIGINAL_SECONDS = 60  # how long a redirect to an original works


class ImageList(Struct, frozen=True, kw_only=True):
    """A page of images, in the order of the request; pass `next_cursor` to get the next page."""

    images: list[ImageView]
    next_cursor: str | None


class VersionedImage(Struct, frozen=True, kw_only=True):
    """An image as the API returns it, and the revision of its record."""

    view: ImageView
    revision: int


class Library:
    """What callers may do with images.

    NotFound for an image that the caller may not see, as if it did not exist.
    """

    def __init__(
        self,
        objects: ObjectStore,
        images: ImageRepository,
        index: ImageIndex,
        cursors: Cursors,
        work: Queue,
        processor: Processor,
        deleter: Deleter,
        mover: Mover,
        purger: Purger,
        addresses: Addresses,
        sharing: Sharing,
        signer: Signer,
        quotas: Quotas,
        secrets: Secrets,
        table: VariantsTable,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._objects = objects
        self._images = images
        self._index = index
        self._cursors = cursors
        self._work = work
        self._processor = processor
        self._deleter = deleter
        self._mover = mover
        self._purger = purger
        self._addresses = addresses
        self._sharing = sharing
        self._signer = signer
        self._quotas = quotas
        self._secrets = secrets
        self._table = table
        self._settings = settings
        self._clock = clock
        self._manifests = Manifests(objects, images, table, settings)

    def show(self, image_id: str, caller: Caller, layout: str = "") -> VersionedImage:
        """The image with its latest history.

        `layout` is the `sizes` attribute of its markup, by default that of the variants table.
        """
        return self._versioned(self._find(image_id, caller), layout)

    def list(
        self,
        caller: Caller,
        owner: str | None,
        query: Query,
        limit: int,
        cursor: str | None,
    ) -> ImageList:
        """At most `limit` images of an owner (by default the caller), without their histories.

        InsufficientScope for another owner's images, unless the caller is an admin. InvalidRequest
        if images with this status can be sorted by date only.
        """
        owner = caller.listing(owner)
        if query.order is not Order.CREATED_AT and not query.is_indexed:
            raise InvalidRequest(f"sort: Images that are {query.status} have created_at only.")
        place = self._cursors.verify(cursor, owner, query) if cursor else None
        page = self._index.search(owner, query, limit, place)
        shown = [self._shown(image) for image in page.images]
        following = page.next_cursor and self._cursors.sign(page.next_cursor, owner, query)
        return ImageList(images=shown, next_cursor=following)

    def process(
        self, bucket: str, key: str, caller: Caller, focal_point: FocalPointPatch = UNSET
    ) -> ImageView:
        """Process an object of the uploads bucket now and return its image.

        LimitReached if the caller has reached a limit; admins have none.
        """
        if bucket != self._settings.uploads_bucket:
            raise ForeignBucket("bucket must be this application's uploads bucket.")
        version = ObjectVersion(bucket=bucket, key=key)
        image_id = image_id_of(version, self._images)
        image = self._images.get(image_id)
        # An object without a record would belong to everyone, whatever its key says.
        owner = image.owner if image else EVERYONE
        if not caller.may_see_images_of(owner) or not self._exists(bucket, key):
            raise NotFound("There is no such object.")
        self._count(caller)
        self._processor.process(version, ProcessingRequest(forced=True, focal_point=focal_point))
        return self._view(self._find(image_id, caller))

    def reprocess(
        self, image_id: str, caller: Caller, focal_point: FocalPointPatch = UNSET
    ) -> ImageView:
        """Queue the image to be processed again, unless the same request is still waiting.

        LimitReached if the caller has reached a limit; admins have none.
        """
        image = self._find(image_id, caller)
        if image.processing.requested and focal_point in (UNSET, image.shown_focal_point):
            return self._view(image)
        transitions.check_original(image)
        self._count(caller)
        if focal_point is not UNSET:
            # In the record, not in the message: of two requests the later one wins.
            self._change(image, lambda present: self._set_focal_point(present, focal_point))
        requested = self._change(
            image, lambda present: transitions.request_reprocessing(present, self._clock())
        )
        if requested is None:  # a request that no worker has started takes the new focal point, too
            return self._view(self._find(image_id, caller))
        self._send_request(requested)
        return self._view(requested)

    def change(
        self,
        image_id: str,
        caller: Caller,
        patch: ImagePatch,
        revisions: Collection[int] | None = None,
    ) -> VersionedImage:
        """Change what the owner may change; another picture is rendered as by `reprocess`.

        What new edits may hide is erased within the call, or else by whoever processes the image.
        InvalidRequest if the original is too large to be edited. With `revisions` the record has to
        have one of them, else PreconditionFailed, unless the change is already there: so a request
        may be repeated whose response was lost (RFC 9110, 13.1.1). LimitReached if the caller has
        reached a limit of requests to process; admins have none.
        """
        replaced: list[Image] = []  # the record that each attempt would replace
        count_once = functools.cache(functools.partial(self._count, caller))
        check_once = functools.cache(self._check_edits)

        def decide(present: Image | None) -> Transition | None:
            image = self._visible(present, caller)
            step = transitions.change(image, patch, self._clock())
            self._check_key(step)
            if step is None:
                return None
            if revisions is not None and image.revision not in revisions:
                raise PreconditionFailed
            if transitions.shows_another_picture(step[0], image):
                count_once()
            if step[0].edits != image.edits:
                check_once(image.id, step[0].edits)
            replaced.append(image)
            return self._manifests.with_manifest(step)

        changed: Image | None = None
        try:
            changed = self._images.update(image_id, decide)
        finally:
            if changed is None and replaced:  # an attempt that lost may have stored its manifest
                self._processor.clean_up_after(image_id)
        if changed is None:
            self._finish_purge(image_id)
            self._finish_move(self._find(image_id, caller))
            return self.show(image_id, caller)
        return self._versioned(self._finish_move(self._rerender(changed, replaced[-1])))

    def _rerender(self, changed: Image, before: Image) -> Image:
        """The image after it was queued for its new picture, if it needs one.

        First its files are erased that must not be shown any more.
        """
        present = changed
        withdrawn = changed.purge is not None and changed.purge != before.purge
        if withdrawn:
            with suppress(TransientError):  # then whoever processes the image erases them
                present = self._purger.finish(changed, manifests=True) or present
        requested = transitions.shows_another_picture(changed, before)
        if withdrawn or (requested and not before.processing.requested):
            self._send_request(changed)
        return present

    def _finish_purge(self, image_id: str) -> None:
        """Erase what an earlier request should have erased that was killed; if not now, later."""
        with suppress(TransientError):
            if purged := self._purger.purge(image_id):
                self._send_request(purged)

    def _check_edits(self, image_id: str, edits: tuple[Edit, ...]) -> None:
        image = self._images.get(image_id)
        if image is None or not edits:
            return
        try:
            self._processor.check_edits(replace(image, edits=edits))
        except Rejection as rejection:
            # Any other fault is the original's, and is in the record.
            if rejection.reason is Reason.TOO_MANY_PIXELS:
                raise InvalidRequest(f"edits: {rejection}") from rejection

    def _check_key(self, step: Transition | None) -> None:
        if step and step[0].moving_to is Visibility.PRIVATE and not self._addresses.can_sign:
            raise Conflict("This stage has no key for private images: deploy it again.")

    def _finish_move(self, image: Image) -> Image:
        """The image after its files have moved, if they have to; later, if a store fails now."""
        if image.moving_to is None:
            return image
        with suppress(TransientError):
            moved = self._mover.move(image.id)
            if moved and moved.processing.requested and not image.processing.requested:
                self._send_request(moved)
            return moved or image
        with suppress(TransientError):  # if that fails, too, the sweep finds it in the record
            self._send_request(image, move=True)
        return self._images.get(image.id) or image

    def original(self, image_id: str, caller: Caller) -> str:
        """The URL at which the original can be downloaded for a minute; Conflict without one."""
        image = self._find(image_id, caller)
        transitions.check_original(image)
        ticketed = keys.ticketed(image.original_file)
        return self._signer.presign_get(
            image.original_file,
            image.processing.version_id if ticketed else None,
            _safe_type(image),
            keys.attachment(image.filename, image.original_file),
            _ORIGINAL_SECONDS,
        )

    def share(self, image_id: str, caller: Caller, seconds: int | None) -> NewShare:
        """A link to the image for people without a token."""
        return self._sharing.create(self._find(image_id, caller), seconds)

    def shares(self, image_id: str, caller: Caller) -> ShareList:
        """The image's links, which have not expired."""
        return self._sharing.shares_of(self._find(image_id, caller))

    def revoke_share(self, image_id: str, caller: Caller, share_id: str) -> ShareList:
        """End a link, and return those that are left; NotFound if there is none with this id."""
        image = self._find(image_id, caller)
        self._sharing.revoke(image, share_id)
        return self._sharing.shares_of(image)

    def delete(self, image_id: str, caller: Caller) -> Receipt:
        """Erase the image, or finish an interrupted deletion."""
        return self._deleter.erase(self._find(image_id, caller))

    def _send_request(self, image: Image, *, move: bool = False) -> None:
        message = msgspec.json.encode(ReprocessRequest(image_id=image.id, move=move)).decode()
        self._work.send(message, keys.queue_group(image.owner))

    def _exists(self, bucket: str, key: str) -> bool:
        try:
            return len(key.encode()) <= keys.LONGEST_KEY and self._objects.exists(bucket, key)
        except ReadRefused:  # not a valid key, such as one that contains NUL
            return False

    def _set_focal_point(self, image: Image, focal_point: FocalPoint | None) -> Transition | None:
        return transitions.change_focal_point(image, focal_point, self._clock())

    def _count(self, caller: Caller) -> None:
        if not caller.is_admin:
            self._quotas.take_processing(caller.owner)

    def _change(self, image: Image, step: Callable[[Image], Transition | None]) -> Image | None:
        def decide(present: Image | None) -> Transition | None:
            if present is None:
                raise NotFound("There is no such image.")
            return step(present)

        return self._images.update(image.id, decide)

    def _find(self, image_id: str, caller: Caller) -> Image:
        return self._visible(self._images.get(image_id), caller)

    def _visible(self, image: Image | None, caller: Caller) -> Image:
        if image is None or not caller.may_see(image):
            raise NotFound("There is no such image.")
        return image

    def _versioned(self, image: Image, layout: str = "") -> VersionedImage:
        return VersionedImage(view=self._view(image, layout), revision=image.revision)

    def _view(self, image: Image, layout: str = "") -> ImageView:
        return self._shown(image, self._images.history(image.id), layout)

    def _shown(
        self, image: Image, history: Sequence[Event] | None = None, layout: str = ""
    ) -> ImageView:
        return image_view.show(
            image,
            self._settings.public_url,
            self._table,
            history,
            layout=layout,
            urls=self._addresses.of(image),
            signing_key=signing_key(self._secrets),
        )


def _safe_type(image: Image) -> str:
    """The original's media type if it is an image's by its content, else that of any bytes."""
    is_image = image.status is Status.READY
    return (image.content_type if is_image else None) or UNKNOWN_TYPE
