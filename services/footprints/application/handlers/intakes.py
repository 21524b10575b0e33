"""Intakes: received, read, taken in. Each handler asks the aggregate and stores what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from services.chassis.kernel import NOTHING, Change, Decision, Key, Loaded, Match, Meta, Need
from services.footprints.application.intake import (
    INTAKE_RESULTS,
    INTAKES,
    MAX_OPEN_INTAKES,
    ClaimIntake,
    EndTurn,
    FailIntake,
    ReadOn,
    ReadThrough,
    ReceiveIntake,
    TakeIn,
    result_key,
)
from services.footprints.application.ports import ORGANISATIONS
from services.footprints.domain.errors import IntakeMoved, TooManyIntakes
from services.footprints.domain.intake.intake import (
    Intake,
    claim,
    fail_reading,
    give_up_claim,
    read_on,
    read_through,
    take_in,
)
from services.footprints.domain.organisation import check_standing


class ReceiveIntakeHandler:
    """Decides `ReceiveIntake`."""

    def needs(self, command: ReceiveIntake, _: Loaded) -> Iterable[Need]:
        """Ask for the organisation and for its intakes under way."""
        owner = _owner(command.meta)
        yield Key(ORGANISATIONS, owner)
        yield Key(INTAKES, command.intake_id)
        yield Match(INTAKES, "open_owner_id", owner)

    def decide(self, loaded: Loaded, command: ReceiveIntake) -> Decision:
        """Store the intake, to be read later. Raises `TooManyIntakes`."""
        owner = _owner(command.meta)
        check_standing(loaded.get(ORGANISATIONS, owner))
        if len(loaded.match(INTAKES, "open_owner_id", owner)) >= MAX_OPEN_INTAKES:
            raise TooManyIntakes(
                f"{MAX_OPEN_INTAKES} of your intakes are under way; that is as many as an organisation may have",
                remedy="Wait until one of them is done, then send this file again with the same Idempotency-Key.",
            )
        intake = Intake(
            intake_id=command.intake_id,
            owner_organisation_id=owner,
            client_id=command.meta.client_id,
            options=command.options,
            upload=command.upload,
            received_at=command.meta.at,
            expires_at=command.expires_at,
            open_owner_id=owner,
            turn_at=command.meta.at,
            correlation_id=command.meta.correlation_id,
            traceparent=command.meta.traceparent,
        )
        return Decision((Change(INTAKES, intake.intake_id, intake),), result=intake)


class _OfIntake(Protocol):
    @property
    def meta(self) -> Meta: ...
    @property
    def intake_id(self) -> str: ...


C = TypeVar("C", bound=_OfIntake)


@dataclass(frozen=True, slots=True)
class StepHandler(Generic[C]):
    """Decides a step of the reader: the aggregate's next state, nothing where it returns None."""

    step: Callable[[Intake, C], Intake | None]

    def needs(self, command: C, _: Loaded) -> Iterable[Need]:
        """Ask for the intake."""
        yield Key(INTAKES, command.intake_id)

    def decide(self, loaded: Loaded, command: C) -> Decision:
        """Take the step. Raises `IntakeMoved`."""
        after = self.step(_present(loaded, command), command)
        return NOTHING if after is None else Decision((Change(INTAKES, after.intake_id, after),), result=after)


class TakeInHandler:
    """Decides `TakeIn`."""

    def needs(self, command: TakeIn, _: Loaded) -> Iterable[Need]:
        """Ask for the intake and for the places of the results."""
        yield Key(INTAKES, command.intake_id)
        for result in command.results:
            yield Key(INTAKE_RESULTS, result_key(result.intake_id, result.row))

    def decide(self, loaded: Loaded, command: TakeIn) -> Decision:
        """Move the place on and keep the results. Raises `IntakeMoved`."""
        after = take_in(
            _present(loaded, command),
            command.token,
            command.before,
            command.after,
            command.results,
            command.meta.at,
            command.until,
        )
        kept = [Change(INTAKE_RESULTS, result_key(result.intake_id, result.row), result) for result in command.results]
        return Decision((Change(INTAKES, after.intake_id, after), *kept), result=after)


def _claim(intake: Intake, command: ClaimIntake) -> Intake | None:
    return claim(intake, command.token, command.meta.at, command.until)


def _read_on(intake: Intake, command: ReadOn) -> Intake:
    return read_on(intake, command.token, command.rows_found, command.until)


def _read_through(intake: Intake, command: ReadThrough) -> Intake:
    return read_through(
        intake,
        command.token,
        extraction_id=command.extraction_id,
        blocks=command.blocks,
        rows=command.rows,
        at=command.meta.at,
        until=command.until,
    )


def _end_turn(intake: Intake, command: EndTurn) -> Intake:
    return give_up_claim(intake, command.token, command.meta.at)


def _fail(intake: Intake, command: FailIntake) -> Intake:
    return fail_reading(intake, command.token, command.failure, command.meta.at)


def _present(loaded: Loaded, command: _OfIntake) -> Intake:
    intake = loaded.get(INTAKES, command.intake_id)
    if intake is None:
        raise IntakeMoved("the intake is not there any more", remedy="Send the file again.")
    return intake


def _owner(meta: Meta) -> str:
    if meta.organisation_id is None:
        raise ValueError("a file is received from an organisation, never by a message")
    return meta.organisation_id


INTAKE_HANDLERS: dict[type[Any], Any] = {
    ReceiveIntake: ReceiveIntakeHandler(),
    ClaimIntake: StepHandler(_claim),
    ReadOn: StepHandler(_read_on),
    ReadThrough: StepHandler(_read_through),
    TakeIn: TakeInHandler(),
    EndTurn: StepHandler(_end_turn),
    FailIntake: StepHandler(_fail),
}
