"""`python -m services.events.scheduling.ahead`: compiles what planning needs, for an image or before the first plan.

It takes half a minute, and nothing where it has been done.
"""

from services.events.scheduling.rounds import Guest, asked
from services.events.scheduling.speed_rounds import plan_rounds, replan_rounds


def compile_ahead() -> None:
    """Runs everything that is compiled, with a dozen people: by pairs, where tables are few, and where they are not."""
    few, many = ([Guest(f"{number:02}") for number in range(count)] for count in (4, 13))
    worth = [("00", "01", 1), ("01", "12", 2)]
    plan_rounds(asked(few, 2))
    for size in (2, 4):
        told = asked(many, 6, group_size=size, affinity=worth, forbidden=[("02", "03")], met=[("04", "05")])
        gone = asked([*many[:-1], Guest("12", leaves=2)], 6, group_size=size, affinity=worth)
        replan_rounds(plan_rounds(told), gone, 2)


if __name__ == "__main__":
    compile_ahead()
