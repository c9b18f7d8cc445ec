"""Why a Pod is, was or will be injected or not: its decision, its claims, who admits it, and whether it works."""
