"""What a report of a footprint says, section by section.

The order follows what ISO 14067:2018 asks a report for, and what GB/T 24067-2024 adds; where we hold no text of a
clause, the section says so to its reader. Nothing is filled in: what the record lacks reads as missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from services.footprints.application.report import Particular, Report, Said, Section, Words
from services.footprints.application.report_words import (
    CONTENTS,
    KGC,
    KGCO2E,
    RATINGS,
    RESULTS,
    STAGES,
    STATUSES,
    TOTALS,
    UNITS,
)
from services.footprints.domain.attestation import Attestation
from services.footprints.domain.footprint import Footprint

ISO: Final = "ISO 14067:2018"
GB: Final = "GB/T 24067-2024"
PACT: Final = "PACT Technical Specifications 3.0.3"
TITLE: Final = Words("Product carbon footprint report", "产品碳足迹报告")
_OFFSETS: Final = (
    "None. A product carbon footprint is independent of offsets; the record's format has no property for them.",
    "无。产品碳足迹独立于碳抵消；记录格式中没有相应字段。",
)
_BOUNDARY: Final = ("From cradle to gate: use and end of life are outside.", "从摇篮到大门：不含使用和生命末期阶段。")
_RELATION_ENGLISH: Final = (
    "Modified adoption of ISO 14067, with a frame for product-specific standards, advice on Chinese geographic data and"
    " critical review; offsets and communication are outside its scope. In force since 1 October 2024 (one source says"
    " 1 March 2025). Known to us from secondary sources alone."
)
_RELATION_CHINESE: Final = (
    "修改采用ISO 14067，增加产品标准框架、中国地域数据建议和鉴定性评审；不含碳抵消与信息交流。自2024年10月1日实施"
    "（另有来源为2025年3月1日）。以上仅据二手来源。"
)


def report_of(footprint: Footprint, findings: Section, printed_at: datetime) -> Report:
    """Return the report of a record; `findings` is its chapter on the checks."""
    content = footprint.document.content
    pcf = {name: value for name, value in content["pcf"].items() if value is not None}
    return Report(
        title=footprint.product_name,
        company=footprint.company_name,
        subtitle=TITLE,
        status=STATUSES[footprint.status.value],
        is_active=footprint.deprecated_at is None,
        headline=(*_amounts(pcf, TOTALS, KGCO2E), _declared_unit(pcf)),
        sections=(
            _subject(content),
            _unit(pcf),
            _boundary(pcf),
            _time_and_place(footprint, content),
            _results(pcf),
            _contents(pcf),
            _data(pcf),
            _method(pcf),
            _verification(footprint, pcf),
            _interpretation(),
            _national(pcf),
            findings,
            _record(footprint, content),
        ),
        printed_at=printed_at,
    )


def particular(english: str, chinese: str, *values: Any, unit: str = "", said: Said = Said.STATED) -> Particular:
    """Return a line; without any value it is missing."""
    texts = tuple(str(value) for value in values if value not in (None, ""))
    return Particular(Words(english, chinese), texts, said if texts else Said.MISSING, unit if texts else "")


def optional(english: str, chinese: str, *values: Any) -> Particular:
    """Return a line on something that need not be: without any value there is none, and nothing is missing."""
    texts = tuple(str(value) for value in values if value) or ("none 无",)
    return Particular(Words(english, chinese), texts, Said.COMPUTED)


def instant(value: datetime) -> str:
    """Write an instant for readers: UTC, to the minute."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _subject(content: Mapping[str, Any]) -> Section:
    return _section(
        "Product and company", "产品与企业", f"{PACT}: ProductFootprint",
        particular("Company", "企业", content["companyName"]),
        particular("Company identifiers", "企业标识", *content["companyIds"]),
        particular("Product", "产品", content["productNameCompany"]),
        particular("Product identifiers", "产品标识", *content["productIds"]),
        particular("Classification", "产品分类", *(content.get("productClassifications") or ())),
        particular("Description", "产品描述", content["productDescription"]),
    )  # fmt: skip


def _declared_unit(pcf: Mapping[str, Any]) -> Particular:
    unit = pcf["declaredUnitOfMeasurement"]
    return particular("Declared unit", "声明单位", f"{pcf['declaredUnitAmount']} {unit} ({UNITS[unit]})")


def _unit(pcf: Mapping[str, Any]) -> Section:
    return _section(
        "Declared unit", "声明单位", f"{ISO}: functional or declared unit",
        _declared_unit(pcf),
        particular("Mass of a declared unit, without packaging", "单位产品质量（不含包装）",
                   pcf["productMassPerDeclaredUnit"], unit="kg"),
    )  # fmt: skip


def _boundary(pcf: Mapping[str, Any]) -> Section:
    return _section(
        "System boundary", "系统边界", f"{ISO}: life cycle stages; {PACT}: cradle to gate",
        particular("Life cycle stages", "生命周期阶段", *_BOUNDARY, said=Said.BY_DEFINITION),
        particular("Processes", "过程描述", pcf.get("boundaryProcessesDescription")),
        particular("Packaging included", "是否包含包装", _yes_or_no(pcf.get("packagingEmissionsIncluded"))),
        particular("Exempted emissions", "取舍排放占比", pcf["exemptedEmissionsPercent"], unit="%"),
        particular("Reason for the exemption", "取舍理由", pcf.get("exemptedEmissionsDescription")),
    )  # fmt: skip


def _time_and_place(footprint: Footprint, content: Mapping[str, Any]) -> Section:
    place = footprint.carbon.geography
    period = footprint.carbon.reference_period
    return _section(
        "Time and place", "时间与地域", f"{PACT}: reference period, geography; {GB}: geographic data",
        particular("Reference period", "核算周期", f"{instant(period.start)} - {instant(period.end)}"),
        particular("Valid", "有效期", f"{instant(footprint.validity.start)} - {instant(footprint.validity.end)}",
                   said=Said.STATED if content.get("validityPeriodEnd") else Said.COMPUTED),
        particular("Calculated", "核算日期", content["created"]),
        particular("Place", "地域", place.code or "Global 全球", f"({place.level.value})"),
    )  # fmt: skip


def _results(pcf: Mapping[str, Any]) -> Section:
    return _section(
        "Results, per declared unit", "核算结果（每声明单位）",
        f"{ISO}: fossil, biogenic, land use change and aviation reported apart; {PACT}: CarbonFootprint",
        *_amounts(pcf, TOTALS | RESULTS, KGCO2E), *_amounts(pcf, STAGES, KGCO2E),
        particular("Offsets", "碳抵消", *_OFFSETS, said=Said.BY_DEFINITION),
    )  # fmt: skip


def _contents(pcf: Mapping[str, Any]) -> Section:
    return _section("Carbon in the product", "产品含碳量", f"{PACT}: carbon content", *_amounts(pcf, CONTENTS, KGC))


def _data(pcf: Mapping[str, Any]) -> Section:
    ratings = pcf.get("dqi") or {}
    sources = (f"{each['name']}, {each['version']}" for each in pcf.get("secondaryEmissionFactorSources") or ())
    return _section(
        "Data and their quality", "数据与数据质量", f"{PACT}: primaryDataShare, dqi",
        particular("Primary data share", "初级数据占比", pcf.get("primaryDataShare"), unit="%"),
        *(particular(words.english, words.chinese, ratings.get(name)) for name, words in RATINGS.items()),
        particular("Secondary sources", "次级数据来源", *sources),
    )  # fmt: skip


def _method(pcf: Mapping[str, Any]) -> Section:
    specific = (
        f"{each['operator']}{': ' + each['otherOperatorName'] if each.get('otherOperatorName') else ''}"
        f" - {', '.join(each['ruleNames'])}"
        for each in pcf.get("productOrSectorSpecificRules") or ()
    )
    return _section(
        "Method", "核算方法", f"{PACT}: CarbonFootprint; Catena-X PCF Rulebook 4.0.1: attributional, GWP100",
        particular("Standards", "依据标准", *pcf["crossSectoralStandards"]),
        particular("Product and sector rules", "产品种类规则", *specific),
        particular("Characterization factors (IPCC)", "特征化因子", *pcf["ipccCharacterizationFactors"]),
        particular("Allocation", "分配方法", pcf.get("allocationRulesDescription")),
        particular("Carbon capture and storage included", "是否包含碳捕集与封存",
                   _yes_or_no(pcf.get("ccsTechnologicalCO2CaptureIncluded"))),
    )  # fmt: skip


def _verification(footprint: Footprint, pcf: Mapping[str, Any]) -> Section:
    attested = (_attested(each) for each in footprint.attestations)
    stated = pcf.get("verification") or {}
    return _section(
        "Verification and critical review", "核查与鉴定性评审", f"{PACT}: Verification; {GB}: critical review",
        particular("Verified by", "核查机构", stated.get("providerName")),
        particular("Coverage", "核查范围", stated.get("coverage")),
        particular("By", "核查依据", stated.get("standardName")),
        particular("Completed", "完成日期", stated.get("completedAt")),
        particular("Comments", "说明", stated.get("comments")),
        optional("Attested on this platform", "平台上的核查声明", *attested),
        particular("Critical review", "鉴定性评审"),
    )  # fmt: skip


def _attested(attestation: Attestation) -> str:
    terms = attestation.terms
    at = instant(attestation.attested_at)
    return f"{attestation.verifier_name}: {terms.kind.value}, {terms.party.value} party, {at}"


def _interpretation() -> Section:
    return _section(
        "Interpretation", "结果解释", f"{ISO}: interpretation, by its general subject alone",
        particular("Sensitivity and uncertainty", "敏感性与不确定性"),
        particular("Conclusions and limitations", "结论与局限"),
        particular("Value choices", "价值选择"),
        source_at_hand=False,
    )  # fmt: skip


def _national(pcf: Mapping[str, Any]) -> Section:
    stated = [each for each in pcf["crossSectoralStandards"] if "24067" in each]
    return _section(
        "Particulars of GB/T 24067-2024", "GB/T 24067-2024 相关说明", f"{GB}: secondary sources",
        particular("The standard", "标准概况", _RELATION_ENGLISH, _RELATION_CHINESE, said=Said.BY_DEFINITION),
        particular("Stated as a basis of this footprint", "是否声明为核算依据", *stated),
        particular("Product-specific standard", "产品碳足迹专项标准"),
        particular("Chinese data sources", "中国本地化数据来源"),
        source_at_hand=False,
    )  # fmt: skip


def _record(footprint: Footprint, content: Mapping[str, Any]) -> Section:
    deprecated = instant(footprint.deprecated_at) if footprint.deprecated_at else None
    return _section(
        "The record", "记录", f"{PACT}: life cycle",
        particular("Footprint id", "碳足迹编号", footprint.footprint_id),
        particular("Version and status", "版本与状态", f"{footprint.version}, {footprint.status.value}",
                   said=Said.COMPUTED),
        particular("Accepted", "接收时间", instant(footprint.accepted_at), said=Said.COMPUTED),
        optional("Predecessors", "前序记录", *footprint.preceding_ids),
        optional("Deprecated", "废止", deprecated, footprint.deprecated_by_id, footprint.deprecation_reason),
        particular("Comment", "备注", content.get("comment")),
        particular("SHA-256 of the document", "文档摘要", footprint.document.sha256, said=Said.COMPUTED),
    )  # fmt: skip


def _section(english: str, chinese: str, source: str, *particulars: Particular, source_at_hand: bool = True) -> Section:
    return Section(Words(english, chinese), source, source_at_hand, particulars)


def _amounts(pcf: Mapping[str, Any], names: Mapping[str, Words], unit: str) -> Iterable[Particular]:
    for name, words in names.items():
        yield particular(words.english, words.chinese, pcf.get(name), unit=unit)


def _yes_or_no(value: bool | None) -> str | None:  # noqa: FBT001 - a value of the document
    return {True: "yes 是", False: "no 否", None: None}[value]
