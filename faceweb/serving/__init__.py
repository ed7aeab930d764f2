"""What surrounds the page: limits, health, logs, uploads, shutdown."""
