"""The foundation: databases, errors, security, time, jobs. Knows nothing about trading."""
