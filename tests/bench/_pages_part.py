"""The list of sites and the map over 100,000 sites; a process of its own, begun by `tests/bench/sites.py`."""

from __future__ import annotations

import json

from _database import set_up


def main() -> None:
    """Print the figures as JSON."""
    set_up()
    import _estate
    import _site_list
    import _site_map

    from rollout.models import User

    by = User.objects.create_user("bench@downbeat.example", None, name="Bench")
    large, small = _estate.estate("large", 100_000, by), _estate.estate("small", 1_000, by)
    _estate.settle()
    figures = [*_site_list.figures(large, small, by), *_site_map.figures(large)]
    print(json.dumps({"figures": figures}))


if __name__ == "__main__":
    main()
