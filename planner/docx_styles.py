"""What official paper in Word is made of: fonts by name, sizes, the page and its grid, styles, fields.

Sources: GB/T 9704-2012, 5.2 (type area, grid, fonts), 7.3 (title, levels), 7.5 (page numbers). `docx_paper` uses it.
"""

import re
from collections.abc import Sequence
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

SONG, HEI, KAI, FANG, PLAIN = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312", "宋体"
LATIN = "Times New Roman"
PAGE_MM, MARGINS_MM = (
    (210.0, 297.0),
    (37.0, 26.0, 35.0, 28.0),
)  # top, right, bottom, left: 156 × 225 mm are left
TYPE_MM = (156.0, 225.0)
TITLE_PT, BODY_PT, NUMBER_PT = 22.0, 16.0, 14.0  # 二号, 三号, 四号
LINE_PT = 28.95  # 225 mm ÷ 22 lines
_CLOSER = (
    "-5"  # twentieths of a point: 28 characters of 16 pt come to 156 mm; a grid of characters would part them
)
_AFTER_OVERHANG = frozenset(
    qn(f"w:{name}")
    for name in (
        "topLinePunct",
        "autoSpaceDE",
        "snapToGrid",
        "spacing",
        "ind",
        "contextualSpacing",
        "jc",
        "outlineLvl",
    )
)  # what the schema wants behind it
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: object) -> str:
    """A text that XML can hold: other line ends are line feeds, characters XML 1.0 forbids are left out."""
    return _FORBIDDEN.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def add_run(paragraph: Any, text: str, font: str) -> Any:
    """Text with its east-Asian font set on the run itself."""
    run = paragraph.add_run(clean(text))
    set_fonts(run._r.get_or_add_rPr(), font)  # noqa: SLF001
    return run


def set_fonts(properties: Any, east_asia: str) -> None:
    """Chinese in one font, all else in Times New Roman."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for name in list(fonts.attrib):
        del fonts.attrib[name]  # the template's theme fonts would win
    for name, font in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", east_asia)):
        fonts.set(qn(f"w:{name}"), font)


def add_field(paragraph: Any, code: str) -> None:
    """A field such as PAGE."""
    for kind in ("begin", "code", "separate", "value", "end"):
        run = add_run(paragraph, "1" if kind == "value" else "", PLAIN)
        if kind == "code":
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = f" {code} "
            run._r.append(element)  # noqa: SLF001
        elif kind != "value":
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
            run._r.append(element)  # noqa: SLF001


def indent(paragraph: Any, **hundredths: int) -> None:
    """Indents in hundredths of a character: left, right, firstLine."""
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001
    found = properties.find(qn("w:ind"))
    if found is None:
        found = properties.get_or_add_ind()
    for side, amount in hundredths.items():
        found.set(qn(f"w:{side}Chars"), str(amount))


def unindent(paragraph: Any) -> None:
    """Begin a paragraph at the margin."""
    indent(paragraph, firstLine=0)
    paragraph.paragraph_format.first_line_indent = Pt(0)


def set_page(section: Any, *, is_landscape: bool) -> None:
    """A4 with the margins of the standard and its grid of lines and characters; landscape turns the type area."""
    width, height = (PAGE_MM[1], PAGE_MM[0]) if is_landscape else PAGE_MM
    top, right, bottom, left = MARGINS_MM
    if is_landscape:
        top, right, bottom, left = left, top, right, bottom
    section.orientation = WD_ORIENT.LANDSCAPE if is_landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin, section.right_margin = Mm(top), Mm(right)
    section.bottom_margin, section.left_margin = Mm(bottom), Mm(left)
    section.header_distance, section.footer_distance = Mm(top / 2), Mm(max(bottom - 13.0, 8.0))
    properties = section._sectPr  # noqa: SLF001
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(round(LINE_PT * 20)))
    properties.append(grid)


def set_styles(document: Any) -> None:
    """The styles of the template, with the standard's fonts and sizes, and our own."""
    styles = document.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    set_fonts(defaults, FANG)
    for old in defaults.findall(qn("w:lang")):
        defaults.remove(old)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    defaults.append(language)
    for name in ("Note", "Picture", "Table Text", "Page Number Line"):
        styles.add_style(name, 1).base_style = styles["Normal"]
    for name, font, size in (
        ("Normal", FANG, BODY_PT),
        ("Body Text", FANG, BODY_PT),
        ("Title", SONG, TITLE_PT),
        ("Heading 1", HEI, BODY_PT),
        ("Heading 2", KAI, BODY_PT),
        ("Heading 3", FANG, BODY_PT),
        ("Heading 4", FANG, BODY_PT),
        ("Caption", HEI, 12.0),
        ("Note", FANG, 10.5),
        ("Picture", FANG, 10.5),
        ("Table Text", FANG, 9.0),
        ("Page Number Line", PLAIN, NUMBER_PT),
    ):
        style = styles[name]
        set_fonts(style.element.get_or_add_rPr(), font)
        style.font.size, style.font.bold, style.font.italic = Pt(size), name == "Heading 3", False
        style.font.color.rgb = RGBColor(0, 0, 0)
        space = style.paragraph_format
        space.space_before = space.space_after = Pt(0)
        space.widow_control = False
        _no_overhang(style)
        if name in ("Normal", "Body Text") or name.startswith("Heading"):
            space.line_spacing_rule, space.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE_PT)
        else:
            space.line_spacing_rule = WD_LINE_SPACING.SINGLE
            _no_grid(style)
    for name in ("Body Text", "Heading 1", "Heading 2", "Heading 3", "Heading 4"):
        styles[name].paragraph_format.first_line_indent = Pt(2 * BODY_PT)
        styles[name].element.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "200")
    for name in ("Normal", "Body Text"):
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), _CLOSER)
        _before_size(styles[name].element.get_or_add_rPr(), spacing)
    styles["Body Text"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    title = styles["Title"].paragraph_format
    title.alignment, title.space_after = WD_ALIGN_PARAGRAPH.CENTER, Pt(LINE_PT / 2)
    title.line_spacing_rule, title.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(34)
    for old in styles["Title"].element.get_or_add_pPr().findall(qn("w:pBdr")):
        styles["Title"].element.get_or_add_pPr().remove(old)
    styles["Caption"].paragraph_format.keep_with_next = True
    styles["Caption"].paragraph_format.space_before = Pt(6)
    styles["Picture"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _no_overhang(style: Any) -> None:
    """Punctuation stays within the type area."""
    element = OxmlElement("w:overflowPunct")
    element.set(qn("w:val"), "0")
    properties = style.element.get_or_add_pPr()
    after = next((one for one in properties if one.tag in _AFTER_OVERHANG), None)
    after.addprevious(element) if after is not None else properties.append(element)


def _before_size(properties: Any, element: Any) -> None:
    """Put a property of characters where the order of the schema wants it: before the size."""
    size = properties.find(qn("w:sz"))
    size.addprevious(element) if size is not None else properties.append(element)


def _no_grid(style: Any) -> None:
    """Lines as close as their text: small type would otherwise stand on the grid of the body."""
    properties = style.element.get_or_add_pPr()
    element = OxmlElement("w:snapToGrid")
    element.set(qn("w:val"), "0")
    before = properties.find(qn("w:spacing"))
    if before is not None:
        before.addprevious(element)
    else:
        properties.append(element)


def set_table(table: Any, sizes: Sequence[Any]) -> None:
    """Fixed widths, narrow margins of cells."""
    properties = table._tbl.tblPr  # noqa: SLF001
    for old in properties.findall(qn("w:tblW")):
        properties.remove(old)
    width = OxmlElement("w:tblW")
    width.set(qn("w:w"), str(round(sum(sizes) / 635)))  # twentieths of a point
    width.set(qn("w:type"), "dxa")
    properties.insert(1, width)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        one = OxmlElement(f"w:{side}")
        one.set(qn("w:w"), "45")
        one.set(qn("w:type"), "dxa")
        margins.append(one)
    look = properties.find(qn("w:tblLook"))
    if look is not None:
        look.addprevious(margins)
    else:
        properties.append(margins)
    for column, size in zip(table.columns, sizes, strict=True):
        column.width = size
