"""Official paper in Word, laid out as GB/T 9704-2012 asks: type area, grid, fonts, numbering, page numbers, tables.

Sources: GB/T 9704-2012 clauses 5.2 (type area 156 mm × 225 mm, 22 lines of 28 characters, 3号 仿宋), 7.3.1 (title 2号
小标宋), 7.3.3 (levels 一、（一）1.（1） in 黑体, 楷体, 仿宋), 7.5 (page numbers in 4号 半角宋体 between dashes).
Text is always text: what XML forbids is left out, nothing is markup, nothing is computed.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from dualcontrol.messages import Language

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
_MM_PER_PT = 25.4 / 72
_CELL_MARGIN_MM = 2.0
_MOST_FOR_NUMBERS = 0.76  # of a table's width
_RED = RGBColor(0xC0, 0x00, 0x00)
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHINESE_DIGITS = "〇一二三四五六七八九十"


def clean(text: object) -> str:
    """A text that XML can hold: other line ends are line feeds, characters XML 1.0 forbids are left out."""
    return _FORBIDDEN.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def chinese_number(number: int) -> str:
    """1 to 99 in Chinese. ValueError for others."""
    if not 0 < number < 100:
        raise ValueError(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_CHINESE_DIGITS[tens]}十"
    return head + (_CHINESE_DIGITS[ones] if ones else "")


class Paper:
    """A document under construction, in one language.

    mark: of data that are not official (演示数据·非官方文件); stage: such as 草案. Both stand on every page.
    """

    def __init__(self, lang: Language, title: str, *, mark: str = "", stage: str = "", day: datetime) -> None:
        """day: the document's date of making, fixed so that the same plan gives the same bytes."""
        self.lang, self.mark, self.stage = lang, mark, stage
        self.document: Any = Document()
        self._counts = [0, 0, 0, 0]
        self._width_mm = TYPE_MM[0]
        _styles(self.document)
        self._ids = {style.name: style.style_id for style in self.document.styles}
        properties = self.document.core_properties
        properties.title, properties.author, properties.last_modified_by = clean(title)[:250], "", ""
        properties.comments = mark
        properties.created = properties.modified = day
        properties.language = "zh-CN" if lang == "zh" else "en"
        self.document.settings.odd_and_even_pages_header_footer = True
        section = self.document.sections[0]
        _page(section, is_landscape=False)
        self._running(section)

    # --- text

    def title(self, text: str, *, is_new_page: bool = False) -> None:
        """The title, 2号 小标宋, centred; on a new page if wanted."""
        paragraph = self.document.add_paragraph(clean(text), style="Title")
        paragraph.paragraph_format.page_break_before = is_new_page or None

    def centred(self, text: str, *, is_red: bool = False) -> None:
        """A line in the middle, in 楷体: the state of the draft, a mark."""
        paragraph = self.document.add_paragraph(style="Body Text")
        _unindented(paragraph)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = _run(paragraph, text, KAI)
        if is_red:
            run.font.color.rgb = _RED

    def restart(self) -> None:
        """Begin numbering anew, for another paper in the same file."""
        self._counts = [0, 0, 0, 0]

    def heading(self, text: str, level: int = 1) -> None:
        """A numbered heading: 一、（一）1.（1）; in English 1, 1.1, 1.1.1."""
        self._counts[level - 1] += 1
        self._counts[level:] = [0] * (4 - level)
        self.document.add_paragraph(f"{self._numbered(level)}{clean(text)}", style=f"Heading {level}")

    def _numbered(self, level: int) -> str:
        number = self._counts[level - 1]
        if self.lang == "en":
            return ".".join(str(count) for count in self._counts[:level]) + (". " if level == 1 else " ")
        if level == 1:
            return f"{chinese_number(number)}、"
        if level == 2:
            return f"（{chinese_number(number)}）"
        return f"{number}." if level == 3 else f"（{number}）"

    def plain_heading(self, text: str) -> None:
        """A heading without a number, in 黑体."""
        paragraph = self.document.add_paragraph(style="Body Text")
        _unindented(paragraph)
        _run(paragraph, text, HEI)
        paragraph.paragraph_format.keep_with_next = True

    def paragraph(self, text: str) -> None:
        """A paragraph of the body, 3号 仿宋, indented by two characters."""
        self.document.add_paragraph(clean(text), style="Body Text")

    def unindented(self, text: str) -> None:
        """A paragraph at the margin: addressees."""
        _unindented(self.document.add_paragraph(clean(text), style="Body Text"))

    def right(self, text: str) -> None:
        """A line four characters from the right margin: the signature's place, the date."""
        paragraph = self.document.add_paragraph(clean(text), style="Body Text")
        _unindented(paragraph)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _indent(paragraph, right=400)

    def note(self, text: str) -> None:
        """A note below a table or picture, small."""
        self.document.add_paragraph(clean(text), style="Note")

    def caption(self, text: str) -> None:
        """The heading of a table, kept with it."""
        self.document.add_paragraph(clean(text), style="Caption")

    def picture(self, png: bytes, width_mm: float | None = None) -> None:
        """A picture as wide as the type area, or less."""
        paragraph = self.document.add_paragraph(style="Picture")
        paragraph.add_run().add_picture(
            io.BytesIO(png), width=Mm(min(width_mm or self._width_mm, self._width_mm))
        )

    # --- pages

    def turn(self, *, is_landscape: bool) -> None:
        """Begin a new section on a new page, landscape or upright."""
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        _page(section, is_landscape=is_landscape)
        self._width_mm = TYPE_MM[1] if is_landscape else TYPE_MM[0]

    def _running(self, section: Any) -> None:
        """Marks in the header, the page number in the footer: odd pages right, even pages left."""
        words = "　".join(text for text in (self.stage, self.mark) if text)
        for header, footer, side in (
            (section.header, section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
            (section.even_page_header, section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
        ):
            header.is_linked_to_previous = footer.is_linked_to_previous = False
            paragraph = header.paragraphs[0]
            paragraph.style = self.document.styles["Note"]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if words:
                run = _run(paragraph, words, HEI)
                run.font.color.rgb = _RED
            number = footer.paragraphs[0]
            number.style = self.document.styles["Page Number Line"]
            number.alignment = side
            _indent(number, **({"right": 100} if side == WD_ALIGN_PARAGRAPH.RIGHT else {"left": 100}))
            _run(number, "— ", PLAIN)
            _field(number, "PAGE")
            _run(number, " —", PLAIN)

    # --- tables

    def table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        *,
        numbers: Sequence[bool] = (),
        bold: Sequence[int] = (),
        size_pt: float = 10.5,
    ) -> None:
        """A table of the width of the type area; its heading comes again on every page, no row is parted.

        widths: in any unit, taken in proportion. numbers: columns set to the right. bold: rows that are sums or
        headings.
        """
        whole = Mm(self._width_mm)
        table = self.document.add_table(rows=0, cols=len(heads))
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        is_number = list(numbers) or [False] * len(heads)
        shares = shares_of_width(rows, widths, is_number, size_pt, self._width_mm)
        sizes = [Emu(int(whole * share)) for share in shares]
        _table_properties(table, sizes)
        self._row(table, heads, sizes, [False] * len(heads), size_pt, is_head=True)
        for k, row in enumerate(rows):
            self._row(table, row, sizes, is_number, size_pt, is_bold=k in bold)
        self.document.add_paragraph(style="Note")

    def _row(
        self,
        table: Any,
        cells: Sequence[str],
        sizes: Sequence[Any],
        is_number: Sequence[bool],
        size_pt: float,
        *,
        is_head: bool = False,
        is_bold: bool = False,
    ) -> None:
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no name for these
        properties.append(OxmlElement("w:cantSplit"))
        if is_head:
            properties.append(OxmlElement("w:tblHeader"))
        style = self._ids[
            "Table Text"
        ]  # looked up by name for every cell, styles would take most of the time
        for cell, text, size, right in zip(row._tr.tc_lst, cells, sizes, is_number, strict=True):  # noqa: SLF001
            cell.width = size
            cell.get_or_add_tcPr().vAlign_val = WD_ALIGN_VERTICAL.CENTER
            cell.p_lst[0].style = style
            paragraph = Paragraph(cell.p_lst[0], table)
            if is_head:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            elif right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            run = _run(paragraph, text, HEI if is_head or is_bold else FANG)
            run.font.size = Pt(size_pt)

    # --- the file

    def save(self) -> bytes:
        """The file; the same content gives the same bytes."""
        raw, out = io.BytesIO(), io.BytesIO()
        self.document.save(raw)
        with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                info = zipfile.ZipInfo(name, _EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                new.writestr(info, old.read(name))
        return out.getvalue()


def shares_of_width(
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    numbers: Sequence[bool],
    size_pt: float,
    whole_mm: float,
) -> list[float]:
    """Shares of a table's width by column: numbers get what their longest needs, texts the rest in proportion.

    A number is not parted over two lines as long as the numbers leave a quarter of the table to texts.
    """
    needs = {
        k: _CELL_MARGIN_MM + size_pt * _MM_PER_PT * max([2.6, *(_ems(row[k]) for row in rows)])
        for k, right in enumerate(numbers)
        if right
    }
    texts = [k for k, right in enumerate(numbers) if not right]
    room = whole_mm * (_MOST_FOR_NUMBERS if texts else 1.0)
    scale = min(1.0, room / sum(needs.values())) if needs else 1.0
    if needs and not texts:
        scale = room / sum(needs.values())
    left = whole_mm - scale * sum(needs.values())
    every = sum(widths[k] for k in texts)
    sizes = [scale * needs[k] if k in needs else left * widths[k] / every for k in range(len(widths))]
    return [size / whole_mm for size in sizes]


def _ems(text: str) -> float:
    """Width of a number in ems, by a wide font: digits 0.64, points and commas half of it, signs more."""
    return sum(0.64 if sign.isdigit() else 0.34 if sign in ",." else 0.9 for sign in text)


def _run(paragraph: Any, text: str, font: str) -> Any:
    """Text with its east-Asian font set on the run itself."""
    run = paragraph.add_run(clean(text))
    _fonts(run._r.get_or_add_rPr(), font)  # noqa: SLF001
    return run


def _fonts(properties: Any, east_asia: str) -> None:
    """Chinese in one font, all else in Times New Roman."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for name in list(fonts.attrib):
        del fonts.attrib[name]  # the template's theme fonts would win
    for name, font in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", east_asia)):
        fonts.set(qn(f"w:{name}"), font)


def _field(paragraph: Any, code: str) -> None:
    """A field such as PAGE."""
    for kind in ("begin", "code", "separate", "value", "end"):
        run = _run(paragraph, "1" if kind == "value" else "", PLAIN)
        if kind == "code":
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = f" {code} "
            run._r.append(element)  # noqa: SLF001
        elif kind != "value":
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
            run._r.append(element)  # noqa: SLF001


def _indent(paragraph: Any, **hundredths: int) -> None:
    """Indents in hundredths of a character: left, right, firstLine."""
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001
    found = properties.find(qn("w:ind"))
    if found is None:
        found = properties.get_or_add_ind()
    for side, amount in hundredths.items():
        found.set(qn(f"w:{side}Chars"), str(amount))


def _unindented(paragraph: Any) -> None:
    _indent(paragraph, firstLine=0)
    paragraph.paragraph_format.first_line_indent = Pt(0)


def _page(section: Any, *, is_landscape: bool) -> None:
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


def _styles(document: Any) -> None:
    """The styles of the template, with the standard's fonts and sizes, and our own."""
    styles = document.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    _fonts(defaults, FANG)
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
        _fonts(style.element.get_or_add_rPr(), font)
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


def _before_size(properties: Any, element: Any) -> None:
    """Put a property of characters where the order of the schema wants it: before the size."""
    size = properties.find(qn("w:sz"))
    size.addprevious(element) if size is not None else properties.append(element)


def _no_overhang(style: Any) -> None:
    """Punctuation stays within the type area."""
    element = OxmlElement("w:overflowPunct")
    element.set(qn("w:val"), "0")
    properties = style.element.get_or_add_pPr()
    after = next((one for one in properties if one.tag in _AFTER_OVERHANG), None)
    after.addprevious(element) if after is not None else properties.append(element)


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


def _table_properties(table: Any, sizes: Sequence[Any]) -> None:
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
