"""Where the demonstration happens: real villages, with the posts that act for them."""

import random
from collections import defaultdict
from collections.abc import Mapping

from domain.authority.posts import Post, Role
from domain.divisions import division_prefix
from domain.kernel import PostId, Value

SHARES = {
    "320902": 12,
    "320903": 11,
    "320904": 10,
    "320921": 7,
    "320922": 13,
    "320923": 13,
    "320924": 12,
    "320925": 9,
    "320981": 13,
}
"""Roughly each county's share of the city's inhabitants, in percent: an assumption for the demonstration."""

_TOWN, _COUNTY = 9, 6
_ByRole = Mapping[Role, list[PostId]]


class Place(Value):
    """A village or community and who acts there. ``inquirer``: the town's second handler.

    ``posts``: the first post of each role that answers for it.
    """

    village: str
    name: str
    director: PostId
    handler: PostId
    inquirer: PostId
    lead: PostId
    reviewer: PostId
    decider: PostId
    posts: dict[Role, PostId]


class Places:
    """All villages whose posts are complete, by county."""

    def __init__(self, posts: Mapping[PostId, Post]) -> None:
        """Index the posts by division. Raises ValueError when no village has all the posts that a case needs."""
        by_division: dict[str, dict[Role, list[PostId]]] = defaultdict(lambda: defaultdict(list))
        for post in sorted(posts.values(), key=lambda post: post.id):
            by_division[division_prefix(post.division)][post.role].append(post.id)
        self._by_county: dict[str, list[Place]] = defaultdict(list)
        for post in sorted(posts.values(), key=lambda post: post.id):
            code = post.division
            town, county = by_division[code[:_TOWN]], by_division[code[:_COUNTY]]
            if post.role == "village_director" and len(town["town_handler"]) > 1 and county["county_decider"]:
                self._by_county[code[:_COUNTY]].append(_place(post, town, county))
        self._counties = sorted(self._by_county)
        if not self._counties:
            raise ValueError("no village has all the posts that a case needs")
        self._shares = [SHARES.get(county, 1) for county in self._counties]

    def drawn(self, rng: random.Random) -> Place:
        """Return a village: a county by its share of inhabitants, then any village of it."""
        (county,) = rng.choices(self._counties, self._shares)
        return rng.choice(self._by_county[county])


def _place(director: Post, town: _ByRole, county: _ByRole) -> Place:
    posts: dict[Role, PostId] = {role: found[0] for role, found in (*county.items(), *town.items()) if found}
    return Place(
        village=director.division,
        name=director.organ,
        director=director.id,
        handler=town["town_handler"][0],
        inquirer=town["town_handler"][1],
        lead=town["town_lead"][0],
        reviewer=county["county_reviewer"][0],
        decider=county["county_decider"][0],
        posts={**posts, "village_director": director.id},
    )
