"""The work of `dualcontrol publish DIR`: check the plan in the folder, then write its documents beside it."""

from pathlib import Path
from typing import TYPE_CHECKING

from dualcontrol.console import Voice
from dualcontrol.messages import say
from dualcontrol.work import AUDIT_FAILED, BAD_INPUT, OK, Stop, command, tell_failed, told_no_plan

if TYPE_CHECKING:
    from dualcontrol.document_facts import Facts
    from dualcontrol.model.audit import Verdict
    from dualcontrol.result_folder import Result


@command
def publish_plan(voice: Voice, folder: Path, *, has_frontier: bool = False) -> int:
    """Write the budget plan in Word (both languages), the page and the figures. OK, BAD_INPUT or AUDIT_FAILED.

    has_frontier: also value added over the increment, which takes seven solves.
    """
    result, verdict = checked(voice, folder)
    with voice.stage("documents"):
        from dualcontrol.document_facts import facts_of
        from dualcontrol.document_folder import put

        files = documents(facts_of(result), verdict, has_frontier=has_frontier)
        put(folder, files, result.plan_digest, result.scenario.content_hash)
    voice.say(
        "document.written", folder=folder, files=", ".join(n for n in files if not n.startswith("figures/"))
    )
    voice.say("document.figures_written", count=sum(name.endswith(".svg") for name in files))
    from dualcontrol.picture import chinese_font

    if chinese_font() is None:
        voice.say("document.no_font")
    if mark := result.summary.get("mark"):
        voice.say("done.mark", mark=mark)
    voice.answer(ok=True, exit_code=OK, folder=str(folder), files=sorted(files), plan=result.plan_digest)
    return OK


def checked(voice: Voice, folder: Path) -> "tuple[Result, Verdict]":
    """The result in a folder with its passed check; else the command ends with BAD_INPUT or AUDIT_FAILED."""
    from dualcontrol.publish import recover

    recover(folder)
    if told_no_plan(voice, folder):
        raise Stop(BAD_INPUT)
    with voice.stage("check"):
        from dualcontrol.model.audit import audit_folder

        verdict = audit_folder(folder)
    if not verdict.passed:
        tell_failed(voice, verdict, "error.audit_failed_folder", folder=str(folder))
        raise Stop(AUDIT_FAILED)
    from dualcontrol.result_folder import NoResultError, read_result

    try:
        return read_result(folder), verdict
    except NoResultError:
        voice.fail(BAD_INPUT, say("explain.no_result", voice.lang, folder=folder))
        raise Stop(BAD_INPUT) from None


def documents(facts: "Facts", verdict: "Verdict", *, has_frontier: bool = False) -> dict[str, bytes]:
    """All documents of a plan by their path in its folder: figures, the budget plan in both languages, the page."""
    from dualcontrol.document_figures import SHOWN, drawings, frontier_drawings
    from dualcontrol.plan_document import NAMES, plan_document
    from dualcontrol.report_page import report_page

    drawn = list(drawings(facts.material, verdict))
    if has_frontier:
        drawn += frontier_drawings(facts.result.scenario)
    files: dict[str, bytes] = {}
    for drawing in drawn:
        files[f"figures/{drawing.name}.{drawing.lang}.png"] = drawing.png
        files[f"figures/{drawing.name}.{drawing.lang}.svg"] = drawing.svg
    shown = [drawing for name in SHOWN for drawing in drawn if drawing.name == name]
    for lang, name in NAMES.items():
        files[name] = plan_document(facts, verdict, shown, lang)
    files["report.html"] = report_page(facts, verdict, drawn).encode("utf-8")
    return files
