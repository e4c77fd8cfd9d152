"""A small Django project with sign-in."""
