"""YAML and JSON manifests with positions: split a stream, parse, edit in place, diff, dump.

This room knows nothing of Fluid. Typical way through it::

    for raw in stream.split(binary_stream, "job.yaml"):
        document = parse.parse(raw)
        text = edit.rewrite(document, changed_value)
"""
