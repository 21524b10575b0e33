"""Names of the report's particulars in English and Chinese, and the units of its figures."""

from __future__ import annotations

from typing import Final

from services.footprints.application.report import Words

KGCO2E: Final = "kg CO2e"
KGC: Final = "kg C"
NOT_AT_HAND: Final = Words("The text of this clause was not at hand", "该条款原文未在手")
MISSING: Final = Words("not stated in the record", "记录中未载明")

TOTALS: Final = {
    "pcfIncludingBiogenicUptake": Words("Footprint including biogenic uptake", "含生物源吸收的碳足迹"),
    "pcfExcludingBiogenicUptake": Words("Footprint excluding biogenic uptake", "不含生物源吸收的碳足迹"),
}
RESULTS: Final = {
    "fossilGhgEmissions": Words("Fossil emissions", "化石源温室气体排放"),
    "aircraftGhgEmissions": Words("of these, aircraft", "其中：航空运输排放"),
    "landManagementFossilGhgEmissions": Words("of these, land management", "其中：土地管理化石源排放"),
    "biogenicNonCO2Emissions": Words("Biogenic emissions other than CO2", "生物源非二氧化碳排放"),
    "biogenicCO2Uptake": Words("Biogenic CO2 uptake", "生物源二氧化碳吸收"),
    "landUseChangeGhgEmissions": Words("Land use change", "土地利用变化排放"),
    "landManagementBiogenicCO2Emissions": Words("Land management: biogenic CO2", "土地管理生物源二氧化碳排放"),
    "landManagementBiogenicCO2Removals": Words("Land management, biogenic CO2 removals", "土地管理生物源二氧化碳清除"),
    "technologicalCO2Removals": Words("Technological CO2 removals", "技术性二氧化碳清除"),
    "ccsTechnologicalCO2Capture": Words("CO2 captured and stored", "二氧化碳捕集与封存"),
}
"""Streams of a footprint; ISO 14067 reports fossil, biogenic, land use change and aviation apart."""
CONTENTS: Final = {
    "fossilCarbonContent": Words("Fossil carbon content", "化石碳含量"),
    "biogenicCarbonContent": Words("Biogenic carbon content", "生物碳含量"),
    "recycledCarbonContent": Words("Recycled carbon content", "再生碳含量"),
    "packagingBiogenicCarbonContent": Words("Biogenic carbon in packaging", "包装生物碳含量"),
}
STAGES: Final = {
    "packagingGhgEmissions": Words("Packaging (within the totals)", "包装（已含于总量）"),
    "outboundLogisticsGhgEmissions": Words("Outbound logistics (beside the totals)", "出厂物流（不含于总量）"),
}
"""What PACT shows apart from the cradle-to-gate total, or as a part of it."""
RATINGS: Final = {
    "technologicalDQR": Words("Technological representativeness, 1 is best", "技术代表性（1为最佳）"),
    "temporalDQR": Words("Temporal representativeness, 1 is best", "时间代表性（1为最佳）"),
    "geographicalDQR": Words("Geographical representativeness, 1 is best", "地域代表性（1为最佳）"),
}
STATUSES: Final = {
    "Active": Words("Active", "有效"),
    "Deprecated": Words("Deprecated: do not use for new calculations", "已废止：不得用于新的核算"),
}
UNITS: Final = {
    "liter": "升", "kilogram": "千克", "cubic meter": "立方米", "kilowatt hour": "千瓦时", "megajoule": "兆焦",
    "ton kilometer": "吨公里", "square meter": "平方米", "piece": "件", "hour": "小时", "megabit second": "兆比特秒",
}  # fmt: skip
