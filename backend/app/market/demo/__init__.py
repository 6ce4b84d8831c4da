"""The bundled real bars, and how they get into an installation."""
