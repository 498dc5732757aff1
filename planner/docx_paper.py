"""Official paper in Word, laid out as GB/T 9704-2012 asks: type area, grid, fonts, numbering, page numbers, tables.

Sources: GB/T 9704-2012 clauses 5.2 (type area 156 mm × 225 mm, 22 lines of 28 characters, 3号 仿宋), 7.3.1 (title 2号
小标宋), 7.3.3 (levels 一、（一）1.（1） in 黑体, 楷体, 仿宋), 7.5 (page numbers in 4号 半角宋体 between dashes).
Text is always text: what XML forbids is left out, nothing is markup, nothing is computed.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from dualcontrol.docx_styles import (
    FANG,
    HEI,
    KAI,
    PLAIN,
    TYPE_MM,
    add_field,
    add_run,
    clean,
    indent,
    set_page,
    set_styles,
    set_table,
    unindent,
)  # fmt: skip
from dualcontrol.messages import Language

_MM_PER_PT = 25.4 / 72
_CELL_MARGIN_MM = 2.0
_MOST_FOR_NUMBERS = 0.76  # of a table's width
_RED = RGBColor(0xC0, 0x00, 0x00)
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHINESE_DIGITS = "〇一二三四五六七八九十"


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
        set_styles(self.document)
        self._ids = {style.name: style.style_id for style in self.document.styles}
        properties = self.document.core_properties
        properties.title, properties.author, properties.last_modified_by = clean(title)[:250], "", ""
        properties.comments = mark
        properties.created = properties.modified = day
        properties.language = "zh-CN" if lang == "zh" else "en"
        self.document.settings.odd_and_even_pages_header_footer = True
        section = self.document.sections[0]
        set_page(section, is_landscape=False)
        self._running(section)

    # --- text

    def title(self, text: str, *, is_new_page: bool = False) -> None:
        """The title, 2号 小标宋, centred; on a new page if wanted."""
        paragraph = self.document.add_paragraph(clean(text), style="Title")
        paragraph.paragraph_format.page_break_before = is_new_page or None

    def centred(self, text: str, *, is_red: bool = False) -> None:
        """A line in the middle, in 楷体: the state of the draft, a mark."""
        paragraph = self.document.add_paragraph(style="Body Text")
        unindent(paragraph)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = add_run(paragraph, text, KAI)
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
        unindent(paragraph)
        add_run(paragraph, text, HEI)
        paragraph.paragraph_format.keep_with_next = True

    def paragraph(self, text: str) -> None:
        """A paragraph of the body, 3号 仿宋, indented by two characters."""
        self.document.add_paragraph(clean(text), style="Body Text")

    def unindented(self, text: str) -> None:
        """A paragraph at the margin: addressees."""
        unindent(self.document.add_paragraph(clean(text), style="Body Text"))

    def right(self, text: str) -> None:
        """A line four characters from the right margin: the signature's place, the date."""
        paragraph = self.document.add_paragraph(clean(text), style="Body Text")
        unindent(paragraph)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        indent(paragraph, right=400)

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
        set_page(section, is_landscape=is_landscape)
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
                run = add_run(paragraph, words, HEI)
                run.font.color.rgb = _RED
            number = footer.paragraphs[0]
            number.style = self.document.styles["Page Number Line"]
            number.alignment = side
            indent(number, **({"right": 100} if side == WD_ALIGN_PARAGRAPH.RIGHT else {"left": 100}))
            add_run(number, "— ", PLAIN)
            add_field(number, "PAGE")
            add_run(number, " —", PLAIN)

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
        set_table(table, sizes)
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
            run = add_run(paragraph, text, HEI if is_head or is_bold else FANG)
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
