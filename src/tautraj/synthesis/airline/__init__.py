"""Airlines that no benchmark contains: flights, customers, reservations."""
