"""The codes of what a schema finds."""

from __future__ import annotations

#: Code → why it is refused, in one sentence.
WHY = {
    "FL0001": "A document that does not say what it is cannot be sent to an API server.",
    "FL0002": "Nothing can be said about a kind without its schema.",
    "FL0003": "The API server refuses unknown fields (strict field validation), or drops them silently without it.",
    "FL0004": 'The API server does not convert between types: `"1"` is no number and `1` is no string.',
    "FL0005": "The API server refuses an object in which a required field is missing, null or (built-in kinds) empty.",
    "FL0006": "The API server takes only the values that the schema lists.",
    "FL0007": "The API server refuses a value that its schema does not allow.",
    "FL0008": "The list is a set, or a map by some of its fields: each may be there once.",
    "FL0009": "A null in a list is no item; a null field is the same as an absent one.",
    "FL0010": "The number does not fit its type.",
    "FL0011": "Names, labels and the rest of `metadata` follow rules that are the same for all kinds.",
    "FL0012": "Quantities have a syntax of their own.",
    "FL0013": "The text is read in a certain format.",
    "FL0014": "The kind can be scaled, and that needs a number of replicas that is an integer and not negative.",
    "FL0015": "kubectl needs both `apiVersion` and `kind`.",
    "FL0016": "A null is no value: the API server takes the field as if it were not there.",
    "FL0017": "The API server drops fields whose feature gate is off, as if they were not there.",
    "FL0020": "The API server's own code refuses this combination.",
    "FL0021": "The field names something that is not there.",
}
