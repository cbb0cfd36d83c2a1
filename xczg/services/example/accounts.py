"""One account for each role of the example city, as data; made with `xczg.access.accounts.add_account`."""

from typing import NamedTuple

from xczg.rules.text import team_name
from xczg.rules.values import Role
from xczg.services.example.city import read_city


class ExampleAccount(NamedTuple):
    """An account to make; an organisation in its scope is given by name."""

    username: str
    name: str
    role: Role
    scope: dict[str, str | int]


def example_accounts() -> list[ExampleAccount]:
    """One account per role. The organisation's result is circulated and in the bottom share."""
    special = read_city().special
    return [
        ExampleAccount("leader", "市委领导", Role.LEADER, {}),
        ExampleAccount("office", "巡察整改督查岗", Role.OFFICE, {}),
        ExampleAccount("discipline", "党风政风监督岗", Role.DISCIPLINE, {}),
        ExampleAccount("personnel", "干部监督岗", Role.PERSONNEL, {}),
        ExampleAccount("team", team_name(special.team), Role.TEAM, {"team": special.team}),
        ExampleAccount("organization", "整改联络员", Role.ORGANIZATION, {"organization": special.account}),
        ExampleAccount(
            "department",
            special.account_department,
            Role.DEPARTMENT,
            {"department": special.account_department},
        ),
        ExampleAccount("admin", "系统管理员", Role.ADMIN, {}),
    ]
