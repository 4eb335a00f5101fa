"""Scales images by bicubic interpolation, antialiased when scaling down."""

from PIL import Image

try:
    from cykooz_resizer import CropBox, FilterType, ResizeAlg, ResizeOptions, Resizer
except ImportError:  # no wheel for this machine, see requirements.txt; Pillow takes 5 times as long
    Resizer = None

Box = tuple[float, float, float, float]


def scaled(image: Image.Image, size: tuple[int, int], box: Box | None = None) -> Image.Image:
    """A copy of `image` (`L`, `RGB`, `RGBa`, `CMYK`) in `size`, or of its part in `box`.

    `box` is left, top, right, bottom in pixels, which may be fractional.
    """
    if Resizer is None:
        return image.resize(size, Image.Resampling.BICUBIC, box)
    # Pillow's bicubic is the Catmull-Rom kernel.
    cubic = ResizeAlg.convolution(FilterType.catmull_rom)
    options = ResizeOptions(cubic, crop_box=_crop(box) if box else None)
    copy = Image.new(image.mode, size)
    Resizer().resize_pil(image, copy, options)
    return copy


def _crop(box: Box) -> "CropBox":
    left, top, right, bottom = box
    return CropBox(left, top, right - left, bottom - top)
