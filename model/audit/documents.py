"""The documents people make of a published plan, in its folder: they are no part of what is checked.

`dualcontrol publish` writes them from a plan that passed its check, and people go on working on them. What they say
stands in the tables; the tables are what the audit reads.
"""

MANIFEST = "documents.json"  # which plan the documents are about, and their hashes
FILES = (MANIFEST, "用能预算管理方案.docx", "energy-budget-plan.docx", "report.html")
FOLDERS = ("figures", "notices")


def is_document(name: str) -> bool:
    """Whether a file of a result folder, by its path with forward slashes, is a document made of the plan."""
    first, slash, _ = name.partition("/")
    return first in FOLDERS if slash else name in FILES
