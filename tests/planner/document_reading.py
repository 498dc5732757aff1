"""Word documents read back for the tests: texts, tables, fonts, what XML says."""

import io
import re
import zipfile
from typing import Any

from docx import Document
from docx.oxml.ns import qn


class Read:
    """A docx file: the document and its parts as XML text."""

    def __init__(self, data: bytes) -> None:
        self.document: Any = Document(io.BytesIO(data))
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            self.parts = {name: file.read(name) for name in file.namelist()}
        self.xml = self.parts["word/document.xml"].decode("utf-8")

    @property
    def text(self) -> str:
        """All text of the body, tables included, in order."""
        return "\n".join(node.text or "" for node in self.document.element.body.iter(qn("w:t")))

    @property
    def tables(self) -> list[list[list[str]]]:
        """The tables as texts."""
        return [[[cell.text for cell in row.cells] for row in table.rows] for table in self.document.tables]

    def table(self, heading: str) -> list[list[str]]:
        """The table below the caption that begins with a text, with its heading row."""
        body = list(self.document.element.body.iterchildren())
        at = next(
            k for k, one in enumerate(body)
            if one.tag == qn("w:p") and "".join(t.text or "" for t in one.iter(qn("w:t"))).startswith(heading)
            and any(other.tag == qn("w:tbl") for other in body[k + 1 : k + 4])
        )  # fmt: skip
        element = next(one for one in body[at + 1 :] if one.tag == qn("w:tbl"))
        tables = [table._tbl for table in self.document.tables]  # python-docx keeps them by element
        return self.tables[tables.index(element)]

    def fonts(self) -> set[str]:
        """East-Asian fonts of runs in the body."""
        return set(re.findall(r'w:eastAsia="([^"]+)"', self.xml))


def figure(text: str) -> float:
    """A number as the tables write it."""
    return float(text.replace(",", "").replace("−", "-").replace("–", "0").rstrip("%") or 0)
