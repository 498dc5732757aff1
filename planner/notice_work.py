"""The work of `dualcontrol publish DIR --unit`: the notice of one enterprise, or of all, into `notices/`."""

from pathlib import Path

from dualcontrol.budget_plan_work import checked
from dualcontrol.console import Voice
from dualcontrol.messages import say
from dualcontrol.work import BAD_INPUT, OK, SOLVER_ERROR, command

ALL = "all"
FOLDER = "notices"


@command
def publish_notices(voice: Voice, folder: Path, unit: str, objection: Path | None) -> int:
    """Write the notice of a unit (or `all`) and a draft answer. OK, BAD_INPUT, AUDIT_FAILED or SOLVER_ERROR."""
    result, _ = checked(voice, folder)
    quotas = result.plan.quotas
    ids = [str(one) for one in quotas[quotas["kind"] == "unit"]["id"]]
    wanted = ids if unit == ALL and ALL not in ids else [unit]
    if wanted != ids and unit not in ids:
        from dualcontrol.model.problems import nearest

        suggestion = nearest(unit, ids)
        voice.fail(
            BAD_INPUT,
            say("explain.unknown_unit", voice.lang, id=unit, nearest=suggestion),
            nearest=suggestion,
        )
        return BAD_INPUT
    text = "" if objection is None else read_text(objection)
    from dualcontrol.explain_account import accounts_of
    from dualcontrol.solvers.highs import SolverError

    try:
        with voice.stage("explain"):
            accounts = accounts_of(folder, "unit", wanted)
    except SolverError as error:
        sentence = say("error.solver", voice.lang, detail=str(error))
        voice.fail(SOLVER_ERROR, sentence, say("error.solver_remedy", voice.lang), status="solver_error")
        return SOLVER_ERROR
    with voice.stage("documents"):
        from dualcontrol.document_facts import facts_of
        from dualcontrol.document_folder import put
        from dualcontrol.file_names import file_names
        from dualcontrol.notice_document import notice_document, reply_document
        from dualcontrol.notice_facts import notice_of
        from dualcontrol.notice_workbook import notice_workbook

        facts, names = facts_of(result), file_names(ids)
        files: dict[str, bytes] = {}
        for account in accounts:
            notice, stem = notice_of(facts, account), f"{FOLDER}/{names[account.id]}"
            files[f"{stem}.docx"] = notice_document(notice, "zh")
            files[f"{stem}.en.docx"] = notice_document(notice, "en")
            files[f"{stem}.xlsx"] = notice_workbook(notice)
            files[f"{stem}-reply.docx"] = reply_document(notice, text, "zh")
        put(folder, files, result.plan_digest, result.scenario.content_hash)
    voice.say("notice.written", folder=folder, count=len(accounts), files=", ".join(list(files)[:4]))
    voice.answer(ok=True, exit_code=OK, folder=str(folder), files=sorted(files), plan=result.plan_digest)
    return OK


def read_text(path: Path) -> str:
    """A text file in UTF-8 (with or without its mark), else as Chinese Windows writes it. OSError."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")
