"""scenario.toml as text for people: every key with its meaning in Chinese and English; unset keys stand as comments."""

from collections.abc import Mapping
from typing import Any

import tomli_w

from dualcontrol.messages import say
from dualcontrol.model.choice_words import label
from dualcontrol.model.settings_register import SETTINGS, Setting


def commented_toml(values: Mapping[str, Any], inherits: str | None = None) -> str:
    """The text of a scenario.toml that sets these dotted keys (None: not set) and explains all there are.

    A key that is not set stands as a comment with its default, so that removing the `#` is enough to change it.
    inherits: the folder of the scenario whose tables and settings count where this one says nothing.
    """
    lines = [f"# {say('new.toml_head', lang)}" for lang in ("zh", "en")]
    if inherits is not None:
        lines += ["", *(f"# {say('new.toml_inherits', lang)}" for lang in ("zh", "en"))]
        lines.append(_entry("inherits", inherits))
    section = ""
    for key, setting in SETTINGS.items():
        here, _, name = key.rpartition(".")
        if here != section:
            section = here
            lines += ["", f"[{here}]"]
        lines += ["", *_comment(setting)]
        value = values.get(key)
        if value is not None:
            lines.append(_entry(name, value))
        elif setting.default is not None:
            lines.append(f"# {_entry(name, setting.default)}")
        else:
            lines.append(f"# {name} =")
    return "\n".join(lines) + "\n"


def own_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that differ from the defaults, None for the others: what a scenario.toml has to say."""
    return {
        key: value if SETTINGS[key].is_required or value != SETTINGS[key].default else None
        for key, value in values.items()
    }


def _comment(setting: Setting) -> list[str]:
    name = setting.key.rpartition(".")[2]
    unit = f" [{setting.unit}]" if setting.unit else ""
    lines = [f"# {setting.zh}{unit}", f"# {setting.en}"]
    if setting.choices:
        lines.append("# " + " / ".join(label(name, word) for word in setting.choices))
    return lines


def _entry(name: str, value: Any) -> str:
    plain = list(value) if isinstance(value, tuple) else value
    text = tomli_w.dumps({name: plain})
    # tomli_w breaks arrays over several lines; a comment has to be one line
    return (
        " ".join(part.strip() for part in text.strip().split("\n"))
        .replace("[ ", "[")
        .replace(", ]", "]")
        .replace(",]", "]")
        if isinstance(value, tuple)
        else text.strip()
    )
