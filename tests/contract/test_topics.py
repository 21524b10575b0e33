"""The catalogue against the code: who publishes, who reads, and what."""

import dataclasses
import importlib
import typing
from collections import Counter
from types import ModuleType
from typing import ClassVar, Literal, get_args, get_origin, get_type_hints

import pytest

from schemas.event_types import declared_topics, load_event_types
from schemas.topics import dead_letter_topic, load_topics
from services.chassis.kernel import Work
from services.chassis.outbox import work_topic, work_type
from services.chassis.routes import ConsumerGroup

SERVICES = ("certification", "footprints", "identity", "recycling")


def groups(service: str) -> tuple[ConsumerGroup, ...]:
    found: tuple[ConsumerGroup, ...] = importlib.import_module(f"services.{service}.stream.routes").GROUPS
    return found


def event_names(event: type) -> list[str]:
    """Return the names an event class may have: one fixed for the class, or several in a Literal."""
    annotation = {"name": event.__annotations__["name"]} if "name" in event.__annotations__ else {}
    hint = get_type_hints(type("Probe", (), {"__annotations__": annotation, "__module__": event.__module__})).get(
        "name"
    )
    if get_origin(hint) is Literal:
        return list(get_args(hint))
    name = vars(event).get("name")
    return [name] if isinstance(name, str) else []


def emitted_types(service: str, events: ModuleType) -> list[str]:
    """Return the event types that follow from a module of domain events.

    An event is a dataclass whose one field beside `name` is the aggregate, and is named like it.
    """
    types = []
    for event in vars(events).values():
        if isinstance(event, type) and dataclasses.is_dataclass(event) and event.__module__ == events.__name__:
            fields = [item.name for item in dataclasses.fields(event) if item.name != "name"]
            assert len(fields) == 1, f"{event.__name__}: one field beside `name`, the aggregate; not {fields}"
            types += [f"{service}.{fields[0]}.{name}.v1" for name in event_names(event)]
    return types


def facts_of(service: str) -> list[str]:
    facts = {topic.name for topic in declared_topics() if topic.kind == "facts"}
    return [event.name for event in load_event_types().values() if event.service == service and event.topic in facts]


def test_a_topic_is_named_after_its_owner() -> None:
    assert {topic.owner for topic in declared_topics()} == set(SERVICES)
    for topic in load_topics():
        assert topic.name.startswith(f"{topic.owner}.")


def test_an_event_type_is_named_after_its_topic() -> None:
    for event in load_event_types().values():
        stem, _, major = event.topic.rpartition(".")
        assert event.name.startswith(f"{stem}.")
        assert event.name.endswith(f".{major}")


def test_consumers_are_services_and_stand_once() -> None:
    for topic in declared_topics():
        assert set(topic.consumers) <= set(SERVICES)
        assert max(Counter(topic.consumers).values(), default=1) == 1


def test_work_is_read_by_its_owner_alone() -> None:
    for topic in declared_topics():
        if topic.kind == "work":
            assert topic.consumers == [topic.owner]


def test_every_reader_of_every_topic_has_its_own_dead_letters() -> None:
    derived = {(topic.name, topic.owner) for topic in load_topics() if topic.kind == "dlq"}
    expected = {
        (dead_letter_topic(service, topic.name), service) for topic in declared_topics() for service in topic.consumers
    }
    assert derived == expected
    assert len(expected) == sum(len(topic.consumers) for topic in declared_topics())


def test_a_dead_letter_has_room_for_the_largest_message_and_its_headers() -> None:
    largest = max(topic.max_message_bytes for topic in declared_topics())
    assert all(topic.max_message_bytes > largest for topic in load_topics() if topic.kind == "dlq")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_what_the_catalogue_says(service: str) -> None:
    declared = {topic.name for topic in declared_topics() if service in topic.consumers}
    assert {topic for group in groups(service) for topic in group.topics} == declared


@pytest.mark.parametrize("service", SERVICES)
def test_groups_carry_the_services_name_and_their_own(service: str) -> None:
    names = [group.name for group in groups(service)]
    assert len(set(names)) == len(names)
    assert all(name.startswith(f"{service}.") for name in names)


@pytest.mark.parametrize("service", SERVICES)
def test_a_group_routes_types_of_its_topics_by_their_contracts(service: str) -> None:
    events = load_event_types()
    for group in groups(service):
        for name, route in group.routes.items():
            assert events[name].topic in group.topics, f"{group.name} never gets {name}"
            assert route.contract is events[name].contract, f"{group.name} reads {name} by another contract"
        idle = set(group.topics) - {events[name].topic for name in group.routes}
        assert not idle, f"{group.name} reads {idle} and routes nothing of it"


@pytest.mark.parametrize("service", SERVICES)
def test_a_route_reacts_to_the_state_and_so_to_every_type_of_a_topic(service: str) -> None:
    # A type that is skipped hides a version: the group would go on with the state before it.
    events = load_event_types()
    for group in groups(service):
        expected = {event.name for event in events.values() if event.topic in group.topics}
        assert set(group.routes) == expected, group.name


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_domain_says_is_what_its_contracts_carry(service: str) -> None:
    said = emitted_types(service, importlib.import_module(f"services.{service}.domain.events"))
    assert sorted(said) == sorted(facts_of(service))


@pytest.mark.parametrize("topic", [topic for topic in declared_topics() if topic.kind == "work"], ids=lambda t: t.name)
def test_work_is_named_as_the_chassis_names_it(topic: typing.Any) -> None:
    root = topic.name.removeprefix(f"{topic.owner}.").removesuffix("-work.v1")
    work = Work(root, "key", "reason")
    assert work_topic(topic.owner, work) == topic.name
    assert [event.name for event in load_event_types().values() if event.topic == topic.name] == [
        work_type(topic.owner, work)
    ]


def test_the_reading_of_event_classes_finds_both_forms() -> None:
    @dataclasses.dataclass
    class Base:
        name: ClassVar[str]
        lot: str

    class Listed(Base):
        name = "listed"

    @dataclasses.dataclass
    class TradeEvent:
        name: Literal["matched", "settled"]
        trade: str

    module = ModuleType(__name__)
    vars(module).update(Base=Base, Listed=Listed, TradeEvent=TradeEvent)
    assert emitted_types("recycling", module) == [
        "recycling.lot.listed.v1",
        "recycling.trade.matched.v1",
        "recycling.trade.settled.v1",
    ]
