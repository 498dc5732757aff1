"""The documents people make of a published plan, in its folder: they are no part of what is checked.

`dualcontrol publish` writes them from a plan that passed its check, and people go on working on them. What they say
stands in the tables; the tables are what the audit reads.
"""

import os

MANIFEST = "documents.json"  # which plan the documents are about, and their hashes
FILES = (MANIFEST, "用能预算管理方案.docx", "energy-budget-plan.docx", "report.html")
FOLDERS = ("figures", "notices")


# The bytes a name may have on a disk: written under utf-8, or on a Chinese system that is older.
_BYTES = {name.encode(encoding): name for name in FILES for encoding in ("utf-8", "gb18030")}


def is_document(name: str) -> bool:
    """Whether a file of a result folder, by its path with forward slashes, is a document made of the plan."""
    first, slash, _ = name.partition("/")
    return first in FOLDERS if slash else known_name(name) in FILES


def known_name(name: str) -> str:
    """The name of a document as in FILES, also where the system's encoding takes its bytes for other signs."""
    try:
        return _BYTES.get(os.fsencode(name), name)
    except UnicodeEncodeError:  # a name that this system cannot have
        return name
