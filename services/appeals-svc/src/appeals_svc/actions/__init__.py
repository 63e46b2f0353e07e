"""What this service does: learn of decisions, take appeals in, ask counsel, watch the clock. Nothing here commits or calls outside."""
