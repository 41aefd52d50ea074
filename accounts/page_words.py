"""What every page of the desks can say: its words, who signed in, and where they may go."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, current_app, g, request

from accounts.next_page_notice import what_was_done
from accounts.person import Person, current_person
from accounts.roles import Role
from accounts.spoken import spoken_count, spoken_day, spoken_moment, spoken_things
from codes.wording import Text
from templates.page_display import display_words, page_view
from templates.page_language import page_language

_PLACES: Final = "yanzhen_desk_places"
FRONT_KEY: Final = "h"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One entry of the navigation.

    Args:
        endpoint: of its page, without parameters.
        text: what it is called.
        roles: who is shown it; the route's own roles, or fewer.
        purpose: what is done there, in a line, for whoever is new; shown on the front page.
        looked_at: what an auditor sees there, who does nothing of it; None where `purpose` fits.
    """

    endpoint: str
    text: Text
    roles: frozenset[Role]
    purpose: Text | None = None
    looked_at: Text | None = None

    def purpose_for(self, person: Person) -> Text | None:
        """Return what a person does there; of who only looks, what there is to see."""
        looks = self.looked_at is not None and only_looks(person)
        return self.looked_at if looks else self.purpose


def only_looks(person: Person) -> bool:
    """Return whether a person, an auditor, reads the pages of others and does nothing on them."""
    return person.roles <= {Role.AUDITOR}


def add_places(app: Flask, places: Sequence[Place]) -> None:
    """Add entries to the navigation of an application, in the order of calls."""
    app.extensions.setdefault(_PLACES, []).extend(places)


def places_of_person() -> tuple[Place, ...]:
    """Return the entries the person of this request may use."""
    person = current_person()
    places: list[Place] = current_app.extensions.get(_PLACES, [])
    if person is None:
        return ()
    return tuple(place for place in places if not person.roles.isdisjoint(place.roles))


def place_keys(places: Sequence[Place]) -> dict[str, str]:
    """Return the letter that leads to each place after `g`, by endpoint.

    The first letter of its English name that is not another's; `h` is the first page's.
    """
    keys: dict[str, str] = {}
    for place in places:
        free = (
            letter
            for letter in f"{place.text.en.lower()}{string.ascii_lowercase}"
            if letter in string.ascii_lowercase
            and letter != FRONT_KEY
            and letter not in keys.values()
        )
        keys[place.endpoint] = next(free, "")
    return keys


def desk_words() -> dict[str, Any]:
    """Return what every template of the desks can say, in the language of the page."""
    language = g.get("language") or page_language(request)
    places, person = places_of_person(), current_person()
    return {
        **display_words(request, language, page_view(request)),
        "day": lambda when: spoken_day(when).say(language),
        "moment": lambda when: "" if when is None else spoken_moment(when).say(language),
        "count": spoken_count,
        "some": spoken_things,
        "person": person,
        "only_looks": person is not None and only_looks(person),
        "places": places,
        "keys": place_keys(places),
        "what_was_done": what_was_done,
        "demo": current_app.extensions["yanzhen_home"].demo,
    }
