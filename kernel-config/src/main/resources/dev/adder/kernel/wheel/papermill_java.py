"""Teaches papermill to write parameters in Java; papermill loads this as one of its engines."""

import json
import re

from papermill.engines import NBClientEngine
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

DECLARATION = re.compile(
    r"^\s*(?:final\s+)?(?P<type>[\w.<>\[\], ]+?)\s+(?P<name>\w+)\s*=\s*(?P<default>[^;]+);"
    r"\s*(?://\s*(?P<help>.*))?$"
)
CONSTANT = re.compile(r"([A-Z]\w*(?:\.[A-Z]\w*)*)\.[A-Z_0-9]+")


class JavaTranslator(Translator):
    """Assigns to the variables that the cell tagged "parameters" declares."""

    declared = {}

    @classmethod
    def translate_none(cls, val):
        return "null"

    @classmethod
    def translate_escaped_str(cls, str_val):
        # JSON's escapes are Java's, too.
        return json.dumps(str(str_val), ensure_ascii=False)

    @classmethod
    def translate_int(cls, val):
        return f"{val}L" if abs(val) > 2**31 - 1 else str(val)

    @classmethod
    def translate_list(cls, val):
        return f"List.of({', '.join(cls.translate(each) for each in val)})"

    @classmethod
    def translate_dict(cls, val):
        entries = (f"Map.entry({cls.translate(k)}, {cls.translate(v)})" for k, v in val.items())
        return f"Map.ofEntries({', '.join(entries)})"

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        constant = CONSTANT.fullmatch(cls.declared.get(name, ""))
        if constant and re.fullmatch(r'"[A-Z_0-9]+"', str_val):
            # A constant such as QUICK, where the notebook says Scale.FULL.
            str_val = f"{constant.group(1)}.{str_val[1:-1]}"
        return f"{name} = {str_val};"

    @classmethod
    def inspect(cls, parameters_cell):
        found = [m for m in map(DECLARATION.match, parameters_cell["source"].splitlines()) if m]
        cls.declared = {m["name"]: m["default"].strip() for m in found}
        return [
            Parameter(m["name"], m["type"].strip(), m["default"].strip(), m["help"] or "")
            for m in found
        ]


papermill_translators.register("java", JavaTranslator)


class JavaEngine(NBClientEngine):
    """papermill's own way to run notebooks."""
