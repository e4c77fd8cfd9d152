"""QR codes, for users whose key is on another device."""

from __future__ import annotations

from io import BytesIO


def qr_svg(text: str) -> str | None:
    """Return a text as a QR code, an ``svg`` element without styles or scripts. None if segno is not installed.

    It is black on white whatever the page's colours, since not every phone reads the inverse, and fills its container.
    """
    try:
        import segno
    except ImportError:
        return None
    picture = BytesIO()
    segno.make_qr(text).save(
        picture, kind="svg", xmldecl=False, nl=False, omitsize=True, svgclass=None, lineclass=None, light="#fff"
    )
    return picture.getvalue().decode()
