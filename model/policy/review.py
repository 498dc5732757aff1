"""Who has to review the energy saving of a project, and whether it was reviewed there (3.2.2c)."""

from typing import Any

from dualcontrol.model.policy.rulings import Desk, Reason
from dualcontrol.model.quantities import exact
from dualcontrol.model.schema_shared import REVIEW_LEVELS


def needed_level(desk: Desk, project: Any) -> str:
    """3.2.2c: the level that reviews a project, by the tce (当量, gross) and MWh of its full year.

    Source: NDRC order 44 of 2016 (provincial from 5,000 tce; none below 1,000 tce and 5 GWh; between by local
    rule), document 1310 of 2021 (two-high from 50,000 tce: window guidance). Thresholds: settings `[review]`.
    """
    rule = desk.accounts.scenario.settings.review
    use = desk.accounts.projects_full_year[project.project_id]
    tce, mwh = use.gross_tce, use.electricity_mwh
    if project.is_two_high and tce >= exact(rule.national_from_tce):
        return "national"
    if tce >= exact(rule.province_from_tce):
        return "province"
    if tce < exact(rule.exempt_below_tce) and mwh < exact(rule.exempt_below_mwh):
        return "none"
    return rule.between


def is_below(held: str, needed: str) -> bool:
    """Whether a level is lower than another."""
    return REVIEW_LEVELS.index(held) < REVIEW_LEVELS.index(needed)


def level(desk: Desk, project: Any) -> Reason:
    """3.2.2c: a review approved below the level of authority is none. A level that is not stated is adequate."""
    if project.review != "approved" or not project.review_level:
        return None
    needed = needed_level(desk, project)
    if is_below(project.review_level, needed):
        return "review_level_too_low", {"held": project.review_level, "needed": needed}
    return None
