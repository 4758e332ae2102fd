"""What tools take and answer, as pydantic models whose JSON Schemas are as short as they can be.

Agents pay for every word of a schema in each conversation: titles that repeat names, nulls and defaults are left out.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


class Arguments(BaseModel):
    """What a tool takes. Only names and types are checked here: the API holds the values to their rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def given(self) -> dict[str, Any]:
        """Return what the caller said."""
        return self.model_dump(exclude_none=True)


class Result(BaseModel):
    """What a tool answers, or a part of that; what is missing is left out, not null."""

    model_config = ConfigDict(frozen=True)

    def written(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return self.model_dump(mode="json", exclude_none=True)


class _Short(GenerateJsonSchema):
    """JSON Schema without titles, nulls and defaults."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401 - as pydantic has it
        """Leave the titles of fields out: they repeat the names."""
        del schema
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Leave out the model's title, and its docstring, which speaks to readers of the code."""
        written = super().model_schema(schema)
        return {name: value for name, value in written.items() if name not in {"title", "description"}}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """What may be missing is left out: nobody has to know that it could be null."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Leave out null as a default."""
        written = super().default_schema(schema)
        return {name: value for name, value in written.items() if name != "default" or value is not None}

    def generate(self, schema: CoreSchema, mode: JsonSchemaMode = "validation") -> JsonSchemaValue:
        """Return an object's schema with its type first, as the protocol wants it."""
        return {"type": "object"} | super().generate(schema, mode)


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a model."""
    return model.model_json_schema(schema_generator=_Short)
