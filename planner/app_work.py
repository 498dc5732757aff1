"""The work of `dualcontrol app`: notebook 2 with the scenario's folder in it, served by Voilà on the loopback."""

import json
import subprocess
import sys
import tempfile
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from dualcontrol.console import Voice
from dualcontrol.messages import Language, say
from dualcontrol.work import BAD_INPUT, OK, command

NOTEBOOK = "02-what-if-the-target-changes.ipynb"
PACKED = 'files("dualcontrol.scenarios") / "dalad-2022"'  # what the notebook opens, as it stands there
SLIDERS = "explore(scenario)"
LOOPBACK = "127.0.0.1"
# The page's template asks for fonts from elsewhere; an office without internet would wait for them.
POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' ws: data: blob:"


@command
def serve(voice: Voice, scenario: Path | None, port: int, *, opens_browser: bool) -> int:
    """Serve until interrupted. OK, or BAD_INPUT where the scenario has problems or Voilà is missing."""
    if find_spec("voila") is None or find_spec("ipywidgets") is None:
        voice.fail(BAD_INPUT, say("app.missing", voice.lang))
        return BAD_INPUT
    if scenario is not None:
        from dualcontrol.model.scenario import load

        with voice.stage("read"):
            load(scenario)  # what is wrong with it is told here, not in the page
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / NOTEBOOK
        page.write_text(notebook(scenario, voice.lang), encoding="utf-8")
        headers = {"Voila": {"tornado_settings": {"headers": {"Content-Security-Policy": POLICY}}}}
        (Path(folder) / "voila.json").write_text(json.dumps(headers), encoding="utf-8")
        voice.say("app.serving", address=f"http://{LOOPBACK}:{port}/")
        try:
            ended = subprocess.run(
                voila(page, port, opens_browser=opens_browser), cwd=folder, check=False
            ).returncode
        except KeyboardInterrupt:
            ended = 0
    if ended:
        voice.fail(BAD_INPUT, say("app.failed", voice.lang, port=port))
        return BAD_INPUT
    voice.answer(ok=True, exit_code=OK, port=port)
    return OK


def voila(page: Path, port: int, *, opens_browser: bool) -> list[str]:
    """The command that serves a notebook on the loopback; its code is not shown."""
    options = [f"--Voila.ip={LOOPBACK}", f"--port={port}", "--strip_sources=True", "--Voila.log_level=WARN"]
    if not opens_browser:
        options.append("--no-browser")
    return [sys.executable, "-m", "voila", str(page), *options]


def notebook(scenario: Path | None, lang: Language) -> str:
    """Notebook 2 for a scenario folder (None: the one that comes with the program) in one language."""
    text = (files("dualcontrol.notebooks") / NOTEBOOK).read_text(encoding="utf-8")
    stored = json.loads(text)
    sources = ["".join(cell["source"]) for cell in stored["cells"]]
    last = next(k for k, source in enumerate(sources) if SLIDERS in source)
    stored["cells"] = stored["cells"][: last + 1]  # the rest is for those who write code
    folder = PACKED if scenario is None else repr(str(scenario.resolve()))
    stored["cells"][last]["source"] = (
        sources[last].replace(PACKED, folder).replace(SLIDERS, f"explore(scenario, lang={lang!r})")
    )
    return json.dumps(stored, ensure_ascii=False)
