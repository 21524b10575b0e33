"""From a row of cells to a PACT document. Whether the document is good is for the one set of rules to say, not here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID, uuid5

from services.footprints.domain.findings import Severity
from services.footprints.domain.findings.finding import shortened
from services.footprints.domain.intake.cells import Cell, TableFormat, read_cell
from services.footprints.domain.intake.columns import ISSUER_DOMAIN, PART_NUMBER, PRODUCT_IDS, Column
from services.footprints.domain.intake.header import COMMENT_MARK, Header
from services.footprints.domain.intake.remarks import CellUnreadableError, Remark

DEFAULTS: Final[Mapping[str, str]] = {"specVersion": "3.0.3", "status": "Active"}
"""What an empty cell means in these columns."""
_NAMESPACE: Final = UUID("7c4f4a3e-5d0e-5c0b-9a52-2f6b7a1d9c11")


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was read: what can be said of it already, and the document that goes on to the rules."""

    number: int
    """As a spreadsheet counts: the header is row 1 where nothing stands above it. For NDJSON, the line."""
    document: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()

    @property
    def unreadable(self) -> bool:
        """Whether a cell could not be read: the row is refused, whatever the rest of it is like."""
        return any(remark.severity is Severity.ERROR for remark in self.remarks)


def row_id(owner_organisation_id: str, intake_id: str, number: int) -> str:
    """Return the id of a footprint whose row names none: always the same for the same row of the same intake."""
    return str(uuid5(_NAMESPACE, f"{owner_organisation_id}\x00{intake_id}\x00{number}"))


def is_skipped(cells: Sequence[Cell | None]) -> bool:
    """Tell whether a row is blank, or a comment (the explanations and the example of the template are)."""
    first = next((cell for cell in cells if cell is not None), None)
    return first is None or first.text.lstrip().startswith(COMMENT_MARK)


def read_row(number: int, cells: Sequence[Cell | None], header: Header, form: TableFormat) -> Row:
    """Read a row; a cell that can't be read is left out of the document, with a remark."""
    remarks: list[Remark] = []
    values: dict[str, Any] = {}
    if any(cell is not None for cell in cells[len(header.columns) :]):
        extra = next(cell.text for cell in cells[len(header.columns) :] if cell is not None)
        remarks.append(
            Remark("row_too_long", Severity.ERROR, "", shortened(extra), {"columns": str(len(header.columns))})
        )
    for column, cell in zip(header.columns, cells, strict=False):
        if column is None or cell is None:
            continue
        try:
            values[column.name] = read_cell(cell, column, form)
        except CellUnreadableError as error:
            remarks.append(_remark(error, column, cell))
            continue
        if cell.is_formula:
            remarks.append(Remark("formula_value_taken", Severity.WARNING, column.name, shortened(cell.text)))
    remarks.extend(_add_part_number(values))
    return Row(number, _document(values, header.columns), tuple(remarks))


def _remark(error: CellUnreadableError, column: Column, cell: Cell) -> Remark:
    return Remark(error.code, Severity.ERROR, column.name, shortened(cell.text), error.values)


def _add_part_number(values: dict[str, Any]) -> list[Remark]:
    """Make the URN of a part number. Source: PACT 3, `urn:pact:<issuer-domain>:product-id:<id>`."""
    part, domain = values.pop(PART_NUMBER, None), values.pop(ISSUER_DOMAIN, None)
    if part is None:
        return []
    if domain is None:
        return [Remark("issuer_domain_missing", Severity.ERROR, ISSUER_DOMAIN, None, {"part": shortened(part)})]
    urn = f"urn:pact:{domain}:product-id:{quote(part, safe='')}"
    known = values.setdefault(PRODUCT_IDS, [])
    if urn not in known:
        known.append(urn)
    return []


def _document(values: Mapping[str, Any], columns: Sequence[Column | None]) -> dict[str, Any]:
    document: dict[str, Any] = dict(DEFAULTS)
    paths = {column.name: column.path for column in columns if column is not None}
    for name, value in values.items():
        if value in ("", []):
            continue
        *parents, last = paths.get(name, (name,))
        place = document
        for step in parents:
            place = place.setdefault(step, {})
        place[last] = value
    return document
