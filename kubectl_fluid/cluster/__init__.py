"""An API server: which one, as whom, and what it answers. Knows no kind of object; never reads a Secret."""
