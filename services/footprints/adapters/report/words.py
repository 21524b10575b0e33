"""Words that both printers use."""

from __future__ import annotations

from typing import Final

from services.footprints.application.report import Said, Words

SAID: Final = {
    Said.STATED: Words("as stated", "供应商声明"),
    Said.COMPUTED: Words("by Tierloop", "平台计算"),
    Said.BY_DEFINITION: Words("by definition", "定义使然"),
    Said.MISSING: Words("missing", "缺失"),
}
