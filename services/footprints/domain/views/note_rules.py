"""Every way in which a conversion is not one to one, by id.

Sources: CX-0136 and the models io.catenax.pcf 7.0.0, 9.0.0 and 10.0.0; Catena-X PCF Rulebook 4.0.1; PACT Technical
Specifications 2.3 and 3.0.3. `Tierloop` marks a choice of ours.
"""

from __future__ import annotations

from typing import Final

from services.footprints.domain.views.note import Effect, NoteRule

_LOST, _ASSUMED, _DERIVED, _KEPT, _UNFIT = Effect.LOST, Effect.ASSUMED, Effect.DERIVED, Effect.KEPT, Effect.UNFIT
_MODEL: Final = "io.catenax.pcf 10.0.0"
_RULEBOOK: Final = "Catena-X PCF Rulebook 4.0.1"
_PACT: Final = "PACT Technical Specifications 3.0.3"
_PACT_2: Final = "PACT Technical Specifications 2.3 and 3.0.3 (changes)"
_OURS: Final = "Tierloop"

# Any format
NO_PLACE = NoteRule("no_place", _LOST, "{format} has no property for it", "The model, property by property")
NOT_READ = NoteRule(
    "not_read", _LOST, "{value}: not carried into the record (PACT 3)", "The model, property by property"
)
SPEC_VERSION = NoteRule(
    "spec_version", _DERIVED, "the result keeps the specification of its own format; it was {value}", _OURS
)
STATUS_NOW = NoteRule(
    "status_now",
    _DERIVED,
    "the status as it stands, {value}; the record was submitted as Active",
    f"{_PACT}: life cycle",
)
DIGITS = NoteRule(
    "digits", _LOST, "{value}: readers that take JSON numbers for doubles keep 15 digits of it", "RFC 8259, section 6"
)

# To Catena-X
STATUS_ALWAYS_ACTIVE = NoteRule(
    "status_always_active",
    _LOST,
    "the record is {value}; the model says Active always",
    f"{_MODEL}: idAndVersion, status",
)
VALIDITY_END = NoteRule(
    "validity_end",
    _DERIVED,
    "the model demands an end: {value}, the one that PACT implies",
    f"{_PACT}: validityPeriodEnd",
)
CRADLE_TO_GATE = NoteRule(
    "cradle_to_gate", _DERIVED, "a PACT footprint goes from cradle to gate", f"{_PACT}; {_MODEL}: partialFullPcf"
)
RETROSPECTIVE = NoteRule(
    "retrospective", _ASSUMED, "{value}: PACT doesn't say whether it is", f"{_MODEL}: retroOrProspectivePcfType"
)
INCINERATION = NoteRule(
    "incineration",
    _ASSUMED,
    "{value}: what the rulebook demands; PACT doesn't say it",
    f"{_RULEBOOK}: waste incineration; {_MODEL}: allocationWasteIncineration",
)
MASS_BALANCE = NoteRule(
    "mass_balance", _ASSUMED, "no mass balancing: PACT doesn't say it", f"{_MODEL}: massBalancingInformation"
)
PARTNER_NUMBER = NoteRule(
    "partner_number", _UNFIT, "the model demands a BPNL (urn:BPNL...), the record has none", f"{_MODEL}: companyIds"
)
UNIT_IN_9 = NoteRule(
    "unit_in_9", _UNFIT, "{value}: model 9 split it into two values by mistake", "io.catenax.pcf 9.0.0: declared unit"
)
PRECEDING_IN_9 = NoteRule(
    "preceding_in_9", _LOST, "items of the list have no properties in model 9", "io.catenax.pcf 9.0.0: precedingPfIds"
)
REGION = NoteRule(
    "region", _DERIVED, "the model names the region of a place as well: {value}", f"{_MODEL}: geography; UN M49"
)
REGION_UNKNOWN = NoteRule(
    "region_unknown",
    _ASSUMED,
    "Global: M49 has no region for {value}, and the model demands one",
    f"{_MODEL}: geography",
)
AIRCRAFT_APART = NoteRule(
    "aircraft_apart",
    _DERIVED,
    "PACT counts aircraft among the fossil emissions, Catena-X (A, H) beside them: {value} were taken out",
    f"{_MODEL}: T2 = A+C+E+F+G+H; {_PACT}: sum rule without aircraft",
)
AIRCRAFT_OVER = NoteRule(
    "aircraft_over", _UNFIT, "more than the fossil emissions that hold it, so nothing was taken out", f"{_MODEL}: A, H"
)
CAPTURE_IN_TOTAL = NoteRule(
    "capture_in_total",
    _UNFIT,
    "the totals count capture or removals ({value}) for which the model has no part: its sum rule fails",
    f"{_MODEL}: T2 = A+C+E+F+G+H",
)
CCS_FLAG = NoteRule("ccs_flag", _ASSUMED, "false: the model demands the flag", f"{_MODEL}: technology")
PACKAGING_FLAG = NoteRule(
    "packaging_flag", _ASSUMED, "{value}: the model demands the flag", f"{_MODEL}: packagingEmissionsIncluded"
)
PACKAGING_FOSSIL = NoteRule(
    "packaging_fossil", _DERIVED, "one figure in PACT: T1, T2 and A here, all of it fossil", f"{_MODEL}: packagingStage"
)
PACKAGING_CONTRADICTS = NoteRule(
    "packaging_contradicts", _LOST, "{value} left out: the flag says not included", f"{_PACT}: packagingGhgEmissions"
)
OUTBOUND_FOSSIL = NoteRule(
    "outbound_fossil",
    _DERIVED,
    "one figure in PACT: T1, T2 and A here, all of it fossil",
    f"{_MODEL}: distributionStage",
)
CARBON_TOTAL = NoteRule("carbon_total", _DERIVED, "{value}: fossil and biogenic together", f"{_MODEL}: carbonContent")
EARLIEST_REPORT = NoteRule(
    "earliest_report",
    _LOST,
    "{value}: the format takes one report, so the earliest",
    "Model of the format: GWP factors",
)
UNKNOWN_REPORT = NoteRule(
    "unknown_report", _LOST, "unspecified: the model does not know {value}", f"{_MODEL}: GWP factors"
)
STANDARD_OTHER = NoteRule("standard_other", _LOST, "Other: the model has no word for {value}", f"{_MODEL}: standards")
ONE_STANDARD = NoteRule(
    "one_standard", _LOST, "model 10 takes one: {value} left out", f"{_MODEL}: standards; {_RULEBOOK}: precedence"
)
RULE_OPERATOR = NoteRule("rule_operator", _LOST, "the model names rules without operators", f"{_MODEL}: standards")
SOURCES_JOINED = NoteRule(
    "sources_joined", _DERIVED, "name and version become one text, and can't be told apart again", f"{_MODEL}: sources"
)
ATTESTATION_GAPS = NoteRule(
    "attestation_gaps",
    _ASSUMED,
    "not stated, and demanded by the model: {value}",
    f"{_MODEL}: attestationOfConformance",
)
COVERAGE = NoteRule("coverage", _DERIVED, "{value}", f"{_MODEL}: attestationType; {_PACT}: Verification, coverage")
SHARES_SHOWN = NoteRule(
    "shares_shown", _DERIVED, "the shares that follow from an attestation made here", f"{_MODEL}: verification shares"
)
SHARES_NOT_TAKEN = NoteRule(
    "shares_not_taken", _LOST, "shares follow from attestations made here; a supplier can't state them", _OURS
)
TOTAL_NEGATIVE = NoteRule("total_negative", _UNFIT, "{value}: the model takes 0 or more", f"{_MODEL}: T2")
OUT_OF_RANGE = NoteRule("out_of_range", _UNFIT, "{value}: the model takes {range}", f"{_MODEL}: value ranges")

# From Catena-X
CRADLE_TO_GRAVE = NoteRule(
    "cradle_to_grave", _LOST, "a full footprint; PACT knows cradle to gate alone: the production stage was read",
    f"{_MODEL}: partialFullPcf",
)  # fmt: skip
PROSPECTIVE = NoteRule(
    "prospective", _LOST, "{value}: nothing in PACT tells it from a retrospective footprint",
    f"{_MODEL}: retroOrProspectivePcfType",
)  # fmt: skip
TIME_ZONE = NoteRule("time_zone", _ASSUMED, "{value} names no offset: taken for UTC", f"{_MODEL}: time; RFC 3339")
DESCRIPTION = NoteRule("description", _ASSUMED, "empty: PACT demands a description", f"{_PACT}: productDescription")
URN_PREFIX = NoteRule("urn_prefix", _DERIVED, "{value} without urn:uuid:", f"{_PACT}: id")
REGION_SEVERAL = NoteRule(
    "region_several", _LOST, "Several: PACT has no word for it; no region is global", f"{_PACT}: geography"
)
PLACES_CONTRADICT = NoteRule(
    "places_contradict",
    _LOST,
    "{value} does not hold {place}: the finest place stands",
    f"{_MODEL}: geography (rule 9)",
)
AIRCRAFT_WITHIN = NoteRule(
    "aircraft_within", _DERIVED, "fossil emissions with aircraft ({value}), which PACT counts among them",
    f"{_MODEL}: T2 = A+C+E+F+G+H; {_PACT}: sum rule without aircraft",
)  # fmt: skip
FOSSIL_FROM_TOTAL = NoteRule(
    "fossil_from_total", _DERIVED, "{value}: the total less what is stated beside it", f"{_MODEL}: T2 = A+C+E+F+G+H"
)
FOSSIL_CARBON = NoteRule("fossil_carbon", _DERIVED, "{value}: total less biogenic", f"{_MODEL}: carbonContent")
FOSSIL_CARBON_ZERO = NoteRule("fossil_carbon_zero", _ASSUMED, "0: PACT demands it", f"{_PACT}: fossilCarbonContent")
OPERATOR_OTHER = NoteRule(
    "operator_other", _ASSUMED, "Other, unnamed: PACT demands an operator", f"{_PACT}: specific rules"
)
SOURCE_SPLIT = NoteRule(
    "source_split", _DERIVED, "name and version taken apart at the last space: {value}", f"{_PACT}: sources"
)
SOURCE_VERSION = NoteRule(
    "source_version", _ASSUMED, "no version in {value}, and PACT demands one", f"{_PACT}: sources"
)

# From Catena-X 7, and from and to PACT 2.3
PER_UNIT = NoteRule(
    "per_unit", _DERIVED, "stated per one unit of measurement, multiplied by the amount {value}",
    "PACT Technical Specifications 2.x: declaredUnit; 3.0 change log",
)  # fmt: skip
PER_ONE_UNIT = NoteRule(
    "per_one_unit", _DERIVED, "amounts and mass divided by the amount {value}", f"{_PACT_2}: declared unit"
)
RATING_SCALE = NoteRule(
    "rating_scale", _LOST, "no rule leads from 1..3 to 1..5", f"{_PACT_2}: dqi; io.catenax.pcf 7.0.0"
)
LAND_USE_SIGN = NoteRule(
    "land_use_sign",
    _DERIVED,
    "{value}: emissions if positive, removals if negative",
    "Catena-X models 7 and 9; PACT 2.3",
)
TOTAL_WITH_UPTAKE = NoteRule(
    "total_with_uptake", _DERIVED, "{value}: the total without uptake, and the uptake", f"{_PACT}: sum rule"
)
FOSSIL_IS_TOTAL = NoteRule(
    "fossil_is_total",
    _DERIVED,
    "equal to the total, as model 7 describes it: aircraft is within",
    "io.catenax.pcf 7.0.0",
)
CPC_URN = NoteRule("cpc_urn", _DERIVED, "{value}", f"{_PACT}: productClassifications")
SAME_ID = NoteRule(
    "same_id", _ASSUMED, "the id stays: an import is the same footprint. A reissue by rulebook 4 has a new one",
    "CX-0136: migration from model 7; Tierloop",
)  # fmt: skip
MASS_OF_KILOGRAMS = NoteRule(
    "mass_of_kilograms", _DERIVED, "{value} kg: so many kilograms have that mass", f"{_PACT}: mass"
)
PIECES = NoteRule("pieces", _DERIVED, "pieces became kilograms by the stated mass", f"{_PACT_2}: declared unit")
DEMANDED = NoteRule("demanded", _ASSUMED, "{value}: PACT 2.3 demands it", f"{_PACT_2}: required properties")
NO_OLD_NAME = NoteRule(
    "no_old_name",
    _LOST,
    "the older of two lists has no name for {value}; the newer one has it",
    f"{_PACT_2}: standards",
)
TRAVELS = NoteRule(
    "travels", _KEPT, "PACT 2.3 says less: the extension {value} carries it", f"{_OURS}; PACT: extensions"
)
RESTORED = NoteRule("restored", _KEPT, "restored from the extension {value}", f"{_OURS}; PACT: extensions")
STALE = NoteRule(
    "stale",
    _LOST,
    "the document changed after the extension was written, so it restores nothing",
    f"{_OURS}; PACT: extensions",
)

NOTE_RULES: Final = {each.rule_id: each for each in list(globals().values()) if isinstance(each, NoteRule)}
"""Every rule by its id, in the order of this file."""
