"""What the policies of this program would do to an object, without an API server: their own CEL, evaluated here."""
