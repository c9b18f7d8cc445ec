"""What instance ECI allocates and bills for a Pod: what its containers ask for, rounded up to a specification.

Pure functions over raw Pods. Source of the rules and of both tables: Alibaba Cloud's documentation of ECI, pages
`specify-the-number-of-vcpus-and-memory-size-to-create-a-pod`, `create-pods-by-specifying-multiple-specifications` and
`ignore-specific-containers-when-the-system-adjusts-resources` (2024 to 2026).
"""
