"""What must not happen, whoever injects: ValidatingAdmissionPolicies from one table, each guard with a Python twin."""
